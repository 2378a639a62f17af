import LedgerSchema

/// Resolves what charges say by numbers, each number once.
struct ChargeNames {
    private struct Number: Hashable {
        var kind: NameKind
        var number: UInt32
    }

    let directory: any ActivityDirectory
    private var names: [Number: String] = [:]
    private var subjects: [UInt64: String] = [:]

    init(_ directory: any ActivityDirectory) { self.directory = directory }

    mutating func text(_ name: ChargeName?, _ kind: NameKind) throws -> String? {
        switch name {
        case nil: return nil
        case .text(let text): return text
        case .number(let number):
            let number = Number(kind: kind, number: number)
            if let known = names[number] { return known }
            let name = try directory.name(kind, number.number)
            names[number] = name
            return name
        }
    }

    mutating func subject(_ number: UInt64?) throws -> String? {
        guard let number, number != 0 else { return nil }
        if let known = subjects[number] { return known }
        let name = try directory.subjectName(number)
        subjects[number] = name
        return name
    }

    func holder(_ charge: Charge) throws -> (token: Token, keyID: KeyID?, label: KeyLabel) {
        switch charge.credential {
        case .known(let reference):
            let credential = try directory.credential(reference)
            let label = try directory.life(of: credential.keyID).label(charge.revision, of: credential.keyID)
            return (credential.token, credential.keyID, label)
        case .unknown(let token):
            guard let keyID = try directory.credential(of: token)?.keyID else { return (token, nil, KeyLabel()) }
            return (token, keyID, try directory.life(of: keyID).label(1, of: keyID))
        }
    }

    mutating func listed(_ item: StoredCharge) throws -> ListedCharge {
        let charge = item.charge
        let (token, keyID, label) = try holder(charge)
        return ListedCharge(
            position: item.position, recordedAt: item.recordedAt, isAdjustment: item.isAdjustment, charge: charge, token: token,
            keyID: keyID, alias: label.alias, teamID: charge.teamID ?? label.teamID, userID: try subject(charge.user ?? label.user),
            organizationID: label.organizationID, agentID: label.agentID, endUser: try subject(charge.endUser),
            model: try text(charge.model, .model) ?? (item.isAdjustment ? RollupKey.adjustment : nil),
            modelGroup: try text(charge.modelGroup, .modelGroup), provider: try text(charge.provider, .provider),
            endpoint: try text(charge.endpoint, .endpoint), callType: try text(charge.callType, .callType),
            mcpTool: try text(charge.mcpTool, .mcpTool), tags: try charge.tags.compactMap { try text($0, .tag) })
    }
}

/// A charge as it stands in the log.
struct StoredCharge {
    var position: Position
    var recordedAt: Instant
    var charge: Charge
    var isAdjustment: Bool
}
