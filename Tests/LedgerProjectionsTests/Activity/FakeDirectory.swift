import LedgerSchema
import MerkleTree

@testable import LedgerProjections

/// Keys and names that a test makes up.
final class FakeDirectory: ActivityDirectory {
    struct Missing: Error {}

    var credentials: [CredentialReference: ChargedCredential] = [:]
    var byToken: [Token: CredentialReference] = [:]
    var lives: [KeyID: KeyLife] = [:]
    var names: [NameKind: [UInt32: String]] = [:]
    var texts: [[UInt8]: String] = [:]
    var subjects: [UInt64: String] = [:]

    func credential(_ reference: CredentialReference) throws -> ChargedCredential {
        guard let credential = credentials[reference] else { throw Missing() }
        return credential
    }

    func credential(of token: Token) throws -> ChargedCredential? { byToken[token].flatMap { credentials[$0] } }

    func credentials(of keyID: KeyID) throws -> [ChargedCredential] { credentials.values.filter { $0.keyID == keyID } }

    func life(of keyID: KeyID) throws -> KeyLife {
        guard let life = lives[keyID] else { throw Missing() }
        return life
    }

    func name(_ kind: NameKind, _ number: UInt32) throws -> String {
        guard let name = names[kind]?[number] else { throw Missing() }
        return name
    }

    func text(_ hash: [UInt8]) throws -> String {
        guard let text = texts[hash] else { throw Missing() }
        return text
    }

    func subjectName(_ number: UInt64) throws -> String { subjects[number] ?? "erased-\(number)" }

    func add(text: String) { texts[Array(Hash32.sha256(text.utf8).bytes.prefix(16))] = text }

    func add(_ keyID: KeyID, _ token: Token, _ reference: CredentialReference) {
        credentials[reference] = ChargedCredential(keyID: keyID, token: token, reference: reference)
        byToken[token] = reference
    }
}
