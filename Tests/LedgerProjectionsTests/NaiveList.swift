import LedgerDomain
import LedgerProjections
import LedgerSchema
import LedgerTestSupport

/// `/key/list` without an index: every key is looked at. The words of the contract, in the plainest code.
struct NaiveList {
    /// One view of every key by its current credential, deleted ones too, and one of every old credential.
    var keys: [KeyView]
    var old: [KeyView]

    func page(_ query: KeyQuery) -> (keys: [KeyView], total: Int) {
        var found: [KeyView]
        if query.status == .deprecated {
            found = old.filter { $0.status == .deprecated && matches(query, $0) }
            if query.sort == .createdAt { found.sort { end($0) < end($1) } } else { sort(query, &found) }
        } else {
            found = keys.filter { $0.state.isDeleted == (query.status == .deleted) && matches(query, $0) }
            sort(query, &found)
        }
        let start = (max(1, query.page) - 1) * query.size
        return (Array(found.dropFirst(start).prefix(query.size)), found.count)
    }

    private struct End: Comparable {
        var at: Instant
        var token: Token
        static func < (a: End, b: End) -> Bool { (a.at, a.token) < (b.at, b.token) }
    }

    private func end(_ view: KeyView) -> End { End(at: view.credential.revokeAt ?? .distantFuture, token: view.credential.token) }

    private func same(_ a: String?, _ b: String) -> Bool { a.map { Array($0.utf8) == Array(b.utf8) } ?? false }

    private func named(_ query: KeyQuery, _ value: String?, _ wanted: String) -> Bool {
        guard query.substringMatching else { return same(value, wanted) }
        return value?.lowercased().contains(wanted.lowercased()) ?? false
    }

    private func matches(_ query: KeyQuery, _ view: KeyView) -> Bool {
        let terms = view.state.terms
        let isExpired = terms.expires.map { $0 <= view.moment } ?? false
        switch query.status {
        case .active where view.state.isBlocked || isExpired: return false
        case .expired where view.state.isBlocked || !isExpired: return false
        case .revoked where !view.state.isBlocked: return false
        default: break
        }
        if let expiry = query.expiry, isExpired != (expiry == .expired) { return false }
        if let user = query.userID, !named(query, view.userID, user) { return false }
        if let alias = query.alias, !named(query, view.state.alias, alias) { return false }
        if let team = query.teamID, !same(terms.teamID, team) { return false }
        if let organization = query.organizationID, !same(terms.organizationID, organization) { return false }
        if let project = query.projectID, !same(terms.projectID, project) { return false }
        if let agent = query.agentID, !same(terms.agentID, agent) { return false }
        if let hidden = query.hiddenTeamID, same(terms.teamID, hidden) { return false }
        if let group = query.accessGroupID, view.state.content["access_group_ids"] != "[\"\(group)\"]" { return false }
        if let token = query.token, ![view.state.currentToken, view.credential.token].contains(token) { return false }
        guard let search = query.search else { return true }
        if let token = Token(hex: search) { return [view.state.currentToken, view.credential.token].contains(token) }
        return view.state.alias?.lowercased().contains(search.lowercased()) ?? false
    }

    /// Keys without a value last when ascending, first when descending; ties newest first.
    private func sort(_ query: KeyQuery, _ views: inout [KeyView]) {
        func by<Value: Comparable>(_ value: (KeyView) -> Value?) {
            views.sort { a, b in
                switch (value(a), value(b)) {
                case (let x?, let y?) where x != y: (x < y) == query.ascending
                case (nil, _?): !query.ascending
                case (_?, nil): query.ascending
                default: newer(a, b)
                }
            }
        }
        switch query.sort {
        case .createdAt: views.sort { a, b in query.ascending ? newer(b, a) : newer(a, b) }
        case .updatedAt: by(\.state.updatedAt)
        case .spend: by(\.spend)
        case .totalSpend: by(\.totalSpend)
        case .maxBudget: by(\.state.terms.maxBudget)
        case .token: by(\.credential.token)
        case .keyAlias: by(\.state.alias)
        case .expires: by(\.state.terms.expires)
        case .rpmLimit: by(\.state.terms.rpmLimit)
        case .tpmLimit: by(\.state.terms.tpmLimit)
        case .lastActive, .budgetResetAt: views.sort(by: newer)
        }
    }

    private func newer(_ a: KeyView, _ b: KeyView) -> Bool {
        if a.state.keyID == b.state.keyID { return end(a) < end(b) }
        return (a.state.createdAt, a.state.keyID) > (b.state.createdAt, b.state.keyID)
    }
}
