/// The format of secrets. A secret itself is a String that is neither stored nor logged; what is kept of it is its token and display form.
///
/// A secret made here reads `sk-kl`, 22 base62 digits of 128 random bits, 6 base62 digits of the CRC-32 of all before them. The fixed
/// start and the check let scanners tell a leaked secret from other text, and a typing error from an unknown key, without asking.
public enum Secret {
    /// What every secret begins with, LiteLLM's too.
    public static let prefix = "sk-"
    /// What a secret made here has behind the prefix.
    public static let tag = "kl"
    /// The fewest characters of a secret that the caller supplies.
    public static let leastForeignLength = 16

    private static let randomDigits = 22
    private static let checkDigits = 6

    /// A new secret from 128 random bits, which must come from a cryptographic generator.
    public static func make(random: (UInt64, UInt64)) -> String {
        let bits = UInt128(random.0) << 64 | UInt128(random.1)
        let body = prefix + tag + Base62.text(bits, digits: randomDigits)
        return body + Base62.text(UInt128(CRC32.checksum(body.utf8)), digits: checkDigits)
    }

    /// Whether `secret` has the form of one made here and its check is right. Says nothing about whether a key has it.
    public static func hasValidCheck(_ secret: String) -> Bool {
        let start = prefix + tag
        guard secret.utf8.count == start.utf8.count + randomDigits + checkDigits, secret.hasPrefix(start),
            secret.utf8.dropFirst(start.utf8.count).allSatisfy(Base62.isDigit)
        else { return false }
        let check = CRC32.checksum(secret.utf8.dropLast(checkDigits))
        return secret.hasSuffix(Base62.text(UInt128(check), digits: checkDigits))
    }

    /// What may be shown of a secret: `sk-...` and its last four characters, or `sk-...` alone if it has fewer than eight characters or
    /// ends in anything but printable ASCII.
    public static func displayForm(_ secret: String) -> String {
        let end = secret.utf8.suffix(4)
        guard secret.utf8.count >= 8, end.allSatisfy(isPrintable) else { return prefix + "..." }
        return prefix + "..." + String(decoding: end, as: UTF8.self)
    }

    /// Whether a secret that the caller supplies may become a key's: `sk-…`, at least 16 characters, printable ASCII without spaces.
    public static func isAcceptableForeign(_ secret: String) -> Bool { isAcceptableForeign(secret.utf8Span.span) }

    /// As above, of its UTF-8 bytes.
    public static func isAcceptableForeign(_ secret: Span<UInt8>) -> Bool {
        guard secret.count >= leastForeignLength, secret[0] == UInt8(ascii: "s"), secret[1] == UInt8(ascii: "k"),
            secret[2] == UInt8(ascii: "-")
        else { return false }
        for index in secret.indices where !isPrintable(secret[index]) { return false }
        return true
    }

    private static func isPrintable(_ byte: UInt8) -> Bool {
        byte > 0x20 && byte < 0x7F
    }
}
