import Hummingbird
import JSONText
import Ledger

extension KeyRoutes {
    func generate(
        _ request: Request, _ context: LedgerRequestContext, _ route: String, isServiceAccount: Bool
    ) async throws -> Response {
        let caller = try authenticator.administrator(context, route)
        let body = try BodyFields.object(context.bodyBytes)
        let wanted = try GenerateRequest(body, isServiceAccount: isServiceAccount)
        let call = try CommandCall(request, context, caller: caller, route: route, body: body)
        let secret = wanted.secret ?? ledger.makeSecret()
        let command = CreateKey(
            keyID: ledger.makeKeyID(), token: Token(secret: secret), keyName: Secret.displayForm(secret), fields: wanted.changes)
        let receipt = try await call.execute([.create(command)], on: ledger)
        let (view, _) = try receipt.single(.generate)
        return receipt.response(
            KeyAnswer.generated(view, secret: self.secret(of: view, wanted.secret ?? secret), isReplay: receipt.isReplay))
    }

    func update(_ request: Request, _ context: LedgerRequestContext) async throws -> Response {
        let caller = try authenticator.administrator(context, "/key/update")
        let body = try BodyFields.object(context.bodyBytes)
        let wanted = try UpdateRequest(body)
        let call = try CommandCall(request, context, caller: caller, route: "/key/update", body: body)
        let receipt = try await call.execute([.update(UpdateKey(target: wanted.target, changes: wanted.changes))], on: ledger)
        let (view, _) = try receipt.single(.update)
        return receipt.response(KeyAnswer.updated(view, asPassed: wanted.asPassed))
    }

    func bulkUpdate(_ request: Request, _ context: LedgerRequestContext) async throws -> Response {
        let caller = try authenticator.administrator(context, "/key/bulk_update")
        let body = try BodyFields.object(context.bodyBytes)
        let wanted = try BulkUpdateRequest(body)
        let call = try CommandCall(request, context, caller: caller, route: "/key/bulk_update", body: body)
        let commands = wanted.items.compactMap { try? $0.command.get() }
        guard !commands.isEmpty else { return .json(KeyAnswer.bulkUpdated(wanted.items.map { ($0.asPassed, .failure($0.failure)) })) }
        let receipt = try await call.execute(commands.map { .update($0) }, on: ledger)
        var outcomes = receipt.items.makeIterator()
        let results = wanted.items.map { item -> (asPassed: String, outcome: Result<KeyView, APIError>) in
            guard case .success = item.command else { return (item.asPassed, .failure(item.failure)) }
            switch outcomes.next() {
            case .done(let view, _): return (item.asPassed, .success(view))
            case .refused(let rejection): return (item.asPassed, .failure(APIError(rejection, on: .update)))
            case nil: return (item.asPassed, .failure(.unforeseen(nil)))
            }
        }
        return receipt.response(KeyAnswer.bulkUpdated(results))
    }

    func regenerate(_ request: Request, _ context: LedgerRequestContext, _ route: String) async throws -> Response {
        let caller = try authenticator.administrator(context, "/key/regenerate")
        let named = route == "/key/regenerate" ? context.query.string("key") : try context.pathParameter("key")
        let body = try BodyFields.optionalObject(context.bodyBytes)
        let wanted = try RegenerateRequest(body, key: named)
        let call = try CommandCall(
            request, context, caller: caller, route: route, path: route == "/key/regenerate" ? [] : [named ?? ""], body: body)
        let secret = wanted.newSecret ?? ledger.makeSecret()
        let command = RegenerateKey(
            target: wanted.target, newToken: Token(secret: secret), newKeyName: Secret.displayForm(secret),
            grace: grace(wanted, isIdempotent: call.isIdempotent), changes: wanted.changes)
        let receipt = try await call.execute([.regenerate(command)], on: ledger)
        let (view, _) = try receipt.single(.regenerate(key: wanted.displayName))
        return receipt.response(
            KeyAnswer.regenerated(
                view, secret: self.secret(of: view, wanted.newSecret ?? secret), replaced: try replaced(by: view),
                isReplay: receipt.isReplay))
    }

    /// What the request says, else what is configured, else ten minutes for a caller who may have to try again with the old
    /// secret (DESIGN.md section 7).
    private func grace(_ wanted: RegenerateRequest, isIdempotent: Bool) -> KeyDuration? {
        switch wanted.grace {
        case .none: nil
        case .lasting(let duration): duration
        case .unspecified: settings.defaultGrace ?? (isIdempotent && wanted.newSecret == nil ? try? KeyDuration("10m") : nil)
        }
    }

    /// The credential that the key's last regeneration replaced.
    private func replaced(by view: KeyView) throws -> CredentialState? {
        let event = try ledger.events(from: view.current.reference.position, limit: 1).first
        guard case .keyRegenerated(let regenerated) = event?.event else { return nil }
        return try ledger.key(.token(regenerated.oldToken))?.credential
    }

    /// The secret of the key's current credential: the caller's own, or one made here that is still held.
    private func secret(of view: KeyView, _ candidate: String) -> String? {
        let token = view.current.token
        return Token(secret: candidate) == token ? candidate : ledger.recentSecret(token)
    }

    func block(_ request: Request, _ context: LedgerRequestContext) async throws -> Response {
        let caller = try authenticator.administrator(context, "/key/block")
        let body = try BodyFields.object(context.bodyBytes)
        let wanted = try BlockRequest(body)
        let call = try CommandCall(request, context, caller: caller, route: "/key/block", body: body)
        let receipt = try await call.execute([.block(wanted.target, scope: wanted.scope)], on: ledger)
        let (view, events) = try receipt.single(.block)
        return receipt.response(KeyAnswer.blocked(view, endedCredential: events.contains(.credentialRevoked)))
    }

    func unblock(_ request: Request, _ context: LedgerRequestContext) async throws -> Response {
        let caller = try authenticator.administrator(context, "/key/unblock")
        let body = try BodyFields.object(context.bodyBytes)
        let wanted = try BlockRequest(body)
        let call = try CommandCall(request, context, caller: caller, route: "/key/unblock", body: body)
        let receipt = try await call.execute([.unblock(wanted.target)], on: ledger)
        return receipt.response(KeyAnswer.unblocked(try receipt.single(.unblock).view))
    }

    func delete(_ request: Request, _ context: LedgerRequestContext) async throws -> Response {
        let caller = try authenticator.administrator(context, "/key/delete")
        let body = try BodyFields.object(context.bodyBytes)
        let wanted = try KeysRequest(deletion: body)
        let call = try CommandCall(request, context, caller: caller, route: "/key/delete", body: body)
        let commands = wanted.items.compactMap { item in item.target.map { KeyCommand.delete($0, scope: wanted.scope) } }
        let receipt = commands.isEmpty ? nil : try await call.execute(commands, on: ledger)
        var outcomes = (receipt?.items ?? []).makeIterator()
        let results = wanted.items.map { item -> KeyAnswer.Deletion in
            guard item.target != nil, let outcome = outcomes.next() else {
                return KeyAnswer.Deletion(asPassed: item.asPassed, .failed(APIError(Rejection(.keyNotFound), on: .delete)))
            }
            switch outcome {
            case .refused(let rejection): return KeyAnswer.Deletion(asPassed: item.asPassed, .failed(APIError(rejection, on: .delete)))
            case .done(let view, let events):
                return KeyAnswer.Deletion(asPassed: item.asPassed, events.contains(.keyDeleted) ? .deleted : .credentialEnded(view))
            }
        }
        let bytes = try KeyAnswer.deleted(results)
        return receipt?.response(bytes) ?? .json(bytes)
    }
}

extension BulkUpdateRequest.Item {
    /// Why the item cannot even be tried.
    fileprivate var failure: APIError {
        if case .failure(let error) = command { error } else { .unforeseen(nil) }
    }
}
