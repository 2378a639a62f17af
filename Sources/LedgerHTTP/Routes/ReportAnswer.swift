import Hummingbird
import JSONText
import Ledger

extension Ledger {
    /// Sums of charges, or the refusal of a query that cannot be answered.
    ///
    /// - Throws: `APIError`.
    func report(_ query: ActivityQuery) throws -> ActivityReport {
        do { return try activity(query) } catch let error as LedgerError { throw APIError(error) }
    }
}

extension Response {
    /// What a report says up to a position.
    static func report(at position: Position, _ body: (inout JSONWriter) throws -> Void) rethrows -> Response {
        var response = try Response.json(capacity: 4_096, body)
        response.setPosition(position.value)
        return response
    }
}
