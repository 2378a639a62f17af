import Hummingbird
import JSONText
import Ledger

extension KeyRoutes {
    func info(_ context: LedgerRequestContext) throws -> Response {
        let caller = try authenticator.caller(context)
        guard let named = context.query.string("key") else {
            // The caller's own key, as its token names it.
            guard case .key(let token) = caller.caller, let own = try ledger.key(.token(token)) else { throw APIError.keyNotInDatabase }
            return .json(KeyAnswer.info(own, asPassed: own.state.currentToken.hex))
        }
        guard let target = KeyTarget(presented: named), let view = try ledger.key(target) else { throw APIError.keyNotInDatabase }
        guard caller.readsAll || caller.isSelf(view) else {
            throw APIError.forbidden("You are not allowed to access this key's info. Your role=\(caller.role.shownName)")
        }
        if view.state.isDeleted, settings.hidesDeletedKeys || context.query.string("deleted") == "404" {
            throw APIError.keyNotInDatabase
        }
        return .json(KeyAnswer.info(view, asPassed: named))
    }

    func infoV2(_ context: LedgerRequestContext) throws -> Response {
        let caller = try authenticator.caller(context)
        let wanted = try KeysRequest(info: try BodyFields.optionalObject(context.bodyBytes))
        var views: [KeyView] = []
        for item in wanted.items {
            guard let target = item.target, let view = try ledger.key(target) else { continue }
            guard caller.readsAll || caller.isSelf(view) else {
                throw APIError.forbidden("You are not allowed to access this key's info. Your role=\(caller.role.shownName)")
            }
            views.append(view)
        }
        return .json(KeyAnswer.infoV2(views, keys: wanted.keys))
    }

    func list(_ context: LedgerRequestContext) throws -> Response {
        let caller = try authenticator.caller(context)
        guard caller.readsAll else {
            throw APIError.forbidden(
                "You are not authorized to access this endpoint. No 'user_id' is associated with your API key.",
                type: "bad_request_error", param: "user_id")
        }
        let wanted = try KeyListRequest(context.query.parameters.items)
        let page = wanted.matchesNothing ? KeyPage(keys: [], total: 0, position: ledger.head.position) : try ledger.keys(wanted.query)
        return .json(KeyAnswer.list(page, for: wanted))
    }

    func aliases(_ context: LedgerRequestContext) throws -> Response {
        _ = try authenticator.reader(context, "/key/aliases")
        let wanted = try KeyAliasesRequest(context.query.parameters.items)
        return .json(KeyAnswer.aliases(try ledger.aliases(wanted.query), for: wanted))
    }
}

extension Role {
    /// As LiteLLM's messages name it.
    fileprivate var shownName: String { self == .none ? "unknown" : name }
}
