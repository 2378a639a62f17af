import Glibc

/// A data file, read by plain calls before liblmdb maps it.
///
/// liblmdb takes an empty file for a new one, believes damaged heads, and dies by SIGBUS on pages that a truncated file no longer
/// has. Only before this process opens the environment: closing a second descriptor afterwards would drop the environment's locks.
struct DataFile: ~Copyable {
    let path: String
    private let descriptor: Int32

    init(_ path: String) throws(LMDBError) {
        self.path = path
        descriptor = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw LMDBError(result: errno, operation: "open", path: path) }
    }

    deinit { close(descriptor) }

    /// Refuses a file that is not as it was written, as far as its head, its length and its free pages tell.
    ///
    /// - Parameter isShared: A writer in another process may be at work. A file that it changes again and again during the look is
    ///   taken as good: it has looked itself.
    func verify(isShared: Bool) throws(LMDBError) {
        for _ in 0..<16 {
            let before = try? DataFileHead(self)
            do throws(LMDBError) {
                return try verifyOnce()
            } catch {
                let after = try? DataFileHead(self)
                guard isShared, after != before else { throw error }
            }
        }
    }

    private func verifyOnce() throws(LMDBError) {
        let head = try DataFileHead(self)
        // The length after the head: a writer makes the file longer before it says so.
        let pages = try lengthBytes() / head.pageSizeBytes
        try verifyRoot(head.free, holdsTables: false, head, pagesInFile: pages)
        try verifyRoot(head.main, holdsTables: true, head, pagesInFile: pages)
        let missing = max(head.lastPage + 1 - pages, 0)
        var missingFree: Set<Int> = []
        try forEachFreePage(head, pagesInFile: pages) { page throws(LMDBError) in
            if page == head.free.root || page == head.main.root { throw damaged("page \(page) is the root of a tree, and free") }
            if missing > 0, page >= pages, page <= head.lastPage { missingFree.insert(page) }
        }
        // Pages that one transaction took and gave back are never written: a file may end before its last page, if that is free.
        guard missingFree.count == missing else {
            throw truncated("the file ends at page \(pages), but data reach to page \(head.lastPage)")
        }
    }

    private func verifyRoot(
        _ tree: DataFileHead.Tree, holdsTables: Bool, _ head: DataFileHead, pagesInFile: Int
    ) throws(LMDBError) {
        guard tree.root != DataFileHead.noPage else { return }
        let root = try DataFilePage(self, tree.root, of: head, pagesInFile: pagesInFile)
        guard root.isRoot(of: tree, holdsTables: holdsTables) else {
            throw damaged("page \(tree.root) is not the root that the meta page takes it for")
        }
    }

    private func forEachFreePage(
        _ head: DataFileHead, pagesInFile: Int, _ body: (Int) throws(LMDBError) -> Void
    ) throws(LMDBError) {
        var waiting = head.free.root == DataFileHead.noPage ? [] : [head.free.root]
        var visits = 0
        while let number = waiting.popLast() {
            visits += 1
            guard visits <= head.lastPage else { throw damaged("the tree of free pages runs in a circle") }
            let page = try DataFilePage(self, number, of: head, pagesInFile: pagesInFile)
            waiting += page.children
            guard let lists = page.pageLists else { throw damaged("page \(number) is not what it should be") }
            for list in lists {
                for free in try numbers(list, head, pagesInFile: pagesInFile) { try body(free) }
            }
        }
    }

    private func numbers(_ list: DataFilePage.PageList, _ head: DataFileHead, pagesInFile: Int) throws(LMDBError) -> [Int] {
        switch list {
        case .here(let numbers): return numbers
        case .onPage(let page, let sizeBytes):
            guard page >= 2, page < pagesInFile else { throw truncated("the list of free pages lies behind its end") }
            let bytes = try read(sizeBytes, at: page * head.pageSizeBytes + 16)
            guard let numbers = DataFilePage.numbers(bytes[...]) else { throw damaged("page \(page) is not what it should be") }
            return numbers
        }
    }

    /// `count` bytes at `offset`.
    func read(_ count: Int, at offset: Int) throws(LMDBError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let got = unsafe pread(descriptor, &bytes, count, offset)
        guard got >= 0 else { throw LMDBError(result: errno, operation: "pread", path: path) }
        guard got == count else { throw truncated("the file ends before byte \(offset + count)") }
        return bytes
    }

    private func lengthBytes() throws(LMDBError) -> Int {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw LMDBError(result: errno, operation: "fstat", path: path) }
        return Int(status.st_size)
    }

    func truncated(_ what: String) -> LMDBError {
        LMDBError(.truncated, "\(what): it was cut short; restore it from a backup", operation: "open", path: path)
    }

    func damaged(_ what: String) -> LMDBError {
        LMDBError(.invalid, "\(what): not an LMDB data file, or damaged; restore it from a backup", operation: "open", path: path)
    }
}

extension [UInt8] {
    /// The little-endian number at `offset`; the caller has checked that it lies inside.
    func number<Number: FixedWidthInteger & UnsignedInteger>(_ offset: Int, as: Number.Type) -> Number {
        var value: Number = 0
        for index in (0..<Number.bitWidth / 8).reversed() { value = value << 8 | Number(self[offset + index]) }
        return value
    }

    /// The page number at `offset`; `DataFileHead.noPage` for any that no file can have.
    func pageNumber(_ offset: Int) -> Int {
        Int(exactly: number(offset, as: UInt64.self)) ?? DataFileHead.noPage
    }
}
