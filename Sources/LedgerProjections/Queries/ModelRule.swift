import LMDB
import LedgerDomain
import LedgerSchema

/// Which models a key may use (CONTRACT of LiteLLM: an empty list allows all; three special names; `provider/*` wildcards).
enum ModelRule {
    /// - Parameters:
    ///   - row: a key's row that was read before.
    ///   - models: where its list of models stands; `nil` without one.
    static func allows(_ model: String, _ row: [UInt8], _ models: Range<Int>?) -> Bool {
        guard let models, !models.isEmpty else { return true }
        let row = row.span
        var list = WireScan(models)
        // It has been read before without a mistake; what cannot be read allows nothing.
        while let (_, part) = try? list.next(in: row) {
            if case .bytes(let entry) = part, allows(model, row, entry: entry) { return true }
        }
        return false
    }

    private static func allows(_ model: String, _ row: Span<UInt8>, entry: Range<Int>) -> Bool {
        if row.holds("no-default-models", entry) { return false }
        if row.holds(model, entry) || everything.contains(where: { row.holds($0, entry) }) { return true }
        guard let last = entry.last, row[last] == UInt8(ascii: "*") else { return false }
        return model.utf8.count >= entry.count - 1 && row.begins(with: model.utf8.prefix(entry.count - 1), entry)
    }

    private static let everything = ["all-proxy-models", "all-team-models", "*"]
}
