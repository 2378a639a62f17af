import Glibc
import LMDB
import Testing

/// Files that are not as they were written: a clear error, never a signal, never a repair.
struct DataFileTests {
    let folder: TemporaryFolder
    /// Nothing here depends on what survives a power cut.
    let quick = Environment.Options(mapSizeBytes: 64 << 20, noSync: true)

    init() throws {
        folder = try TemporaryFolder()
        try withEnvironment(folder.path, quick) { environment, table in
            for round in 0..<20 {
                try environment.write { txn in
                    for number in 0..<50 { try txn.put(table, key(number * 31 + round), [UInt8](repeating: 7, count: 300)) }
                }
            }
        }
    }

    private func reopening() -> LMDBError? {
        failure { try withEnvironment(folder.path) { _, _ in } }
    }

    @Test(arguments: [1, 4096, 40_000])
    func `a file cut short is refused, and the error names it`(missing: Int) {
        let before = fileStatus(folder.data).st_size
        #expect(unsafe truncate(folder.data, before - missing) == 0)
        let refused = reopening()
        #expect(refused?.code == .truncated)
        #expect(refused?.path == folder.data)
        #expect(fileStatus(folder.data).st_size == before - missing)
    }

    @Test func `a missing page of data is noticed though the roots and the list of free pages are there`() throws {
        try withEnvironment(folder.path) { environment, table in
            try environment.write { txn in try txn.put(table, [255], [UInt8](repeating: 1, count: 400_000)) }
            // Roots and free pages move to pages freed before, in front of the large value.
            for number in 0..<4 {
                try environment.write { txn in try txn.put(table, key(number * 31), [UInt8](repeating: 8, count: 300)) }
            }
        }
        #expect(unsafe truncate(folder.data, fileStatus(folder.data).st_size - 100_000) == 0)
        let refused = reopening()
        #expect(refused?.code == .truncated)
        #expect(refused?.message.contains("data reach to page") == true)
    }

    @Test(arguments: [0, 1, 100, 4096, 8191])
    func `a file cut down to its head is refused, not taken for a new one`(size: Int) {
        #expect(unsafe truncate(folder.data, size) == 0)
        #expect(reopening()?.code == .truncated)
        #expect(fileStatus(folder.data).st_size == size)
    }

    @Test(arguments: [0, 1])
    func `a flipped bit in the mark of either meta page is refused`(meta: Int) {
        let mark = bytes(folder.data, at: meta * 4096 + 16, count: 1)
        overwrite(folder.data, at: meta * 4096 + 16, [mark[0] ^ 0x10])
        let refused = reopening()
        #expect(refused?.code == .invalid)
        #expect(refused?.message.contains("meta page \(meta)") == true)
    }

    @Test func `another format version is refused as such`() {
        overwrite(folder.data, at: 20, [2])
        #expect(reopening()?.code == .versionMismatch)
    }

    @Test(arguments: [0, 4096], [0x01, 0x04, 0x80] as [UInt8])
    func `any one bit of a meta page flipped is refused or harms nothing`(page: Int, bit: UInt8) throws {
        let contents = try withEnvironment(folder.path) { try all($0, $1) }
        let whole = bytes(folder.data, at: 0, count: fileStatus(folder.data).st_size)
        var refusals = 0
        for offset in page..<page + 152 {
            let original = bytes(folder.data, at: offset, count: 1)
            overwrite(folder.data, at: offset, [original[0] ^ bit])
            do {
                #expect(try withEnvironment(folder.path, quick) { try all($0, $1) } == contents, "byte \(offset)")
            } catch {
                #expect((error as? LMDBError)?.path != nil)
                refusals += 1
            }
            // All of it if an environment opened for writing has made its tables anew.
            overwrite(folder.data, at: offset, original)
            if bytes(folder.data, at: 0, count: 8192) != [UInt8](whole[..<8192]) { overwrite(folder.data, at: 0, whole) }
        }
        #expect(refusals > 30)
    }

    /// A digest of all keys and values.
    private func all(_ environment: Environment, _ table: Table) throws -> Int {
        var hasher = Hasher()
        try environment.read { txn in
            try txn.scan(table) { key, value in
                unsafe key.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
                unsafe value.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
                return .continue
            }
        }
        return hasher.finalize()
    }

    @Test func `the root of an older transaction is not taken for the newest`() throws {
        let transactions = [0, 4096].map { bytes(folder.data, at: $0 + 144, count: 8) }
        let (newer, older) = transactions[0].reversed().lexicographicallyPrecedes(transactions[1].reversed()) ? (4096, 0) : (0, 4096)
        overwrite(folder.data, at: newer + 128, bytes(folder.data, at: older + 128, count: 8))
        let refused = reopening()
        #expect(refused?.code == .invalid)
        #expect(refused?.message.contains("is the root of a tree, and free") == true)
    }

    /// A value put and deleted in one transaction takes pages behind the end of the file and is never written. The file is then
    /// shorter than its last page says, and whole.
    @Test func `a file that ends in free pages never written is not taken for a truncated one`() throws {
        try withEnvironment(folder.path) { environment, table in
            for number in 0..<20 {
                try environment.write { txn in
                    try txn.put(table, key(number), [UInt8](repeating: 1, count: 1000))
                    try txn.delete(table, key(number * 31 + 5))
                }
            }
            try environment.write { txn in
                try txn.put(table, [9], [1])
                try txn.put(table, [8], [UInt8](repeating: 1, count: 8 << 20))
                try txn.delete(table, [8])
            }
            #expect(environment.info().usedBytes > fileStatus(folder.data).st_size + (4 << 20))
        }
        try withEnvironment(folder.path) { environment, table in
            try expect(environment, table, [9], [1])
        }
        #expect(unsafe truncate(folder.data, fileStatus(folder.data).st_size / 2) == 0)
        #expect(reopening()?.code == .truncated)
    }
}
