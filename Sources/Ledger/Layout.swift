import Glibc
import LMDB
import LedgerLog
import LedgerProjections
import LedgerSchema
import MerkleTree

/// Where things lie in a ledger's folder.
enum Layout {
    static func log(_ folder: String) -> String { folder + "/log" }
    static func keys(_ folder: String) -> String { folder + "/keys" }
    static func signingKey(_ folder: String) -> String { keys(folder) + "/signing.key" }

    static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

    /// Where the log is while it is being made; renamed to its place once its first event is flushed, so that what stands there is whole.
    static func unfinishedLog(_ folder: String) -> String { folder + "/log.new" }

    static func requireLedger(_ folder: String) throws(LedgerError) {
        guard exists(log(folder)) else {
            throw LedgerError(.notALedger, "\(folder) holds no ledger. Make one with `keyledger init --data \(folder)`.")
        }
        guard exists(log(folder) + "/data.mdb") else {
            throw LedgerError(.damaged, "\(log(folder))/data.mdb is missing: the ledger's events are gone. Restore a backup.")
        }
    }

    static func openLog(_ folder: String, _ options: Ledger.Options) throws -> Store { try openStore(log(folder), options) }

    static func openStore(_ path: String, _ options: Ledger.Options) throws -> Store {
        var store = Environment.Options(mapSizeBytes: options.mapSizeBytes)
        store.maxTables = 64
        store.access = options.access == .readWrite ? .readWrite : .readOnly
        store.allowNetworkFileSystem = options.allowsNetworkFileSystem
        do {
            return Store(try Environment.open(path, tables: Store.tableNames, options: store))
        } catch {
            guard error.code == .notFound else { throw error }
            throw LedgerError(.damaged, "\(path)/data.mdb lacks a table (\(error.operation)): it is damaged. Restore a backup.")
        }
    }

    /// Reads the format row before the log is opened for writing: opening makes the tables that are missing, which must not happen to
    /// a folder of another version.
    static func format(_ folder: String, _ options: Ledger.Options) throws -> LogFormat {
        var store = Environment.Options(mapSizeBytes: options.mapSizeBytes, access: .readOnly)
        store.allowNetworkFileSystem = options.allowsNetworkFileSystem
        let meta = "meta"
        do {
            let environment = try Environment.open(log(folder), tables: [meta], options: store)
            defer { environment.close() }
            return try environment.read { try LogFormat.read(environment.table(meta), in: &$0, folder: folder) }
        } catch let error as LMDBError where error.code == .notFound {
            throw LogFormat.missing(folder)
        }
    }

    /// Gives a finished log its place; durable when it returns.
    static func finishLog(_ folder: String) throws(LedgerError) {
        guard unsafe rename(unfinishedLog(folder), log(folder)) == 0 else {
            throw systemError("\(unfinishedLog(folder)) cannot be renamed to log")
        }
        try flushFolder(of: log(folder))
    }

    /// Removes what a making that was cut short has left. Views that no pointer names go when the next ones are made.
    static func removeUnfinished(_ folder: String) throws(LedgerError) {
        if unsafe unlink(folder + "/views") != 0, errno != ENOENT { throw systemError("\(folder)/views cannot be removed") }
        let path = unfinishedLog(folder)
        for file in ["data.mdb", "lock.mdb"] { unsafe unlink("\(path)/\(file)") }
        if unsafe rmdir(path) != 0, errno != ENOENT { throw systemError("\(path) cannot be removed") }
    }

    /// Writes a file that only its owner can read, and flushes it and its folder. An existing file is never replaced; cut short, no file
    /// of that name is there.
    static func writePrivate(_ text: String, to path: String) throws(LedgerError) {
        let draft = path + ".new"
        unsafe unlink(draft)
        let descriptor = unsafe open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw systemError("\(draft) cannot be made") }
        defer {
            Glibc.close(descriptor)
            unsafe unlink(draft)
        }
        let bytes = Array(text.utf8)
        guard unsafe write(descriptor, bytes, bytes.count) == bytes.count, fsync(descriptor) == 0 else {
            throw systemError("\(draft) cannot be written")
        }
        guard unsafe link(draft, path) == 0 else { throw systemError("\(path) cannot be made") }
        try flushFolder(of: path)
    }

    static func makeFolder(_ path: String) throws(LedgerError) {
        if unsafe mkdir(path, 0o700) != 0, errno != EEXIST { throw systemError("\(path) cannot be made") }
        try flushFolder(of: path)
    }

    private static func flushFolder(of path: String) throws(LedgerError) {
        let end = path.lastIndex(of: "/") ?? path.startIndex
        let folder = path[..<end].isEmpty ? (path.hasPrefix("/") ? "/" : ".") : String(path[..<end])
        let descriptor = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw systemError("\(folder) cannot be opened") }
        defer { Glibc.close(descriptor) }
        guard fsync(descriptor) == 0 else { throw systemError("\(folder) cannot be flushed") }
    }

    private static func systemError(_ what: String) -> LedgerError {
        LedgerError(.storage, "\(what): \(unsafe String(cString: strerror(errno))).")
    }
}
