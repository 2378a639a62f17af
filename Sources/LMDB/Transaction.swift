import CLMDB

/// What reading and writing transactions have in common: looking things up.
///
/// Spans of keys and values are borrowed from the transaction: they end with it, and a write ends them too. Functions over either
/// kind take `inout some Transaction & ~Copyable & ~Escapable`.
public protocol Transaction: ~Copyable, ~Escapable {
    /// liblmdb's transaction; of no use outside this module.
    var handle: TransactionHandle {
        @_lifetime(borrow self)
        get
    }
}

/// Wraps liblmdb's transaction so that only this module can reach it, and only while the transaction lasts.
@safe public struct TransactionHandle: ~Escapable {
    let pointer: OpaquePointer
    private let environment: UInt32

    @_lifetime(immortal)
    init(_ raw: RawTransaction, environment: UInt32) {
        unsafe pointer = raw.pointer
        self.environment = environment
    }

    /// liblmdb's number of a table. A table of another environment would be taken for one of this; that traps.
    func index(of table: Table) -> MDB_dbi {
        guard table.environment == environment else {
            fatalError("table \"\(table.name)\" belongs to another environment than the transaction")
        }
        return table.index
    }
}

/// A snapshot of the last commit, handed to the closure of ``Environment/read(_:_:)``. It cannot leave it.
public struct ReadTransaction: Transaction, ~Copyable, ~Escapable {
    public let handle: TransactionHandle

    @_lifetime(immortal)
    @usableFromInline init(_ raw: RawTransaction, environment: UInt32) {
        handle = TransactionHandle(raw, environment: environment)
    }

    /// The number of the commit that the snapshot shows: what was read of one snapshot holds for every other with that number.
    public var commitNumber: Int { unsafe mdb_txn_id(handle.pointer) }
}

/// The one transaction that writes, handed to the closure of ``Environment/write(_:)``. It cannot leave it.
public struct WriteTransaction: Transaction, ~Copyable, ~Escapable {
    public let handle: TransactionHandle
    /// The first error of a write; with it the transaction can only be aborted.
    var failure: LMDBError?

    @_lifetime(immortal)
    init(_ raw: RawTransaction, environment: UInt32) {
        handle = TransactionHandle(raw, environment: environment)
    }
}
