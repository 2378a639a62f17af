import CLMDB
import Glibc

extension LMDBError {
    /// The one place where a result of liblmdb or an errno becomes an error.
    init(result: Int32, operation: String, path: String? = nil, outcome: CommitFailure? = nil) {
        let code = Code(result: result)
        self.init(
            code, code.remedy ?? systemMessage(result), operation: operation, path: path, resultCode: result,
            outcome: outcome)
    }
}

/// The system's own words for an errno.
func systemMessage(_ number: Int32) -> String {
    guard let text = unsafe strerror(number) else { return "error \(number)" }
    return unsafe String(cString: text)
}

extension LMDBError.Code {
    init(result: Int32) {
        guard result > 0 else {
            self.init(rawValue: result)
            return
        }
        switch result {
        case EIO: self = .io
        case ENOSPC, EDQUOT: self = .noSpace
        case ENOMEM: self = .noMemory
        case EACCES, EPERM, EROFS: self = .permission
        case ENOENT, ENOTDIR: self = .noSuchFile
        case EMFILE, ENFILE: self = .tooManyFiles
        default: self = .system
        }
    }

    /// Whether the file itself, rather than the request, is at fault.
    var meansDamage: Bool {
        [.corrupted, .pageNotFound, .cursorFull, .pageFull, .panic, .invalid, .io].contains(self)
    }

    /// What to do, for the codes that say enough by themselves.
    var remedy: String? { LMDBError.Code.remedies[self] }

    private static let remedies: [LMDBError.Code: String] = [
        .keyExists: "the key exists, or an appended key is not greater than the last one",
        .notFound: "nothing is stored under that name or key",
        .pageNotFound: "a page of the data file is missing: it is damaged; stop, verify it, restore from a backup",
        .corrupted: "a page of the data file has the wrong type: it is damaged; stop, verify it, restore from a backup",
        .panic: "an earlier write of the meta page failed; restart so that the file is verified",
        .versionMismatch: "the file was written by another version of LMDB; use the version that wrote it to copy it",
        .invalid: "not an LMDB data file, or its head is damaged; restore it from a backup",
        .mapFull: "the map is full; grow it and try again",
        .tablesFull: "more tables than the environment was opened for; raise maxTables",
        .readersFull: "every reader slot is taken; end idle readers or raise maxReaders",
        .txnFull: "the write transaction touches too many pages; commit smaller ones",
        .cursorFull: "a tree of the data file is deeper than any can be: it is damaged; stop, verify it, restore from a backup",
        .pageFull: "a page of the data file holds more than it can: it is damaged; stop, verify it, restore from a backup",
        .mapResized: "another process grew the data file beyond this process's map; end open reads and try again",
        .incompatible: "the table was created with other flags than this program uses",
        .badReaderSlot: "a reader slot is in use already; this is a defect of the program",
        .badTransaction: "the transaction failed before and can only be aborted",
        .badValueSize: "a key must have 1 to 511 bytes, a value less than 4 GiB",
        .io: "the device reported an error; check it, restart so that the file is verified",
        .noSpace: "the device or quota is full; free space, then try again",
        .noMemory: "not enough memory or address space; lower mapSizeBytes or raise the limit (ulimit -v)",
        .permission: "the file's owner, mode or mount does not let this process in; check them",
        .noSuchFile: "no such file or folder; check the path",
        .tooManyFiles: "too many open files; raise the limit (ulimit -n)",
    ]
}
