/// Names of members that a reader knows, to be found by their bytes without making strings of them.
public struct JSONNames: Sendable {
    /// By the length of the name.
    private var byLength: [[(name: [UInt8], index: Int)]] = []

    /// - Parameter names: each stands for its index.
    public init(_ names: [String]) {
        for (index, name) in names.enumerated() {
            let bytes = Array(name.utf8)
            while byLength.count <= bytes.count { byLength.append([]) }
            byLength[bytes.count].append((bytes, index))
        }
    }

    func index(of bytes: [UInt8], in range: Range<Int>) -> Int? {
        guard range.count < byLength.count else { return nil }
        return byLength[range.count].first { candidate in
            for offset in 0..<range.count where candidate.name[offset] != bytes[range.lowerBound + offset] { return false }
            return true
        }?.index
    }
}

extension JSONScanner {
    /// Which of the names a member has; nil if none.
    public func index(of name: Text, in names: JSONNames) -> Int? {
        guard name.hasEscapes else { return names.index(of: parser.bytes, in: name.range) }
        let bytes = Array(string(name).utf8)
        return names.index(of: bytes, in: bytes.indices)
    }
}
