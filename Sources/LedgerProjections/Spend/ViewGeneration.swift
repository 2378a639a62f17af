import LMDB
import LedgerSchema
import Synchronization

/// One folder of views, open. Its folder goes with the last one who uses it, once another has taken its place.
final class ViewGeneration: Sendable {
    let number: Int
    let environment: Environment
    let tables: ViewTables
    let memory = SnapshotMemory()
    private let folders: ViewFolders
    private let isObsolete = Atomic(false)

    init(_ number: Int, in folders: ViewFolders, _ options: ViewStore.Options) throws {
        self.number = number
        self.folders = folders
        environment = try Environment.open(
            folders.path(number), tables: ViewTables.names, optional: ViewTables.optionalNames, options: options.environment)
        tables = ViewTables(environment)
    }

    deinit {
        environment.close()
        if isObsolete.load(ordering: .acquiring) { folders.remove(folders.path(number)) }
    }

    /// Lets the folder go with the last user.
    func retire() { isObsolete.store(true, ordering: .releasing) }

    /// Makes an empty generation, so that its folder is there whole or not at all.
    static func create(_ number: Int, in folders: ViewFolders, log: LogID, _ options: ViewStore.Options) throws {
        let path = folders.unfinishedPath(number)
        folders.remove(path)
        let environment = try Environment.open(
            path, tables: ViewTables.names, optional: ViewTables.optionalNames, options: options.environment)
        defer { environment.close() }
        let tables = ViewTables(environment)
        try environment.write { (transaction: inout WriteTransaction) throws in
            try ViewState.write(log, tables, in: &transaction)
            try ViewState.empty.write(tables, in: &transaction)
        }
        environment.close()
        try folders.finish(number)
    }
}

extension ViewStore.Options {
    var environment: Environment.Options {
        Environment.Options(mapSizeBytes: mapSizeBytes, access: access, allowNetworkFileSystem: allowsNetworkFileSystem)
    }
}
