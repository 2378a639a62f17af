extension SignedNote {
    /// Reads a note, strictly; nothing is verified.
    ///
    /// - Throws: `noteMalformed` for any deviation from the format: not UTF-8, control characters, no empty line before the signatures, a
    ///   line that is no signature line, base64 that is not canonical, more than ``maximumSignatures`` or ``maximumSizeBytes``.
    public init(parsing bytes: [UInt8]) throws(MerkleError) {
        guard bytes.count <= Self.maximumSizeBytes else { throw Self.malformed("is larger than \(Self.maximumSizeBytes) bytes") }
        guard Self.hasLegalBytes(bytes) else { throw Self.malformed("holds control characters") }
        guard let end = Self.endOfText(bytes) else { throw Self.malformed("has no empty line before its signatures") }
        guard let text = String(validating: bytes[..<end], as: UTF8.self),
            let lines = String(validating: bytes[(end + 1)...], as: UTF8.self)
        else { throw Self.malformed("is not UTF-8") }
        guard lines.utf8.last == Self.newline else { throw Self.malformed("does not end in a signature line with its newline") }
        self.init(text: text, signatures: try Self.signatures(in: lines.utf8.dropLast()))
    }

    /// Reads a note, strictly; nothing is verified.
    public init(parsing text: String) throws(MerkleError) {
        try self.init(parsing: Array(text.utf8))
    }

    /// The index after the text's final newline: the last empty line is there.
    private static func endOfText(_ bytes: [UInt8]) -> Int? {
        var index = bytes.count - 1
        while index >= 1 {
            if bytes[index] == newline && bytes[index - 1] == newline { return index }
            index -= 1
        }
        return nil
    }

    private static func signatures(in lines: Substring.UTF8View) throws(MerkleError) -> [NoteSignature] {
        var signatures: [NoteSignature] = []
        for line in lines.split(separator: newline, omittingEmptySubsequences: false) {
            guard signatures.count < maximumSignatures else { throw malformed("has more than \(maximumSignatures) signatures") }
            guard let signature = signature(in: line) else { throw malformed("has a line after its text that is no signature line") }
            signatures.append(signature)
        }
        return signatures
    }

    private static func signature(in line: Substring.UTF8View) -> NoteSignature? {
        guard line.starts(with: signaturePrefix.utf8) else { return nil }
        let parts = line.dropFirst(signaturePrefix.utf8.count).split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard parts.count == 2, KeyName.isValid(Substring(parts[0])), let bytes = Base64.decode(Substring(parts[1])), bytes.count > 4 else {
            return nil
        }
        let keyID = bytes.prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        return NoteSignature(name: String(Substring(parts[0])), keyID: keyID, signature: Array(bytes.dropFirst(4)))
    }

    private static func malformed(_ what: String) -> MerkleError {
        MerkleError(.noteMalformed, "The note \(what); fetch it anew, byte for byte.")
    }
}
