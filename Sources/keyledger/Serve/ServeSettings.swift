import Ledger

/// What the operator has said about a server: flags beat environment beat file.
struct ServeSettings: Sendable {
    enum LogFormat: String, Sendable, CaseIterable {
        case text, json
    }

    var data: String
    var listen: ListenAddress
    var masterKeyFile: String?
    var readyFile: String?
    var grace: GraceSetting?
    var hidesDeletedKeys: Bool
    var logFormat: LogFormat
    var logsRequests: Bool
    var idleTimeoutSeconds: Int64?
    var maximumConnections: Int?
    var reconcileInterval: ReconcileInterval
    var reportZones: ReportZoneList

    static let listenVariable = "KEYLEDGER_LISTEN"

    /// - Parameters:
    ///   - flags: what stands on the command line.
    ///   - file: what stands in the file.
    init(flags: Flags, file: ServeFile) throws {
        data = DataOptions.trimmed(flags.data ?? ProcessEnvironment["KEYLEDGER_DATA"] ?? file.data ?? DataOptions.defaultFolder)
        if let text = flags.listen {
            listen = try ListenAddress(text, from: "--listen")
        } else if let text = ProcessEnvironment[Self.listenVariable] {
            listen = try ListenAddress(text, from: Self.listenVariable)
        } else {
            listen = try file.listen.map { try ListenAddress($0, from: "listen") } ?? .standard
        }
        masterKeyFile = file.masterKeyFile
        readyFile = flags.readyFile ?? file.readyFile
        grace = try GraceSetting.fromEnvironment() ?? file.grace
        hidesDeletedKeys = file.hidesDeletedKeys ?? false
        logFormat = file.logFormat ?? .text
        logsRequests = file.logsRequests ?? true
        idleTimeoutSeconds = file.idleTimeoutSeconds
        maximumConnections = file.maximumConnections
        reconcileInterval =
            try flags.reconcileInterval.map { try ReconcileInterval($0, from: "--reconcile-interval") } ?? file.reconcileInterval
            ?? .standard
        reportZones =
            try flags.reportZones.map { try ReportZoneList($0, from: "--report-zones") } ?? ReportZoneList.fromEnvironment()
            ?? file.reportZones ?? .none
    }

    struct Flags: Sendable {
        var data: String?
        var listen: String?
        var readyFile: String?
        var reconcileInterval: String?
        var reportZones: String?
    }
}
