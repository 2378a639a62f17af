import LedgerLog
import LedgerProjections
import LedgerSchema
import Synchronization

/// What the log says of the keys that were asked about last: gateways ask about the same ones again and again, and present the same
/// secret of their own with each request.
///
/// No answer is kept, only what answers are made from. That is a fold of the log and changes with it alone (invariant 3), so it holds
/// while the head and the live set of tables are the same; what time does to it, an expiry or the end of a grace, is judged anew for
/// each question. While a batch is under way, or after one whose outcome is unknown, a snapshot may show more than the published head:
/// then everybody reads for himself, so that nobody is told less than somebody was told before.
final class KeyFactsCache: Sendable {
    /// The state of the log that facts were read at.
    struct Stamp: Equatable {
        private let position: Position
        private let swaps: Int

        init(_ state: PublishedState.Settled) { (position, swaps) = (state.position, state.swaps) }
    }

    /// Facts with what they were read for.
    final class Place: Sendable {
        let stamp: Stamp
        let token: Token
        let facts: KeyFacts

        fileprivate init(_ facts: KeyFacts, _ token: Token, _ stamp: Stamp) {
            (self.facts, self.token, self.stamp) = (facts, token, stamp)
        }
    }

    /// Some of the rows of places. Tokens with the same row share its places; a tag is a part of a token that is never 0. Tags lie apart
    /// from what they stand for, so that a look in vain and the first question about a token cost next to nothing.
    private struct Rows {
        private static let width = 4

        private var tags = [UInt16](repeating: 0, count: rowCount * width)
        private var places = [Place?](repeating: nil, count: rowCount * width)
        /// Of the tokens asked about last that have no place: only who is asked about again gets one.
        private var asked = [UInt16](repeating: 0, count: rowCount * width)
        /// Who makes room next, in the low half among `places`, in the high half among `asked`.
        private var next = [UInt8](repeating: 0, count: rowCount)

        func index(of token: Token, _ address: Address) -> Int? {
            let first = address.row * Self.width
            for index in first..<first + Self.width where tags[index] == address.tag && places[index]?.token == token { return index }
            return nil
        }

        func place(of token: Token, _ address: Address) -> Place? {
            index(of: token, address).flatMap { places[$0] }
        }

        mutating func keep(_ facts: KeyFacts, _ token: Token, _ stamp: Stamp, _ address: Address) {
            if let index = index(of: token, address) {
                places[index] = Place(facts, token, stamp)
            } else if isAskedAgain(address) {
                let index = address.row * Self.width + Int(next[address.row] & 3)
                next[address.row] = next[address.row] & 0xf0 | (next[address.row] + 1) & 3
                tags[index] = address.tag
                places[index] = Place(facts, token, stamp)
            }
        }

        /// Whether a token was asked about lately; notes that it was now.
        private mutating func isAskedAgain(_ address: Address) -> Bool {
            let first = address.row * Self.width
            for index in first..<first + Self.width where asked[index] == address.tag { return true }
            asked[first + Int(next[address.row] >> 4 & 3)] = address.tag
            next[address.row] = next[address.row] &+ 0x10
            return false
        }
    }

    private final class Part: Sendable {
        /// `nil` until something is kept.
        let rows = Mutex<Rows?>(nil)
    }

    private static let partCount = 64
    private static let rowCount = 64
    /// A key with more text than this is read each time, so that all places together take 64 MiB at the most.
    private static let largestKeyBytes = 1_024

    private let parts = (0..<partCount).map { _ in Part() }

    func place(of token: Token, at stamp: Stamp) -> Place? {
        let address = Address(token)
        let place = parts[address.part].rows.withLock { $0?.place(of: token, address) }
        return place?.stamp == stamp ? place : nil
    }

    /// Keeps facts that were read after the published state had this stamp, if the token was asked about before.
    ///
    /// If a batch came between, they may be newer than the stamp says: they are not used then, for a stamp does not come again once
    /// the head has moved.
    func keep(_ facts: KeyFacts, _ token: Token, at stamp: Stamp) {
        guard facts.sizeBytes <= Self.largestKeyBytes else { return }
        let address = Address(token)
        parts[address.part].rows.withLock { rows in
            if rows == nil { rows = Rows() }
            rows?.keep(facts, token, stamp, address)
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
