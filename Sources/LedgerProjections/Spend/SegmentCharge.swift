package import LedgerDomain
package import LedgerSchema

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
        _ quarter: Int32, _ occurredAt: Instant, recordedDay: Int32, revision: UInt64, metrics: Metrics, amount: Int64,
        isAdjustment: Bool, endUser: UInt64, at position: Position
    ) throws(FoldError) {
        guard let revision = UInt32(exactly: revision) else {
            throw FoldError(position: position, message: "a charge names revision \(revision)")
        }
        key = RollupKey(
            quarter: quarter, recordedDay: recordedDay, credentialPosition: 0, credentialOrdinal: 0, revision: revision)
        (self.occurredAt, self.metrics, self.amount) = (occurredAt, metrics, amount)
        (self.isAdjustment, self.endUser) = (isAdjustment, endUser)
    }

    fileprivate mutating func set(_ reference: CredentialReference) {
        key.credentialPosition = reference.position.value
        key.credentialOrdinal = reference.ordinal
    }
}

/// A charge of a known credential that says nothing by a text, as a segment takes it: words alone, cheap to keep and to copy.
package struct PlainCharge: Sendable {
    package let position: Position
    fileprivate let part: SegmentCharge
    fileprivate let keyID: KeyID
    fileprivate let identity: ChargeIdentity?

    /// - Parameters:
    ///   - keyID: the key of its credential; `nil` for an unknown one.
    ///   - identity: that of its id; `nil` if it has none.
    /// - Returns: `nil` for a charge that is not so plain.
    /// - Throws: ``FoldError`` if it contradicts itself.
    package init?(
        _ charge: Charge, at position: Position, recordedAt: Instant, keyID: KeyID?, identity: ChargeIdentity?
    ) throws(FoldError) {
        guard case .known(let reference) = charge.credential, let keyID, charge.tags.isEmpty, charge.teamID == nil,
            let model = Self.number(charge.model), let modelGroup = Self.number(charge.modelGroup),
            let provider = Self.number(charge.provider), let endpoint = Self.number(charge.endpoint),
            let mcpTool = Self.number(charge.mcpTool), let callType = Self.number(charge.callType)
        else { return nil }
        var part = try SegmentCharge(
            Quarter.of(charge.occurredAt), charge.occurredAt, recordedDay: Int32(recordedAt.daysSince1970), revision: charge.revision,
            metrics: Metrics(charge, isAdjustment: false), amount: charge.amount, isAdjustment: false, endUser: charge.endUser,
            at: position)
        part.set(reference)
        part.user = charge.user
        (part.key.model, part.key.modelGroup, part.key.provider) = (model, modelGroup, provider)
        (part.key.endpoint, part.key.mcpTool, part.key.callType) = (endpoint, mcpTool, callType)
        (self.position, self.part, self.keyID, self.identity) = (position, part, keyID, identity)
    }

    /// The number of a name that has one, 0 for none; `nil` for a text.
    private static func number(_ name: ChargeName?) -> UInt32? {
        switch name {
        case nil: 0
        case .number(let number) where 1...NameIntroduced.mostNumbers ~= number: number
        default: nil
        }
    }
}

extension SpendSegmentContent {
    /// Takes the charge at the last position.
    mutating func add(_ charge: PlainCharge) throws(FoldError) {
        beginTags()
        try add(charge.part, charge.keyID)
        if let identity = charge.identity { chargeIDs.insert(identity, last) }
    }

    /// Takes the charge at the last position.
    mutating func add(_ charge: Charge, _ keyID: KeyID?, isAdjustment: Bool) throws(FoldError) {
        var part = try SegmentCharge(
            quarter(of: charge.occurredAt), charge.occurredAt, recordedDay: recordedDay(), revision: charge.revision,
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

    /// Takes the charge at the last position as it is stored, without making a value of its texts. `inout` spares a copy of it.
    mutating func add(_ view: inout ChargeView, in record: Span<UInt8>, _ keyID: KeyID?) throws(FoldError) {
        let metrics = Metrics(
            amount: view.amount, tokens: view.tokens, failed: view.failed, duration: view.durationMilliseconds,
            isAdjustment: view.isAdjustment)
        var part = try SegmentCharge(
            quarter(of: view.occurredAt), view.occurredAt, recordedDay: recordedDay(), revision: view.revision,
            metrics: metrics, amount: view.amount, isAdjustment: view.isAdjustment, endUser: view.endUser, at: last)
        try require((view.credentialPosition == 0) == (keyID == nil), "a charge's credential and its key do not fit")
        if view.credentialPosition != 0 {
            (part.key.credentialPosition, part.key.credentialOrdinal) = (view.credentialPosition, view.credentialOrdinal)
        } else if case .unknown(let token) = view.credential(in: record) {
            part.key.credentialOrdinal = names.ordinal(of: token)
        }
        part.key.model = try code(of: view.model, else: view.name(view.model, in: record))
        part.key.modelGroup = try code(of: view.modelGroup, else: view.name(view.modelGroup, in: record))
        part.key.provider = try code(of: view.provider, else: view.name(view.provider, in: record))
        part.key.endpoint = try code(of: view.endpoint, else: view.name(view.endpoint, in: record))
        part.key.mcpTool = try code(of: view.mcpTool, else: view.name(view.mcpTool, in: record))
        part.key.callType = try code(of: view.callType, else: view.name(view.callType, in: record))
        if let team = view.teamID { part.team = names.code(of: view.text(team, in: record)) }
        part.user = view.user
        beginTags()
        if view.hasTags {
            try view.forEachTag(in: record) { (tag) throws(FoldError) in addTag(try code(of: tag, else: view.name(tag, in: record))) }
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

    /// - Parameter text: reads a name that is no number.
    @inline(__always)
    private mutating func code(of name: ChargeView.Name, else text: @autoclosure () -> ChargeName?) throws(FoldError) -> UInt32 {
        if name.text.count == 0, name.number <= NameIntroduced.mostNumbers { return name.number }
        return try code(of: text())
    }

    @inline(__always)
    private func require(_ condition: Bool, _ message: StaticString) throws(FoldError) {
        if !condition { throw FoldError(position: last, message: "\(message)") }
    }
}
