import CLMDB
import Glibc

extension Environment {
    /// Commits and flushes; decides what a failure means.
    func commit(_ handle: RawTransaction) throws(LMDBError) {
        let id = unsafe mdb_txn_id(handle.pointer)
        let result = commitOrFault(handle)
        guard result != 0 else { return }
        let error = LMDBError(result: result, operation: "mdb_txn_commit", path: folder)
        let outcome = commitFailure(error, transaction: id)
        if outcome == .unknown || error.code.meansDamage { poison(reason: error.description) }
        throw error.with(outcome: outcome)
    }

    /// liblmdb's own codes come before the meta page is written, except the one that says that writing it failed. Of the system's,
    /// only a full device can be told apart: the last transaction is unchanged and everything before it can still be flushed.
    private func commitFailure(_ error: LMDBError, transaction id: Int) -> CommitFailure {
        if error.resultCode < 0 { return error.code == .panic ? .unknown : .notDone }
        guard error.code == .noSpace, lastTransaction < id, flush() == 0 else { return .unknown }
        return .notDone
    }

    private func commitOrFault(_ handle: RawTransaction) -> Int32 {
        switch faults.withLock({ $0.takeCommit() }) {
        case nil: return unsafe mdb_txn_commit(handle.pointer)
        case .instead(let result):
            unsafe mdb_txn_abort(handle.pointer)
            return result
        case .after(let result):
            unsafe mdb_txn_commit(handle.pointer)
            return result
        }
    }

    /// Id of the last transaction in the file. Only while something live keeps the map in place.
    private var lastTransaction: Int {
        var info = unsafe MDB_envinfo()
        unsafe mdb_env_info(raw.pointer, &info)
        return unsafe info.me_last_txnid
    }

    private func flush() -> Int32 {
        if let fault = faults.withLock({ $0.takeSync() }) { return fault }
        return unsafe mdb_env_sync(raw.pointer, 1)
    }

    /// Flushes the data file. Needed only after writing with ``Options/noSync``: everything committed before is durable when it returns.
    ///
    /// - Throws: On any failure, after which the environment is poisoned: the system may have dropped what was not flushed.
    public func sync() throws(LMDBError) {
        guard options.access == .readWrite else {
            throw LMDBError(.readOnly, "the environment was opened for reading only", operation: "sync", path: folder)
        }
        try withMap("sync") { () throws(LMDBError) in
            let result = flush()
            guard result != 0 else { return }
            let error = LMDBError(result: result, operation: "mdb_env_sync", path: folder, outcome: .unknown)
            poison(reason: error.description)
            throw error
        }
    }
}

extension InjectedFaults {
    fileprivate mutating func takeCommit() -> Commit? {
        defer { commit = nil }
        return commit
    }

    fileprivate mutating func takeSync() -> Int32? {
        defer { sync = nil }
        return sync
    }
}
