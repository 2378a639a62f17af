import Crypto
import FoundationEssentials

/// The public half of a named Ed25519 key: checks signatures on notes (C2SP signed-note).
public struct NoteVerifier: Sendable, CustomStringConvertible {
    /// Who signs, by convention a URL without scheme.
    public let name: String
    /// The first four bytes of SHA-256(name ‖ 0x0A ‖ 0x01 ‖ public key), big-endian.
    public let keyID: UInt32
    /// The 32 bytes of the public key (RFC 8032).
    public let publicKey: [UInt8]

    private let key: Curve25519.Signing.PublicKey

    /// A verifier from name and public key.
    ///
    /// - Throws: `keyMalformed` for a bad name or a key that is not 32 bytes.
    public init(name: String, publicKey: [UInt8]) throws(MerkleError) {
        try KeyName.check(name)
        do { key = try Curve25519.Signing.PublicKey(rawRepresentation: publicKey) } catch {
            throw MerkleError(.keyMalformed, "An Ed25519 public key has 32 bytes; this one has \(publicKey.count).", cause: error)
        }
        self.name = name
        self.publicKey = publicKey
        keyID = KeyName.id(name: name, publicKey: publicKey)
    }

    /// A verifier from its text form, `name+id+base64`.
    ///
    /// - Throws: `keyMalformed` for any deviation, an id that is not the key's included.
    public init(verifierKey text: String) throws(MerkleError) {
        let parsed = try KeyName.parse(text)
        try self.init(name: parsed.name, publicKey: parsed.key)
        guard keyID == parsed.id else {
            throw MerkleError(.keyMalformed, "The id in the verifier key is not that of its name and key; copy the key anew.")
        }
    }

    /// The text form, `name+id+base64`.
    public var verifierKey: String {
        "\(name)+\(KeyName.hex(keyID))+\(Base64.encode([KeyName.ed25519] + publicKey))"
    }

    /// The text form, `name+id+base64`.
    public var description: String { verifierKey }

    /// True if the signature (64 bytes) is this key's over the UTF-8 bytes of the text.
    public func isValid(signature: [UInt8], text: String) -> Bool {
        key.isValidSignature(signature, for: Array(text.utf8))
    }

    /// True if the signature line names this key. Names are compared byte by byte, not by Unicode equivalence.
    func isNamed(by signature: NoteSignature) -> Bool {
        keyID == signature.keyID && name.utf8.elementsEqual(signature.name.utf8)
    }
}

extension NoteVerifier: Equatable {
    /// Same name (byte by byte) and same key.
    public static func == (left: NoteVerifier, right: NoteVerifier) -> Bool {
        left.publicKey == right.publicKey && left.name.utf8.elementsEqual(right.name.utf8)
    }
}
