import LedgerLog
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
    /// The state of all keys that facts were read at.
    struct Stamp: Equatable {
        private let keys: Position
        private let swaps: Int

        init(_ state: PublishedState.Settled) { (keys, swaps) = (state.keys, state.swaps) }
    }

    /// Facts, and what was spent of the key's budgets as far as somebody asked.
    struct Place: Sendable {
        fileprivate let stamp: Stamp
        let facts: KeyFacts
        fileprivate(set) var spend: KnownSpend?
    }

    /// Some of the rows of places. Tokens with the same row share its places; a tag is a part of a token that is never 0. The tags of a
    /// row lie together and apart from what they stand for, so that a look in vain and the first question about a token cost next to
    /// nothing.
    private struct Rows {
        private static let width = 8
        private static let nextPlace = 2 * width
        private static let nextAsked = nextPlace + 1
        private static let lineWidth = 32

        /// Of each row the tags of its places, then those of the tokens asked about last that have none: only who is asked about again
        /// gets one. Then who makes room next among either.
        private var lines = [UInt16](repeating: 0, count: rowCount * lineWidth)
        private var places = [Place?](repeating: nil, count: rowCount * width)

        func index(of token: Token, _ address: Address) -> Int? {
            let (line, first) = (address.row * Self.lineWidth, address.row * Self.width)
            for number in 0..<Self.width where lines[line + number] == address.tag {
                if places[first + number]?.facts.token == token { return first + number }
            }
            return nil
        }

        func place(of token: Token, _ address: Address) -> Place? {
            index(of: token, address).flatMap { places[$0] }
        }

        mutating func keep(_ facts: KeyFacts, _ stamp: Stamp, _ address: Address) {
            if let index = index(of: facts.token, address) {
                places[index] = Place(stamp: stamp, facts: facts)
            } else if isAskedAgain(address) {
                let number = turn(Self.nextPlace, address)
                lines[address.row * Self.lineWidth + number] = address.tag
                places[address.row * Self.width + number] = Place(stamp: stamp, facts: facts)
            }
        }

        /// What is kept of later facts is left alone.
        mutating func keep(_ spend: KnownSpend, of facts: KeyFacts, _ address: Address) {
            guard let index = index(of: facts.token, address), places[index]?.facts === facts else { return }
            places[index]?.spend = spend
        }

        /// Whether a token was asked about lately; notes that it was now.
        private mutating func isAskedAgain(_ address: Address) -> Bool {
            let first = address.row * Self.lineWidth + Self.width
            for index in first..<first + Self.width where lines[index] == address.tag { return true }
            lines[first + turn(Self.nextAsked, address)] = address.tag
            return false
        }

        /// Whose turn it is to make room.
        private mutating func turn(_ counter: Int, _ address: Address) -> Int {
            let index = address.row * Self.lineWidth + counter
            lines[index] &+= 1
            return Int(lines[index]) % Self.width
        }
    }

    private final class Part: Sendable {
        /// `nil` until something is kept.
        let rows = Mutex<Rows?>(nil)
    }

    private static let partCount = 64
    private static let rowCount = 32
    /// A key with more text than this is read each time, so that all places together take 64 MiB at the most.
    private static let largestKeyBytes = 1_024

    private let parts = (0..<partCount).map { _ in Part() }

    func place(of token: Token, at stamp: Stamp) -> Place? {
        let address = Address(token)
        let place = parts[address.part].rows.withLock { $0?.place(of: token, address) }
        return place?.stamp == stamp ? place : nil
    }

    /// Keeps facts that were read after the published state had this stamp, if their token was asked about before.
    ///
    /// If a batch came between, they may be newer than the stamp says: they are not used then, for a stamp does not come again once
    /// keys have changed.
    func keep(_ facts: KeyFacts, at stamp: Stamp) {
        guard facts.sizeBytes <= Self.largestKeyBytes else { return }
        let address = Address(facts.token)
        parts[address.part].rows.withLock { rows in
            if rows == nil { rows = Rows() }
            rows?.keep(facts, stamp, address)
        }
    }

    /// Keeps what was spent of the budgets of facts that have a place.
    func keep(_ spend: KnownSpend, of facts: KeyFacts) {
        let address = Address(facts.token)
        parts[address.part].rows.withLock { $0?.keep(spend, of: facts, address) }
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
