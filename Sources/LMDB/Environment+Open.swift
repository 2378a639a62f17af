import CLMDB
import Glibc

extension Environment {
    /// Opens the folder, creating it (0700, files 0600) where it is missing and access is `readWrite`, and all `tables` in it.
    ///
    /// - Parameter optional: tables that a reader does without where they are missing; a writer makes them.
    /// - Throws: ``LMDBError/Code/alreadyOpen`` if this process has it open; ``LMDBError/Code/networkFileSystem``;
    ///   ``LMDBError/Code/truncated``, ``LMDBError/Code/invalid`` or ``LMDBError/Code/versionMismatch`` for a file that is not as
    ///   it was written; ``LMDBError/Code/notFound`` for a missing table when reading only. Nothing is repaired.
    public static func open(
        _ folder: String, tables: [String], optional: [String] = [], options: Options = Options()
    ) throws(LMDBError) -> Environment {
        try requireStandardDescriptors()
        try prepareFolder(folder, options)
        if !options.allowNetworkFileSystem { try requireLocalFileSystem(folder) }
        // The folder only while it is being opened: removed under an open environment, its inode would be another folder's.
        let opening = [FileIdentity(path: folder)].compactMap { $0 }
        let files = identities(folder)
        guard OpenEnvironments.reserve(opening + files) else { throw alreadyOpen(folder) }
        defer { OpenEnvironments.release(opening) }
        do throws(LMDBError) {
            return try openReserved(folder, tables, optional, options, files)
        } catch {
            throw error.with(path: folder)
        }
    }

    /// Takes over `files`, which are reserved, and what else opening makes.
    private static func openReserved(
        _ folder: String, _ tables: [String], _ optional: [String], _ options: Options, _ files: [FileIdentity]
    ) throws(LMDBError) -> Environment {
        var raw: RawEnvironment?
        var held = files
        do throws(LMDBError) {
            let isNew = try inspectDataFile(folder + "/data.mdb", options)
            let (opened, mapSizeBytes) = try openFitting(folder, options)
            raw = opened
            let made = identities(folder).filter { !files.contains($0) }
            guard OpenEnvironments.reserve(made) else { throw alreadyOpen(folder) }
            held += made
            if isNew { try flushNewFile(opened, folder) }
            let number = OpenEnvironments.nextNumber()
            let handles = try finishOpening(opened, number, folder, tables, optional, options)
            var actual = options
            actual.mapSizeBytes = mapSizeBytes
            return Environment(
                folder: folder, options: actual, raw: opened, number: number, tables: handles, identities: held)
        } catch {
            OpenEnvironments.release(held) { if let raw { unsafe mdb_env_close(raw.pointer) } }
            throw error
        }
    }

    /// The files that exist now. Open, they keep their inodes from being used again.
    private static func identities(_ folder: String) -> [FileIdentity] {
        [folder + "/data.mdb", folder + "/lock.mdb"].compactMap { FileIdentity(path: $0) }
    }

    private static func alreadyOpen(_ folder: String) -> LMDBError {
        LMDBError(
            .alreadyOpen, "this process has the folder open already; share the open environment", operation: "open",
            path: folder)
    }

    /// liblmdb flushes neither the two meta pages of a new file nor its name.
    private static func flushNewFile(_ raw: RawEnvironment, _ folder: String) throws(LMDBError) {
        let result = unsafe mdb_env_sync(raw.pointer, 1)
        guard result == 0 else { throw LMDBError(result: result, operation: "mdb_env_sync", path: folder) }
        try flushFolder(folder)
    }

    /// Opens with the largest map that the system allows, from the one wanted down to the least.
    private static func openFitting(
        _ folder: String, _ options: Options
    ) throws(LMDBError) -> (RawEnvironment, mapSizeBytes: Int) {
        var size = largestMapAllowed(options)
        while true {
            do throws(LMDBError) {
                return (try openRaw(folder, options, mapSizeBytes: size), size)
            } catch {
                guard error.code == .noMemory, size / 2 >= options.minimumMapSizeBytes else { throw error }
                size = roundedToPages(size / 2)
            }
        }
    }

    /// Under a limit on address space the map takes at most half of it, so that the heap has the rest.
    private static func largestMapAllowed(_ options: Options) -> Int {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0, limit.rlim_cur < UInt(Int.max) else {
            return roundedToPages(options.mapSizeBytes)
        }
        let half = max(Int(limit.rlim_cur / 2), options.minimumMapSizeBytes)
        return roundedToPages(min(options.mapSizeBytes, half))
    }

    private static func openRaw(
        _ folder: String, _ options: Options, mapSizeBytes: Int
    ) throws(LMDBError) -> RawEnvironment {
        var pointer: OpaquePointer?
        let created = unsafe mdb_env_create(&pointer)
        guard created == 0, let pointer = unsafe pointer else {
            throw LMDBError(result: created, operation: "mdb_env_create", path: folder)
        }
        let environment = unsafe RawEnvironment(pointer: pointer)
        DamageHandling.watch(environment, folder: folder)
        let steps: [(String, () -> Int32)] = [
            ("mdb_env_set_mapsize", { unsafe mdb_env_set_mapsize(pointer, mapSizeBytes) }),
            ("mdb_env_set_maxdbs", { unsafe mdb_env_set_maxdbs(pointer, UInt32(options.maxTables)) }),
            ("mdb_env_set_maxreaders", { unsafe mdb_env_set_maxreaders(pointer, UInt32(options.maxReaders)) }),
            ("mdb_env_open", { unsafe mdb_env_open(pointer, folder, options.flags, 0o600) }),
        ]
        for (operation, step) in steps {
            let result = step()
            guard result != 0 else { continue }
            unsafe mdb_env_close(pointer)
            throw LMDBError(result: result, operation: operation, path: folder)
        }
        return environment
    }

    private static func finishOpening(
        _ raw: RawEnvironment, _ number: UInt32, _ folder: String, _ tables: [String], _ optional: [String], _ options: Options
    ) throws(LMDBError) -> [String: Table] {
        var descriptor: Int32 = -1
        unsafe mdb_env_get_fd(raw.pointer, &descriptor)
        // liblmdb 0.9.24 leaves it open across exec.
        guard fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0 else {
            throw LMDBError(result: errno, operation: "fcntl", path: folder)
        }
        unsafe mdb_reader_check(raw.pointer, nil)
        return try openTables(raw, number, tables, optional, options)
    }

    /// All of them in one transaction: opening a table later would need every other transaction to wait.
    private static func openTables(
        _ raw: RawEnvironment, _ number: UInt32, _ names: [String], _ optional: [String], _ options: Options
    ) throws(LMDBError) -> [String: Table] {
        let isReadOnly = options.access == .readOnly
        var pointer: OpaquePointer?
        let begun = unsafe mdb_txn_begin(raw.pointer, nil, isReadOnly ? UInt32(MDB_RDONLY) : 0, &pointer)
        guard begun == 0, let transaction = unsafe pointer else {
            throw LMDBError(result: begun, operation: "mdb_txn_begin")
        }
        var tables: [String: Table] = [:]
        for name in names + optional {
            var index: MDB_dbi = 0
            let result = unsafe mdb_dbi_open(transaction, name, isReadOnly ? 0 : UInt32(MDB_CREATE), &index)
            if result == MDB_NOTFOUND, isReadOnly, optional.contains(name) { continue }
            guard result == 0 else {
                unsafe mdb_txn_abort(transaction)
                throw LMDBError(result: result, operation: "mdb_dbi_open \"\(name)\"")
            }
            tables[name] = Table(index: index, environment: number, name: name)
        }
        let committed = unsafe mdb_txn_commit(transaction)
        guard committed == 0 else { throw LMDBError(result: committed, operation: "mdb_txn_commit") }
        return tables
    }
}

extension Environment.Options {
    /// Reader slots follow their transaction, never the thread. Never a writable map, never without locks or cleared memory.
    fileprivate var flags: UInt32 {
        var flags = MDB_NOTLS
        if access == .readOnly { flags |= MDB_RDONLY }
        if noSync { flags |= MDB_NOSYNC }
        if noReadahead { flags |= MDB_NORDAHEAD }
        return UInt32(flags)
    }
}
