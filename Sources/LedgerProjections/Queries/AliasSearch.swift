import LMDB

/// Looks for a text in lower case in the aliases' entries: a first look, which lets pass whatever matches.
struct AliasSearch {
    private let part: String
    private let bytes: [UInt8]
    private let isASCII: Bool

    init(_ part: String) {
        self.part = part
        bytes = Array(part.utf8)
        isASCII = bytes.allSatisfy { $0 < 0x80 }
    }

    func mayMatch(_ alias: Span<UInt8>) -> Bool {
        var plain = isASCII
        for index in alias.indices {
            if alias[index] == KeyTables.hashMark { return true }
            if alias[index] >= 0x80 { plain = false }
        }
        guard plain else { return String(decoding: [UInt8](copying: alias), as: UTF8.self).lowercased().contains(part) }
        guard alias.count >= bytes.count else { return false }
        return (0...(alias.count - bytes.count)).contains { begins(alias, at: $0) }
    }

    private func begins(_ alias: Span<UInt8>, at start: Int) -> Bool {
        for (index, byte) in bytes.enumerated() where Self.lowercased(alias[start + index]) != byte { return false }
        return true
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte }
}
