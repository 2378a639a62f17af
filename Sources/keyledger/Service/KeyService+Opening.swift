import Glibc
import LMDB
import Ledger

extension ServiceOptions {
    /// Runs a question against the server, if one is named, else against the folder beside whoever writes to it.
    func read<Result>(_ body: (KeyService) async throws -> Result) async throws -> Result {
        if let url { return try await body(.server(try client(url, ChangeNote()))) }
        let ledger = try Ledger.open(data.folder, Ledger.Options(access: .readOnly))
        defer { ledger.close() }
        return try await body(.folder(FolderKeys(ledger: ledger, note: ChangeNote())))
    }

    /// Runs a change: on the server that is named, else in the folder under the writer's lock, else on the server that holds the lock.
    func change<Result>(_ note: ChangeNote, _ body: (KeyService) async throws -> Result) async throws -> Result {
        if let url { return try await body(.server(try client(url, note))) }
        switch try await FolderAccess.forWriting(data.folder, { try Ledger.open(data.folder, Ledger.Options()) }) {
        case .held(let ledger):
            defer { ledger.close() }
            return try await body(.folder(FolderKeys(ledger: ledger, note: note)))
        case .server(let url): return try await body(.server(try client(url, note)))
        }
    }

    func client(_ url: String, _ note: ChangeNote) throws -> ServerClient {
        guard let secret = try MasterSecret.find(file: masterKeyFile, folder: data.folder) else {
            throw CommandError(
                .notAuthorised, code: "no_secret",
                """
                The server at \(url) asks who you are. Name the file with the admin secret: --master-key-file FILE, \
                KEYLEDGER_MASTER_KEY_FILE, or --data DIR of the ledger that keeps it in keys/master.key.
                """)
        }
        return ServerClient(url: url, secret: secret, note: note)
    }
}

/// Who may write to a folder now.
enum FolderAccess<Held> {
    /// This process; what it holds or has done.
    case held(Held)
    /// The folder's writer answers there.
    case server(url: String)
}

extension FolderAccess {
    /// Takes hold of the folder with `take`, or finds the server that has it. Another command that writes for a moment is waited for.
    static func forWriting(_ folder: String, _ take: () async throws -> Held) async throws -> FolderAccess {
        var waitedSeconds = 0.0
        while true {
            do {
                return .held(try await take())
            } catch let error as LedgerError where error.code == .locked {
                let holder = (FolderLock.holder(of: folder) ?? "").split(separator: " ", maxSplits: 1)
                if holder.count == 2, holder[1].hasPrefix("http") { return .server(url: String(holder[1])) }
                guard waitedSeconds < Self.patienceSeconds else { throw locked(folder, by: holder.first.map(String.init)) }
            }
            try await Task.sleep(nanoseconds: UInt64(Self.pauseSeconds * 1e9))
            waitedSeconds += Self.pauseSeconds
        }
    }

    private static var patienceSeconds: Double { 5 }
    private static var pauseSeconds: Double { 0.05 }

    private static func locked(_ folder: String, by pid: String?) -> CommandError {
        CommandError(
            .conflict, code: "locked",
            """
            \(folder) is open for writing by \(pid.map { "process \($0)" } ?? "another process"), which has not said where it can be reached. \
            If that is a server, name it with --url; otherwise wait until the process has ended.
            """)
    }
}
