import LMDB
import LedgerDomain
import LedgerSchema

extension KeyQuery {
    var dimensions: [ListingDimension] {
        var list: [ListingDimension] = []
        if let teamID { list.append(.team(teamID)) }
        if let organizationID { list.append(.organization(organizationID)) }
        if let projectID { list.append(.project(projectID)) }
        if let agentID { list.append(.agent(agentID)) }
        return list
    }

    /// What the alias has to contain, in lower case.
    var aliasPart: String? {
        let part = substringMatching ? alias ?? search : search
        return part?.lowercased()
    }

    /// Status and expiry are decided from the index entries alone.
    var filtersEntries: Bool { (status != nil && status != .deleted) || expiry != nil }

    /// More has to be known of each candidate than its index entry tells.
    var needsRows: Bool {
        sort != .createdAt || accessGroupID != nil || token != nil || alias != nil || search != nil || hiddenTeamID != nil
            || (userID != nil && substringMatching) || dimensions.count + (userID == nil ? 0 : 1) > 1
    }

    /// `entry` is expires (8) ‖ blocked (1) of a listing.
    func matches(entry: Span<UInt8>, at moment: Instant) -> Bool {
        guard filtersEntries, entry.count == 9 else { return true }
        let isExpired = KeyTables.instant(sortable: entry) <= moment
        let isBlocked = entry[8] != 0
        if let expiry, isExpired != (expiry == .expired) { return false }
        switch status {
        case .active: return !isBlocked && !isExpired
        case .expired: return isExpired && !isBlocked
        case .revoked: return isBlocked
        case .deprecated, .deleted, nil: return true
        }
    }

    func matches(_ view: KeyView) -> Bool {
        let terms = view.state.terms
        if (status == .deleted) != view.state.isDeleted { return false }
        if let status, status != .deleted, status != .deprecated, KeyStatus(rawValue: status.rawValue) != view.keyStatus { return false }
        if let expiry, (terms.expires.map { $0 <= view.moment } ?? false) != (expiry == .expired) { return false }
        if let userID, !matches(userID, view.userID) { return false }
        if let teamID, !terms.teamID.hasSameBytes(as: teamID) { return false }
        if let organizationID, !terms.organizationID.hasSameBytes(as: organizationID) { return false }
        if let projectID, !terms.projectID.hasSameBytes(as: projectID) { return false }
        if let agentID, !terms.agentID.hasSameBytes(as: agentID) { return false }
        if let token, view.state.currentToken != token, view.credential.token != token { return false }
        if let alias, !matches(alias, view.state.alias) { return false }
        if let hiddenTeamID, terms.teamID.hasSameBytes(as: hiddenTeamID) { return false }
        if let accessGroupID, !(view.state.content["access_group_ids"]?.contains("\"\(accessGroupID)\"") ?? false) { return false }
        if let search { return matchesSearch(search, view) }
        return true
    }

    private func matches(_ wanted: String, _ value: String?) -> Bool {
        guard let value, substringMatching else { return value.hasSameBytes(as: wanted) }
        return value.lowercased().contains(wanted.lowercased())
    }

    private func matchesSearch(_ search: String, _ view: KeyView) -> Bool {
        if let token = Token(hex: search) { return view.state.currentToken == token || view.credential.token == token }
        return view.state.alias?.lowercased().contains(search.lowercased()) ?? false
    }

    /// Orders by the sort field; keys without a value last when ascending, first when descending; ties newest first, old credentials of
    /// one key by their end.
    func order(_ views: inout [KeyView]) {
        func before<T: Comparable>(_ a: T?, _ b: T?) -> Bool? {
            switch (a, b) {
            case (nil, nil): nil
            case (nil, _): !ascending
            case (_, nil): ascending
            case (let a?, let b?): a == b ? nil : (a < b) == ascending
            }
        }
        func decided(_ a: KeyView, _ b: KeyView) -> Bool? {
            switch sort {
            case .spend: before(a.spend, b.spend)
            case .totalSpend: before(a.totalSpend, b.totalSpend)
            case .maxBudget: before(a.state.terms.maxBudget, b.state.terms.maxBudget)
            case .createdAt: before(a.creation, b.creation)
            case .updatedAt: before(a.state.updatedAt, b.state.updatedAt)
            case .token: before(a.credential.token, b.credential.token)
            case .keyAlias: before(a.state.alias, b.state.alias)
            case .expires: before(a.state.terms.expires, b.state.terms.expires)
            case .lastActive: before(a.lastChargeAt, b.lastChargeAt)
            case .budgetResetAt:
                before(
                    a.state.terms.budgetWindow?.window(at: a.moment).end, b.state.terms.budgetWindow?.window(at: b.moment).end)
            case .tpmLimit: before(a.state.terms.tpmLimit, b.state.terms.tpmLimit)
            case .rpmLimit: before(a.state.terms.rpmLimit, b.state.terms.rpmLimit)
            }
        }
        views.sort { a, b in decided(a, b) ?? (a.creation == b.creation ? a.end < b.end : a.creation > b.creation) }
    }
}

extension KeyView {
    /// The order of the listings: no two keys are at the same place.
    fileprivate var creation: Moment<KeyID> { Moment(at: state.createdAt, id: state.keyID) }
    /// The order of old credentials, of which one key can have several.
    fileprivate var end: Moment<Token> { Moment(at: credential.revokeAt ?? .distantFuture, id: credential.token) }

    fileprivate struct Moment<ID: Comparable>: Comparable {
        let at: Instant
        let id: ID

        static func < (a: Moment, b: Moment) -> Bool { (a.at, a.id) < (b.at, b.id) }
    }
}
