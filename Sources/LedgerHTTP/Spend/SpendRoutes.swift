import HTTPTypes
import Hummingbird
import JSONText
import Ledger

/// What is spent: charges, corrections, and spend that starts anew.
struct SpendRoutes: Sendable {
    let ledger: Ledger
    let authenticator: Authenticator
    let count: @Sendable ([ChargeOutcome]) -> Void

    static let recordPath = "/v1/spend"
    /// Above this many bytes a body is read away from the connection's event loop.
    private static let offloadBytes = 8 << 10

    func add(to router: Router<LedgerRequestContext>) {
        router.post("/v1/spend") { request, context in
            let caller = try authenticator.gateway(context, Self.recordPath)
            guard context.body.readableBytes > Self.offloadBytes else { return try await record(request, context, caller) }
            return try await context.offload { try await record(request, context, caller) }
        }
        router.post("/v1/spend/adjust") { try await adjust($0, $1) }
        router.post("/key/{key}/reset_spend") { try await reset($0, $1) }
        router.post("/global/spend/reset") { try await resetAll($0, $1) }
    }

    /// Charges by a gateway; one that is rejected spoils no other.
    private func record(_ request: Request, _ context: LedgerRequestContext, _ caller: AuthenticatedCaller) async throws -> Response {
        let body = try ChargeBody(context.bodyBytes, ChargeBody.Format(contentType: request.headers[.contentType]))
        let results = try await ChargeResults(body, head: ledger.head.position) { charges in
            try await answering(caller, Self.recordPath) {
                try await ledger.record(ChargeRequest(charges: charges, caller: caller.caller))
            }
        }
        count(results.outcomes)
        return try results.response()
    }

    /// A charge of either sign, with `reason`, by an administrator.
    private func adjust(_ request: Request, _ context: LedgerRequestContext) async throws -> Response {
        let route = "/v1/spend/adjust"
        let caller = try authenticator.administrator(context, route)
        let bytes = context.bodyBytes
        let body = try BodyFields.object(bytes)
        let charge = try ChargeBody(bytes, .json)
        let call = try CommandCall(request, context, caller: caller, route: route, body: body)
        var note = call.note
        if let reason = body["reason"], !reason.isNull { note.reason = reason.string ?? "" }
        guard let reason = note.reason, !reason.isEmpty else { throw APIError.reasonMissing }
        let results = try await ChargeResults(charge, head: ledger.head.position) { [note] charges in
            guard let charge = charges.first else { throw APIError.unforeseen(nil) }
            return try await answering(caller, route) {
                try await ledger.adjust(
                    charge, reason: note, caller: caller.caller, origin: call.origin, source: call.source, idempotency: call.idempotency)
            }
        }
        return try results.response()
    }

    /// `{"reset_to": number}` by an administrator.
    private func reset(_ request: Request, _ context: LedgerRequestContext) async throws -> Response {
        let route = "/key/{key}/reset_spend"
        let caller = try authenticator.administrator(context, "/key/reset_spend")
        let named = try context.pathParameter("key")
        let body = try BodyFields.object(context.bodyBytes)
        let wanted = try ResetSpendRequest(body, key: named)
        let call = try CommandCall(request, context, caller: caller, route: route, path: [named], body: body)
        let receipt = try await resetSpend(wanted.target, to: wanted.resetTo, call)
        return try receipt.response(ResetSpendAnswer.key(receipt.outcome, wanted))
    }

    private func resetAll(_ request: Request, _ context: LedgerRequestContext) async throws -> Response {
        let route = "/global/spend/reset"
        let caller = try authenticator.administrator(context, route)
        let call = try CommandCall(request, context, caller: caller, route: route, body: nil)
        let receipt = try await resetSpend(nil, to: .zero, call)
        return receipt.response(ResetSpendAnswer.allKeys)
    }

    private func resetSpend(_ target: KeyTarget?, to amount: Amount, _ call: CommandCall) async throws -> SpendResetReceipt {
        do {
            return try await ledger.resetSpend(
                SpendResetRequest(
                    target: target, resetTo: amount, caller: call.caller.caller, origin: call.origin, note: call.note, source: call.source,
                    idempotency: call.idempotency))
        } catch let error as LedgerError {
            throw APIError(error)
        }
    }

    /// Words the errors of the ledger; the caller may have lost its right since it was asked.
    private func answering<Value: Sendable>(
        _ caller: AuthenticatedCaller, _ route: String, _ body: () async throws -> Value
    ) async throws -> Value {
        do {
            return try await body()
        } catch let error as LedgerError {
            throw APIError(error)
        } catch let rejection as Rejection {
            if rejection.code == .callerEnded { throw APIError.endedCaller(rejection.callerStatus ?? .unknown) }
            throw APIError.forbidden(caller.role, route)
        }
    }
}

extension SpendResetReceipt {
    fileprivate func response(_ bytes: [UInt8]) -> Response {
        var response = Response.json(bytes)
        response.setPosition(position.value)
        return response
    }
}

extension APIError {
    fileprivate static var reasonMissing: APIError {
        APIError(
            .unprocessableContent, "A correction needs a reason: a text in `reason` or in X-KeyLedger-Reason.", param: "reason",
            code: "reason_missing")
    }
}
