import CLMDB
import Glibc

/// One LMDB data file and its lock file in a folder of their own.
///
/// A process opens a folder once. Transactions are closures: ``read(_:_:)`` from any thread, ``write(_:)`` from one thread at a
/// time (a ``DedicatedThread``). A write is durable when ``write(_:)`` returns, unless ``Options/noSync`` was asked for.
public final class Environment: Sendable {
    /// The folder, as it was given to ``open(_:tables:options:)``.
    public let folder: String
    /// The options in force: ``Options/mapSizeBytes`` is what the system allowed at opening.
    public let options: Options
    let raw: RawEnvironment
    /// Tells its tables from those of other environments of this process.
    @usableFromInline let number: UInt32
    let tables: [String: Table]
    let sessions = Monitor(Sessions())
    package let faults = Monitor(InjectedFaults())
    private let identities: [FileIdentity]

    init(
        folder: String, options: Options, raw: RawEnvironment, number: UInt32, tables: [String: Table],
        identities: [FileIdentity]
    ) {
        self.number = number
        self.folder = folder
        self.options = options
        self.raw = raw
        self.tables = tables
        self.identities = identities
    }

    deinit {
        // Nothing is live: transactions are closures that keep the environment.
        sessions.withLock { tearDown(&$0) }
    }

    /// The handle of a table named when the environment was opened; any other name is a programmer's mistake and traps.
    public func table(_ name: String) -> Table {
        guard let table = tables[name] else {
            fatalError("\(folder): table \"\(name)\" was not named when the environment was opened")
        }
        return table
    }

    /// The handle of an optional table; nil if there is none, or it was not named when the environment was opened.
    public func optionalTable(_ name: String) -> Table? { tables[name] }

    /// Whether a failed write or flush has ended all writing until a restart.
    public var isPoisoned: Bool { poisonReason != nil }

    /// Why there is no more writing; nil while all is well.
    public var poisonReason: String? { sessions.withLock { $0.poisonReason } }

    /// Ends all writing until the folder is opened again; reads go on. The first reason given stays.
    public func poison(reason: String) {
        sessions.withLock { state in
            if state.poisonReason == nil { state.poisonReason = reason }
        }
    }

    /// Waits for every live transaction, then lets go of the file. Later calls throw ``LMDBError/Code/closed``.
    ///
    /// Does not flush: commits are durable already. Traps inside a transaction, which could never end.
    public func close() {
        let me = pthread_self()
        sessions.withLock(when: { $0.phase != .growing }) { state in
            if state.holds(me) { fatalError("\(folder): close() inside a transaction of the same thread") }
            if state.phase == .open { state.phase = .closing }
        }
        sessions.withLock(when: { $0.isQuiet }) { tearDown(&$0) }
        sessions.signalAll()
    }

    /// Aborts the idle readers and closes; once.
    private func tearDown(_ state: inout Sessions) {
        guard state.phase != .closed else { return }
        for reader in state.readers { unsafe mdb_txn_abort(reader.transaction.pointer) }
        state.readers = []
        state.idle = []
        state.phase = .closed
        OpenEnvironments.release(identities) { unsafe mdb_env_close(raw.pointer) }
    }
}

/// Results that tests put in the place of liblmdb's.
package struct InjectedFaults {
    package enum Commit {
        /// The transaction is aborted, and its commit answers with this.
        case instead(Int32)
        /// The transaction is committed, and its commit answers with this all the same.
        case after(Int32)
    }
    package var commit: Commit?
    package var sync: Int32?
}
