/// What the newer of the two meta pages says (`MDB_meta` of liblmdb 0.9 on a 64-bit little-endian machine).
struct DataFileHead: Equatable {
    /// Stands for the root of an empty tree.
    static let noPage = -1

    let pageSizeBytes: Int
    let lastPage: Int
    let transaction: UInt64
    /// The tree of free pages.
    let free: Tree
    /// The tree of named tables.
    let main: Tree

    /// A tree (`MDB_db`).
    struct Tree: Equatable {
        /// Number of its root page, or `noPage`.
        let root: Int
        let depth: Int
        let entries: Int

        init(_ page: [UInt8], at offset: Int) {
            depth = Int(page.number(offset + 6, as: UInt16.self))
            entries = page.pageNumber(offset + 32)
            root = page.pageNumber(offset + 40)
        }
    }

    private static let metaSizeBytes = 152
    private static let magic: UInt32 = 0xBEEF_C0DE
    private static let version: UInt32 = 1
    private static let metaFlag: UInt16 = 0x08

    init(_ file: borrowing DataFile) throws(LMDBError) {
        let first = try DataFileHead(file, meta: 0, at: 0)
        let second = try DataFileHead(file, meta: 1, at: first.pageSizeBytes)
        guard first.pageSizeBytes == second.pageSizeBytes else { throw file.damaged("the meta pages contradict each other") }
        let newer = max(first.transaction, second.transaction)
        // Transactions write the two in turn.
        guard newer - min(first.transaction, second.transaction) <= 1 else {
            throw file.damaged("the meta pages are of transactions \(first.transaction) and \(second.transaction)")
        }
        self = second.transaction > first.transaction ? second : first
    }

    private init(_ file: borrowing DataFile, meta: Int, at offset: Int) throws(LMDBError) {
        let page = try file.read(DataFileHead.metaSizeBytes, at: offset)
        guard page.number(10, as: UInt16.self) & DataFileHead.metaFlag != 0, page.number(16, as: UInt32.self) == DataFileHead.magic
        else { throw file.damaged("meta page \(meta) has not the mark of one") }
        let version = page.number(20, as: UInt32.self)
        guard version == DataFileHead.version else {
            throw LMDBError(
                .versionMismatch,
                "its format is \(version), this program reads \(DataFileHead.version); copy it with the LMDB that wrote it",
                operation: "open", path: file.path)
        }
        pageSizeBytes = Int(page.number(40, as: UInt32.self))
        free = Tree(page, at: 40)
        main = Tree(page, at: 88)
        lastPage = page.pageNumber(136)
        transaction = page.number(144, as: UInt64.self)
        try verify(file, meta: meta)
    }

    /// What any meta page written by liblmdb holds to.
    private func verify(_ file: borrowing DataFile, meta: Int) throws(LMDBError) {
        guard (512...65536).contains(pageSizeBytes), pageSizeBytes & (pageSizeBytes - 1) == 0 else {
            throw file.damaged("meta page \(meta) gives pages of \(pageSizeBytes) bytes")
        }
        guard lastPage >= 1, lastPage < Int.max / pageSizeBytes, free.root <= lastPage, main.root <= lastPage else {
            throw file.damaged("meta page \(meta) points outside its file")
        }
        guard transaction == 0 || transaction % 2 == UInt64(meta) else {
            throw file.damaged("meta page \(meta) is of transaction \(transaction), which belongs in the other")
        }
    }
}
