import LedgerSchema
import MerkleTree
import Testing

/// Invariant 12: an unknown event type or critical field stops the reader by name.
@Suite struct UnknownThingsTests {
    static func leaf(_ type: EventType) throws -> [UInt8] {
        var draw = Draw(seed: 5, .all)
        return try Sample(type, &draw).leaf
    }

    static func error(_ bytes: [UInt8]) -> SchemaError? {
        do throws(SchemaError) {
            _ = try EventCodec.decode(bytes)
            return nil
        } catch {
            return error
        }
    }

    /// Where a field may stand that nobody knows: the type of the event, and the fields that lead to it.
    struct Place {
        var type: EventType
        var path: [UInt64]
        var message: String

        init(_ type: EventType, _ path: [UInt64], _ message: String) { (self.type, self.path, self.message) = (type, path, message) }
    }

    static let places = [
        Place(.keyCreated, [], "Leaf"), Place(.keyCreated, [3], "Actor"), Place(.keyCreated, [4], "Source"),
        Place(.keyCreated, [5], "Command"),
        Place(.keyCreated, [5, 6], "RefusedItem"), Place(.keyCreated, [6], "SlotCommitment"), Place(.keyCreated, [8], "KeyLink"),
        Place(.spendRecorded, [7], "CredentialReference"), Place(.keyCreated, [17], "KeyCreated"), Place(.keyCreated, [17, 2], "KeyTerms"),
        Place(.keyCreated, [17, 2, 1], "StringList"), Place(.keyCreated, [17, 2, 8], "BudgetWindow"),
        Place(.keyCreated, [17, 2, 9], "BudgetLimitList"), Place(.keyCreated, [17, 2, 9, 1], "BudgetLimit"),
        Place(.keyCreated, [17, 2, 10, 1, 3], "BudgetWindow"), Place(.keyImported, [18, 6], "ImportedCredential"),
        Place(.spendRecorded, [15], "SpendRecorded"), Place(.spendRecorded, [15, 23], "CostParts"),
        Place(.spendAdjusted, [26, 1, 23], "CostParts"),
        Place(.keyBlocked, [22], "KeyBlocked"), Place(.statementClosed, [35], "StatementClosed"), Place(.exportMade, [40], "ExportMade"),
    ]

    @Test(arguments: places.indices)
    func `a critical field is named wherever it stands, whatever its form`(index: Int) throws {
        let place = Self.places[index]
        let leaf = try Self.leaf(place.type)
        let forms: [[UInt8]] = [
            Wire.varint(999, 1), Wire.bytes(999, [1, 2]), Wire.fixed32(999), Wire.fixed64(999), Wire.group(999, []),
            Wire.group(999, Wire.varint(1500, 7)), Wire.varint(1500, 1) + Wire.varint(999, 1), Wire.group(1500, []) + Wire.varint(999, 1),
            Wire.group(1500, Wire.group(1501, Wire.fixed32(3))) + Wire.bytes(999, []),
        ]
        for form in forms {
            let error = Self.error(leaf + Wire.nested(place.path, form))
            #expect(error?.code == .unknownField)
            #expect(error?.message.contains("field 999 of keyledger.v1.\(place.message) ") ?? false, "\(error?.message ?? "")")
        }
    }

    @Test(arguments: places.indices)
    func `fields 1000 to 1999 may be ignored and no others`(index: Int) throws {
        let place = Self.places[index]
        let leaf = try Self.leaf(place.type)
        // An element that the path adds to a list is incomplete, which may be an error, too: the rule for the field is looked at.
        func isRefused(_ number: UInt64, _ form: [UInt8]) -> Bool {
            Self.error(leaf + Wire.nested(place.path, form))?.message.contains("field \(number) of") ?? false
        }
        for number: UInt64 in [1000, 1500, 1999] {
            #expect(!isRefused(number, Wire.varint(number, 1)))
            #expect(!isRefused(number, Wire.group(number, Wire.varint(1, 1) + Wire.group(7, Wire.fixed64(3)))))
        }
        for number: UInt64 in [999, 2000, 536_870_911] { #expect(isRefused(number, Wire.varint(number, 1))) }
    }

    @Test func `a known field in another form is critical, too`() throws {
        let leaf = try Self.leaf(.keyCreated)
        #expect(Self.error(leaf + Wire.varint(3, 1))?.code == .unknownField)
        #expect(Self.error(leaf + Wire.bytes(1, []))?.code == .unknownField)
    }

    @Test(arguments: [UInt64(9), 14, 42, 500, 999, 2000])
    func `an unknown event type is named by its number`(type: UInt64) throws {
        var draw = Draw(seed: 5, .all)
        var envelope = draw.envelope(for: .clockAccepted, [])
        envelope.commitments = []
        let whole = EventCodec.encode(.keyBlocked, envelope)
        let bare = Array(whole.dropLast(3))
        #expect(Self.error(bare)?.code == .malformed, "a leaf without an event")
        let error = Self.error(bare + Wire.varint(1500, 1) + Wire.bytes(type, [8, 1]))
        #expect(error?.code == .unknownEventType)
        #expect(error?.message.contains("event type \(type) ") ?? false)
        #expect(Self.error(bare + Wire.varint(1500, 1))?.code == .malformed)
    }

    static let values: [(EventType, [UInt64], [UInt8])] = [
        (.keyCreated, [3], Wire.varint(1, 5)), (.keyCreated, [3], Wire.varint(1, 0)), (.keyCreated, [3], Wire.varint(1, 257)),
        (.keyCreated, [3], Wire.varint(4, 5)), (.keyCreated, [17, 2], Wire.varint(4, 256)), (.keyCreated, [17, 2, 8], Wire.varint(3, 4)),
        (.keyCreated, [17, 2, 8], Wire.varint(3, 257)), (.keyCreated, [17, 2, 8], Wire.bytes(5, Array("Europe/Zurich".utf8))),
        (.keyUpdated, [19], Wire.varint(2, 21)), (.keyUpdated, [19], Wire.varint(2, 0)), (.keyUpdated, [19], Wire.varint(2, 257)),
        (.subjectNamed, [31], Wire.varint(2, 4)), (.subjectNamed, [31], Wire.varint(2, 257)), (.budgetCrossed, [29], Wire.varint(2, 3)),
        (.nameIntroduced, [30], Wire.varint(1, 8)),
        (.keyCreated, [6], Wire.varint(1, 5) + Wire.bytes(2, [UInt8](repeating: 1, count: 32))),
    ]

    @Test(arguments: values.indices)
    func `an unknown value of an enumeration is refused`(index: Int) throws {
        let (type, path, form) = Self.values[index]
        #expect(Self.error(try Self.leaf(type) + Wire.nested(path, form))?.code == .unknownField)
    }

    static let malformed: [(EventType, [UInt64], [UInt8])] = [
        (.keyCreated, [], Wire.bytes(2, [1, 2, 3])), (.keyCreated, [17], Wire.bytes(1, [1])), (.keyCreated, [8], Wire.bytes(4, [])),
        (.keyCreated, [17, 2], Wire.bytes(6, [UInt8](repeating: 0, count: 15))), (.keyCreated, [17, 2], Wire.bytes(15, [0xff])),
        (.spendReset, [25], Wire.varint(2, 0)), (.keyCreated, [6], Wire.varint(1, 1) + Wire.bytes(2, [UInt8](repeating: 1, count: 32))),
        (.keyCreated, [], [0x08]), (.keyCreated, [], Wire.group(1500, []).dropLast(2) + []),
    ]

    @Test(arguments: malformed.indices)
    func `bytes that are no leaf are refused as damaged`(index: Int) throws {
        let (type, path, form) = Self.malformed[index]
        #expect(Self.error(try Self.leaf(type) + Wire.nested(path, form))?.code == .malformed)
    }

    @Test func `a link that leaves out its zeroes is refused`() throws {
        var draw = Draw(seed: 5, .all)
        var envelope = draw.envelope(for: .keyBlocked, [])
        let link = try #require(envelope.link)
        envelope.link = nil
        let bare = EventCodec.encode(.keyBlocked, envelope)
        let required = Wire.bytes(1, link.keyID.bytes) + Wire.varint(2, 1)
        let zero = Wire.bytes(4, Hash32.zero.bytes)
        #expect(Self.error(bare + Wire.bytes(8, required + Wire.varint(3, 0) + zero)) == nil)
        #expect(Self.error(bare + Wire.bytes(8, required + zero))?.code == .malformed)
        #expect(Self.error(bare + Wire.bytes(8, required + Wire.varint(3, 0)))?.code == .malformed)
    }

    @Test func `unknown forms and slots of openings are refused`() throws {
        let nonce = Wire.bytes(4, [UInt8](repeating: 1, count: 32))
        func code(_ bytes: [UInt8]) -> SchemaError.Code? {
            do throws(SchemaError) {
                _ = try Opening(encoded: bytes)
                return nil
            } catch {
                return error.code
            }
        }
        #expect(code(Wire.varint(1, 1) + nonce) == nil)
        for form: UInt64 in [2, 256, 257] { #expect(code(Wire.varint(1, 1) + Wire.varint(2, form) + nonce) == .unknownField) }
        for slot: UInt64 in [0, 5, 257] { #expect(code(Wire.varint(1, slot) + nonce) == .unknownField) }
        #expect(code(Wire.varint(1, 1) + nonce + Wire.varint(9, 1)) == .unknownField)
        #expect(code(Wire.varint(1, 1)) == .malformed)
        #expect(throws: SchemaError.self) { try IdentitySlot(encoded: Wire.varint(9, 1)) }
        #expect(throws: SchemaError.self) { try ContentSlot(encoded: Wire.nested([1], Wire.varint(9, 1))) }
    }

    @Test func `slots of a leaf stand in their order whatever order they are given in`() throws {
        var draw = Draw(seed: 5, .all)
        var sample = try Sample(.keyCreated, &draw)
        let leaf = sample.leaf
        sample.envelope.commitments.reverse()
        #expect(sample.leaf == leaf)
    }
}
