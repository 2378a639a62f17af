import Glibc
import JSONText

/// The configuration file of `serve`: a JSON object whose members are all known.
struct ServeFile: Sendable {
    var data: String?
    var listen: String?
    var masterKeyFile: String?
    var readyFile: String?
    var grace: GraceSetting?
    var hidesDeletedKeys: Bool?
    var logFormat: ServeSettings.LogFormat?
    var logsRequests: Bool?
    var idleTimeoutSeconds: Int64?
    var maximumConnections: Int?
    var reconcileInterval: ReconcileInterval?
    var reportZones: ReportZoneList?

    private static let largestBytes = 1 << 20

    init() {}

    /// - Throws: usage, for text that is no JSON object, a name that is not known, or a value of another kind.
    init(path: String) throws {
        let bytes = try Self.read(path)
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONValue.parse(bytes)
        } catch {
            throw CommandError.usage("\(path) is no JSON: \(error).")
        }
        guard let members = value.object else { throw CommandError.usage("\(path) must hold a JSON object.") }
        for member in members where !member.value.isNull { try set(member.name, member.value, path) }
    }

    private mutating func set(_ name: String, _ value: JSONValue, _ path: String) throws {
        func text() throws -> String {
            guard let text = value.string, !text.isEmpty else { throw Self.wrong(name, "text", path) }
            return text
        }
        func count() throws -> Int64 {
            guard let count = value.wholeNumber, count >= 1, count <= Int64(Int32.max) else {
                throw Self.wrong(name, "a whole number from 1 on", path)
            }
            return count
        }
        func names() throws -> [String] {
            guard let names = value.array?.map(\.string), names.allSatisfy({ $0 != nil }) else {
                throw Self.wrong(name, "a list of names of time zones", path)
            }
            return names.compactMap { $0 }
        }
        switch name {
        case "data": data = try text()
        case "listen": listen = try text()
        case "master_key_file": masterKeyFile = try text()
        case "ready_file": readyFile = try text()
        case "default_grace_period": grace = try GraceSetting(value.decimalText ?? text(), from: "\(path): \(name)")
        case "deleted_key_info":
            switch value.string ?? value.decimalText {
            case "404": hidesDeletedKeys = true
            case "history": hidesDeletedKeys = false
            default: throw Self.wrong(name, "\"history\" or 404", path)
            }
        case "log_format":
            guard let format = ServeSettings.LogFormat(rawValue: try text()) else { throw Self.wrong(name, "\"text\" or \"json\"", path) }
            logFormat = format
        case "access_log":
            guard let isOn = value.bool else { throw Self.wrong(name, "true or false", path) }
            logsRequests = isOn
        case "idle_timeout_seconds": idleTimeoutSeconds = try count()
        case "reconcile_interval": reconcileInterval = try ReconcileInterval(value.decimalText ?? text(), from: "\(path): \(name)")
        case "report_zones": reportZones = try ReportZoneList(names(), from: "\(path): \(name)")
        case "max_connections": maximumConnections = Int(try count())
        default: throw CommandError.usage("\(path): '\(printable(name))' is no setting. There are: \(Self.names.joined(separator: ", ")).")
        }
    }

    private static let names = [
        "data", "listen", "master_key_file", "ready_file", "default_grace_period", "deleted_key_info", "log_format", "access_log",
        "idle_timeout_seconds", "max_connections", "reconcile_interval", "report_zones",
    ]

    private static func wrong(_ name: String, _ kind: String, _ path: String) -> CommandError {
        .usage("\(path): \(name) must be \(kind).")
    }

    private static func read(_ path: String) throws -> [UInt8] {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw CommandError.usage("\(path) cannot be read: \(SystemError.text).") }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw CommandError.usage("\(path) cannot be read: \(SystemError.text).") }
            if count == 0 { return bytes }
            bytes += buffer.prefix(count)
            guard bytes.count <= largestBytes else { throw CommandError.usage("\(path) is larger than 1 MiB.") }
        }
    }
}
