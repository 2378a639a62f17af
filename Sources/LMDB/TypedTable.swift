/// A table whose keys and values have types: the byte order is in the key's type, and nobody puts bytes of another shape.
public struct TypedTable<Key: KeyCodable, Value: ValueCodable>: Sendable {
    /// The table underneath.
    public let table: Table

    public init(_ table: Table) { self.table = table }

    /// The value of `key`; nil if there is none.
    public func get(_ key: Key, in transaction: inout some Transaction & ~Copyable & ~Escapable) throws(LMDBError) -> Value? {
        try withBytes(key, in: &transaction) { (bytes) throws(LMDBError) in try Value.decodeValue(bytes) }
    }

    /// What `body` makes of the stored bytes of `key`, uncopied; nil if there is none.
    public func withBytes<R>(
        _ key: Key, in transaction: inout some Transaction & ~Copyable & ~Escapable,
        _ body: (Span<UInt8>) throws(LMDBError) -> R
    ) throws(LMDBError) -> R? {
        try key.withEncodedKey { (key) throws(LMDBError) -> R? in
            guard let bytes = try transaction.get(table, key) else { return nil }
            return try body(bytes)
        }
    }

    /// Whether `key` is there.
    public func contains(
        _ key: Key, in transaction: inout some Transaction & ~Copyable & ~Escapable
    ) throws(LMDBError) -> Bool {
        try withBytes(key, in: &transaction) { (_) throws(LMDBError) in true } ?? false
    }

    /// How many keys there are.
    public func count(in transaction: inout some Transaction & ~Copyable & ~Escapable) throws(LMDBError) -> Int {
        try transaction.count(table)
    }

    /// Puts a value; see ``WriteTransaction/put(_:_:_:_:)-(_,Span<UInt8>,_,_)``.
    public func put(
        _ key: Key, _ value: Value, in transaction: inout WriteTransaction, _ options: WriteTransaction.PutOptions = []
    ) throws(LMDBError) {
        try key.withEncodedKey { (key) throws(LMDBError) in
            try value.withEncodedValue { (value) throws(LMDBError) in
                try transaction.put(table, key, value, options)
            }
        }
    }

    /// Takes a key away; `false` if it was not there.
    @discardableResult
    public func delete(_ key: Key, in transaction: inout WriteTransaction) throws(LMDBError) -> Bool {
        try key.withEncodedKey { (key) throws(LMDBError) in try transaction.delete(table, key) }
    }

    /// Walks the keys in order (or backwards) from `from` (included) until `until` (not included); the count of those handed to `body`.
    @discardableResult
    public func scan(
        from lower: Key? = nil, until upper: Key? = nil, reverse: Bool = false, limit: Int? = nil,
        in transaction: inout some Transaction & ~Copyable & ~Escapable,
        _ body: (Key, Value) throws(LMDBError) -> ScanStep
    ) throws(LMDBError) -> Int {
        try transaction.scan(
            table, from: lower?.encodedKey(), until: upper?.encodedKey(), reverse: reverse, limit: limit
        ) { (key, value) throws(LMDBError) in
            try body(Key(encodedKey: key), Value.decodeValue(value))
        }
    }
}
