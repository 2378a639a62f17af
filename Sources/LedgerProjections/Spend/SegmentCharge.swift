import LedgerDomain
import LedgerSchema

/// What a segment takes of a charge: numbers alone, texts by their codes.
struct SegmentCharge {
    var key: RollupKey
    var metrics: Metrics
    var occurredAt: Instant
    /// In 10⁻¹² USD.
    var amount: Int64
    var isAdjustment: Bool
    var endUser: UInt64
    /// A code; 0 if the team is the key's.
    var team: UInt32 = 0
    var user: UInt64?

    /// The key but for names and credential.
    fileprivate init(
        _ occurredAt: Instant, recordedAt: Instant, revision: UInt64, metrics: Metrics, amount: Int64, isAdjustment: Bool, endUser: UInt64,
        at position: Position
    ) throws(FoldError) {
        guard let revision = UInt32(exactly: revision) else {
            throw FoldError(position: position, message: "a charge names revision \(revision)")
        }
        key = RollupKey(
            quarter: Quarter.of(occurredAt), recordedDay: Int32(recordedAt.daysSince1970), credentialPosition: 0, credentialOrdinal: 0,
            revision: revision)
        (self.occurredAt, self.metrics, self.amount) = (occurredAt, metrics, amount)
        (self.isAdjustment, self.endUser) = (isAdjustment, endUser)
    }

    fileprivate mutating func set(_ reference: CredentialReference) {
        key.credentialPosition = reference.position.value
        key.credentialOrdinal = reference.ordinal
    }
}

extension SpendSegmentContent {
    /// Takes the charge at the last position.
    mutating func add(_ charge: Charge, _ keyID: KeyID?, isAdjustment: Bool) throws(FoldError) {
        var part = try SegmentCharge(
            charge.occurredAt, recordedAt: lastRecordedAt, revision: charge.revision,
            metrics: Metrics(charge, isAdjustment: isAdjustment), amount: charge.amount, isAdjustment: isAdjustment,
            endUser: charge.endUser, at: last)
        switch charge.credential {
        case .known(let reference):
            try require(reference.position > .none && keyID != nil, "a charge's credential has no key")
            part.set(reference)
        case .unknown(let token):
            try require(keyID == nil, "a charge of an unknown token has a key")
            part.key.credentialOrdinal = names.ordinal(of: token)
        }
        part.key.model = try code(of: charge.model)
        part.key.modelGroup = try code(of: charge.modelGroup)
        part.key.provider = try code(of: charge.provider)
        part.key.endpoint = try code(of: charge.endpoint)
        part.key.mcpTool = try code(of: charge.mcpTool)
        part.key.callType = try code(of: charge.callType)
        part.team = charge.teamID.map { names.code(of: $0) } ?? 0
        part.user = charge.user
        beginTags()
        for tag in charge.tags { addTag(try code(of: tag)) }
        try add(part, keyID)
        if keepsIDs, let id = charge.chargeID, !id.isEmpty, charge.sequence == nil {
            addID(Array(id.utf8).span, charge.occurredAt)
        }
    }

    /// Takes the charge at the last position as it is stored, without making a value of its texts.
    mutating func add(_ view: ChargeView, in record: Span<UInt8>, _ keyID: KeyID?) throws(FoldError) {
        var part = try SegmentCharge(
            view.occurredAt, recordedAt: lastRecordedAt, revision: view.revision, metrics: Metrics(view), amount: view.amount,
            isAdjustment: view.isAdjustment, endUser: view.endUser, at: last)
        try require((view.credentialPosition == 0) == (keyID == nil), "a charge's credential and its key do not fit")
        if view.credentialPosition != 0 {
            (part.key.credentialPosition, part.key.credentialOrdinal) = (view.credentialPosition, view.credentialOrdinal)
        } else if case .unknown(let token) = view.credential(in: record) {
            part.key.credentialOrdinal = names.ordinal(of: token)
        }
        part.key.model = try code(of: view.model, view, record)
        part.key.modelGroup = try code(of: view.modelGroup, view, record)
        part.key.provider = try code(of: view.provider, view, record)
        part.key.endpoint = try code(of: view.endpoint, view, record)
        part.key.mcpTool = try code(of: view.mcpTool, view, record)
        part.key.callType = try code(of: view.callType, view, record)
        if let team = view.teamID { part.team = names.code(of: view.text(team, in: record)) }
        part.user = view.user
        beginTags()
        if view.hasTags {
            try view.forEachTag(in: record) { (tag) throws(FoldError) in addTag(try code(of: tag, view, record)) }
        }
        try add(part, keyID)
        if keepsIDs, view.hasIdentity {
            view.withBytes(of: view.chargeID, in: record) { addID($0, view.occurredAt) }
        }
    }

    private mutating func code(of name: ChargeName?) throws(FoldError) -> UInt32 {
        switch name {
        case nil: return 0
        case .text(let text): return names.code(of: text)
        case .number(let number):
            try require(number > 0 && number <= NameIntroduced.mostNumbers, "a charge names a number that no name has")
            return number
        }
    }

    @inline(__always)
    private mutating func code(of name: ChargeView.Name, _ view: ChargeView, _ record: Span<UInt8>) throws(FoldError) -> UInt32 {
        if name.text.isEmpty, name.number <= NameIntroduced.mostNumbers { return name.number }
        return try code(of: view.name(name, in: record))
    }

    @inline(__always)
    private func require(_ condition: Bool, _ message: StaticString) throws(FoldError) {
        if !condition { throw FoldError(position: last, message: "\(message)") }
    }
}

extension Metrics {
    /// What one stored charge adds, as ``init(_:isAdjustment:)`` has it.
    init(_ charge: ChargeView) {
        self.init(
            amount: charge.amount, tokens: charge.tokens, failed: charge.failed, duration: charge.durationMilliseconds,
            isAdjustment: charge.isAdjustment)
    }
}
