package import Ledger

/// The query of `GET /key/aliases`.
package struct KeyAliasesRequest: Sendable {
    package var query: AliasQuery

    /// - Throws: `APIError`: a 422.
    package init(_ parameters: [(name: String, value: String)]) throws {
        var reader = QueryReader(QueryParameters(items: parameters))
        let page = reader.integer("page", default: 1, atLeast: 1)
        let size = reader.integer("size", default: 50, atLeast: 1, atMost: 100)
        try reader.validate()
        query = AliasQuery(search: reader.filter("search"), teamID: reader.filter("team_id"), page: Int(clamping: page), size: Int(size))
    }
}
