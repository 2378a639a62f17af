import LedgerProjections
import LedgerSchema
import Synchronization

/// What the log says of the keys that were asked about last: gateways ask about the same ones again and again, and present the same
/// secret of their own with each request.
///
/// No answer is kept, only what answers are made from. That is a fold of the log and changes with it alone (invariant 3): facts hold
/// while no event has changed a key and the live set of tables is the same, however many charges come; what was spent is kept with the
/// last event that it counts. What time does to either, an expiry or the end of a grace, is judged anew for each question. While a batch
/// is under way that changes keys, or after one whose outcome is unknown, a snapshot may show more than the published head: then
/// everybody reads for himself, so that nobody is told less than somebody was told before.
final class KeyFactsCache: Sendable {
    /// Some of the places. Tokens with the same row share its places; a tag is a part of a token that is never 0. The tags of a row lie
    /// before its places, so that a look in vain and the first question about a token cost next to nothing.
    private struct Row {
        fileprivate static let width = 8

        /// Of the places, then those of the tokens asked about last that have none: only who is asked about again gets one.
        private var tags = [16 of UInt16](repeating: 0)
        /// Who makes room next among either.
        private var (nextPlace, nextAsked) = (0 as UInt16, 0 as UInt16)
        private var places = [8 of KeyFacts?](repeating: nil)

        func facts(of token: Token, _ tag: UInt16) -> KeyFacts? {
            for number in 0..<Self.width where tags[number] == tag {
                if let facts = places[number], facts.token == token { return facts }
            }
            return nil
        }

        mutating func keep(_ facts: KeyFacts, _ tag: UInt16) {
            for number in 0..<Self.width where tags[number] == tag && places[number]?.token == facts.token {
                places[number] = facts
                return
            }
            guard isAskedAgain(tag) else { return }
            nextPlace &+= 1
            let number = Int(nextPlace) % Self.width
            tags[number] = tag
            places[number] = facts
        }

        /// Whether a token was asked about lately; notes that it was now.
        private mutating func isAskedAgain(_ tag: UInt16) -> Bool {
            for number in Self.width..<2 * Self.width where tags[number] == tag { return true }
            nextAsked &+= 1
            tags[Self.width + Int(nextAsked) % Self.width] = tag
            return false
        }
    }

    private final class Part: Sendable {
        /// Empty until something is kept.
        let rows = Mutex<[Row]>([])
    }

    private static let partCount = 64
    private static let rowCount = 32
    /// A key with more text than this is read each time, so that all places together take 64 MiB at the most.
    private static let largestKeyBytes = 1_024

    private let parts = (0..<partCount).map { _ in Part() }

    func facts(of token: Token, at stamp: KeyFacts.Stamp) -> KeyFacts? {
        let address = Address(token)
        let facts = parts[address.part].rows.withLock { rows in
            rows.isEmpty ? nil : rows[address.row].facts(of: token, address.tag)
        }
        return facts?.stamp == stamp ? facts : nil
    }

    /// Keeps facts that were read after the published state had their stamp, if their token was asked about before.
    ///
    /// If a batch came between, they may be newer than the stamp says: they are not used then, for a stamp does not come again once
    /// keys have changed.
    func keep(_ facts: KeyFacts) {
        guard facts.stamp != nil, facts.sizeBytes <= Self.largestKeyBytes else { return }
        let address = Address(facts.token)
        parts[address.part].rows.withLock { rows in
            if rows.isEmpty { rows = [Row](repeating: Row(), count: Self.rowCount) }
            rows[address.row].keep(facts, address.tag)
        }
    }

    /// Where a token belongs. It is a hash: its own bytes spread evenly.
    private struct Address {
        let part: Int
        let row: Int
        let tag: UInt16

        init(_ token: Token) {
            let bytes = token.hash.inlineBytes
            part = Int(bytes[0]) % partCount
            row = Int(bytes[1]) % rowCount
            tag = max(1, UInt16(bytes[2]) << 8 | UInt16(bytes[3]))
        }
    }
}
