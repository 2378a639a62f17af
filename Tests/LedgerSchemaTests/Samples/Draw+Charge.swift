import LedgerSchema
import MerkleTree

/// Charges of every shape that the type can have, extremes often.
extension Draw {
    mutating func anyCharge() -> Charge {
        let credential: ChargeCredential = flag() ? .known(reference()) : .unknown(token())
        var charge = Charge(credential: credential, revision: extreme(), occurredAt: time(), amount: Int64(bitPattern: extreme()))
        charge.chargeID = maybe { $0.pick(["", "chatcmpl-1", "\u{1F511}é", String(repeating: "x", count: 200)]) + "\($0.number())" }
        charge.sequence = maybe { draw in
            ProducerSequence(
                producer: draw.text(), epoch: draw.extreme32(), number: draw.extreme(), floor: draw.maybe { $0.extreme() } ?? 0)
        }
        charge.occurredAtIsDefaulted = maybe { $0.flag() } ?? false
        charge.cost = maybe { $0.parts() }
        charge.tokens.prompt = maybe { $0.extreme() } ?? 0
        charge.tokens.completion = maybe { $0.extreme() } ?? 0
        charge.tokens.cacheRead = maybe { $0.extreme() } ?? 0
        charge.tokens.cacheWrite = maybe { $0.extreme() } ?? 0
        charge.model = maybe { $0.name() }
        charge.modelGroup = maybe { $0.name() }
        charge.provider = maybe { $0.name() }
        charge.endpoint = maybe { $0.name() }
        charge.callType = maybe { $0.name() }
        charge.mcpTool = maybe { $0.name() }
        let numbers = list(upTo: 5) { ChargeName.number($0.extreme32() | 1) }
        charge.tags = numbers + list { ChargeName.text($0.word()) }
        charge.endUser = maybe { $0.extreme() } ?? 0
        charge.failed = maybe { $0.flag() } ?? false
        charge.durationMilliseconds = maybe { $0.extreme() }
        charge.teamID = maybe { $0.text() }
        charge.user = maybe { $0.extreme() }
        return charge
    }

    private mutating func name() -> ChargeName { flag() ? .number(extreme32() | 1) : .text(word()) }

    private mutating func parts() -> CostParts {
        var parts = CostParts()
        parts.input = maybe { Int64(bitPattern: $0.extreme()) } ?? 0
        parts.output = maybe { Int64(bitPattern: $0.extreme()) } ?? 0
        parts.cacheRead = maybe { Int64(bitPattern: $0.extreme()) } ?? 0
        parts.cacheWrite = maybe { Int64(bitPattern: $0.extreme()) } ?? 0
        parts.other = maybe { Int64(bitPattern: $0.extreme()) } ?? 0
        return parts
    }

    /// Numbers of every length in bytes.
    mutating func extreme() -> UInt64 {
        switch UInt8.random(in: 0..<8, using: &random) {
        case 0: pick([0, 1, 127, 128, 16_383, 16_384, .max, .max - 1, 1 << 63])
        default: random.next() >> UInt64.random(in: 0..<64, using: &random)
        }
    }

    mutating func extreme32() -> UInt32 { UInt32(truncatingIfNeeded: extreme()) }
}
