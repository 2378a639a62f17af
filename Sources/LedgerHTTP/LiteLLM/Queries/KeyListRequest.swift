package import Ledger

/// The query of `GET /key/list`.
package struct KeyListRequest: Sendable {
    package var query: KeyQuery
    /// Objects instead of tokens.
    package var returnsObjects: Bool
    package var includesTeamKeys: Bool
    package var includesCreatedByKeys: Bool
    /// The query names a token that can be none, so that the list is empty.
    package var matchesNothing: Bool

    /// Keys of LiteLLM's user interface belong to this team; they are not shown.
    package static let hiddenTeamID = "litellm-dashboard"

    /// - Throws: `APIError`: a 422 for numbers and truth values, a 400 for words that are not known.
    package init(_ parameters: [(name: String, value: String)]) throws {
        var reader = QueryReader(QueryParameters(items: parameters))
        let page = reader.integer("page", default: 1, atLeast: 1)
        let size = reader.integer("size", default: 10, atLeast: 1, atMost: 100)
        returnsObjects = reader.boolean("return_full_object", default: false)
        includesTeamKeys = reader.boolean("include_team_keys", default: false)
        includesCreatedByKeys = reader.boolean("include_created_by_keys", default: false)
        let substringMatching = reader.boolean("substring_matching", default: false)
        try reader.validate()
        query = KeyQuery(page: Int(clamping: page), size: Int(size))
        query.substringMatching = substringMatching
        returnsObjects = returnsObjects || reader.string("expand") != nil
        (query.token, matchesNothing) = Self.token(reader.filter("key_hash"))
        Self.takeFilters(reader, into: &query)
        query.status = try Self.status(reader.filter("status"))
        query.expiry = try Self.expiry(reader.filter("expires"))
        (query.sort, query.ascending) = try Self.order(by: reader.filter("sort_by"), reader.string("sort_order"))
    }

    private static func takeFilters(_ reader: QueryReader, into query: inout KeyQuery) {
        query.userID = reader.filter("user_id")
        query.teamID = reader.filter("team_id")
        query.organizationID = reader.filter("organization_id")
        query.projectID = reader.filter("project_id")
        query.agentID = reader.filter("agent_id")
        query.accessGroupID = reader.filter("access_group_id")
        query.alias = reader.filter("key_alias")
        query.search = reader.filter("search")
        query.hiddenTeamID = hiddenTeamID
    }

    private static func token(_ text: String?) -> (token: Token?, matchesNothing: Bool) {
        guard let text else { return (nil, false) }
        if text.utf8.starts(with: Secret.prefix.utf8) { return (Token(secret: text), false) }
        let token = Token(hex: text)
        return (token, token == nil)
    }

    private static func status(_ text: String?) throws -> KeyQuery.Status? {
        guard let text else { return nil }
        if let status = KeyQuery.Status(rawValue: text) { return status }
        throw refusal("Invalid status value. Supported: 'active', 'expired', 'revoked', 'deleted'.")
    }

    private static func expiry(_ text: String?) throws -> KeyQuery.Expiry? {
        guard let text else { return nil }
        if let expiry = KeyQuery.Expiry(rawValue: text) { return expiry }
        throw refusal("Invalid expires value. Supported: 'active', 'expired'.")
    }

    /// The order is looked at only with a field to sort by; without one the newest come first.
    private static func order(by field: String?, _ order: String?) throws -> (KeyQuery.Sort, ascending: Bool) {
        guard let field else { return (.createdAt, false) }
        guard let sort = KeyQuery.Sort(rawValue: field) else {
            let names = KeyQuery.Sort.allCases.map(\.rawValue).joined(separator: ", ")
            throw refusal("Invalid sort column. Must be one of: \(names)")
        }
        switch order?.lowercased() {
        case nil, "desc": return (sort, false)
        case "asc": return (sort, true)
        default: throw refusal("Invalid sort order. Must be 'asc' or 'desc'")
        }
    }

    private static func refusal(_ message: String) -> APIError {
        .badRequest(message, type: nil, code: "invalid_parameter")
    }
}
