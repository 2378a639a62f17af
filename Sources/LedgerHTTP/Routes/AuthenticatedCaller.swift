import HTTPTypes
import Ledger

/// Who sent a request: the master secret, or a key whose presented credential is good.
struct AuthenticatedCaller: Sendable {
    var caller: Caller
    var role: Role
    /// `nil` for the master secret.
    var keyID: KeyID?

    /// Reads everything: administrators and auditors.
    var readsAll: Bool { role == .proxyAdmin || role == .proxyAdminViewer }

    func isSelf(_ other: KeyView) -> Bool { keyID == other.state.keyID }
}

/// Finds out who sent a request, and refuses whoever may not do what it asks (default deny).
struct Authenticator: Sendable {
    let ledger: Ledger
    let masterToken: Token

    /// - Throws: 401 if the credential is missing, malformed, unknown or not good any more; 400 if it is there twice.
    func caller(_ context: LedgerRequestContext) throws -> AuthenticatedCaller {
        if let refusal = context.credential.refusal { throw refusal }
        guard case .secret(let secret, _) = context.credential else { throw APIError.noCredential }
        let token = context.token(of: secret)
        if token == masterToken { return AuthenticatedCaller(caller: .master, role: .proxyAdmin) }
        // A budget stops model calls, not questions about the key itself: a standing leaves it out.
        guard let standing = try ledger.standing(token) else { throw APIError.unknownCredential }
        switch standing.status {
        case .active, .deprecated: break
        case .expired: throw APIError.expiredCaller(standing, token)
        default: throw APIError.endedCaller(standing.status)
        }
        return AuthenticatedCaller(caller: .key(token), role: standing.role, keyID: standing.keyID)
    }

    /// The caller, who must be an administrator.
    func administrator(_ context: LedgerRequestContext, _ route: String) throws -> AuthenticatedCaller {
        let caller = try caller(context)
        guard caller.role == .proxyAdmin else { throw APIError.forbidden(caller.role, route) }
        return caller
    }

    /// The caller, who must be an administrator or an auditor.
    func reader(_ context: LedgerRequestContext, _ route: String) throws -> AuthenticatedCaller {
        let caller = try caller(context)
        guard caller.readsAll else { throw APIError.forbidden(caller.role, route) }
        return caller
    }

    /// The caller, who must be an administrator or a gateway.
    func gateway(_ context: LedgerRequestContext, _ route: String) throws -> AuthenticatedCaller {
        let caller = try caller(context)
        guard caller.role == .proxyAdmin || caller.role == .gateway else { throw APIError.forbidden(caller.role, route) }
        return caller
    }
}

extension APIError {
    /// A role that may not use a route: a viewer is told so, everybody else as LiteLLM tells a key without a role; under `/v1/` 403.
    static func forbidden(_ role: Role, _ route: String) -> APIError {
        if route.hasPrefix("/v1/") || role == .proxyAdminViewer {
            return .forbidden("user not allowed to access this route, role= \(role.name). Trying to access: \(route)")
        }
        return .unauthorized(
            "Authentication Error, Only proxy admin can be used to generate, delete, update info for new keys/users/teams."
                + " Route=\(route). Your role=unknown. Your user_id=*******", code: "forbidden")
    }

    /// 401 for an expired key, with both times, as LiteLLM's gateways see it.
    static func expiredCaller(_ standing: KeyStanding, _ token: Token) -> APIError {
        func text(_ instant: Instant) -> String {
            var text = instant.rfc3339(fraction: .microseconds, zone: .offset)
            if let place = text.firstIndex(of: "T") { text.replaceSubrange(place...place, with: " ") }
            return text
        }
        return .unauthorized(
            "Authentication Error - Expired Key. Key Expiry time \(text(standing.expires ?? standing.moment)) and current time"
                + " \(text(standing.moment))", type: "expired_key", param: "sk-...\(token.hex.suffix(4))", code: "expired")
    }

    /// The ledger's own errors, by what the caller can do about them.
    init(_ error: LedgerError) {
        switch error.code {
        case .queueFull, .shuttingDown:
            self = .busy(error.message, code: error.code.rawValue, retryAfterSeconds: error.retryAfterSeconds ?? 1)
        case .outcomeUnknown: self = .outcomeUnknown(error.message)
        case .idempotencyConflict: self = .conflict(error.message, code: error.code.rawValue)
        case .invalidCommand: self = .badRequest(error.message, code: error.code.rawValue)
        case .notFound: self = APIError(.notFound, error.message, code: error.code.rawValue)
        case .locked, .cancelled: self = .conflict(error.message, code: error.code.rawValue)
        default: self = .storeUnavailable(error.message, cause: error).retrying(afterSeconds: error.retryAfterSeconds ?? 5)
        }
    }
}
