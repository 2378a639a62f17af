/// The type of an event: the number of its member in `Leaf.event` (`Schemas/keyledger/v1/leaf.proto`), for ever.
public enum EventType: UInt32, Sendable, Hashable, CaseIterable {
    case spendRecorded = 15
    case ledgerOpened = 16
    case keyCreated = 17
    case keyImported = 18
    case keyUpdated = 19
    case keyRegenerated = 20
    case credentialRevoked = 21
    case keyBlocked = 22
    case keyUnblocked = 23
    case keyDeleted = 24
    case spendReset = 25
    case spendAdjusted = 26
    case graceEnded = 27
    case keyExpired = 28
    case budgetCrossed = 29
    case nameIntroduced = 30
    case subjectNamed = 31
    case subjectErased = 32
    case subjectErasureDone = 33
    case stateCommitted = 34
    case statementClosed = 35
    case checkpointKeyRotated = 36
    case ledgerRestored = 37
    case subscriptionChanged = 38
    case accessSummarised = 39
    case exportMade = 40
    case clockAccepted = 41

    /// Lifecycle events raise a key's revision and stand in its chain; no others do.
    public var isLifecycle: Bool {
        switch self {
        case .keyCreated, .keyImported, .keyUpdated, .keyRegenerated, .credentialRevoked, .keyBlocked, .keyUnblocked, .keyDeleted: true
        default: false
        }
    }

    /// The name as it is shown to people: `KeyCreated`.
    public var name: String {
        let text = String(describing: self)
        return text.prefix(1).uppercased() + text.dropFirst()
    }
}
