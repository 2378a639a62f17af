import Glibc
import Ledger

/// Making a ledger where there is none.
enum LedgerFolder {
    static let defaultOrigin = "keyledger.local"

    /// What a ledger and an interrupted creation leave; it can be run again over the latter.
    private static let ownNames: Set = ["writer.lock", "log", "log.new", "keys", "views", "lost+found"]

    private static func isOwn(_ name: String) -> Bool { ownNames.contains(name) || name.hasPrefix("views.") }

    static func holdsLedger(_ folder: String) -> Bool { unsafe access(folder + "/log/data.mdb", F_OK) == 0 }

    /// Opens the ledger in a folder; makes one where there is none yet, or where making one was cut short.
    ///
    /// - Parameter check: called before one is made; if it throws, none is.
    static func openOrMake(
        _ folder: String, _ options: Ledger.Options, beforeMaking check: () async throws -> Void
    ) async throws -> (ledger: Ledger, isNew: Bool) {
        do {
            return (try Ledger.open(folder, options), false)
        } catch let error as LedgerError where error.code == .notALedger {
            try await check()
            try create(folder)
            return (try Ledger.open(folder, options), true)
        }
    }

    /// - Throws: `conflict` if the folder holds a ledger or anything else.
    static func create(_ folder: String, originName: String = defaultOrigin) throws {
        if let stranger = try FolderListing.names(in: folder).first(where: { !isOwn($0) }) {
            if holdsLedger(folder) { throw LedgerError(.alreadyALedger, "\(folder) holds a ledger already.") }
            throw CommandError(
                .conflict, code: "folder_not_empty",
                "\(folder) is no ledger and not empty (\(printable(stranger)) is in it). Name an empty or missing folder with --data.")
        }
        try makeParents(of: folder)
        try Ledger.create(folder, originName: originName)
    }

    private static func makeParents(of folder: String) throws {
        var path = folder.hasPrefix("/") ? "/" : ""
        for part in folder.split(separator: "/").dropLast() {
            path += part + "/"
            guard unsafe mkdir(path, 0o755) != 0, errno != EEXIST else { continue }
            throw CommandError.failed("\(path) cannot be made: \(SystemError.text).")
        }
    }
}
