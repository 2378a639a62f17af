/// What a log claims about its tree at one size (the text of C2SP tlog-checkpoint).
public struct Checkpoint: Sendable {
    /// Which log: the first line.
    public let origin: String
    /// How many leaves its tree has.
    public let size: UInt64
    /// The root of that tree.
    public let root: Hash32
    /// Further lines; no log of ours writes any.
    public let extensions: [String]

    /// A checkpoint to be signed.
    ///
    /// - Throws: `noteMalformed` for an empty origin or line, a control character, or a root that no empty tree has.
    public init(origin: String, size: UInt64, root: Hash32, extensions: [String] = []) throws(MerkleError) {
        guard ([origin] + extensions).allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { $0 >= 0x20 } }) else {
            throw Self.malformed("has an empty line or a control character in origin or extensions")
        }
        guard size > 0 || root == MerkleTree.emptyRoot else { throw Self.malformed("gives an empty tree a root that it cannot have") }
        self.origin = origin
        self.size = size
        self.root = root
        self.extensions = extensions
    }

    /// The text to be signed: origin, size, base64 of the root, extensions, each with a newline.
    public var text: String {
        ([origin, String(size), Base64.encode(root.bytes)] + extensions).map { $0 + "\n" }.joined()
    }

    /// The checkpoint as a signed note.
    public func signed(by signers: [NoteSigner]) throws(MerkleError) -> SignedNote {
        try SignedNote(text: text, signers: signers)
    }

    /// Reads the text of a checkpoint, strictly: no leading zeros, canonical base64 of 32 bytes, no empty lines.
    ///
    /// - Throws: `noteMalformed`.
    public init(parsing text: String) throws(MerkleError) {
        guard text.utf8.last == SignedNote.newline else { throw Self.malformed("does not end in a newline") }
        let lines = text.utf8.dropLast().split(separator: SignedNote.newline, omittingEmptySubsequences: false).map {
            String(Substring($0))
        }
        guard lines.count >= 3 else { throw Self.malformed("has fewer than three lines") }
        guard let size = UInt64(lines[1]), String(size).utf8.elementsEqual(lines[1].utf8) else {
            throw Self.malformed("has a tree size that is not a plain decimal number below 2^64")
        }
        guard let bytes = Base64.decode(lines[2]), let root = Hash32(bytes) else {
            throw Self.malformed("has a root that is not 32 bytes in base64")
        }
        try self.init(origin: lines[0], size: size, root: root, extensions: Array(lines.dropFirst(3)))
    }

    /// Opens a signed checkpoint: signatures first, then the text, then whose it is.
    ///
    /// - Parameters:
    ///   - note: the bytes as served.
    ///   - origin: the log that it must be of, compared byte by byte.
    ///   - verifiers: the log's keys. One of them must have signed.
    /// - Throws: `noteMalformed`, `signatureInvalid`, `signatureMissing` or `originMismatch`.
    public init(opening note: [UInt8], origin: String, verifiers: [NoteVerifier]) throws(MerkleError) {
        let parsed = try SignedNote(parsing: note)
        _ = try parsed.verified(by: verifiers)
        try self.init(parsing: parsed.text)
        guard self.origin.utf8.elementsEqual(origin.utf8) else {
            throw MerkleError(.originMismatch, "The checkpoint is of the log \(self.origin), not of \(origin); ask the right log.")
        }
    }

    private static func malformed(_ what: String) -> MerkleError {
        MerkleError(.noteMalformed, "The checkpoint \(what); fetch it anew.")
    }
}

extension Checkpoint: Equatable {
    /// The same text, byte by byte.
    public static func == (left: Checkpoint, right: Checkpoint) -> Bool {
        left.size == right.size && left.root == right.root && left.text.utf8.elementsEqual(right.text.utf8)
    }
}
