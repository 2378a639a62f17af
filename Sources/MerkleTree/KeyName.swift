/// The rules for the name of a signing key and the id that goes with it (C2SP signed-note).
enum KeyName {
    /// The type byte of plain Ed25519 note signatures.
    static let ed25519: UInt8 = 0x01

    /// Throws `keyMalformed` for an empty name or one with a plus sign, white space or a control character.
    static func check(_ name: String) throws(MerkleError) {
        guard isValid(name) else {
            throw MerkleError(
                .keyMalformed, "A key name must not be empty nor hold spaces, plus signs or control characters; use host/path.")
        }
    }

    static func isValid(_ name: some StringProtocol) -> Bool {
        !name.isEmpty && name.unicodeScalars.allSatisfy { $0 != "+" && !$0.properties.isWhitespace && $0.value >= 0x20 }
    }

    /// First four bytes of SHA-256(name ‖ 0x0A ‖ type ‖ public key), big-endian.
    static func id(name: String, publicKey: [UInt8]) -> UInt32 {
        let hash = Hash32.sha256(Array(name.utf8) + [0x0A, ed25519] + publicKey)
        return hash.bytes.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// Eight lower-case hexadecimal digits.
    static func hex(_ id: UInt32) -> String {
        let digits = String(id, radix: 16)
        return String(repeating: "0", count: 8 - digits.utf8.count) + digits
    }

    /// Reads `name+id+base64(type ‖ key)`: a verifier key, or what follows the prefix of a signer key.
    static func parse(_ text: some StringProtocol) throws(MerkleError) -> (name: String, id: UInt32, key: [UInt8]) {
        let parts = text.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, isValid(parts[0]), let id = UInt32(parts[1], radix: 16), hex(id).utf8.elementsEqual(parts[1].utf8),
            let key = Base64.decode(parts[2]), key.count == 33
        else {
            throw MerkleError(
                .keyMalformed, "A key has the form name+id+base64 with eight lower-case hex digits and 32 key bytes; copy it whole.")
        }
        guard key[0] == ed25519 else {
            throw MerkleError(.keyMalformed, "The key is of signature type \(key[0]); only Ed25519 keys (type 1) are supported.")
        }
        return (String(parts[0]), id, Array(key.dropFirst()))
    }
}
