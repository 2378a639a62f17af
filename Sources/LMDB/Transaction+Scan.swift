import CLMDB

/// Whether a scan goes on.
public enum ScanStep: Sendable {
    case `continue`
    case stop
}

extension Transaction where Self: ~Copyable, Self: ~Escapable {
    /// Walks the keys of a table in byte order (or backwards) and hands each to `body`; the count of those handed.
    ///
    /// Begins with the first key ≥ `from` and ends before `until`; with `reverse`, begins with the last key < `until` and ends
    /// with `from`. nil is no bound. Spans are good for one call of `body`.
    ///
    /// - Parameter limit: Ends after that many.
    @discardableResult
    public func scan(
        _ table: Table, from lower: [UInt8]? = nil, until upper: [UInt8]? = nil, reverse: Bool = false,
        limit: Int? = nil, _ body: (_ key: Span<UInt8>, _ value: Span<UInt8>) throws(LMDBError) -> ScanStep
    ) throws(LMDBError) -> Int {
        let cursor = try Cursor(self.handle, table)
        var walk = Walk(lower: lower, upper: upper, reverse: reverse, remaining: limit ?? .max)
        while try walk.advance(cursor) {
            let step = unsafe try body(Span(_unsafeElements: walk.key.bytes), Span(_unsafeElements: walk.value.bytes))
            if step == .stop { break }
        }
        return walk.count
    }

    /// ``scan(_:from:until:reverse:limit:_:)`` for a body that throws errors of its own.
    @discardableResult
    @_disfavoredOverload
    public func scan(
        _ table: Table, from lower: [UInt8]? = nil, until upper: [UInt8]? = nil, reverse: Bool = false,
        limit: Int? = nil, _ body: (_ key: Span<UInt8>, _ value: Span<UInt8>) throws -> ScanStep
    ) throws -> Int {
        let cursor = try Cursor(self.handle, table)
        var walk = Walk(lower: lower, upper: upper, reverse: reverse, remaining: limit ?? .max)
        while try walk.advance(cursor) {
            let step = unsafe try body(Span(_unsafeElements: walk.key.bytes), Span(_unsafeElements: walk.value.bytes))
            if step == .stop { break }
        }
        return walk.count
    }

    /// Copies of the first key ≥ `key` and its value; nil if there is none.
    public func first(
        _ table: Table, atOrAfter key: [UInt8] = []
    ) throws(LMDBError) -> (key: [UInt8], value: [UInt8])? {
        var found: (key: [UInt8], value: [UInt8])?
        try scan(table, from: key, limit: 1) { (key, value) throws(LMDBError) in
            found = ([UInt8](copying: key), [UInt8](copying: value))
            return .stop
        }
        return found
    }

    /// Copies of the last key < `key` (of the table, without one) and its value; nil if there is none.
    public func last(
        _ table: Table, before key: [UInt8]? = nil
    ) throws(LMDBError) -> (key: [UInt8], value: [UInt8])? {
        var found: (key: [UInt8], value: [UInt8])?
        try scan(table, until: key, reverse: true, limit: 1) { (key, value) throws(LMDBError) in
            found = ([UInt8](copying: key), [UInt8](copying: value))
            return .stop
        }
        return found
    }
}

/// Where a scan is.
@safe private struct Walk {
    let lower: [UInt8]?
    let upper: [UInt8]?
    let reverse: Bool
    var remaining: Int
    var count = 0
    var key = unsafe MDB_val()
    var value = unsafe MDB_val()

    init(lower: [UInt8]?, upper: [UInt8]?, reverse: Bool, remaining: Int) {
        self.lower = lower
        self.upper = upper
        self.reverse = reverse
        self.remaining = remaining
    }

    /// Moves to the next key within the bounds; `false` at the end.
    mutating func advance(_ cursor: borrowing Cursor) throws(LMDBError) -> Bool {
        guard remaining > 0, try step(cursor), isInside else { return false }
        remaining -= 1
        count += 1
        return true
    }

    private mutating func step(_ cursor: borrowing Cursor) throws(LMDBError) -> Bool {
        guard count == 0 else { return try unsafe cursor.move(reverse ? MDB_PREV : MDB_NEXT, &key, &value) }
        guard reverse else {
            guard let lower, !lower.isEmpty else { return try unsafe cursor.move(MDB_FIRST, &key, &value) }
            return try unsafe cursor.seek(lower, &key, &value)
        }
        // The key before the first one ≥ the upper bound; the last of all if there is none such.
        if let upper, !upper.isEmpty, try unsafe cursor.seek(upper, &key, &value) {
            return try unsafe cursor.move(MDB_PREV, &key, &value)
        }
        if let upper, upper.isEmpty { return false }
        return try unsafe cursor.move(MDB_LAST, &key, &value)
    }

    private var isInside: Bool {
        if reverse { return lower.map { unsafe !key.bytes.lexicographicallyPrecedes($0) } ?? true }
        return upper.map { unsafe key.bytes.lexicographicallyPrecedes($0) } ?? true
    }
}

/// A cursor of liblmdb, closed with the scope that made it: in a read transaction nobody else would.
@safe private struct Cursor: ~Copyable {
    private let pointer: OpaquePointer
    private let table: String

    init(_ handle: TransactionHandle, _ table: Table) throws(LMDBError) {
        var cursor: OpaquePointer?
        let result = unsafe mdb_cursor_open(handle.pointer, handle.index(of: table), &cursor)
        guard result == 0, let cursor = unsafe cursor else {
            throw LMDBError(result: result, operation: "mdb_cursor_open \(table.name)")
        }
        unsafe pointer = cursor
        self.table = table.name
    }

    deinit { unsafe mdb_cursor_close(pointer) }

    /// `false` if there is no such key.
    func move(_ operation: MDB_cursor_op, _ key: inout MDB_val, _ value: inout MDB_val) throws(LMDBError) -> Bool {
        let result = unsafe mdb_cursor_get(pointer, &key, &value, operation)
        if result == MDB_NOTFOUND { return false }
        guard result == 0 else { throw LMDBError(result: result, operation: "mdb_cursor_get \(table)") }
        return true
    }

    /// To the first key ≥ `bound`. liblmdb points `key` at its own copy.
    func seek(_ bound: [UInt8], _ key: inout MDB_val, _ value: inout MDB_val) throws(LMDBError) -> Bool {
        let result = unsafe bound.withUnsafeBufferPointer { bytes in
            unsafe key = MDB_val(bytes)
            return unsafe mdb_cursor_get(pointer, &key, &value, MDB_SET_RANGE)
        }
        if result == MDB_NOTFOUND { return false }
        guard result == 0 else { throw LMDBError(result: result, operation: "mdb_cursor_get \(table)") }
        return true
    }
}
