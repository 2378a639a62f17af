public import MerkleTree

/// What is kept of a secret: the SHA-256 of the whole of it, written as 64 lower-case hexadecimal digits.
public struct Token: Hashable, Sendable {
    /// The hash.
    public let hash: Hash32

    /// The token that `hash` is.
    public init(hash: Hash32) {
        self.hash = hash
    }

    /// The token of a secret, prefix and all.
    public init(secret: String) {
        hash = Hash32.sha256(secret.utf8Span.span)
    }

    /// The token of a secret's UTF-8 bytes.
    public init(secret: Span<UInt8>) {
        hash = Hash32.sha256(secret)
    }

    /// The token written as 64 hexadecimal digits of either case; nil for anything else.
    public init?(hex: some StringProtocol) {
        guard hex.utf8.count == 2 * Hash32.byteCount else { return nil }
        let digits = hex.utf8.compactMap(HexDigit.value)
        guard digits.count == 2 * Hash32.byteCount else { return nil }
        let bytes = (0..<Hash32.byteCount).map { digits[2 * $0] << 4 | digits[2 * $0 + 1] }
        guard let hash = Hash32(bytes) else { return nil }
        self.init(hash: hash)
    }

    /// As `init(hex:)` of the text that these bytes are.
    public init?(hex bytes: ArraySlice<UInt8>) {
        guard bytes.count == 2 * Hash32.byteCount else { return nil }
        var hash: [UInt8] = []
        hash.reserveCapacity(Hash32.byteCount)
        for place in stride(from: bytes.startIndex, to: bytes.endIndex, by: 2) {
            guard let high = HexDigit.value(of: bytes[place]), let low = HexDigit.value(of: bytes[place + 1]) else { return nil }
            hash.append(high << 4 | low)
        }
        guard let hash = Hash32(hash) else { return nil }
        self.init(hash: hash)
    }

    /// 64 lower-case hexadecimal digits.
    public var hex: String { hash.hex }
}

extension Token: Comparable {
    /// The order of the hashes' bytes, which is that of `hex`.
    public static func < (left: Token, right: Token) -> Bool { left.hash < right.hash }
}

extension Token: CustomStringConvertible {
    /// 64 lower-case hexadecimal digits.
    public var description: String { hex }
}
