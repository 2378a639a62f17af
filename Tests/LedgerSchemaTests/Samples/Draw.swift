import FoundationEssentials
import LedgerSchema
import MerkleTree
import RandomTestSupport

/// Draws the values of sample events: the same from the same seed everywhere.
struct Draw {
    /// Which optional fields a sample has.
    enum Presence: String, CaseIterable {
        case all = "every field"
        case least = "as few fields as may be"
        case random = "some fields"
    }

    var random: SplitMix64
    let presence: Presence

    init(seed: UInt64, _ presence: Presence) {
        random = SplitMix64(seed: seed)
        self.presence = presence
    }

    /// The value, if the sample is to have it.
    mutating func maybe<Value>(_ make: (inout Draw) -> Value) -> Value? {
        switch presence {
        case .all: make(&self)
        case .least: nil
        case .random: Bool.random(using: &random) ? make(&self) : nil
        }
    }

    mutating func list<Value>(upTo most: Int = 3, _ make: (inout Draw) -> Value) -> [Value] {
        let count =
            switch presence {
            case .all: 2
            case .least: 0
            case .random: Int.random(in: 0...most, using: &random)
            }
        return (0..<count).map { _ in make(&self) }
    }

    /// Small numbers often, the greatest sometimes.
    mutating func number() -> UInt64 {
        if presence == .random, UInt8.random(in: 0..<16, using: &random) == 0 { return .max }
        return UInt64.random(in: 1...100_000, using: &random)
    }

    mutating func small() -> UInt32 { UInt32.random(in: 1...5_000, using: &random) }

    mutating func signed() -> Int64 {
        let magnitude = Int64(clamping: number())
        return Bool.random(using: &random) ? magnitude : -magnitude
    }

    mutating func flag() -> Bool { presence == .all || Bool.random(using: &random) }

    mutating func pick<Value>(_ list: [Value]) -> Value { list[Int.random(in: 0..<list.count, using: &random)] }

    mutating func text() -> String {
        pick(["team-blue", "gpt-5", "europe", "sk-...x4Qa", "", "Zürich", "a b", "\u{1F511}", "{\"a\": [1.0, null]}"])
    }

    mutating func word() -> String { pick(["team-blue", "gpt-5", "openai", "europe-3", "/v1/chat/completions", "batch"]) }

    mutating func hash() -> Hash32 { Hash32.sha256(Self.bytes(of: random.next())) }

    private static func bytes(of word: UInt64) -> [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * UInt64($0))) } }

    mutating func data() -> Data { Data(hash().bytes) }

    mutating func token() -> Token { Token(hash: hash()) }

    mutating func time() -> Instant {
        if presence == .random, UInt8.random(in: 0..<16, using: &random) == 0 { return pick([.distantPast, .epoch, .distantFuture]) }
        return Instant(nanoseconds: 1_795_220_349_662_000_000 + Int64.random(in: 0...31_536_000_000_000_000, using: &random))
    }

    mutating func id() -> UUIDv7 {
        UUIDv7(time: Instant(nanoseconds: 1_795_220_349_662_000_000), random: (random.next(), random.next()))
    }

    mutating func amount() -> Amount {
        if presence == .random, UInt8.random(in: 0..<16, using: &random) == 0 { return Amount(picodollars: pick([.min, .max, 0, -1])) }
        return Amount(picodollars: Int128(signed()) * 1_000_000)
    }

    mutating func bytes(_ amount: Amount) -> Data { Data(amount.bigEndianBytes) }

    mutating func reference() -> CredentialReference {
        CredentialReference(position: Position(number()), ordinal: maybe { $0.small() } ?? 0)
    }
}
