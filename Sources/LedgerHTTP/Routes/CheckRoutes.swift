import HTTPTypes
import Hummingbird
import JSONText
import Ledger

/// The questions of gateways: is this key good, now?
struct CheckRoutes: Sendable {
    let ledger: Ledger
    let authenticator: Authenticator
    let count: @Sendable (KeyCheck.Code) -> Void

    static let gatewayPath = "/auth/gateway"

    /// Whether a target answers with a verdict on the credential itself, on a bad one and beside a body of any size too: proxies
    /// understand 200, 401 and 403 alone.
    static func judges(_ target: String) -> Bool {
        let path = target.utf8.prefix { $0 != UInt8(ascii: "?") }
        return path.elementsEqual(gatewayPath.utf8) || path.starts(with: "\(gatewayPath)/".utf8)
    }

    func add(to router: Router<LedgerRequestContext>) {
        router.post("/v1/keys/verify") { _, context in try verify(context) }
        router.any("\(Self.gatewayPath)") { request, context in try gateway(request, context) }
        router.any("\(Self.gatewayPath)/**") { request, context in try gateway(request, context) }
    }

    /// `{"key" | "token", "model"?}` by a gateway: always 200 with the verdict.
    private func verify(_ context: LedgerRequestContext) throws -> Response {
        _ = try authenticator.gateway(context, "/v1/keys/verify")
        let body = try VerifyBody(context.bodyBytes)
        let check: KeyCheck
        switch (body.secret, body.token) {
        case (let secret?, nil): check = try self.check(secret: secret.span, model: body.model)
        case (nil, let hex?):
            guard let token = Token(hex: hex) else {
                throw APIError.badRequest("token must be 64 hexadecimal digits.", param: "token", code: "invalid_token")
            }
            check = try ledger.check(token, model: body.model)
        default: throw APIError.badRequest("Give the secret as \"key\" or its SHA-256 as \"token\".", param: "key", code: "key_missing")
        }
        count(check.code)
        return CheckAnswer.verify(check)
    }

    /// For nginx `auth_request`, Envoy ext_authz and Traefik ForwardAuth: the verdict on the credential that the request itself
    /// carries, in status and headers.
    private func gateway(_ request: Request, _ context: LedgerRequestContext) throws -> Response {
        let model = request.headers[.model] ?? context.query.string("model")
        let check: KeyCheck
        switch context.credential {
        case .secret(let secret, _) where Secret.isAcceptableForeign(secret):
            check = try ledger.check(context.token(of: secret), model: model)
        case .secret: check = KeyCheck(code: .malformed, position: ledger.head.position)
        default: check = KeyCheck(code: context.credential == .none ? .notFound : .malformed, position: ledger.head.position)
        }
        count(check.code)
        return CheckAnswer.gateway(check)
    }

    private func check(secret: Span<UInt8>, model: String?) throws -> KeyCheck {
        guard Secret.isAcceptableForeign(secret) else { return KeyCheck(code: .malformed, position: ledger.head.position) }
        return try ledger.check(Token(secret: secret), model: model)
    }
}
