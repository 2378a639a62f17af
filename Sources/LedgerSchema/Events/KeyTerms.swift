/// What decides validity, money and access of a key. In an event that changes a key only the new values are set.
public struct KeyTerms: Hashable, Sendable {
    public var models: [String]?
    public var expires: Instant?
    public var blocked: Bool?
    public var role: Role?
    public var allowedRoutes: [String]?
    public var maxBudget: Amount?
    public var softBudget: Amount?
    public var budgetWindow: BudgetWindow?
    public var budgetLimits: [BudgetLimit]?
    public var modelBudgets: [ModelBudget]?
    public var tpmLimit: Int64?
    public var rpmLimit: Int64?
    public var tpdLimit: Int64?
    public var maxParallelRequests: Int64?
    public var teamID: String?
    public var organizationID: String?
    public var projectID: String?
    public var agentID: String?
    public var budgetID: String?
    /// Subject number of the key's user.
    public var subject: UInt64?

    public init() {}

    public static func == (a: KeyTerms, b: KeyTerms) -> Bool {
        let difference = a.without(equalsOf: b)
        return KeyField.allCases.allSatisfy { a.isSet($0) == b.isSet($0) && !difference.isSet($0) }
    }
}

/// A term by the number of its field in `KeyTerms` of `keys.proto`.
public enum KeyField: UInt32, Sendable, Hashable, CaseIterable {
    case models = 1
    case expires, blocked, role, allowedRoutes, maxBudget, softBudget, budgetWindow, budgetLimits, modelBudgets
    case tpmLimit, rpmLimit, tpdLimit, maxParallelRequests
    case teamID, organizationID, projectID, agentID, budgetID, subject
}

/// What a key may do to the ledger. A key with role `none` may only ask about itself.
public enum Role: UInt8, Sendable, Hashable, CaseIterable {
    case none = 0
    case proxyAdmin = 1
    case proxyAdminViewer = 2
    case gateway = 3
    case subscriber = 4

    /// The name used in requests and answers: `proxy_admin`.
    public var name: String {
        switch self {
        case .none: "none"
        case .proxyAdmin: "proxy_admin"
        case .proxyAdminViewer: "proxy_admin_viewer"
        case .gateway: "gateway"
        case .subscriber: "subscriber"
        }
    }

    /// The role of that name, if there is one.
    public init?(name: String) {
        guard let role = Role.allCases.first(where: { $0.name == name }) else { return nil }
        self = role
    }
}

public struct BudgetLimit: Hashable, Sendable {
    public var window: BudgetWindow
    public var maxBudget: Amount

    public init(window: BudgetWindow, maxBudget: Amount) {
        self.window = window
        self.maxBudget = maxBudget
    }
}

public struct ModelBudget: Hashable, Sendable {
    public var model: String
    public var maxBudget: Amount
    /// `nil`: the budget never starts anew.
    public var window: BudgetWindow?

    public init(model: String, maxBudget: Amount, window: BudgetWindow?) {
        self.model = model
        self.maxBudget = maxBudget
        self.window = window
    }

    public static func == (a: ModelBudget, b: ModelBudget) -> Bool {
        a.model.hasSameBytes(as: b.model) && a.maxBudget == b.maxBudget && a.window == b.window
    }
}
