import LedgerSchema

/// Decides which charges a list holds, resolving no more names than its query asks for.
struct ChargeMatcher {
    private let query: ChargeQuery
    private var names: ChargeNames

    init(_ query: ChargeQuery, _ directory: any ActivityDirectory) {
        self.query = query
        names = ChargeNames(directory)
    }

    mutating func matches(_ item: StoredCharge) throws -> Bool {
        let charge = item.charge
        guard isInTime(charge), isInBounds(charge), query.failed.map({ $0 == charge.failed }) ?? true else { return false }
        if let id = query.requestID, !charge.chargeID.hasSameBytes(as: id) { return false }
        return try matchesNames(item) && matchesHolder(charge)
    }

    private func isInTime(_ charge: Charge) -> Bool {
        query.from.map { $0 <= charge.occurredAt } ?? true && query.to.map { charge.occurredAt < $0 } ?? true
    }

    private func isInBounds(_ charge: Charge) -> Bool {
        let amount = Amount(picodollars: Int128(charge.amount))
        return query.minSpend.map { $0 <= amount } ?? true && query.maxSpend.map { amount <= $0 } ?? true
    }

    private mutating func matchesNames(_ item: StoredCharge) throws -> Bool {
        let charge = item.charge
        if let model = query.model {
            let own = try names.text(charge.model, .model) ?? (item.isAdjustment ? RollupKey.adjustment : nil)
            guard own.hasSameBytes(as: model) else { return false }
        }
        if let group = query.modelGroup, try !names.text(charge.modelGroup, .modelGroup).hasSameBytes(as: group) { return false }
        if let endUser = query.endUser, try !names.subject(charge.endUser).hasSameBytes(as: endUser) { return false }
        return true
    }

    private mutating func matchesHolder(_ charge: Charge) throws -> Bool {
        guard query.token != nil || query.keyIDs != nil || query.alias != nil || query.teamID != nil || query.userID != nil else {
            return true
        }
        let (token, keyID, label) = try names.holder(charge)
        if let wanted = query.token, wanted != token { return false }
        if let wanted = query.keyIDs, !(keyID.map(wanted.contains) ?? false) { return false }
        if let alias = query.alias, !label.alias.hasSameBytes(as: alias) { return false }
        if let team = query.teamID, !(charge.teamID ?? label.teamID).hasSameBytes(as: team) { return false }
        if let user = query.userID, try !names.subject(charge.user ?? label.user).hasSameBytes(as: user) { return false }
        return true
    }
}
