import Crypto
import FoundationEssentials

/// A named Ed25519 private key: signs notes (C2SP signed-note). Its description shows the verifier key only.
public struct NoteSigner: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The public half.
    public let verifier: NoteVerifier

    private let key: Curve25519.Signing.PrivateKey

    /// A signer from name and seed.
    ///
    /// - Parameter seed: the 32 secret bytes of RFC 8032.
    /// - Throws: `keyMalformed` for a bad name or another length.
    public init(name: String, seed: [UInt8]) throws(MerkleError) {
        do { key = try Curve25519.Signing.PrivateKey(rawRepresentation: seed) } catch {
            throw MerkleError(.keyMalformed, "An Ed25519 seed has 32 bytes; this one has \(seed.count).", cause: error)
        }
        verifier = try NoteVerifier(name: name, publicKey: Array(key.publicKey.rawRepresentation))
    }

    /// A signer with a fresh key.
    ///
    /// - Throws: `keyMalformed` for a bad name.
    public init(generatingKeyNamed name: String) throws(MerkleError) {
        try self.init(name: name, seed: Array(Curve25519.Signing.PrivateKey().rawRepresentation))
    }

    /// A signer from its text form, `PRIVATE+KEY+name+id+base64`, as ``signerKey`` gives it.
    ///
    /// - Throws: `keyMalformed` for any deviation. The message holds nothing of the text.
    public init(signerKey text: String) throws(MerkleError) {
        guard text.utf8.starts(with: Self.prefix.utf8) else {
            throw MerkleError(.keyMalformed, "A signer key begins with \(Self.prefix); give the file that init wrote.")
        }
        let parsed = try KeyName.parse(String(Substring(text.utf8.dropFirst(Self.prefix.utf8.count))))
        try self.init(name: parsed.name, seed: parsed.key)
        guard verifier.keyID == parsed.id else {
            throw MerkleError(
                .keyMalformed, "The id in the signer key is not that of its name and key; restore the key file from a backup.")
        }
    }

    /// Who signs.
    public var name: String { verifier.name }

    /// The secret text form, `PRIVATE+KEY+name+id+base64`. It belongs into a 0600 file and nowhere else.
    public var signerKey: String {
        "\(Self.prefix)\(name)+\(KeyName.hex(verifier.keyID))+\(Base64.encode([KeyName.ed25519] + Array(key.rawRepresentation)))"
    }

    /// The verifier key; never the private one.
    public var description: String { "NoteSigner(\(verifier.verifierKey))" }
    /// The verifier key; never the private one.
    public var debugDescription: String { description }
    /// Nothing but the verifier key.
    public var customMirror: Mirror { Mirror(self, children: ["verifier": verifier.verifierKey]) }

    /// Signs the UTF-8 bytes of a note's text.
    ///
    /// - Throws: `signatureInvalid` if the cryptographic library fails.
    func sign(_ text: String) throws(MerkleError) -> NoteSignature {
        do {
            let signature = try key.signature(for: Array(text.utf8))
            return NoteSignature(name: name, keyID: verifier.keyID, signature: Array(signature))
        } catch {
            throw MerkleError(.signatureInvalid, "The note could not be signed; try again.", cause: error)
        }
    }

    private static let prefix = "PRIVATE+KEY+"
}
