/// Money spent with a credential: what SpendRecorded says, and SpendAdjusted of a correction.
public struct Charge: Hashable, Sendable {
    /// The caller's id of the charge; `nil` where `sequence` identifies it.
    public var chargeID: String?
    public var sequence: ProducerSequence?
    public var credential: ChargeCredential
    /// The key's revision in force at `occurredAt`; 0 for an unknown credential.
    public var revision: UInt64
    public var occurredAt: Instant
    /// `occurredAt` was not given and is the time of recording.
    public var occurredAtIsDefaulted = false
    /// In 10⁻¹² USD; negative only in a correction.
    public var amount: Int64
    public var cost: CostParts?
    public var tokens = TokenCounts()
    public var model: ChargeName?
    public var modelGroup: ChargeName?
    public var provider: ChargeName?
    public var endpoint: ChargeName?
    public var callType: ChargeName?
    public var mcpTool: ChargeName?
    public var tags: [ChargeName] = []
    /// Subject number; 0 if none.
    public var endUser: UInt64 = 0
    public var failed = false
    public var durationMilliseconds: UInt64?
    /// Only where it differs from the key's.
    public var teamID: String?
    /// Subject number, only where it differs from the key's.
    public var user: UInt64?

    public init(credential: ChargeCredential, revision: UInt64, occurredAt: Instant, amount: Int64) {
        self.credential = credential
        self.revision = revision
        self.occurredAt = occurredAt
        self.amount = amount
    }
}

/// Which credential a charge names.
public enum ChargeCredential: Hashable, Sendable {
    case known(CredentialReference)
    /// A token that no key had when the charge was recorded.
    case unknown(Token)
}

/// A name that charges repeat. Number 0 and an empty text are no name, and are not stored.
public enum ChargeName: Hashable, Sendable {
    /// As NameIntroduced gave it.
    case number(UInt32)
    /// Where no number was left, and of long names.
    case text(String)

    public var number: UInt32? {
        if case .number(let number) = self { number } else { nil }
    }

    public var text: String? {
        if case .text(let text) = self { text } else { nil }
    }
}

/// What an amount consists of, in 10⁻¹² USD; the parts sum to it.
public struct CostParts: Hashable, Sendable {
    public var input: Int64 = 0
    public var output: Int64 = 0
    public var cacheRead: Int64 = 0
    public var cacheWrite: Int64 = 0
    public var other: Int64 = 0

    public init() {}
}

public struct TokenCounts: Hashable, Sendable {
    public var prompt: UInt64 = 0
    public var completion: UInt64 = 0
    public var cacheRead: UInt64 = 0
    public var cacheWrite: UInt64 = 0

    public init() {}
}

/// A charge's place among those of one producer, which needs no index of ids.
public struct ProducerSequence: Hashable, Sendable {
    public var producer: String
    public var epoch: UInt32
    public var number: UInt64
    /// Lower numbers that have not come are given up; 0 says nothing.
    public var floor: UInt64

    public init(producer: String, epoch: UInt32, number: UInt64, floor: UInt64 = 0) {
        self.producer = producer
        self.epoch = epoch
        self.number = number
        self.floor = floor
    }
}

/// What a number stands for.
public enum NameKind: UInt8, Hashable, Sendable, CaseIterable {
    case model = 1
    case modelGroup = 2
    case provider = 3
    case endpoint = 4
    case callType = 5
    case mcpTool = 6
    case tag = 7
}

/// Gives a name its number, 1 … 65,536 within its kind.
public struct NameIntroduced: Hashable, Sendable {
    public static let mostNumbers: UInt32 = 65_536

    public var kind: NameKind
    public var number: UInt32
    public var name: String

    public init(kind: NameKind, number: UInt32, name: String) {
        self.kind = kind
        self.number = number
        self.name = name
    }
}
