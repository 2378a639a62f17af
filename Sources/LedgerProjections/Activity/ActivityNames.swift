import LedgerSchema

/// A dimension's names by small numbers. Texts are compared by their bytes; a number and a text that spell the same name are one.
struct ActivityNames {
    private(set) var texts: [String] = []
    private var byText: [[UInt8]: Int32] = [:]
    private var byNumber: [Int32] = []
    private var byHash: [NameHash: Int32] = [:]

    /// First 16 bytes of SHA-256 of a text.
    struct NameHash: Hashable {
        var high: UInt64
        var low: UInt64

        var bytes: [UInt8] { high.bigEndianBytes + low.bigEndianBytes }
    }

    mutating func index(of text: String) -> Int32 {
        let bytes = Array(text.utf8)
        if let known = byText[bytes] { return known }
        let index = Int32(texts.count)
        texts.append(text)
        byText[bytes] = index
        return index
    }

    @inline(__always)
    mutating func index(ofNumber number: UInt32, _ name: (UInt32) throws -> String) rethrows -> Int32 {
        let place = Int(number)
        if place < byNumber.count, byNumber[place] >= 0 { return byNumber[place] }
        return try add(number, name)
    }

    private mutating func add(_ number: UInt32, _ name: (UInt32) throws -> String) rethrows -> Int32 {
        let index = index(of: try name(number))
        let place = Int(number)
        if byNumber.count <= place { byNumber += [Int32](repeating: -1, count: place + 1 - byNumber.count) }
        byNumber[place] = index
        return index
    }

    mutating func index(ofHash hash: NameHash, _ text: (NameHash) throws -> String) rethrows -> Int32 {
        if let known = byHash[hash] { return known }
        let index = index(of: try text(hash))
        byHash[hash] = index
        return index
    }
}
