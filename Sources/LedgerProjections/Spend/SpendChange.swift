package import LedgerSchema

/// What an event does to a key's spend.
package enum SpendChange: Hashable, Sendable {
    case charge(ChargedAmount)
    /// The key is made with these limits, or its limits become these. Boxed, since there are few and they are large.
    indirect case limits(LimitsSet)
    /// A reset of this key, or of all keys.
    case reset(SpendResetState)

    package var position: Position {
        switch self {
        case .charge(let charge): charge.position
        case .limits(let set): set.position
        case .reset(let reset): reset.position
        }
    }
}

/// Of a charge or a correction what a key's sums need.
package struct ChargedAmount: Hashable, Sendable {
    package var position: Position
    package var occurredAt: Instant
    /// In 10⁻¹² USD.
    package var amount: Int64
    package var model: ChargedName
    package var modelGroup: ChargedName
    /// A correction is no use of the key.
    package var isAdjustment: Bool

    package init(
        position: Position, occurredAt: Instant, amount: Int64, model: ChargedName = .none, modelGroup: ChargedName = .none,
        isAdjustment: Bool = false
    ) {
        self.position = position
        self.occurredAt = occurredAt
        self.amount = amount
        self.model = model
        self.modelGroup = modelGroup
        self.isAdjustment = isAdjustment
    }
}

/// A model's name as model budgets compare it.
package enum ChargedName: Hashable, Sendable {
    case none
    /// As NameIntroduced gave it.
    case number(UInt32)
    /// A name without a number, by ``LimitID/hash(of:)``.
    case text(hash: UInt64)
}

/// New limits of a key.
package struct LimitsSet: Hashable, Sendable {
    package var position: Position
    package var recordedAt: Instant
    package var limits: Limits

    package enum Limits: Hashable, Sendable {
        /// KeyCreated or KeyImported: all of them.
        case all(KeyTerms)
        /// KeyUpdated or KeyRegenerated: the new values and the fields that were cleared.
        case changes(KeyTerms, cleared: [KeyField])
    }

    package init(position: Position, recordedAt: Instant, limits: Limits) {
        self.position = position
        self.recordedAt = recordedAt
        self.limits = limits
    }
}
