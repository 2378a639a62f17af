public import LedgerSchema

/// What a caller wants done with one key. Ids, tokens and times are in it or given to ``decide(_:given:at:)``: a decision
/// draws nothing and reads no clock.
public enum KeyCommand: Hashable, Sendable {
    case create(CreateKey)
    case update(UpdateKey)
    case regenerate(RegenerateKey)
    case block(KeyTarget, scope: Scope)
    case unblock(KeyTarget)
    case delete(KeyTarget, scope: Scope)
    case revoke(Token, at: Instant?)

    /// What an old credential stands for in block and delete.
    public enum Scope: String, Sendable, Hashable {
        /// The current credential or a key_id stands for the key, an old credential for itself.
        case presented
        /// Always the key.
        case key
        /// The credential alone, the current one too; a key_id or an alias stands for the current one.
        case credential
    }
}

/// How a request names a key.
public enum KeyTarget: Hashable, Sendable {
    case token(Token)
    case keyID(KeyID)
    /// The living key with that alias.
    case alias(String)
}

/// What a request does to one field: nothing, a new value, or taking it away.
public enum FieldChange<Value: Hashable & Sendable>: Hashable, Sendable {
    case keep
    case set(Value)
    case clear
}

public struct CreateKey: Hashable, Sendable {
    public var keyID: KeyID
    public var token: Token
    /// Display form of the secret.
    public var keyName: String?
    public var fields: KeyChanges

    public init(keyID: KeyID, token: Token, keyName: String?, fields: KeyChanges) {
        self.keyID = keyID
        self.token = token
        self.keyName = keyName
        self.fields = fields
    }
}

public struct UpdateKey: Hashable, Sendable {
    public var target: KeyTarget
    public var changes: KeyChanges

    public init(target: KeyTarget, changes: KeyChanges) {
        self.target = target
        self.changes = changes
    }
}

public struct RegenerateKey: Hashable, Sendable {
    public var target: KeyTarget
    public var newToken: Token
    public var newKeyName: String?
    /// `nil`: the old credential ends at once.
    public var grace: KeyDuration?
    public var changes: KeyChanges

    public init(target: KeyTarget, newToken: Token, newKeyName: String?, grace: KeyDuration?, changes: KeyChanges) {
        self.target = target
        self.newToken = newToken
        self.newKeyName = newKeyName
        self.grace = grace
        self.changes = changes
    }
}

/// What a request does to a field that stands in no term.
public struct ContentChange: Hashable, Sendable {
    public var name: String
    /// Its JSON text, or `nil` to take it away.
    public var json: String?

    public init(name: String, json: String?) {
        self.name = name
        self.json = json
    }
}

/// The fields of a generate, update or regenerate request, by what the ledger does with them.
public struct KeyChanges: Hashable, Sendable {
    /// A budget of one period, not yet resolved to a window.
    public struct PeriodBudget: Hashable, Sendable {
        public var model: String?
        public var period: BudgetPeriod?
        public var maxBudget: Amount

        public init(model: String? = nil, period: BudgetPeriod?, maxBudget: Amount) {
            self.model = model
            self.period = period
            self.maxBudget = maxBudget
        }
    }

    /// New values of terms that need no resolving. `expires`, `budgetWindow`, `budgetLimits`, `modelBudgets`, `subject` and
    /// `blocked` have members of their own below and are ignored here.
    public var terms = KeyTerms()
    /// Terms to take away; those with members of their own are ignored here too.
    public var cleared: [KeyField] = []
    public var alias: FieldChange<String> = .keep
    public var userID: FieldChange<String> = .keep
    /// From the moment of recording.
    public var duration: FieldChange<KeyDuration> = .keep
    public var budgetPeriod: FieldChange<BudgetPeriod> = .keep
    public var budgetLimits: FieldChange<[PeriodBudget]> = .keep
    public var modelBudgets: FieldChange<[PeriodBudget]> = .keep
    public var blocked: FieldChange<Bool> = .keep
    /// Every other field, each once, in the order in which they were first named.
    public private(set) var content: [ContentChange] = []
    /// Where a field stands in `content`, by the bytes of its name.
    private var contentPlaces: [[UInt8]: Int] = [:]
    /// Sets the window's spend.
    public var spend: Amount?

    public init() {}

    /// Sets or takes away a content field.
    public mutating func setContent(_ name: String, json: String?) {
        let key = Array(name.utf8)
        if let place = contentPlaces[key] {
            content[place].json = json
        } else {
            contentPlaces[key] = content.count
            content.append(ContentChange(name: name, json: json))
        }
    }
}
