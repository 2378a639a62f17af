extension LMDBError {
    /// An open set of codes: new ones may come, so a `switch` over them needs a `default`.
    ///
    /// Values below −30,000 are liblmdb's own, 1 … 99 stand for themselves, errno values are mapped to names.
    public struct Code: RawRepresentable, Hashable, Sendable {
        public let rawValue: Int32

        public init(rawValue: Int32) { self.rawValue = rawValue }

        // liblmdb's own
        /// The key is there already, or an appended key is not greater than the last one.
        public static let keyExists = Code(rawValue: -30799)
        /// No such key, or a named table that does not exist.
        public static let notFound = Code(rawValue: -30798)
        /// The file is damaged: a page that must exist is missing.
        public static let pageNotFound = Code(rawValue: -30797)
        /// The file is damaged: a page has the wrong type.
        public static let corrupted = Code(rawValue: -30796)
        /// An earlier write of the meta page failed.
        public static let panic = Code(rawValue: -30795)
        /// The file was written by another version of LMDB.
        public static let versionMismatch = Code(rawValue: -30794)
        /// Not an LMDB file, or its head is damaged.
        public static let invalid = Code(rawValue: -30793)
        /// The map is full: ``Environment/grow(to:)``, then try again.
        public static let mapFull = Code(rawValue: -30792)
        /// More tables than ``Environment/Options/maxTables``.
        public static let tablesFull = Code(rawValue: -30791)
        /// Every reader slot is taken.
        public static let readersFull = Code(rawValue: -30790)
        /// One write transaction touched too many pages.
        public static let txnFull = Code(rawValue: -30788)
        /// The file is damaged: its tree is deeper than liblmdb can follow.
        public static let cursorFull = Code(rawValue: -30787)
        /// The file is damaged: a page holds more than it can.
        public static let pageFull = Code(rawValue: -30786)
        /// Another process grew the map beyond this one's.
        public static let mapResized = Code(rawValue: -30785)
        /// The table was made with other flags.
        public static let incompatible = Code(rawValue: -30784)
        /// A reader slot was used twice.
        public static let badReaderSlot = Code(rawValue: -30783)
        /// The transaction had failed before.
        public static let badTransaction = Code(rawValue: -30782)
        /// A key that is empty or longer than 511 bytes, or a value too large.
        public static let badValueSize = Code(rawValue: -30781)

        // this wrapper's
        /// A write or flush failed earlier: no more writes until a restart has verified the file.
        public static let poisoned = Code(rawValue: 1)
        /// This process has the folder open already.
        public static let alreadyOpen = Code(rawValue: 2)
        /// Another process holds the folder's writer lock.
        public static let lockedByOther = Code(rawValue: 3)
        /// The folder lies on a network or overlay file system.
        public static let networkFileSystem = Code(rawValue: 4)
        /// The data file is shorter than its own head says.
        public static let truncated = Code(rawValue: 5)
        /// The environment was opened for reading only.
        public static let readOnly = Code(rawValue: 6)
        /// The environment has been closed.
        public static let closed = Code(rawValue: 7)
        /// One of the descriptors 0, 1, 2 is closed.
        public static let standardDescriptorClosed = Code(rawValue: 8)
        /// Stored bytes that the key's or value's type cannot read, or a value that it cannot write.
        public static let badEncoding = Code(rawValue: 9)
        /// An option that cannot be honoured.
        public static let badOption = Code(rawValue: 10)
        /// Remapping failed and the map is gone: restart.
        public static let mapLost = Code(rawValue: 11)

        // errno, by meaning
        /// Reading or writing the device failed (`EIO`).
        public static let io = Code(rawValue: 101)
        /// The device or the quota is full (`ENOSPC`, `EDQUOT`).
        public static let noSpace = Code(rawValue: 102)
        /// Not enough memory or address space (`ENOMEM`).
        public static let noMemory = Code(rawValue: 103)
        /// The file's mode or owner does not let this process in (`EACCES`, `EPERM`, `EROFS`).
        public static let permission = Code(rawValue: 104)
        /// No such file or folder (`ENOENT`, `ENOTDIR`).
        public static let noSuchFile = Code(rawValue: 105)
        /// Too many open files (`EMFILE`, `ENFILE`).
        public static let tooManyFiles = Code(rawValue: 106)
        /// Another errno; see ``LMDBError/resultCode``.
        public static let system = Code(rawValue: 199)
    }
}

extension LMDBError.Code: CustomStringConvertible {
    /// The member's name, or the bare number of a code without one.
    public var description: String { LMDBError.Code.names[self] ?? "code \(rawValue)" }

    private static let names: [LMDBError.Code: String] = [
        .keyExists: "keyExists", .notFound: "notFound", .pageNotFound: "pageNotFound", .corrupted: "corrupted",
        .panic: "panic", .versionMismatch: "versionMismatch", .invalid: "invalid", .mapFull: "mapFull",
        .tablesFull: "tablesFull", .readersFull: "readersFull", .txnFull: "txnFull", .cursorFull: "cursorFull",
        .pageFull: "pageFull", .mapResized: "mapResized",
        .incompatible: "incompatible", .badReaderSlot: "badReaderSlot", .badTransaction: "badTransaction",
        .badValueSize: "badValueSize", .poisoned: "poisoned", .alreadyOpen: "alreadyOpen",
        .lockedByOther: "lockedByOther", .networkFileSystem: "networkFileSystem", .truncated: "truncated",
        .readOnly: "readOnly", .closed: "closed", .standardDescriptorClosed: "standardDescriptorClosed",
        .badEncoding: "badEncoding", .badOption: "badOption", .mapLost: "mapLost", .io: "io", .noSpace: "noSpace",
        .noMemory: "noMemory", .permission: "permission", .noSuchFile: "noSuchFile", .tooManyFiles: "tooManyFiles",
        .system: "system",
    ]
}
