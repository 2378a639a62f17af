public import LedgerSchema

/// Which keys a list holds, in which order, and which page of it.
public struct KeyQuery: Hashable, Sendable {
    public enum Status: String, Sendable, Hashable, CaseIterable {
        case active
        case expired
        /// Blocked keys.
        case revoked
        /// Old credentials in their grace: one entry for each.
        case deprecated
        case deleted
    }

    public enum Expiry: String, Sendable, Hashable, CaseIterable {
        case active
        case expired
    }

    public enum Sort: String, Sendable, Hashable, CaseIterable {
        case spend
        case maxBudget = "max_budget"
        case createdAt = "created_at"
        case updatedAt = "updated_at"
        case token
        case keyAlias = "key_alias"
        case expires
        case lastActive = "last_active"
        case budgetResetAt = "budget_reset_at"
        case totalSpend = "total_spend"
        case tpmLimit = "tpm_limit"
        case rpmLimit = "rpm_limit"
    }

    public var status: Status?
    public var expiry: Expiry?
    public var userID: String?
    public var teamID: String?
    public var organizationID: String?
    public var projectID: String?
    public var agentID: String?
    /// Listed in the key's `access_group_ids`.
    public var accessGroupID: String?
    public var token: Token?
    public var alias: String?
    /// `alias` and `userID` match anywhere and without regard to case.
    public var substringMatching: Bool
    /// Part of an alias, or a whole token.
    public var search: String?
    /// A team whose keys are left out.
    public var hiddenTeamID: String?
    public var sort: Sort
    public var ascending: Bool
    /// From 1.
    public var page: Int
    public var size: Int

    public init(page: Int = 1, size: Int = 10) {
        substringMatching = false
        sort = .createdAt
        ascending = false
        self.page = page
        self.size = size
    }
}

public struct KeyPage: Hashable, Sendable {
    public var keys: [KeyView]
    /// Of all pages.
    public var total: Int
    public var position: Position

    public init(keys: [KeyView], total: Int, position: Position) {
        self.keys = keys
        self.total = total
        self.position = position
    }
}

/// Which aliases of living keys a list holds, in the order of their bytes.
public struct AliasQuery: Hashable, Sendable {
    /// Part of an alias, without regard to case.
    public var search: String?
    public var teamID: String?
    public var page: Int
    public var size: Int

    public init(search: String? = nil, teamID: String? = nil, page: Int = 1, size: Int = 50) {
        self.search = search
        self.teamID = teamID
        self.page = page
        self.size = size
    }
}

public struct AliasPage: Hashable, Sendable {
    public var aliases: [String]
    public var total: Int
    public var position: Position

    public init(aliases: [String], total: Int, position: Position) {
        self.aliases = aliases
        self.total = total
        self.position = position
    }
}

/// Which of a list's items a page holds, for any numbers that a caller gives: pages before the first are the first.
struct PageBounds {
    var offset: Int
    var size: Int

    init(page: Int, size: Int) {
        self.size = max(0, size)
        let product = (max(1, page) - 1).multipliedReportingOverflow(by: self.size)
        offset = product.overflow ? .max : product.partialValue
    }

    static let whole = PageBounds(page: 1, size: .max)

    func slice<Item>(_ items: [Item]) -> [Item] { Array(items.dropFirst(offset).prefix(size)) }
}
