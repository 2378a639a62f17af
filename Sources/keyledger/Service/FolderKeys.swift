import JSONText
import Ledger
import LedgerHTTP

/// Answers calls from a ledger's folder that this process has open, with the bodies that the server would give.
struct FolderKeys: Sendable {
    let ledger: Ledger
    let note: ChangeNote

    func perform(_ call: KeyCall) async throws -> JSONObject {
        let bytes =
            switch call {
            case .generate(let body, let isServiceAccount): try await generate(body, isServiceAccount, call)
            case .update(let body): try await update(body, call)
            case .regenerate(let body): try await regenerate(body, call)
            case .block(let body): try await block(body, call)
            case .unblock(let body): try await unblock(body, call)
            case .delete(let body): try await delete(body, call)
            case .revoke(let token, let body): try await revoke(token, body, call)
            case .verify(let body): try verify(body)
            case .info(let key): try info(key)
            case .list(let query): try list(query)
            }
        guard let object = (try? JSONValue.parse(bytes))?.object else {
            throw CommandError(
                .integrity, code: "damaged",
                "A text in the key tables is damaged. Run `keyledger fsck`, then `keyledger rebuild --view keys`.")
        }
        return object
    }

    private func info(_ key: String) throws -> [UInt8] {
        guard let target = KeyTarget(presented: key), let view = try ledger.key(target) else { throw APIError.keyNotInDatabase }
        return KeyAnswer.info(view, asPassed: key)
    }

    private func list(_ query: [(name: String, value: String)]) throws -> [UInt8] {
        let wanted = try KeyListRequest(query)
        let page = wanted.matchesNothing ? KeyPage(keys: [], total: 0, position: ledger.head.position) : try ledger.keys(wanted.query)
        return KeyAnswer.list(page, for: wanted)
    }

    private func verify(_ body: JSONObject) throws -> [UInt8] {
        let check: KeyCheck
        if let secret = body["key"]?.string, !Secret.isAcceptableForeign(secret) {
            check = KeyCheck(code: .malformed, position: ledger.head.position)
        } else if let token = body["key"]?.string.map({ Token(secret: $0) }) ?? body["token"]?.string.flatMap({ Token(hex: $0) }) {
            check = try ledger.check(token, model: body["model"]?.string)
        } else {
            throw CommandError.usage("Name a secret or a token to verify.")
        }
        return CheckAnswer.bytes(of: check)
    }

    /// Does a command as the operator at the folder; its events are flushed when this returns.
    func execute(_ items: [KeyCommand], _ call: KeyCall) async throws -> Receipt {
        var idempotency: Idempotency?
        if let key = note.idempotencyKey {
            let request = NormalisedRequest(
                method: call.method, route: call.route, values: call.pathValues, body: call.body.map { .object($0) })
            let scope = [UInt8](repeating: 0, count: 16)
            idempotency = Idempotency(
                key: Array(Hash32.sha256(scope + Array(key.utf8)).bytes.prefix(16)), digest: request.digest)
        }
        return try await ledger.execute(
            CommandRequest(items: items, caller: .operator, note: note.slot, idempotency: idempotency))
    }
}

extension Receipt {
    /// The one item of a command that has one.
    func single(on route: KeyRoute) throws -> (view: KeyView, events: [EventType]) {
        switch items.first {
        case .done(let view, let events): return (view, events)
        case .refused(let rejection): throw APIError(rejection, on: route)
        case nil: throw CommandError.failed("The ledger's answer is empty.")
        }
    }
}
