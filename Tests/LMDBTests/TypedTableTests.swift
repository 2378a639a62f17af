import LMDB
import Testing

struct TypedTableTests {
    private func sorts<Key: KeyCodable & Equatable>(_ ascending: [Key]) throws {
        let encoded = try ascending.map { try $0.encodedKey() }
        for (smaller, larger) in zip(encoded, encoded.dropFirst()) {
            #expect(smaller.lexicographicallyPrecedes(larger))
            #expect(!larger.starts(with: smaller))
        }
        for (key, bytes) in zip(ascending, encoded) {
            #expect(try Key(encodedKey: bytes.span) == key)
            #expect(bytes.count <= Key.maximumSizeBytes)
        }
    }

    @Test func `numbers sort as numbers`() throws {
        try sorts([UInt64](arrayLiteral: 0, 1, 255, 256, 65535, 1 << 32, .max))
        try sorts([UInt32](arrayLiteral: 0, 1, 256, 1 << 24, .max))
        try sorts([UInt16](arrayLiteral: 0, 1, 255, 256, .max))
        try sorts([UInt8](arrayLiteral: 0, 1, 255))
        try sorts([Int64](arrayLiteral: .min, -256, -255, -1, 0, 1, 256, .max))
    }

    @Test func `a number's bytes are big-endian`() throws {
        #expect(try UInt64(0x0102_0304_0506_0708).encodedKey() == [1, 2, 3, 4, 5, 6, 7, 8])
        #expect(try Int64(-1).encodedKey() == [0x7F] + [UInt8](repeating: 0xFF, count: 7))
        #expect(try KeyPair(UInt16(1), UInt8(2)).encodedKey() == [0, 1, 2])
        #expect(try "a\0b\u{1}".encodedKey() == [0x61, 1, 1, 0x62, 1, 2, 0])
    }

    @Test func `texts sort by scalar values, zero bytes and prefixes included`() throws {
        try sorts([
            "", "\0", "\0\0", "\0\u{1}", "\u{1}", "\u{1}\0", "\u{2}", "a", "a\0", "a\0b", "a\u{1}", "a\u{2}", "aa", "b", "ä", "日本", "😀",
        ])
    }

    @Test func `pairs sort by the first, then by the second`() throws {
        try sorts([KeyPair("", UInt64.max), KeyPair("a", 0), KeyPair("a", .max), KeyPair("a\0", 0), KeyPair("aa", 0)])
        try sorts([KeyPair(Int64(-1), KeyPair("z", UInt8(9))), KeyPair(0, KeyPair("", 0)), KeyPair(0, KeyPair("", 1))])
    }

    @Test func `fixed bytes sort byte by byte and know their length`() throws {
        let low = try #require(FixedBytes<4>([0, 0, 0, 1]))
        let high = try #require(FixedBytes<4>([0, 1, 0, 0]))
        try sorts([FixedBytes<4>(), low, high])
        #expect(low < high)
        #expect(FixedBytes<4>([1, 2, 3]) == nil)
        #expect(high.array == [0, 1, 0, 0])
        #expect(Set([low, high, low]).count == 2)
    }

    @Test func `random numbers and texts sort in the table as in memory`() throws {
        let store = try Store()
        let table = TypedTable<KeyPair<String, Int64>, UInt64>(store.table)
        var model: [(String, Int64)] = []
        try store.environment.write { txn in
            for number in 0..<2000 {
                let text = String(
                    String.UnicodeScalarView((0..<Int.random(in: 0...3)).map { _ in Unicode.Scalar(UInt8.random(in: 0...3)) }))
                let key = (text, Int64.random(in: -4...4))
                if try !table.contains(KeyPair(key.0, key.1), in: &txn) { model.append(key) }
                try table.put(KeyPair(key.0, key.1), UInt64(number), in: &txn)
            }
        }
        model.sort { left, right in
            if left.0 == right.0 { return left.1 < right.1 }
            return left.0.utf8.lexicographicallyPrecedes(right.0.utf8)
        }
        var found: [(String, Int64)] = []
        try store.environment.read { (txn) throws(LMDBError) in
            try table.scan(in: &txn) { (key, _) throws(LMDBError) in
                found.append((key.first, key.second))
                return .continue
            }
        }
        #expect(found.count == model.count)
        #expect(zip(found, model).allSatisfy { $0 == $1 })
    }

    @Test func `a table of numbers gives back what was put`() throws {
        let store = try Store()
        let table = TypedTable<UInt64, [UInt8]>(store.table)
        let flags = TypedTable<FixedBytes<2>, NoValue>(store.environment.table("b"))
        try store.environment.write { txn in
            for number: UInt64 in 1...300 { try table.put(number, [UInt8(number % 251)], in: &txn, .append) }
            try flags.put(FixedBytes(), NoValue(), in: &txn)
            #expect(try table.delete(7, in: &txn))
        }
        try store.environment.read { txn in
            #expect(try table.get(300, in: &txn) == [49])
            #expect(try table.get(7, in: &txn) == nil)
            #expect(try table.count(in: &txn) == 299)
            #expect(try table.withBytes(9, in: &txn) { (bytes) throws(LMDBError) in bytes[0] } == 9)
            #expect(try flags.get(FixedBytes(), in: &txn) == NoValue())
            var last: [UInt64] = []
            try table.scan(until: 300, reverse: true, limit: 3, in: &txn) { (key, _) throws(LMDBError) in
                last.append(key)
                return .continue
            }
            #expect(last == [299, 298, 297])
        }
    }

    @Test func `the rows of one first part are a range of their own`() throws {
        let store = try Store()
        let table = TypedTable<KeyPair<String, UInt8>, UInt64>(store.table)
        try store.environment.write { txn in
            for text in ["", "a", "a\0", "ab", "b"] {
                for number: UInt8 in [0, 7, 255] { try table.put(KeyPair(text, number), UInt64(number), in: &txn) }
            }
        }
        func numbers(_ text: String, _ from: UInt8?, _ until: UInt8?, _ reverse: Bool) throws -> [UInt8] {
            var found: [UInt8] = []
            try store.environment.read { txn in
                try table.scan(first: text, from: from, until: until, reverse: reverse, in: &txn) { (second, _) throws(LMDBError) in
                    found.append(second)
                    return .continue
                }
            }
            return found
        }
        for text in ["", "a", "a\0", "ab", "b"] {
            #expect(try numbers(text, nil, nil, false) == [0, 7, 255])
            #expect(try numbers(text, nil, nil, true) == [255, 7, 0])
            #expect(try numbers(text, 1, 255, false) == [7])
            #expect(try numbers(text, nil, 7, true) == [0])
        }
        #expect(try numbers("c", nil, nil, false) == [])
        try store.environment.read { txn in
            let last = try table.last(in: &txn)
            #expect(last?.key == KeyPair("b", 255))
            #expect(last?.value == 255)
            let before = try table.last(before: KeyPair("a", 0), in: &txn)
            #expect(before?.key == KeyPair("", 255))
            let first = try table.first(atOrAfter: KeyPair("a", 8), in: &txn)
            #expect(first?.key == KeyPair("a", 255))
        }
    }

    @Test(arguments: [([1, 2], [1, 3]), ([1, 255], [2]), ([0], [1]), ([255, 255], nil), ([], nil)] as [([UInt8], [UInt8]?)])
    func `the successor of a prefix ends its range`(prefix: [UInt8], successor: [UInt8]?) {
        #expect(prefix.successorOfPrefix == successor)
    }

    @Test func `bytes of another shape are an error, not a guess`() throws {
        let store = try Store()
        try store.environment.write { txn in
            try txn.put(store.table, [1, 2, 3], [1, 2, 3])
            try txn.put(store.environment.table("b"), UInt64(1).encodedKey(), [1, 2, 3])
        }
        func scan<Key: KeyCodable, Value: ValueCodable>(_ table: TypedTable<Key, Value>) throws {
            try store.environment.read { txn in
                try table.scan(in: &txn) { (_, _) throws(LMDBError) in .continue }
            }
        }
        #expect(failure { try scan(TypedTable<UInt64, [UInt8]>(store.table)) }?.code == .badEncoding)
        #expect(failure { try scan(TypedTable<UInt16, [UInt8]>(store.table)) }?.code == .badEncoding)
        #expect(failure { try scan(TypedTable<String, [UInt8]>(store.table)) }?.code == .badEncoding)
        #expect(failure { try scan(TypedTable<UInt64, UInt64>(store.environment.table("b"))) }?.code == .badEncoding)
        #expect(failure { try scan(TypedTable<UInt64, NoValue>(store.environment.table("b"))) }?.code == .badEncoding)
    }

    @Test func `a text too long for a key is refused`() {
        let fits = String(repeating: "x", count: 499)
        #expect(throws: Never.self) { try fits.encodedKey() }
        #expect(failure { _ = try (fits + "x").encodedKey() }?.code == .badEncoding)
        #expect(throws: Never.self) { try KeyPair(fits, UInt64(1)).encodedKey() }
        #expect(failure { _ = try KeyPair(fits, fits).encodedKey() }?.code == .badEncoding)
        #expect(failure { _ = try KeyPair(fits, FixedBytes<16>()).encodedKey() }?.code == .badEncoding)
    }
}
