import CLMDB
import Glibc

extension Environment {
    /// Raises the map to at least `sizeBytes` (rounded up to whole pages); nothing happens if it is that large already.
    ///
    /// The gate: holds back new transactions, waits for every live one, remaps, lets them through. Traps inside a transaction.
    ///
    /// - Throws: ``LMDBError/Code/noMemory`` if there is not that much address space; the old map stays.
    public func grow(to sizeBytes: Int) throws(LMDBError) {
        let me = pthread_self()
        try sessions.withLock(when: { $0.phase != .growing }) { state throws(LMDBError) in
            if state.holds(me) { fatalError("\(folder): grow(to:) inside a transaction of the same thread") }
            try state.requireUsable("grow", path: folder)
            guard state.phase == .open else {
                throw LMDBError(.closed, "the environment is being closed", operation: "grow", path: folder)
            }
            state.phase = .growing
        }
        defer { sessions.signalAll() }
        try sessions.withLock(when: { $0.isQuiet }) { state throws(LMDBError) in
            state.phase = .open
            try remap(&state, to: sizeBytes)
        }
    }

    private func remap(_ state: inout Sessions, to sizeBytes: Int) throws(LMDBError) {
        let current = mapSizeBytes
        let wanted = roundedToPages(sizeBytes)
        guard wanted > current else { return }
        guard isAddressSpaceFree(wanted - current) else {
            throw LMDBError(
                .noMemory, "no address space for a map of \(wanted) bytes; raise the limit (ulimit -v)",
                operation: "grow", path: folder)
        }
        let result = unsafe mdb_env_set_mapsize(raw.pointer, wanted)
        guard result != 0 else { return }
        // liblmdb has unmapped the old map and maps nothing again by itself.
        state.phase = .mapLost
        if state.poisonReason == nil { state.poisonReason = "the map was lost while growing" }
        throw LMDBError(result: result, operation: "mdb_env_set_mapsize", path: folder)
    }

    private var mapSizeBytes: Int {
        var info = unsafe MDB_envinfo()
        unsafe mdb_env_info(raw.pointer, &info)
        return unsafe info.me_mapsize
    }

    /// Tries before liblmdb lets go of the old map, since a failure after that cannot be undone.
    private func isAddressSpaceFree(_ sizeBytes: Int) -> Bool {
        let probe = unsafe mmap(nil, sizeBytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
        guard let probe = unsafe probe, unsafe probe != MAP_FAILED else { return false }
        return unsafe munmap(probe, sizeBytes) == 0
    }

    /// Runs `body` while the map and the descriptors stay as they are.
    func withMap<R>(_ operation: String, _ body: () throws(LMDBError) -> R) throws(LMDBError) -> R {
        let me = pthread_self()
        try sessions.withLock(when: { $0.admits(me) }) { state throws(LMDBError) in
            try state.requireUsable(operation, path: folder)
            state.others += 1
        }
        defer {
            let wakes = sessions.withLock { state in
                state.others -= 1
                return state.phase != .open
            }
            if wakes { sessions.signalAll() }
        }
        return try body()
    }
}

/// `sizeBytes`, rounded up to whole pages of the system.
func roundedToPages(_ sizeBytes: Int) -> Int {
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    return (sizeBytes + page - 1) / page * page
}
