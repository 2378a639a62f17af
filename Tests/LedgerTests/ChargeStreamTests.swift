import FoundationEssentials
import Ledger
import LedgerSchema
import LedgerTestSupport
import RandomTestSupport
import SwiftProtobuf
import Testing

/// Charges in protobuf: what the generated code writes is read, and what it could not read is refused.
struct ChargeStreamTests {
    private typealias Message = Keyledger_V1_SpendCharge

    private static let token = Token(secret: "sk-0123456789abcdef")

    private static func framed(_ messages: [[UInt8]]) -> [UInt8] {
        messages.flatMap { varint(UInt64($0.count)) + $0 }
    }

    private static func varint(_ number: UInt64) -> [UInt8] {
        var (rest, bytes) = (number, [UInt8]())
        while rest > 0x7f {
            bytes.append(UInt8(rest & 0x7f) | 0x80)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }

    private static func read(_ message: [UInt8]) throws -> Result<NewCharge, ChargeRefusal> {
        let list = try ChargeStream.read(framed([message]), limit: 10)
        try #require(list.count == 1)
        if let refusal = list.refused.first?.refusal ?? list.charges[0].refusal { return .failure(refusal) }
        return .success(list.charges[0])
    }

    /// A message with some fields, at random.
    private static func random(_ generator: inout SplitMix64) -> Message {
        func maybe(_ set: () -> Void) { if Bool.random(using: &generator) { set() } }
        func text() -> String { ["gpt-5", "Zürich", "a b", "🔑", "x"].randomElement(using: &generator) ?? "" }
        func number() -> UInt64 { UInt64.random(in: 1...1 << UInt64.random(in: 1...40, using: &generator), using: &generator) }
        var message = Message()
        if Bool.random(using: &generator) {
            message.requestID = "r-\(number())"
        } else {
            message.producer = text()
            message.producerSeq = number() - 1
            maybe { message.producerEpoch = UInt32(truncatingIfNeeded: number()) }
        }
        if Bool.random(using: &generator) { message.key = "sk-\(number())-0123456789" } else { message.token = Data(token.hash.bytes) }
        message.spend = Int64.random(in: .min ... .max, using: &generator)
        maybe { message.occurredAt = Int64.random(in: .min ... .max, using: &generator) }
        maybe { message.promptTokens = number() }
        maybe { message.completionTokens = number() }
        maybe { message.cacheReadInputTokens = number() }
        maybe { message.cacheCreationInputTokens = .max }
        maybe { message.model = text() }
        maybe { message.modelGroup = text() }
        maybe { message.provider = text() }
        maybe { message.endpoint = text() }
        maybe { message.callType = text() }
        maybe { message.mcpTool = text() }
        maybe { message.endUser = text() }
        maybe { message.tags = [text(), text()] }
        maybe { message.failed = true }
        maybe { message.durationMs = number() - 1 }
        maybe {
            message.cost = .with {
                $0.input = -5; $0.output = Int64(number()); $0.other = .min
            }
        }
        maybe { message.skip = true }
        maybe { message.userID = text() }
        maybe { message.teamID = text() }
        return message
    }

    private static func charge(_ message: Message) -> NewCharge {
        let id: ChargeID =
            message.requestID.isEmpty
            ? .sequence(producer: message.producer, epoch: message.producerEpoch, number: message.producerSeq)
            : .request(message.requestID)
        func name(_ text: String) -> String? { text.isEmpty ? nil : text }
        var charge = NewCharge(
            id: id, token: Hash32(message.token).map { Token(hash: $0) } ?? Token(secret: message.key),
            amount: Amount(picodollars: Int128(message.spend)),
            occurredAt: message.hasOccurredAt ? Instant(nanoseconds: message.occurredAt) : nil)
        if message.hasCost {
            var cost = CostParts()
            (cost.input, cost.output, cost.cacheRead) = (message.cost.input, message.cost.output, message.cost.cacheRead)
            (cost.cacheWrite, cost.other) = (message.cost.cacheWrite, message.cost.other)
            charge.cost = cost
        }
        (charge.tokens.prompt, charge.tokens.completion) = (message.promptTokens, message.completionTokens)
        (charge.tokens.cacheRead, charge.tokens.cacheWrite) = (message.cacheReadInputTokens, message.cacheCreationInputTokens)
        (charge.model, charge.modelGroup, charge.provider) = (name(message.model), name(message.modelGroup), name(message.provider))
        (charge.endpoint, charge.callType, charge.mcpTool) = (name(message.endpoint), name(message.callType), name(message.mcpTool))
        (charge.endUser, charge.userID, charge.teamID) = (name(message.endUser), name(message.userID), name(message.teamID))
        charge.tags = message.tags
        charge.failed = message.failed
        charge.skipsMissing = message.skip
        charge.durationMilliseconds = message.hasDurationMs ? message.durationMs : nil
        return charge
    }

    @Test func `what the generated code writes comes out the same, in every order of the fields`() throws {
        var generator = SplitMix64(seed: 5)
        for round in 0..<5_000 {
            let message = Self.random(&generator)
            let bytes: [UInt8] = try message.serializedBytes()
            let read = try Self.read(bytes)
            #expect(read == .success(Self.charge(message)), "round \(round)")
            // Fields of two messages one behind the other are one message, in which the latter count.
            let again: [UInt8] = try Self.random(&generator).serializedBytes()
            if let merged = try? Message(serializedBytes: again + bytes), merged.token.isEmpty != merged.key.isEmpty,
                merged.requestID.isEmpty != merged.producer.isEmpty, !(merged.hasProducerSeq && merged.producer.isEmpty)
            {
                #expect(try Self.read(again + bytes) == .success(Self.charge(merged)), "round \(round), merged")
            }
        }
    }

    @Test func `whatever is read from damaged bytes the generated code reads too`() throws {
        var generator = SplitMix64(seed: 6)
        var (accepted, refused) = (0, 0)
        for round in 0..<20_000 {
            var bytes: [UInt8] = try Self.random(&generator).serializedBytes()
            for _ in 0..<Int.random(in: 1...3, using: &generator) where !bytes.isEmpty {
                let place = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
                case 1: bytes.remove(at: place)
                default: bytes.removeSubrange(place...)
                }
            }
            guard case .success(let charge) = try Self.read(bytes) else {
                refused += 1
                continue
            }
            accepted += 1
            let message = try? Message(serializedBytes: bytes)
            #expect(message.map(Self.charge) == charge, "round \(round): \(bytes)")
        }
        #expect(accepted > 1_000 && refused > 1_000)
    }

    @Test func `a damaged message spoils no other, a cut frame all`() throws {
        let good: [UInt8] = try Message.with {
            $0.requestID = "a"; $0.spend = 48; $0.token = Data(Self.token.hash.bytes)
        }.serializedBytes()
        let charges = try ChargeStream.read(Self.framed([good, [0xFF, 0xFF], [], good]), limit: 10)
        #expect(charges.count == 4 && charges.refused.map(\.place) == [1, 2])
        #expect(charges.refused.map(\.refusal.code) == ["invalid_message", "credential_missing"])
        let stream = Self.framed([good, good])
        for length in 1..<stream.count where length != stream.count / 2 {
            #expect(throws: ChargeStream.Malformed.self, "\(length)") { try ChargeStream.read(Array(stream.prefix(length)), limit: 10) }
        }
        #expect(throws: ChargeStream.Malformed.self) { try ChargeStream.read([UInt8](repeating: 0xFF, count: 11), limit: 10) }
    }

    @Test func `reading stops one beyond the limit`() throws {
        #expect(try ChargeStream.read([UInt8](repeating: 0, count: 100_000), limit: 7).count == 8)
    }

    @Test func `a field of another type is refused, an unknown one passed over`() throws {
        let good: [UInt8] = try Message.with {
            $0.requestID = "a"; $0.spend = 48; $0.token = Data(Self.token.hash.bytes)
        }.serializedBytes()
        // Field 9 as text, field 11 as a number, field 8 as a varint, field 100 of each type.
        for bad: [UInt8] in [
            [9 << 3 | 2, 1, 65], [11 << 3, 1], [8 << 3, 1], [3 << 3, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1], [11 << 3 | 2, 1, 0xFF],
        ] {
            guard case .failure = try Self.read(good + bad) else {
                Issue.record("taken: \(bad)")
                continue
            }
        }
        let unknown: [UInt8] = [0xA0, 6, 1, 0xA2, 6, 1, 65, 0xA1, 6, 1, 2, 3, 4, 5, 6, 7, 8, 0xA5, 6, 1, 2, 3, 4]
        #expect(try Self.read(good + unknown) == Self.read(good))
    }

    @Test func `a refused charge keeps its producer's number, unless that is in doubt`() throws {
        func list(_ change: (inout Message) -> Void, _ more: [UInt8] = []) throws -> ChargeList {
            var message = Message.with {
                $0.producer = "p"
                $0.producerSeq = 7
            }
            change(&message)
            return try ChargeStream.read(Self.framed([try message.serializedBytes() + more]), limit: 1)
        }
        let withoutToken = try list { $0.spend = 1 }
        #expect(withoutToken.charges.first?.id == .sequence(producer: "p", epoch: 0, number: 7))
        #expect(withoutToken.charges.first?.refusal?.code == "credential_missing")
        #expect(try list({ $0.token = Data([1]) }).charges.first?.refusal?.code == "invalid_token")
        for doubtful: [UInt8] in [[0xFF], [3 << 3, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1], [4 << 3 | 2, 1, 65]] {
            #expect(try list({ $0.spend = 1 }, doubtful).charges.isEmpty, "\(doubtful)")
        }
    }
}
