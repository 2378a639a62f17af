import CLMDB

extension Transaction where Self: ~Copyable, Self: ~Escapable {
    /// The value of `key`, borrowed from the transaction; nil if there is none. Not aligned. Costs no allocation.
    @_lifetime(borrow self)
    @inlinable public func get(_ table: Table, _ key: Span<UInt8>) throws(LMDBError) -> Span<UInt8>? {
        guard let span = try handle.get(table, key) else { return nil }
        return unsafe _overrideLifetime(span, borrowing: self)
    }

    /// The value of `key`, borrowed from the transaction; nil if there is none.
    @_lifetime(borrow self)
    public func get(_ table: Table, _ key: [UInt8]) throws(LMDBError) -> Span<UInt8>? {
        try get(table, key.span)
    }

    /// What `body` makes of the value of `key`; nil if there is none.
    public func withValue<R, E: Error>(
        _ table: Table, key: [UInt8], _ body: (Span<UInt8>) throws(E) -> R
    ) throws -> R? {
        guard let value = try get(table, key.span) else { return nil }
        return try body(value)
    }

    /// A copy of the value of `key`; nil if there is none.
    public func copy(_ table: Table, _ key: Span<UInt8>) throws(LMDBError) -> [UInt8]? {
        guard let value = try get(table, key) else { return nil }
        return [UInt8](copying: value)
    }

    /// A copy of the value of `key`; nil if there is none.
    public func copy(_ table: Table, _ key: [UInt8]) throws(LMDBError) -> [UInt8]? {
        try copy(table, key.span)
    }

    /// Whether `key` is there.
    public func contains(_ table: Table, _ key: [UInt8]) throws(LMDBError) -> Bool {
        try get(table, key.span) != nil
    }

    /// How many keys a table holds; read from its head, whatever its size.
    public func count(_ table: Table) throws(LMDBError) -> Int {
        var stat = MDB_stat()
        let result = unsafe mdb_stat(handle.pointer, handle.index(of: table), &stat)
        guard result == 0 else { throw LMDBError(result: result, operation: "mdb_stat \(table.name)") }
        return stat.ms_entries
    }
}

extension TransactionHandle {
    /// The value of `key`, good as long as the transaction; nil if there is none.
    @_lifetime(immortal)
    @usableFromInline func get(_ table: Table, _ key: Span<UInt8>) throws(LMDBError) -> Span<UInt8>? {
        var value = unsafe MDB_val()
        let result = unsafe key.withUnsafeBufferPointer { bytes in
            var name = unsafe MDB_val(bytes)
            return unsafe mdb_get(pointer, index(of: table), &name, &value)
        }
        if result == MDB_NOTFOUND { return nil }
        guard result == 0 else { throw LMDBError(result: result, operation: "mdb_get \(table.name)") }
        let span = unsafe Span<UInt8>(_unsafeElements: value.bytes)
        return unsafe _overrideLifetime(span, borrowing: ())
    }
}

extension [UInt8] {
    /// The bytes of a span, copied.
    public init(copying span: Span<UInt8>) {
        self = unsafe span.withUnsafeBufferPointer { unsafe [UInt8]($0) }
    }
}

extension MDB_val {
    /// For reading only: liblmdb does not write through keys and values that it is given.
    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        unsafe self.init(mv_size: bytes.count, mv_data: UnsafeMutableRawPointer(mutating: bytes.baseAddress))
    }

    var bytes: UnsafeBufferPointer<UInt8> {
        unsafe UnsafeBufferPointer(start: mv_data?.assumingMemoryBound(to: UInt8.self), count: mv_size)
    }
}
