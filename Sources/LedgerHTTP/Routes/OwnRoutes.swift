import Hummingbird
import JSONText
import Ledger

/// The ledger's own routes under `/v1/`.
struct OwnRoutes: Sendable {
    let ledger: Ledger
    let authenticator: Authenticator

    func add(to router: Router<LedgerRequestContext>) {
        router.post("/v1/credentials/{token}/revoke") { try await revoke($0, $1) }
        router.post("/v1/clock/accept") { _, context in try await acceptClock(context) }
    }

    /// Ends one credential, at once or at `{"at": RFC 3339}`; only ever earlier than the end it has.
    private func revoke(_ request: Request, _ context: LedgerRequestContext) async throws -> Response {
        let route = "/v1/credentials/{token}/revoke"
        let caller = try authenticator.administrator(context, route)
        let named = try context.pathParameter("token")
        guard let token = Token(hex: named) else {
            throw APIError.badRequest(
                "The path names a credential by its token, 64 hexadecimal digits.", param: "token", code: "invalid_token")
        }
        let body = try BodyFields.optionalObject(context.bodyBytes)
        var end: Instant?
        if let text = body?["at"], !text.isNull {
            guard let instant = text.string.flatMap({ Instant(rfc3339: $0) }) else {
                throw APIError.badRequest(
                    "at must be an RFC 3339 time, for example 2026-11-21T14:03:07Z.", param: "at", code: "invalid_time")
            }
            end = instant
        }
        let call = try CommandCall(request, context, caller: caller, route: route, path: [named], body: body)
        let receipt = try await call.execute([.revoke(token, at: end)], on: ledger)
        let (view, events) = try receipt.single(.block)
        var response = Response.json { writer in
            writer.object { writer in
                writer.member("token", token.hex)
                writer.member("key_id", view.state.keyID.description)
                writer.member("revoke_at", view.credential.revokeAt?.rfc3339(fraction: .nanoseconds))
                writer.member("status", view.status.rawValue)
                writer.member("changed", !events.isEmpty)
                writer.member("position", receipt.position.value)
            }
        }
        response.setPosition(receipt.position.value)
        return response
    }

    private func acceptClock(_ context: LedgerRequestContext) async throws -> Response {
        _ = try authenticator.administrator(context, "/v1/clock/accept")
        do { try await ledger.acceptClock() } catch let error as LedgerError { throw APIError(error) }
        return .json { $0.object { $0.member("accepted", true) } }
    }
}
