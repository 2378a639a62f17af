import Ledger

/// How often a server compares the views of spend with the log.
struct ReconcileInterval: Hashable, Sendable {
    /// nil: never by itself.
    let seconds: Int64?

    static let standard = ReconcileInterval(seconds: 3_600)

    private init(seconds: Int64?) { self.seconds = seconds }

    /// - Throws: usage, for text that is no duration.
    init(_ text: String, from source: String) throws {
        if text == "0" {
            seconds = nil
            return
        }
        do {
            let end = try KeyDuration(text).end(from: .epoch).nanoseconds / 1_000_000_000
            guard end > 0 else { throw DurationError(.outOfRange) }
            seconds = end
        } catch {
            throw CommandError.usage("\(source): '\(printable(text))' is no interval. Write 30m, 1h, 1d, or 0 for never.")
        }
    }
}
