import MerkleTree

/// A stored charge read in place: its numbers, and where its texts stand in the record. Reading it allocates nothing.
///
/// That holds for charges in the form in which ``ChargeCodec`` writes them. Anything else (fields out of order or twice, unknown ones,
/// a correction with its whole envelope) is given to the general decoder, so that both accept the same records and read the same from
/// them.
package struct ChargeView: Sendable {
    /// Where a text or bytes stand. Only the view that gave it knows in what: ask ``text(_:in:)`` or ``withBytes(of:in:_:)``.
    package struct Place: Hashable, Sendable {
        var start: UInt16 = 0
        package var count: UInt16 = 0

        package var isEmpty: Bool { count == 0 }
        var range: Range<Int> { Int(start)..<Int(start) + Int(count) }
    }

    /// A name that charges repeat: a number, or a text where no number was left. Neither: the charge has none.
    package struct Name: Hashable, Sendable {
        package var number: UInt32 = 0
        package var text = Place()

        package var isAbsent: Bool { number == 0 && text.isEmpty }
    }

    package internal(set) var recordedAt = Instant.epoch
    /// `nil`: the master secret.
    package internal(set) var caller: CredentialReference?
    package internal(set) var isAdjustment = false

    /// Empty: the charge has none.
    package internal(set) var chargeID = Place()
    /// Position 0: the ledger does not know the token, which is `unknownToken`.
    package internal(set) var credentialPosition: UInt64 = 0
    package internal(set) var credentialOrdinal: UInt32 = 0
    /// 32 bytes, or empty.
    package internal(set) var unknownToken = Place()
    package internal(set) var revision: UInt64 = 0
    package internal(set) var occurredAt = Instant.epoch
    package internal(set) var occurredAtIsDefaulted = false
    package internal(set) var amount: Int64 = 0
    package internal(set) var cost: CostParts?
    package internal(set) var tokens = TokenCounts()
    package internal(set) var model = Name()
    package internal(set) var modelGroup = Name()
    package internal(set) var provider = Name()
    package internal(set) var endpoint = Name()
    package internal(set) var callType = Name()
    package internal(set) var mcpTool = Name()
    /// 0: none.
    package internal(set) var endUser: UInt64 = 0
    package internal(set) var failed = false
    package internal(set) var durationMilliseconds: UInt64?
    package internal(set) var teamID: Place?
    package internal(set) var user: UInt64?
    /// `nil`: the charge is not numbered by a producer.
    package internal(set) var producerNumber: UInt64?
    package internal(set) var producer = Place()
    package internal(set) var producerEpoch: UInt32 = 0
    package internal(set) var producerFloor: UInt64 = 0

    /// Varints one after the other.
    var tagNumbers = Place()
    /// Whole fields one after the other.
    var tagTexts = Place()
    /// The record in the form that can be read in place, if the stored one is in another.
    var canonical: [UInt8]?

    /// Nothing; to ``take(_:)`` records with.
    package init() {}

    /// Whether the charge is told from others by its id; one that a producer numbers is not.
    package var hasIdentity: Bool { !chargeID.isEmpty && producerNumber == nil }

    package var hasTags: Bool { !tagNumbers.isEmpty || !tagTexts.isEmpty }

    /// Reads a stored record.
    ///
    /// - Returns: `nil` at once if the record is of another event, whose own fields are not looked at.
    /// - Throws: what the general decoder throws. Openings are not looked at.
    package static func read(_ record: Span<UInt8>) throws(SchemaError) -> ChargeView? {
        var view = ChargeView()
        return try view.take(record) ? view : nil
    }

    /// ``read(_:)`` into a view that may have been used before, which saves a copy.
    ///
    /// - Returns: `false` if the record is of another event; the view is of no use then.
    package mutating func take(_ record: Span<UInt8>) throws(SchemaError) -> Bool {
        self = ChargeView()
        switch fill(from: record) {
        case .charge: return true
        case .another: return false
        case .irregular:
            guard let view = try Self.general(record) else { return false }
            self = view
            return true
        }
    }

    private static func general(_ record: Span<UInt8>) throws(SchemaError) -> ChargeView? {
        let (envelope, event) = try EventCodec.decode(Array(Record.split(record.copy).leaf))
        let leaf: [UInt8]
        switch event {
        case .spendRecorded(let charge):
            leaf = ChargeCodec.leaf(charge, recordedAt: envelope.recordedAt, caller: envelope.caller)
        case .spendAdjusted(let charge):
            leaf = ChargeCodec.leaf(charge, recordedAt: envelope.recordedAt, caller: envelope.caller, isAdjustment: true)
        default: return nil
        }
        let canonical = Varint.encode(UInt64(leaf.count)) + leaf
        var view = ChargeView()
        guard case .charge = view.fill(from: canonical.span) else { throw .chargeMalformed("cannot be read") }
        view.canonical = canonical
        return view
    }
}

/// What the texts say. `record` is always the record that the view was read from.
extension ChargeView {
    package func withBytes<Result, Failure: Error>(
        of place: Place, in record: Span<UInt8>, _ body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        if let canonical { return try body(canonical.span.extracting(place.range)) }
        return try body(record.extracting(place.range))
    }

    package func text(_ place: Place, in record: Span<UInt8>) -> String {
        withBytes(of: place, in: record) { $0.text }
    }

    /// Hands on each tag, those with a number first.
    package func forEachTag<Failure: Error>(
        in record: Span<UInt8>, _ body: (Name) throws(Failure) -> Void
    ) throws(Failure) {
        guard hasTags else { return }
        if let canonical { return try forEachTag(canonical.span, body) }
        try forEachTag(record, body)
    }

    private func forEachTag<Failure: Error>(_ bytes: Span<UInt8>, _ body: (Name) throws(Failure) -> Void) throws(Failure) {
        var numbers = WireCursor(tagNumbers.range)
        while !numbers.isAtEnd { try body(Name(number: UInt32(truncatingIfNeeded: numbers.varint(bytes)))) }
        var texts = WireCursor(tagTexts.range)
        while !texts.isAtEnd {
            _ = texts.tag(bytes)
            try body(Name(text: texts.place(bytes)))
        }
    }

    /// The charge as a value of its own.
    package func charge(in record: Span<UInt8>) -> Charge {
        var charge = Charge(credential: credential(in: record), revision: revision, occurredAt: occurredAt, amount: amount)
        charge.chargeID = chargeID.isEmpty ? nil : text(chargeID, in: record)
        charge.sequence = sequence(in: record)
        charge.occurredAtIsDefaulted = occurredAtIsDefaulted
        charge.cost = cost
        charge.tokens = tokens
        charge.model = name(model, in: record)
        charge.modelGroup = name(modelGroup, in: record)
        charge.provider = name(provider, in: record)
        charge.endpoint = name(endpoint, in: record)
        charge.callType = name(callType, in: record)
        charge.mcpTool = name(mcpTool, in: record)
        forEachTag(in: record) { tag in
            if let name = name(tag, in: record) { charge.tags.append(name) }
        }
        charge.endUser = endUser
        charge.failed = failed
        charge.durationMilliseconds = durationMilliseconds
        charge.teamID = teamID.map { text($0, in: record) }
        charge.user = user
        return charge
    }

    package func sequence(in record: Span<UInt8>) -> ProducerSequence? {
        guard let producerNumber else { return nil }
        return ProducerSequence(
            producer: text(producer, in: record), epoch: producerEpoch, number: producerNumber, floor: producerFloor)
    }

    package func name(_ name: Name, in record: Span<UInt8>) -> ChargeName? {
        if name.number != 0 { return .number(name.number) }
        return name.text.isEmpty ? nil : .text(text(name.text, in: record))
    }

    package func credential(in record: Span<UInt8>) -> ChargeCredential {
        let hash = withBytes(of: unknownToken, in: record) { Hash32($0) }
        if let hash { return .unknown(Token(hash: hash)) }
        return .known(CredentialReference(position: Position(credentialPosition), ordinal: credentialOrdinal))
    }
}

extension Span<UInt8> {
    fileprivate var text: String {
        unsafe withUnsafeBufferPointer { bytes in unsafe String(decoding: bytes, as: UTF8.self) }
    }

    fileprivate var copy: [UInt8] { unsafe withUnsafeBufferPointer { bytes in unsafe Array(bytes) } }
}
