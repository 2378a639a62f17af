import LMDB
import LedgerDomain
import LedgerLog
import LedgerProjections
import LedgerSchema
import MerkleTree

extension Ledger {
    /// Makes a ledger in a folder that holds none: its signing key, the log with LedgerOpened at position 1, the first views. Durable
    /// when it returns; cut short, it can be run again.
    ///
    /// - Parameter originName: the name in the origin line of checkpoints.
    /// - Throws: ``LedgerError``: `alreadyALedger`, `locked`, `storage`.
    public static func create(
        _ folder: String, originName: String = "keyledger.local", options: Options = Options(), environment: LedgerEnvironment = .system
    ) throws {
        do {
            try create(folder, originName, options, environment)
        } catch {
            throw LedgerError(error)
        }
    }

    private static func create(
        _ folder: String, _ originName: String, _ options: Options, _ environment: LedgerEnvironment
    ) throws {
        let lock = try FolderLock(folder)
        defer { lock.release() }
        guard !Layout.exists(Layout.log(folder)) else {
            try Layout.requireLedger(folder)
            _ = try Layout.format(folder, options)
            throw LedgerError(.alreadyALedger, "\(folder) holds a ledger already.")
        }
        try Layout.removeUnfinished(folder)
        let logID = try writeFirstEvent(folder, originName, options, environment)
        try SpendViews.create(folder, logID, options)
        try Layout.finishLog(folder)
    }

    /// Makes the log with LedgerOpened in it, in a folder beside its place.
    private static func writeFirstEvent(
        _ folder: String, _ originName: String, _ options: Options, _ environment: LedgerEnvironment
    ) throws -> LogID {
        let store = try Layout.openStore(Layout.unfinishedLog(folder), options)
        defer { store.environment.close() }
        let publicKey = try signingKey(folder, originName)
        let now = environment.now()
        let logID = LogID(time: now, random: environment.random128())
        let opened = LedgerOpened(logID: logID, incarnation: 1, originName: originName, format: LogFormat.current, publicKey: publicKey)
        let pageSize = UInt32(store.environment.info().pageSizeBytes)
        try store.environment.write { (transaction: inout WriteTransaction) throws in
            try LogFormat(pageSize: pageSize, logID: logID).write(store.log, in: &transaction)
            var batch = Batch(
                store: store, environment: environment, appender: try LogAppender(store.log, in: &transaction),
                fold: try KeyFold(store.keys(.a), in: &transaction), moment: now, views: nil, directory: ChargeDirectory())
            try batch.append(.ledgerOpened(opened), actor: .operator, in: &transaction)
            try batch.saveState(in: &transaction)
            try LiveSet.write(.a, store.log, in: &transaction)
        }
        return logID
    }

    /// Makes the key that signs checkpoints, or takes the one that an earlier try has left.
    private static func signingKey(_ folder: String, _ originName: String) throws -> Hash32 {
        try Layout.makeFolder(Layout.keys(folder))
        let path = Layout.signingKey(folder)
        if !Layout.exists(path) {
            try Layout.writePrivate(NoteSigner(generatingKeyNamed: originName + "/1").signerKey + "\n", to: path)
        }
        let signer = try NoteSigner(signerKey: try PrivateFile.read(path))
        guard let key = Hash32(signer.verifier.publicKey) else {
            throw LedgerError(.damaged, "\(path) holds no Ed25519 key.")
        }
        return key
    }
}
