import HTTPTypes
package import Ledger

extension APIError {
    /// How a refusal of the ledger is answered on one of LiteLLM's routes. A refusal that is repeated for a retry may know no more than its
    /// code, and still is a sentence.
    package init(_ rejection: Rejection, on route: KeyRoute) {
        switch rejection.code {
        case .callerEnded: self = .endedCaller(rejection.callerStatus ?? .unknown)
        case .callerNotAllowed: self = .callerNotAllowed(on: route)
        case .keyNotFound: self = .keyNotFound(on: route)
        case .aliasNotFound: self = .aliasNotFound(rejection.alias, on: route)
        case .aliasAmbiguous:
            self = .badRequest(
                "Several keys have \(rejection.alias.map { "key_alias='\($0)'" } ?? "this alias"). Name the key by 'key'.",
                param: "key_alias", code: "alias_ambiguous")
        case .credentialEnded: self = .credentialEnded(of: rejection.keyID)
        case .tokenTaken: self = .tokenTaken(on: route)
        case .aliasTaken:
            self = .badRequest(
                "Key with \(rejection.alias.map { "alias '\($0)'" } ?? "this alias") already exists. Unique key aliases across all keys are required.",
                param: "key_alias", code: "alias_taken")
        case .timeOutOfRange:
            self = .badRequest("Invalid duration: it ends later than dates can be told (2262).", type: nil, code: "invalid_duration")
        case .negativeSpend: self = .badRequest("spend must be a non-negative finite number.", type: nil, code: "invalid_amount")
        case .tooLarge:
            self = .badRequest(
                "The key's fields are too large to be recorded: the models, routes and limits of a key take at most 16 KiB, its metadata and"
                    + " other fields 256 KiB.", code: "too_large")
        }
    }

    /// For a caller whose own credential is not good any more: a 401, over budget a 422.
    package static func endedCaller(_ status: CredentialStatus) -> APIError {
        switch status {
        case .blocked:
            .unauthorized("Authentication Error, Key is blocked. Update via `/key/unblock` if you're an admin.", code: "blocked")
        case .expired: .unauthorized("Authentication Error - Expired Key.", type: "expired_key", code: "expired")
        case .budgetExceeded: APIError(.unprocessableContent, "Budget has been exceeded!", type: "budget_exceeded", code: "budget_exceeded")
        default: .unknownCredential
        }
    }

    private static func callerNotAllowed(on route: KeyRoute) -> APIError {
        .unauthorized(
            "Authentication Error, Only proxy admin can be used to generate, delete, update info for new keys/users/teams."
                + " Route=\(route.path). Your role=unknown. Your user_id=*******", code: "forbidden")
    }

    private static func keyNotFound(on route: KeyRoute) -> APIError {
        switch route {
        case .delete: APIError(.notFound, "No keys found", code: "key_not_found")
        case .regenerate(let key): RegenerateRequest.notFound(key)
        case .generate, .update, .block, .unblock: .notFound("Key not found.", param: "key", code: "key_not_found")
        }
    }

    private static func aliasNotFound(_ alias: String?, on route: KeyRoute) -> APIError {
        if route == .delete { return APIError(.notFound, "No keys found", code: "key_not_found") }
        let name = alias.map { "key_alias='\($0)'" } ?? "this alias"
        return .notFound("Key not found. No key with \(name).", param: "key_alias", code: "key_not_found")
    }

    private static func credentialEnded(of keyID: KeyID?) -> APIError {
        let name = keyID.map { " of key \($0)" } ?? ""
        return APIError(
            .conflict,
            "This secret\(name) has ended already. To act on the key itself, repeat with \"scope\": \"key\" or name it by its key_id.",
            type: "conflict_error", param: "key", code: "credential_ended")
    }

    private static func tokenTaken(on route: KeyRoute) -> APIError {
        let param = if case .regenerate = route { "new_key" } else { "key" }
        return .badRequest(
            "This secret is or was a key's. A secret names one key for ever: choose another.", param: param, code: "secret_taken")
    }
}

extension APIError {
    /// 404 of `GET /key/info`.
    package static var keyNotInDatabase: APIError {
        .notFound("Key not found in database", param: "key", code: "key_not_found")
    }
}
