import Ledger

/// Ids that LiteLLM gives to rows of its own beside a key. The ledger has no such rows: the ids follow from the key's, so that they stay the
/// same without being stored.
enum DerivedID {
    /// The budget that `soft_budget` makes.
    static func budget(of key: KeyID) -> String { variant(0xB, of: key) }
    /// The permissions that `object_permission` makes.
    static func objectPermission(of key: KeyID) -> String { variant(0xC, of: key) }

    /// The key's id as a UUID of version 8 (RFC 9562: free use); one of its bits tells budgets from permissions.
    private static func variant(_ mark: UInt8, of key: KeyID) -> String {
        var bytes = key.bytes
        bytes[6] = 0x80 | (bytes[6] & 0x0F)
        bytes[15] ^= mark
        return text(bytes)
    }

    private static func text(_ bytes: [UInt8]) -> String {
        let digits = bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }
        return [0..<4, 4..<6, 6..<8, 8..<10, 10..<16].map { digits[$0].joined() }.joined(separator: "-")
    }
}
