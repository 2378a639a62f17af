import CLMDB
import Glibc

extension Environment {
    /// Runs `body` with a snapshot of the last commit.
    ///
    /// Synchronous and short: while it runs, pages freed by later writes cannot be used again and the file grows. Copy or decode
    /// what is needed; wait for nothing inside. A read within a read or a write on the same thread is allowed and sees its own snapshot.
    ///
    /// - Parameter purpose: Names the reader in ``EnvironmentInfo/oldestReaderPurpose``; the calling function by default.
    /// - Throws: What `body` throws; ``LMDBError/Code/readersFull``, ``LMDBError/Code/closed``.
    @available(*, noasync)
    @discardableResult
    @inlinable public func read<R>(
        _ purpose: StaticString = #function, _ body: (inout ReadTransaction) throws(LMDBError) -> R
    ) throws(LMDBError) -> R {
        let (slot, handle) = try beginRead(purpose)
        defer { endRead(slot) }
        var transaction = ReadTransaction(handle, environment: number)
        return try body(&transaction)
    }

    /// ``read(_:_:)`` for a body that throws errors of its own.
    @available(*, noasync)
    @discardableResult
    @_disfavoredOverload
    @inlinable public func read<R>(
        _ purpose: StaticString = #function, _ body: (inout ReadTransaction) throws -> R
    ) throws -> R {
        let (slot, handle) = try beginRead(purpose)
        defer { endRead(slot) }
        var transaction = ReadTransaction(handle, environment: number)
        return try body(&transaction)
    }

    @usableFromInline func beginRead(_ purpose: StaticString) throws(LMDBError) -> (slot: Int, RawTransaction) {
        let me = pthread_self()
        return try sessions.withLock(when: { $0.admits(me) }) { state throws(LMDBError) in
            try state.requireUsable("read", path: folder)
            let slot = try takeSlot(&state)
            state.readers[slot].startedAt = coarseMonotonicNanoseconds()
            state.readers[slot].thread = me
            state.readers[slot].purpose = purpose
            return (slot, state.readers[slot].transaction)
        }
    }

    @usableFromInline func endRead(_ slot: Int) {
        let wakes = sessions.withLock { state in
            unsafe mdb_txn_reset(state.readers[slot].transaction.pointer)
            state.readers[slot].startedAt = 0
            state.idle.append(slot)
            return state.phase != .open
        }
        if wakes { sessions.signalAll() }
    }

    /// An idle slot made current, or a new one.
    private func takeSlot(_ state: inout Sessions) throws(LMDBError) -> Int {
        if let slot = state.idle.last {
            let pointer = unsafe state.readers[slot].transaction.pointer
            try adoptingForeignGrowth(&state, "mdb_txn_renew") { unsafe mdb_txn_renew(pointer) }
            state.idle.removeLast()
            return slot
        }
        var pointer: OpaquePointer?
        try adoptingForeignGrowth(&state, "mdb_txn_begin") {
            let rc = unsafe mdb_txn_begin(raw.pointer, nil, UInt32(MDB_RDONLY), &pointer)
            guard rc == MDB_READERS_FULL else { return rc }
            // Slots of processes that died are given back only by this check.
            unsafe mdb_reader_check(raw.pointer, nil)
            return unsafe mdb_txn_begin(raw.pointer, nil, UInt32(MDB_RDONLY), &pointer)
        }
        guard let pointer = unsafe pointer else {
            throw LMDBError(.system, "no transaction was given", operation: "mdb_txn_begin", path: folder)
        }
        let transaction = unsafe RawTransaction(pointer: pointer)
        state.readers.append(Sessions.Reader(transaction: transaction, startedAt: 0, thread: 0, purpose: ""))
        return state.readers.count - 1
    }

    /// Runs `begin`; if another process has grown the file beyond this map and nothing is live here, takes over its size and tries again.
    private func adoptingForeignGrowth(
        _ state: inout Sessions, _ operation: String, _ begin: () -> Int32
    ) throws(LMDBError) {
        var result = begin()
        if result == MDB_MAP_RESIZED, state.isQuiet {
            result = unsafe mdb_env_set_mapsize(raw.pointer, 0)
            if result == 0 { result = begin() } else { state.phase = .mapLost }
        }
        if result != 0 { throw LMDBError(result: result, operation: operation, path: folder) }
    }
}
