/// A page of one of the trees (`MDB_page` and `MDB_node` of liblmdb 0.9), held apart from its file.
struct DataFilePage {
    /// Where a free record's list of page numbers is.
    enum PageList {
        case here([Int])
        /// On overflow pages, the first of which is this.
        case onPage(Int, sizeBytes: Int)
    }

    private static let headerSizeBytes = 16
    private static let nodeSizeBytes = 8
    private static let branch: UInt16 = 0x01
    private static let bigData: UInt16 = 0x01
    private static let subData: UInt16 = 0x02

    let number: Int
    private let bytes: [UInt8]

    /// Reads page `number`, which must lie in the file and know its own number.
    init(_ file: borrowing DataFile, _ number: Int, of head: DataFileHead, pagesInFile: Int) throws(LMDBError) {
        guard number >= 2, number <= head.lastPage else { throw file.damaged("a tree points to page \(number)") }
        guard number < pagesInFile else {
            throw file.truncated("the file ends at page \(pagesInFile), but page \(number) is in use")
        }
        bytes = try file.read(head.pageSizeBytes, at: number * head.pageSizeBytes)
        self.number = number
        guard bytes.pageNumber(0) == number, nodeOffsets != nil else { throw file.damaged("page \(number) is not what it should be") }
    }

    private var isBranch: Bool { bytes.number(10, as: UInt16.self) & DataFilePage.branch != 0 }

    /// Where the nodes lie; nil if one lies outside the page.
    private var nodeOffsets: [Int]? {
        let end = Int(bytes.number(12, as: UInt16.self))
        guard end >= DataFilePage.headerSizeBytes, end <= bytes.count else { return nil }
        let offsets = stride(from: DataFilePage.headerSizeBytes, to: end - 1, by: 2).map { Int(bytes.number($0, as: UInt16.self)) }
        return offsets.allSatisfy { $0 >= end && $0 <= bytes.count - DataFilePage.nodeSizeBytes } ? offsets : nil
    }

    /// Whether depth, count and kind of what it holds are those of `tree`.
    func isRoot(of tree: DataFileHead.Tree, holdsTables: Bool) -> Bool {
        guard let nodeOffsets, isBranch == (tree.depth > 1) else { return false }
        guard !isBranch else { return nodeOffsets.count >= 2 }
        let areRight = nodeOffsets.allSatisfy { offset in
            (bytes.number(offset + 4, as: UInt16.self) & DataFilePage.subData != 0) == holdsTables
        }
        return nodeOffsets.count == tree.entries && areRight
    }

    /// The pages below a branch page; none below a leaf.
    var children: [Int] {
        guard isBranch, let nodeOffsets else { return [] }
        return nodeOffsets.map { offset in
            Int(bytes.number(offset, as: UInt32.self)) | Int(bytes.number(offset + 4, as: UInt16.self)) << 32
        }
    }

    /// The records of a leaf page of the tree of free pages; nil if one is not well formed.
    var pageLists: [PageList]? {
        guard !isBranch, let nodeOffsets else { return [] }
        var lists: [PageList] = []
        for offset in nodeOffsets {
            let sizeBytes = Int(bytes.number(offset, as: UInt32.self))
            let isBig = bytes.number(offset + 4, as: UInt16.self) & DataFilePage.bigData != 0
            let start = offset + DataFilePage.nodeSizeBytes + Int(bytes.number(offset + 6, as: UInt16.self))
            guard start + (isBig ? 8 : sizeBytes) <= bytes.count else { return nil }
            if isBig {
                lists.append(.onPage(bytes.pageNumber(start), sizeBytes: sizeBytes))
            } else {
                guard let numbers = DataFilePage.numbers(bytes[start..<start + sizeBytes]) else { return nil }
                lists.append(.here(numbers))
            }
        }
        return lists
    }

    /// A list as stored: its count, then that many page numbers, 8 bytes each.
    static func numbers(_ stored: ArraySlice<UInt8>) -> [Int]? {
        let bytes = Array(stored)
        guard bytes.count >= 8, let count = Int(exactly: bytes.number(0, as: UInt64.self)), count <= bytes.count / 8 - 1 else {
            return nil
        }
        return (0..<count).map { bytes.pageNumber(8 + $0 * 8) }
    }
}
