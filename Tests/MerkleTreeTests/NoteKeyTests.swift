import MerkleTree
import Testing

struct NoteKeyTests {
    @Test(arguments: [NoteVectors.peterKey, NoteVectors.enochKey]) func `every changed or cut verifier key is refused`(key: String) throws {
        #expect(try NoteVerifier(verifierKey: key).verifierKey == key)
        let bytes = Array(key.utf8)
        for index in bytes.indices {
            var changed = bytes
            changed[index] += 1
            #expect(throws: MerkleError.self) { _ = try NoteVerifier(verifierKey: String(decoding: changed, as: UTF8.self)) }
        }
        for start in bytes.indices {
            for end in start...bytes.count where end - start < bytes.count {
                #expect(throws: MerkleError.self) { _ = try NoteVerifier(verifierKey: String(decoding: bytes[start..<end], as: UTF8.self)) }
            }
        }
    }

    @Test func `every changed or cut signer key is refused, and no error shows any of it`() {
        let bytes = Array(NoteVectors.peterSignerKey.utf8)
        let secret = "AYEKFALVFGyNhPJEMzD1QIDr"
        for index in bytes.indices {
            var changed = bytes
            changed[index] += 1
            let error = #expect(throws: MerkleError.self) { _ = try NoteSigner(signerKey: String(decoding: changed, as: UTF8.self)) }
            #expect(error.map { "\($0)".contains(secret) } == false)
        }
        for count in bytes.indices {
            #expect(throws: MerkleError.self) { _ = try NoteSigner(signerKey: String(decoding: bytes[..<count], as: UTF8.self)) }
        }
    }

    @Test(arguments: [
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann++c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW\n", "",
    ]) func `keys of a wrong length, type, id or spelling are refused`(key: String) {
        let error = #expect(throws: MerkleError.self) { _ = try NoteVerifier(verifierKey: key) }
        #expect(error?.code == .keyMalformed)
    }

    @Test(arguments: ["", "a b", "a+b", "a\u{2003}b", "a\nb", "\t"]) func `a name with spaces or a plus sign is refused`(name: String) {
        #expect(throws: MerkleError.self) { _ = try NoteSigner(generatingKeyNamed: name) }
        #expect(throws: MerkleError.self) { _ = try NoteVerifier(name: name, publicKey: [UInt8](repeating: 1, count: 32)) }
    }

    @Test(arguments: [0, 31, 33]) func `keys of another length are refused`(count: Int) {
        #expect(throws: MerkleError.self) { _ = try NoteSigner(name: "x", seed: [UInt8](repeating: 1, count: count)) }
        #expect(throws: MerkleError.self) { _ = try NoteVerifier(name: "x", publicKey: [UInt8](repeating: 1, count: count)) }
    }

    @Test func `a signer shows its public key only`() throws {
        let signer = try NoteSigner(signerKey: NoteVectors.peterSignerKey)
        var dumped = ""
        dump(signer, to: &dumped)
        for shown in ["\(signer)", String(reflecting: signer), dumped] {
            #expect(shown.contains(NoteVectors.peterKey))
            #expect(!shown.contains("AYEKFALVFGyNhPJEMzD1QIDr"))
            #expect(!shown.contains("PRIVATE"))
        }
    }

    @Test func `a fresh key signs and survives being written down`() throws {
        let signer = try NoteSigner(generatingKeyNamed: "example.com/log")
        let again = try NoteSigner(signerKey: signer.signerKey)
        #expect(again.verifier == signer.verifier)
        let note = try SignedNote(text: "hello\n", signers: [again])
        #expect(try note.verified(by: [NoteVerifier(verifierKey: signer.verifier.verifierKey)]).count == 1)
        let other = try NoteSigner(generatingKeyNamed: "example.com/log")
        #expect(other.verifier != signer.verifier)
    }
}
