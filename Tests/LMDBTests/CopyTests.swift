import Glibc
import LMDB
import Testing

struct CopyTests {
    @Test func `a compacted copy holds everything and opens`() throws {
        let store = try Store()
        try store.environment.write { txn in
            for number in 0..<500 { try txn.put(store.table, key(number), [UInt8](repeating: 3, count: 1000)) }
        }
        try store.environment.write { txn in
            for number in 0..<400 { try txn.delete(store.table, key(number)) }
        }
        let target = try TemporaryFolder()
        let descriptor = unsafe open(target.data, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        try store.environment.copyCompact(to: descriptor)
        close(descriptor)
        #expect(fileStatus(target.data).st_size < fileStatus(store.folder.data).st_size / 2)
        try withEnvironment(target.path) { environment, table in
            #expect(environment.isPoisoned == false)
            let count = try environment.read { txn in try txn.count(table) }
            #expect(count == 100)
        }
    }

    @Test func `a copy to a closed descriptor is an error, and harms nothing`() throws {
        let store = try Store()
        #expect(failure { try store.environment.copyCompact(to: -1) }?.code == .system)
        try store.environment.write { txn in try txn.put(store.table, [1], [1]) }
    }
}
