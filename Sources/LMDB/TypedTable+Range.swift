extension TypedTable {
    /// The first key ≥ `key` (of the table, without one) and its value; nil if there is none.
    public func first(
        atOrAfter key: Key? = nil, in transaction: inout some Transaction & ~Copyable & ~Escapable
    ) throws(LMDBError) -> (key: Key, value: Value)? {
        var found: (key: Key, value: Value)?
        try scan(from: key, limit: 1, in: &transaction) { (key, value) throws(LMDBError) in
            found = (key, value)
            return .stop
        }
        return found
    }

    /// The last key < `key` (of the table, without one) and its value; nil if there is none.
    public func last(
        before key: Key? = nil, in transaction: inout some Transaction & ~Copyable & ~Escapable
    ) throws(LMDBError) -> (key: Key, value: Value)? {
        var found: (key: Key, value: Value)?
        try scan(until: key, reverse: true, limit: 1, in: &transaction) { (key, value) throws(LMDBError) in
            found = (key, value)
            return .stop
        }
        return found
    }

    /// Walks the keys whose first part is `first`, in the order of their second (or backwards), from `from` (included) on; the count
    /// of those handed to `body`. For paging backwards, `until` is not included.
    @discardableResult
    public func scan<First: KeyCodable, Second: KeyCodable>(
        first: First, from lower: Second? = nil, until upper: Second? = nil, reverse: Bool = false, limit: Int? = nil,
        in transaction: inout some Transaction & ~Copyable & ~Escapable,
        _ body: (Second, Value) throws(LMDBError) -> ScanStep
    ) throws(LMDBError) -> Int where Key == KeyPair<First, Second> {
        let prefix = try first.encodedKey()
        let from = try lower.map { (second) throws(LMDBError) in try KeyPair(first, second).encodedKey() }
        let until = try upper.map { (second) throws(LMDBError) in try KeyPair(first, second).encodedKey() }
        return try transaction.scan(
            table, from: from ?? prefix, until: until ?? prefix.successorOfPrefix, reverse: reverse, limit: limit
        ) { (key, value) throws(LMDBError) in
            try body(Key(encodedKey: key).second, Value.decodeValue(value))
        }
    }
}

extension [UInt8] {
    /// The least bytes greater than all that begin with these; nil if there are none (no bytes, or all 0xFF).
    public var successorOfPrefix: [UInt8]? {
        guard let last = lastIndex(where: { $0 < 0xFF }) else { return nil }
        return self[..<last] + [self[last] + 1]
    }
}
