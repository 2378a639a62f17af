/// Log entries as C2SP tlog-tiles serves them: each with its length in two bytes, big-endian, before it.
public enum EntryBundle {
    /// The longest entry that a bundle can hold.
    public static let maximumEntryBytes = Int(UInt16.max)

    /// Appends one entry to a bundle.
    ///
    /// - Throws: `outOfRange` for an entry of more than 65,535 bytes; the bundle is unchanged.
    public static func append(_ entry: Span<UInt8>, to bundle: inout [UInt8]) throws(MerkleError) {
        guard let length = UInt16(exactly: entry.count) else {
            throw MerkleError(.outOfRange, "An entry of \(entry.count) bytes is too long for a bundle; entries have at most 65535.")
        }
        bundle.append(UInt8(length >> 8))
        bundle.append(UInt8(truncatingIfNeeded: length))
        unsafe entry.withUnsafeBytes { bytes in unsafe bundle.append(contentsOf: bytes) }
    }

    /// Splits a bundle into its entries.
    ///
    /// - Parameter width: how many entries it must hold.
    /// - Throws: `tileMalformed` if it holds fewer or more, or ends within an entry.
    public static func entries(of bundle: [UInt8], width: Int) throws(MerkleError) -> [ArraySlice<UInt8>] {
        var entries: [ArraySlice<UInt8>] = []
        var rest = bundle[...]
        while let high = rest.popFirst() {
            guard let low = rest.popFirst(), rest.count >= Int(high) << 8 | Int(low) else {
                throw MerkleError(.tileMalformed, "The entry bundle ends within entry \(entries.count); fetch it anew.")
            }
            let length = Int(high) << 8 | Int(low)
            entries.append(rest.prefix(length))
            rest = rest.dropFirst(length)
        }
        guard entries.count == width else {
            throw MerkleError(.tileMalformed, "The entry bundle holds \(entries.count) entries instead of \(width); fetch it anew.")
        }
        return entries
    }
}
