import JSONText
import Ledger

/// The zones whose days a server keeps in tables of their own.
struct ReportZoneList: Hashable, Sendable {
    static let variable = "KEYLEDGER_REPORT_ZONES"

    let names: [String]

    static let none = ReportZoneList(names: [])

    private init(names: [String]) { self.names = names }

    /// Names divided by commas; empty text for none.
    ///
    /// - Throws: usage, for what is no zone that the system knows, and for too many.
    init(_ text: String, from source: String) throws {
        try self.init(
            text.isEmpty ? [] : text.split(separator: ",", omittingEmptySubsequences: false).map { Self.trimmed($0) }, from: source)
    }

    /// - Throws: as ``init(_:from:)-(String,String)``.
    init(_ names: [String], from source: String) throws {
        do {
            _ = try Ledger.reportZoneRules(names)
        } catch {
            throw CommandError.usage("\(source): \(error.message)")
        }
        self.names = names
    }

    static func fromEnvironment() throws -> ReportZoneList? {
        try ProcessEnvironment[variable].map { try ReportZoneList($0, from: variable) }
    }

    private static func trimmed(_ text: Substring) -> String {
        let end = text.lastIndex { $0 != " " }.map { text.index(after: $0) } ?? text.startIndex
        return String(text[..<end].drop { $0 == " " })
    }
}
