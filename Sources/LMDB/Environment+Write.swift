import CLMDB
import Glibc

extension Environment {
    /// Runs `body` with the one write transaction and commits; aborts if it throws.
    ///
    /// Durable when it returns (two flushes), unless ``Options/noSync``. After an error of any of its writes the transaction is
    /// aborted, even if `body` went on. Call it from one thread at a time: a second entry, nested or from another thread, traps.
    ///
    /// - Throws: What `body` throws, nothing being written then. An ``LMDBError`` says in ``LMDBError/outcome`` what became of the
    ///   transaction: `notDone` or, after a failed flush, `unknown`; then the environment is poisoned and each later call throws
    ///   ``LMDBError/Code/poisoned``.
    @available(*, noasync)
    @discardableResult
    public func write<R>(_ body: (inout WriteTransaction) throws(LMDBError) -> R) throws(LMDBError) -> R {
        let handle = try beginWrite()
        defer { endWrite() }
        var transaction = WriteTransaction(handle, environment: number)
        let result: R
        do throws(LMDBError) {
            result = try body(&transaction)
        } catch {
            abort(handle, transaction.failure)
            throw error.outcome == nil ? error.with(outcome: .notDone) : error
        }
        try settle(handle, transaction.failure)
        return result
    }

    /// ``write(_:)`` for a body that throws errors of its own.
    @available(*, noasync)
    @discardableResult
    @_disfavoredOverload
    public func write<R>(_ body: (inout WriteTransaction) throws -> R) throws -> R {
        let handle = try beginWrite()
        defer { endWrite() }
        var transaction = WriteTransaction(handle, environment: number)
        let result: R
        do {
            result = try body(&transaction)
        } catch {
            abort(handle, transaction.failure)
            throw error
        }
        try settle(handle, transaction.failure)
        return result
    }

    private func beginWrite() throws(LMDBError) -> RawTransaction {
        let me = pthread_self()
        guard options.access == .readWrite else {
            throw LMDBError(
                .readOnly, "the environment was opened for reading only", operation: "write", path: folder,
                outcome: .notDone)
        }
        try sessions.withLock(when: { $0.admits(me) }) { state throws(LMDBError) in
            if let writer = state.writer {
                fatalError("\(folder): write() entered \(writer == me ? "twice by one thread" : "by two threads at once")")
            }
            try state.requireUsable("write", path: folder)
            try requireHealthy(state)
            state.writer = me
        }
        var pointer: OpaquePointer?
        let result = unsafe mdb_txn_begin(raw.pointer, nil, 0, &pointer)
        guard result == 0, let pointer = unsafe pointer else {
            endWrite()
            let error = LMDBError(result: result, operation: "mdb_txn_begin", path: folder, outcome: .notDone)
            if error.code.meansDamage { poison(reason: error.description) }
            throw error
        }
        return unsafe RawTransaction(pointer: pointer)
    }

    private func requireHealthy(_ state: Sessions) throws(LMDBError) {
        guard let reason = state.poisonReason else { return }
        throw LMDBError(
            .poisoned, "writing stopped after a failure; restart so that the file is verified (\(reason))",
            operation: "write", path: folder, outcome: .notDone)
    }

    private func endWrite() {
        let wakes = sessions.withLock { state in
            state.writer = nil
            return state.phase != .open
        }
        if wakes { sessions.signalAll() }
    }

    private func abort(_ handle: RawTransaction, _ failure: LMDBError?) {
        unsafe mdb_txn_abort(handle.pointer)
        if let failure, failure.code.meansDamage { poison(reason: failure.description) }
    }

    private func settle(_ handle: RawTransaction, _ failure: LMDBError?) throws(LMDBError) {
        if let failure {
            abort(handle, failure)
            throw failure
        }
        try commit(handle)
    }
}
