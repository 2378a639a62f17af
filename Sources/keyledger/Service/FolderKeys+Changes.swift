import JSONText
import Ledger
import LedgerHTTP

extension FolderKeys {
    func generate(_ body: JSONObject, _ isServiceAccount: Bool, _ call: KeyCall) async throws -> [UInt8] {
        let wanted = try GenerateRequest(body, isServiceAccount: isServiceAccount)
        let secret = wanted.secret ?? ledger.makeSecret()
        let command = CreateKey(
            keyID: ledger.makeKeyID(), token: Token(secret: secret), keyName: Secret.displayForm(secret), fields: wanted.changes)
        let receipt = try await execute([.create(command)], call)
        let (view, _) = try receipt.single(on: .generate)
        return KeyAnswer.generated(view, secret: self.secret(of: view, secret), isReplay: receipt.isReplay)
    }

    func update(_ body: JSONObject, _ call: KeyCall) async throws -> [UInt8] {
        let wanted = try UpdateRequest(body)
        let receipt = try await execute([.update(UpdateKey(target: wanted.target, changes: wanted.changes))], call)
        return KeyAnswer.updated(try receipt.single(on: .update).view, asPassed: wanted.asPassed)
    }

    func regenerate(_ body: JSONObject, _ call: KeyCall) async throws -> [UInt8] {
        let wanted = try RegenerateRequest(body)
        let secret = wanted.newSecret ?? ledger.makeSecret()
        var grace: KeyDuration?
        if case .lasting(let duration) = wanted.grace { grace = duration }
        if case .unspecified = wanted.grace { grace = try defaultGrace(hasOwnSecret: wanted.newSecret != nil) }
        let command = RegenerateKey(
            target: wanted.target, newToken: Token(secret: secret), newKeyName: Secret.displayForm(secret), grace: grace,
            changes: wanted.changes)
        let receipt = try await execute([.regenerate(command)], call)
        let (view, _) = try receipt.single(on: .regenerate(key: wanted.displayName))
        return KeyAnswer.regenerated(
            view, secret: self.secret(of: view, secret), replaced: try replaced(by: view), isReplay: receipt.isReplay)
    }

    /// As on the server: the configured default, else ten minutes for a command that can be repeated.
    private func defaultGrace(hasOwnSecret: Bool) throws -> KeyDuration? {
        if let configured = try GraceSetting.fromEnvironment() { return configured.duration }
        return note.idempotencyKey != nil && !hasOwnSecret ? try KeyDuration("10m") : nil
    }

    private func replaced(by view: KeyView) throws -> CredentialState? {
        let event = try ledger.events(from: view.current.reference.position, limit: 1).first
        guard case .keyRegenerated(let regenerated) = event?.event else { return nil }
        return try ledger.key(.token(regenerated.oldToken))?.credential
    }

    private func secret(of view: KeyView, _ candidate: String) -> String? {
        Token(secret: candidate) == view.current.token ? candidate : nil
    }

    func block(_ body: JSONObject, _ call: KeyCall) async throws -> [UInt8] {
        let wanted = try BlockRequest(body)
        let (view, events) = try await execute([.block(wanted.target, scope: wanted.scope)], call).single(on: .block)
        return KeyAnswer.blocked(view, endedCredential: events.contains(.credentialRevoked))
    }

    func unblock(_ body: JSONObject, _ call: KeyCall) async throws -> [UInt8] {
        let wanted = try BlockRequest(body)
        return KeyAnswer.unblocked(try await execute([.unblock(wanted.target)], call).single(on: .unblock).view)
    }

    /// One key at a time: the command line names one.
    func delete(_ body: JSONObject, _ call: KeyCall) async throws -> [UInt8] {
        let wanted = try KeysRequest(body)
        guard let item = wanted.items.first, wanted.items.count == 1, let target = item.target else {
            throw CommandError.usage("Name one key to delete.")
        }
        let (view, events) = try await execute([.delete(target, scope: wanted.scope)], call).single(on: .delete)
        let outcome: KeyAnswer.Deletion.Outcome = events.contains(.keyDeleted) ? .deleted : .credentialEnded(view)
        return try KeyAnswer.deleted([KeyAnswer.Deletion(asPassed: item.asPassed, outcome)])
    }

    func revoke(_ token: Token, _ body: JSONObject, _ call: KeyCall) async throws -> [UInt8] {
        let end = body["at"]?.string.flatMap { Instant(rfc3339: $0) }
        let receipt = try await execute([.revoke(token, at: end)], call)
        let (view, events) = try receipt.single(on: .block)
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("token", token.hex)
            writer.member("key_id", view.state.keyID.description)
            writer.member("revoke_at", view.credential.revokeAt?.rfc3339(fraction: .nanoseconds))
            writer.member("status", view.status.rawValue)
            writer.member("changed", !events.isEmpty)
            writer.member("position", receipt.position.value)
        }
        return writer.bytes
    }
}
