import JSONText
import Ledger

/// Whoever answers a command on keys: a server, or the ledger's folder itself. Both speak the same JSON.
enum KeyService: Sendable {
    case folder(FolderKeys)
    case server(ServerClient)

    /// - Throws: ``CommandError`` and the errors that it is made of.
    func perform(_ call: KeyCall) async throws -> JSONObject {
        switch self {
        case .folder(let folder): try await folder.perform(call)
        case .server(let server): try await server.send(call.method, call.path, query: call.query, body: call.body)
        }
    }

    func close() {
        if case .folder(let folder) = self { folder.ledger.close() }
    }
}

extension KeyService {
    /// The key_id or token that the routes take for a selected key; an alias is looked up.
    func name(of selection: TargetOptions.Selection, deletedToo: Bool = false) async throws -> String {
        switch selection {
        case .keyID(let keyID): return keyID.description
        case .token(let token): return token.hex
        case .secret(let secret): return Token(secret: secret).hex
        case .alias(let alias):
            var holders = try await holders(of: alias, status: nil)
            if holders.isEmpty, deletedToo { holders = try await self.holders(of: alias, status: "deleted") }
            return try Self.only(holders, alias)["key_id"]?.string ?? ""
        }
    }

    /// The token of the living key with an alias.
    func currentToken(ofAlias alias: String) async throws -> String {
        try Self.only(try await holders(of: alias, status: nil), alias)["token"]?.string ?? ""
    }

    private static func only(_ holders: [JSONValue], _ alias: String) throws -> JSONValue {
        guard let first = holders.first else { throw CommandError.notFound("No key has the alias \(printable(alias)).") }
        guard holders.count == 1 else {
            let ids = holders.compactMap { $0["key_id"]?.string }.joined(separator: ", ")
            throw CommandError(
                .conflict, code: "alias_ambiguous", "Several keys have the alias \(printable(alias)). Name one by its key_id: \(ids).")
        }
        return first
    }

    private func holders(of alias: String, status: String?) async throws -> [JSONValue] {
        var query = [("key_alias", alias), ("return_full_object", "true"), ("size", "20")].map { (name: $0.0, value: $0.1) }
        if let status { query.append(("status", status)) }
        return try await perform(.list(query))["keys"]?.array ?? []
    }
}
