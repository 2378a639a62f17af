import FoundationEssentials
import LedgerSchema
import RandomTestSupport
import Testing

/// The reader of stored charges that copies nothing, against the general decoder.
@Suite struct ChargeViewTests {
    /// What a record says.
    enum Answer: Equatable {
        case charge(Charge, recordedAt: Instant, caller: CredentialReference?, isAdjustment: Bool)
        case another
        case refused(SchemaError)
    }

    static func general(_ record: [UInt8]) -> Answer {
        do throws(SchemaError) {
            let (envelope, event) = try EventCodec.decode(Array(Record.split(record).leaf))
            switch event {
            case .spendRecorded(let charge):
                return .charge(charge, recordedAt: envelope.recordedAt, caller: envelope.caller, isAdjustment: false)
            case .spendAdjusted(let charge):
                return .charge(charge, recordedAt: envelope.recordedAt, caller: envelope.caller, isAdjustment: true)
            default: return .another
            }
        } catch {
            return .refused(error)
        }
    }

    static func inPlace(_ record: [UInt8]) -> Answer {
        do throws(SchemaError) {
            guard let view = try ChargeView.read(record.span) else { return .another }
            let charge = view.charge(in: record.span)
            return .charge(charge, recordedAt: view.recordedAt, caller: view.caller, isAdjustment: view.isAdjustment)
        } catch {
            return .refused(error)
        }
    }

    /// Whether both say the same. Of a record that is of another event at first sight, the view does not look at the fields.
    static func agree(_ record: [UInt8]) -> Bool {
        let (general, inPlace) = (general(record), inPlace(record))
        if general == inPlace { return true }
        guard inPlace == .another, let leaf = try? Record.split(record).leaf else { return false }
        return WireField.fields(of: Array(leaf)).allSatisfy { $0.number != 15 && $0.number != 26 }
    }

    private static func leaf(_ draw: inout Draw) throws -> [UInt8] {
        switch UInt8.random(in: 0..<20, using: &draw.random) {
        case 0: return try Sample(draw.pick(EventType.allCases), &draw).leaf
        case 1: return EventCodec.encode(.spendAdjusted(draw.anyCharge()), draw.envelope(for: .spendAdjusted, []))
        case 2: return EventCodec.encode(.spendRecorded(draw.anyCharge()), draw.envelope(for: .keyBlocked, []))
        default:
            return ChargeCodec.leaf(
                draw.anyCharge(), recordedAt: draw.time(), caller: draw.maybe { $0.reference() },
                isAdjustment: UInt8.random(in: 0..<8, using: &draw.random) == 0)
        }
    }

    /// How many random records are compared: 20,000, or as many as `KEYLEDGER_RANDOM_RECORDS` says.
    static let records = ProcessInfo.processInfo.environment["KEYLEDGER_RANDOM_RECORDS"].flatMap(Int.init) ?? 20_000

    @Test(arguments: UInt64(0)..<10)
    func `random and hostile records are read as the general decoder reads them`(_ seed: UInt64) throws {
        var draw = Draw(seed: seed, .random)
        var mutation = RecordMutation(random: SplitMix64(seed: seed &+ 1_000))
        var other = try Self.leaf(&draw)
        var (plain, unusual, refused) = (0, 0, 0)
        for _ in 0..<Self.records / 10 {
            let leaf = try Self.leaf(&draw)
            let record = mutation.record(of: leaf, beside: other)
            other = leaf
            #expect(Self.agree(record), "seed \(seed): \(record), \(Self.general(record)), \(Self.inPlace(record))")
            switch Self.general(record) {
            case .charge(let charge, let time, let caller, let isAdjustment):
                let written = ChargeCodec.leaf(charge, recordedAt: time, caller: caller, isAdjustment: isAdjustment)
                if try written == Array(Record.split(record).leaf) { plain += 1 } else { unusual += 1 }
            case .another: break
            case .refused: refused += 1
            }
        }
        #expect([plain, unusual, refused].allSatisfy { $0 > Self.records / 80 }, "\(plain) plain, \(unusual) unusual, \(refused) refused")
    }

    @Test func `every cut and every flipped bit of a charge is read as the general decoder reads it`() throws {
        for presence in Draw.Presence.allCases {
            var draw = Draw(seed: 3, presence)
            let leaf = ChargeCodec.leaf(draw.anyCharge(), recordedAt: draw.time(), caller: draw.reference())
            let record = Varint.encode(UInt64(leaf.count)) + leaf
            for length in 0...record.count { #expect(Self.agree(Array(record.prefix(length)))) }
            for length in 0...leaf.count { #expect(Self.agree(Varint.encode(UInt64(length)) + leaf.prefix(length))) }
            for bit in 0..<record.count * 8 {
                var flipped = record
                flipped[bit / 8] ^= 1 << UInt8(bit % 8)
                #expect(Self.agree(flipped), "bit \(bit)")
            }
        }
    }

    @Test(arguments: EventType.allCases)
    func `records of every event type are charges or not`(_ type: EventType) throws {
        for seed in UInt64(0)..<50 {
            var draw = Draw(seed: seed, .random)
            let sample = try Sample(type, &draw)
            let record = try sample.record.stored().record
            let answer = Self.inPlace(record)
            #expect(answer == Self.general(record))
            #expect((answer == .another) == (type != .spendRecorded && type != .spendAdjusted))
        }
    }

    @Test func `openings behind the leaf are not looked at`() throws {
        var draw = Draw(seed: 9, .all)
        let leaf = ChargeCodec.leaf(draw.anyCharge(), recordedAt: draw.time(), caller: nil)
        let record = Varint.encode(UInt64(leaf.count)) + leaf
        #expect(Self.inPlace(record + [0xff, 0xff]) == Self.inPlace(record))
    }

    @Test func `tags, texts and sequence are read one by one`() throws {
        var charge = Charge(credential: .unknown(Token(secret: "s")), revision: 0, occurredAt: .epoch, amount: -1)
        charge.tags = [.number(300), .number(1), .text("b"), .text("")] + [.text("ä")]
        charge.teamID = "team"
        charge.model = .text("gpt-5")
        charge.sequence = ProducerSequence(producer: "p", epoch: 1, number: 2, floor: 2)
        let leaf = ChargeCodec.leaf(charge, recordedAt: .distantFuture, caller: nil)
        // In the ledger's own form, and with an unknown field behind: read by the general decoder.
        for leaf in [leaf, leaf + Wire.varint(1_500, 1)] {
            let record = Varint.encode(UInt64(leaf.count)) + leaf
            let view = try #require(try ChargeView.read(record.span))
            var tags: [ChargeName?] = []
            view.forEachTag(in: record.span) { tags.append(view.name($0, in: record.span)) }
            #expect(tags == [.number(300), .number(1), .text("b"), .text("ä")])
            #expect(view.teamID.map { view.text($0, in: record.span) } == "team")
            #expect(view.name(view.model, in: record.span) == .text("gpt-5") && view.provider.isAbsent)
            #expect(view.sequence(in: record.span) == charge.sequence)
            #expect(view.credential(in: record.span) == charge.credential)
            #expect(view.withBytes(of: view.unknownToken, in: record.span) { $0.count } == 32)
        }
    }
}
