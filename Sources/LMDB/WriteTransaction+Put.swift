import CLMDB

extension WriteTransaction {
    /// How a value is put.
    public struct PutOptions: OptionSet, Sendable {
        public let rawValue: UInt32
        public init(rawValue: UInt32) { self.rawValue = rawValue }

        /// The key is greater than every other: fast, and ``LMDBError/Code/keyExists`` if it is not.
        public static let append = PutOptions(rawValue: UInt32(MDB_APPEND))
        /// ``LMDBError/Code/keyExists`` if the key is there.
        public static let noOverwrite = PutOptions(rawValue: UInt32(MDB_NOOVERWRITE))
    }

    /// Puts a value. Ends every span taken from this transaction.
    ///
    /// - Throws: ``LMDBError/Code/keyExists`` by `options`, after which the transaction may go on with `noOverwrite` alone; on any
    ///   other error it is lost and will be aborted. ``LMDBError/Code/mapFull``: nothing is done; grow, then do it all again.
    public mutating func put(
        _ table: Table, _ key: Span<UInt8>, _ value: Span<UInt8>, _ options: PutOptions = []
    ) throws(LMDBError) {
        try requireNoFailure("mdb_put")
        let result = unsafe key.withUnsafeBufferPointer { keyBytes in
            unsafe value.withUnsafeBufferPointer { valueBytes in
                var name = unsafe MDB_val(keyBytes)
                var content = unsafe MDB_val(valueBytes)
                return unsafe mdb_put(handle.pointer, handle.index(of: table), &name, &content, options.rawValue)
            }
        }
        guard result != 0 else { return }
        let error = LMDBError(result: result, operation: "mdb_put \(table.name)", outcome: .notDone)
        if !(result == MDB_KEYEXIST && options == .noOverwrite) { failure = error }
        throw error
    }

    /// Puts a value. Ends every span taken from this transaction.
    public mutating func put(
        _ table: Table, _ key: [UInt8], _ value: [UInt8], _ options: PutOptions = []
    ) throws(LMDBError) {
        try put(table, key.span, value.span, options)
    }

    /// Takes a key away; `false` if it was not there.
    @discardableResult
    public mutating func delete(_ table: Table, _ key: Span<UInt8>) throws(LMDBError) -> Bool {
        try requireNoFailure("mdb_del")
        let result = unsafe key.withUnsafeBufferPointer { bytes in
            var name = unsafe MDB_val(bytes)
            return unsafe mdb_del(handle.pointer, handle.index(of: table), &name, nil)
        }
        if result == MDB_NOTFOUND { return false }
        try require(result, "mdb_del \(table.name)")
        return true
    }

    /// Takes a key away; `false` if it was not there.
    @discardableResult
    public mutating func delete(_ table: Table, _ key: [UInt8]) throws(LMDBError) -> Bool {
        try delete(table, key.span)
    }

    /// Empties a table. Its handle stays good.
    public mutating func clear(_ table: Table) throws(LMDBError) {
        try requireNoFailure("mdb_drop")
        try require(unsafe mdb_drop(handle.pointer, handle.index(of: table), 0), "mdb_drop \(table.name)")
    }

    private mutating func require(_ result: Int32, _ operation: String) throws(LMDBError) {
        guard result != 0 else { return }
        let error = LMDBError(result: result, operation: operation, outcome: .notDone)
        failure = error
        throw error
    }

    private func requireNoFailure(_ operation: String) throws(LMDBError) {
        if let failure { throw failure }
    }
}
