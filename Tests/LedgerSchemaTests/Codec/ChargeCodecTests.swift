import LedgerSchema
import MerkleTree
import SwiftProtobuf
import Testing

/// The writer of charges that needs no message in between.
@Suite struct ChargeCodecTests {
    @Test(arguments: UInt64(0)..<20)
    func `a charge is written as SwiftProtobuf writes its message, and read as it was`(_ seed: UInt64) throws {
        var draw = Draw(seed: seed, seed == 0 ? .all : seed == 1 ? .least : .random)
        for _ in 0..<500 {
            let (charge, time, isAdjustment) = (draw.anyCharge(), draw.time(), draw.flag())
            let caller = draw.maybe { $0.reference() }
            let leaf = ChargeCodec.leaf(charge, recordedAt: time, caller: caller, isAdjustment: isAdjustment)
            #expect(try leaf == charge.leaf(recordedAt: time, caller: caller, isAdjustment: isAdjustment), "seed \(seed)")
            let (envelope, event) = try EventCodec.decode(leaf)
            #expect(envelope == Envelope(recordedAt: time, caller: caller))
            #expect(event == (isAdjustment ? .spendAdjusted(charge) : .spendRecorded(charge)), "seed \(seed)")
        }
    }

    @Test func `a charge with a whole envelope is written as its message, too`() throws {
        for seed in UInt64(0)..<50 {
            var draw = Draw(seed: seed, .random)
            let charge = draw.anyCharge()
            let envelope = draw.envelope(for: .spendAdjusted, [])
            for event in [Event.spendRecorded(charge), .spendAdjusted(charge)] {
                let leaf = EventCodec.encode(event, envelope)
                #expect(try Keyledger_V1_Leaf(serializedBytes: leaf).serializedBytes() == leaf)
                #expect(try EventCodec.decode(leaf) == (envelope, event))
            }
        }
    }

    @Test func `what is no name is not written`() throws {
        var charge = Charge(credential: .unknown(Token(secret: "s")), revision: 0, occurredAt: .epoch, amount: 1)
        let bare = ChargeCodec.leaf(charge, recordedAt: .distantFuture, caller: nil)
        charge.model = .number(0)
        charge.provider = .text("")
        charge.tags = [.number(0), .text("")]
        charge.chargeID = ""
        #expect(ChargeCodec.leaf(charge, recordedAt: .distantFuture, caller: nil) == bare)
        charge.tags = [.text("b"), .number(0), .number(7), .text(""), .text("a"), .number(300)]
        let (_, event) = try EventCodec.decode(ChargeCodec.leaf(charge, recordedAt: .distantFuture, caller: nil))
        charge.tags = [.number(7), .number(300), .text("b"), .text("a")]
        (charge.model, charge.provider, charge.chargeID) = (nil, nil, nil)
        #expect(event == .spendRecorded(charge))
    }

    /// Number 36 is left out: it stands only in the charge that follows a refused one.
    static let malformed: [[UInt8]] = [
        Wire.bytes(4, [1]), Wire.bytes(4, [UInt8](repeating: 1, count: 32)) + Wire.varint(2, 9), Wire.varint(3, 1), Wire.varint(2, 0),
        Wire.varint(2, 1) + Wire.varint(11, 1) + Wire.bytes(28, [65]), Wire.varint(2, 1) + Wire.bytes(24, [65]),
        Wire.varint(2, 1) + Wire.varint(35, 1), Wire.varint(2, 1) + Wire.varint(36, 1), Wire.varint(2, 1) + Wire.bytes(19, [1, 0]),
        Wire.varint(2, 1) + Wire.bytes(34, []), Wire.varint(2, 1) + Wire.varint(19, 1 << 32),
    ]

    @Test(arguments: malformed)
    func `a charge that contradicts itself is damaged`(_ charge: [UInt8]) {
        let head = Wire.fixed64(1)
        for leaf in [head + Wire.bytes(15, charge), head + Wire.nested([26, 1], charge)] {
            #expect { try EventCodec.decode(leaf) } throws: { ($0 as? SchemaError)?.code == .malformed }
        }
        #expect(throws: SchemaError.self) { try EventCodec.decode(head + Wire.bytes(26, [])) }
    }

    @Test func `a typical charge takes at most 160 bytes in the log, its leaf hash aside`() throws {
        var charge = Charge(
            credential: .known(CredentialReference(position: 12_000_000)), revision: 12,
            occurredAt: Instant(nanoseconds: 1_795_220_349_662_123_456), amount: 48_123_456_789)
        charge.chargeID = "0197a3b4-7f7e-7c3d-9a55-0d2c2f4b8e11"
        charge.tokens.prompt = 12_345
        charge.tokens.completion = 678
        charge.tokens.cacheRead = 9_000
        (charge.model, charge.modelGroup, charge.provider) = (.number(300), .number(41), .number(3))
        (charge.endpoint, charge.callType) = (.number(2), .number(5))
        charge.tags = [.number(1_000), .number(17)]
        charge.endUser = 100_000
        charge.durationMilliseconds = 2_345
        var cost = CostParts()
        (cost.input, cost.output, cost.cacheRead) = (30_000_000_000, 18_000_000_000, 123_456_789)
        charge.cost = cost
        let caller = CredentialReference(position: 2)
        let leaf = ChargeCodec.leaf(
            charge, recordedAt: Instant(nanoseconds: 1_795_220_349_662_999_999), caller: caller)
        let record = try Record(leaf: leaf, openings: []).stored().record
        // Position 8; LMDB's own head of a row 8, rounded up to an even number.
        #expect(8 + record.count <= 160, "\(record.count)")
        charge.chargeID = nil
        charge.sequence = ProducerSequence(producer: "gateway-1", epoch: 3, number: 4_000_000_000)
        let numbered = ChargeCodec.leaf(charge, recordedAt: .distantFuture, caller: caller)
        #expect(numbered.count < leaf.count)
        print("a charge: \(record.count) bytes with an id, \(numbered.count + 1) with a producer's number")
    }
}
