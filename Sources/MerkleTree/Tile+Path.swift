extension Tile: CustomStringConvertible {
    /// The path below the log's prefix: `tile/0/x001/x234/067`, `tile/entries/000.p/5`.
    public var path: String {
        let level =
            switch content {
            case .hashes(let level): String(level)
            case .entries: Self.entriesName
            }
        return "tile/\(level)/\(Self.encode(index))" + (isPartial ? ".p/\(width)" : "")
    }

    /// The same as ``path``.
    public var description: String { path }

    /// Reads a path, strictly: each tile has one spelling.
    ///
    /// - Throws: `tileMalformed` for any other path.
    public init(path: String) throws(MerkleError) {
        guard let tile = Self.parse(path), tile.path.utf8.elementsEqual(path.utf8) else {
            throw MerkleError(
                .tileMalformed, "A tile's path is tile/<level>/<index>[.p/<width>] with three-digit elements, as in tile/0/x001/234.")
        }
        self = tile
    }

    private static let entriesName = "entries"

    /// Groups of three digits, all but the last with an `x` before them.
    private static func encode(_ index: UInt64) -> String {
        var groups = [padded(index % 1000)]
        var rest = index / 1000
        while rest > 0 {
            groups.append("x" + padded(rest % 1000))
            rest /= 1000
        }
        return groups.reversed().joined(separator: "/")
    }

    private static func padded(_ group: UInt64) -> String {
        let digits = String(group)
        return String(repeating: "0", count: 3 - digits.utf8.count) + digits
    }

    /// Reads a path leniently; the caller compares the spelling.
    private static func parse(_ path: String) -> Tile? {
        // The longest possible path has seven index elements.
        guard path.utf8.count <= 64 else { return nil }
        var parts = path.split(separator: "/", omittingEmptySubsequences: false)[...]
        guard parts.count >= 3, parts.removeFirst() == "tile" else { return nil }
        let levelName = parts.removeFirst()
        var width = fullWidth
        if parts.count >= 2, parts[parts.endIndex - 2].hasSuffix(".p") {
            guard let partial = Int(parts.removeLast()), partial < fullWidth else { return nil }
            width = partial
            parts[parts.endIndex - 1].removeLast(2)
        }
        guard let index = index(parts) else { return nil }
        if levelName == entriesName { return try? Tile(.entries, index: index, width: width) }
        guard let level = Int(levelName) else { return nil }
        return try? Tile(.hashes(level: level), index: index, width: width)
    }

    private static func index(_ groups: ArraySlice<Substring>) -> UInt64? {
        var index: UInt64 = 0
        for group in groups {
            guard let value = UInt64(group.drop { $0 == "x" }), value < 1000 else { return nil }
            let (shifted, overflow) = index.multipliedReportingOverflow(by: 1000)
            let (sum, carry) = shifted.addingReportingOverflow(value)
            guard !overflow, !carry else { return nil }
            index = sum
        }
        return index
    }
}
