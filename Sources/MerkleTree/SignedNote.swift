/// One signature line of a note.
public struct NoteSignature: Sendable {
    /// The name of the key that is said to have signed.
    public let name: String
    /// The id of that key.
    public let keyID: UInt32
    /// The signature itself, of any type and length.
    public let signature: [UInt8]

    /// The line without its newline: em dash, space, name, space, base64 of id and signature.
    var line: String {
        let id = (0..<4).map { UInt8(truncatingIfNeeded: keyID >> UInt32(24 - 8 * $0)) }
        return "\(SignedNote.signaturePrefix)\(name) \(Base64.encode(id + signature))"
    }
}

extension NoteSignature: Equatable {
    /// The same line, byte by byte.
    public static func == (left: NoteSignature, right: NoteSignature) -> Bool {
        left.keyID == right.keyID && left.signature == right.signature && left.name.utf8.elementsEqual(right.name.utf8)
    }
}

/// A text with signatures (C2SP signed-note). The text means nothing before ``verified(by:)`` has returned.
public struct SignedNote: Sendable {
    /// A note may have this many signatures; more are refused.
    public static let maximumSignatures = 100
    /// A note may have this many bytes; more are refused.
    public static let maximumSizeBytes = 1 << 20

    static let signaturePrefix = "\u{2014} "

    /// What is signed, with its final newline.
    public let text: String
    /// The signature lines in their order.
    public private(set) var signatures: [NoteSignature]

    /// Signs a text.
    ///
    /// - Parameter text: ends in a newline and holds no other control character.
    /// - Throws: `noteMalformed` for a text that no note can have.
    public init(text: String, signers: [NoteSigner]) throws(MerkleError) {
        guard text.utf8.last == Self.newline, Self.hasLegalBytes(text.utf8), text.utf8.count < Self.maximumSizeBytes else {
            throw MerkleError(.noteMalformed, "The text of a note ends in a newline and holds no other control characters.")
        }
        self.text = text
        signatures = []
        for signer in signers { try addSignature(of: signer) }
    }

    /// Adds a signature; one by the same key is replaced.
    public mutating func addSignature(of signer: NoteSigner) throws(MerkleError) {
        let signature = try signer.sign(text)
        signatures.removeAll { signer.verifier.isNamed(by: $0) }
        signatures.append(signature)
    }

    /// The note as it is stored and served.
    public var encoded: String {
        text + "\n" + signatures.map { $0.line + "\n" }.joined()
    }

    /// Checks the signatures of known keys; others are ignored.
    ///
    /// - Returns: the verified signatures, at least one, without repetitions.
    /// - Throws: `signatureInvalid` if any signature of a known key is wrong, `signatureMissing` if no known key signed.
    public func verified(by verifiers: [NoteVerifier]) throws(MerkleError) -> [NoteSignature] {
        var verified: [NoteSignature] = []
        for signature in signatures where !verified.contains(signature) {
            let known = verifiers.filter { $0.isNamed(by: signature) }
            guard !known.isEmpty else { continue }
            guard known.contains(where: { $0.isValid(signature: signature.signature, text: text) }) else {
                throw MerkleError(
                    .signatureInvalid, "The signature of \(known[0].name)+\(KeyName.hex(signature.keyID)) is wrong; do not use the note.")
            }
            verified.append(signature)
        }
        guard !verified.isEmpty else {
            throw MerkleError(.signatureMissing, "No known key has signed the note; give the signer's verifier key.")
        }
        return verified
    }

    static let newline = UInt8(ascii: "\n")

    static func hasLegalBytes(_ bytes: some Sequence<UInt8>) -> Bool {
        bytes.allSatisfy { $0 >= 0x20 || $0 == newline }
    }

    init(text: String, signatures: [NoteSignature]) {
        self.text = text
        self.signatures = signatures
    }
}
