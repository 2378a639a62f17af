public import LedgerSchema

/// Which charges a list holds, in which order, and which part of it.
public struct ChargeQuery: Sendable {
    public enum Sort: String, Hashable, Sendable, CaseIterable {
        case time = "startTime"
        case endTime
        case spend
        case totalTokens = "total_tokens"
        case duration = "request_duration_ms"
        case model
    }

    /// The first moment of `occurred_at`; `nil`: since ever.
    public var from: Instant?
    /// The moment behind the last one.
    public var to: Instant?
    public var token: Token?
    /// What the caller may see.
    public var keyIDs: Set<KeyID>?
    public var userID: String?
    public var teamID: String?
    public var alias: String?
    public var requestID: String?
    public var model: String?
    public var modelGroup: String?
    public var endUser: String?
    public var failed: Bool?
    public var minSpend: Amount?
    public var maxSpend: Amount?
    public var sort = Sort.time
    public var ascending = false
    public var offset: Int
    public var limit: Int

    public init(offset: Int = 0, limit: Int = 50) {
        self.offset = offset
        self.limit = limit
    }

    /// Whether every charge of the time is in the list.
    var isUnfiltered: Bool {
        token == nil && keyIDs == nil && userID == nil && teamID == nil && alias == nil && requestID == nil && model == nil
            && modelGroup == nil && endUser == nil && failed == nil && minSpend == nil && maxSpend == nil
    }
}

/// A charge with the names that stand behind its numbers.
public struct ListedCharge: Hashable, Sendable {
    public var position: Position
    public var recordedAt: Instant
    public var isAdjustment: Bool
    public var charge: Charge
    public var token: Token
    /// `nil` for a token that no key ever had.
    public var keyID: KeyID?
    /// Of the key when the charge was made.
    public var alias: String?
    public var teamID: String?
    public var userID: String?
    public var organizationID: String?
    public var agentID: String?
    public var endUser: String?
    public var model: String?
    public var modelGroup: String?
    public var provider: String?
    public var endpoint: String?
    public var callType: String?
    public var mcpTool: String?
    public var tags: [String]

    /// The id that its sender gave it: its own, or its place among those of its producer.
    public var requestID: String {
        if let id = charge.chargeID { return id }
        guard let sequence = charge.sequence else { return "position-\(position.value)" }
        return "\(sequence.producer)-\(sequence.epoch)-\(sequence.number)"
    }

    public var totalTokens: UInt64 {
        let (sum, overflow) = charge.tokens.prompt.addingReportingOverflow(charge.tokens.completion)
        return overflow ? .max : sum
    }
}

public struct ChargePage: Sendable {
    public var charges: [ListedCharge]
    /// Of the whole list.
    public var total: Int
    public var position: Position

    public init(charges: [ListedCharge], total: Int, position: Position) {
        self.charges = charges
        self.total = total
        self.position = position
    }
}
