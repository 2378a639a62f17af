import CLMDB
import Glibc

/// liblmdb with nothing around it: what every figure of the store is held against.
final class BareLMDB {
    private var environment: OpaquePointer?
    private let path: String
    /// The last key.
    private var position: UInt64 = 0

    init(_ path: String, readOnly: Bool = false) throws {
        self.path = path
        mkdir(path, 0o700)
        try Self.require(mdb_env_create(&environment), "mdb_env_create")
        try Self.require(mdb_env_set_mapsize(environment, 64 << 30), "mdb_env_set_mapsize")
        try Self.require(mdb_env_set_maxdbs(environment, 64), "mdb_env_set_maxdbs")
        let flags = UInt32(MDB_NOTLS) | (readOnly ? UInt32(MDB_RDONLY) : 0)
        try Self.require(mdb_env_open(environment, path, flags, 0o600), "mdb_env_open \(path)")
    }

    func close() {
        mdb_env_close(environment)
        environment = nil
    }

    private static func require(_ result: Int32, _ what: String) throws {
        if result != 0 { throw BenchError("\(what): \(String(cString: mdb_strerror(result)))") }
    }

    /// Appends records of the given sizes, so many to each commit, keys counting up from where the last call ended; each commit is flushed.
    func append(batches: [Int], sizes: [Int]) throws {
        var table = MDB_dbi()
        var transaction: OpaquePointer?
        try Self.require(mdb_txn_begin(environment, nil, 0, &transaction), "mdb_txn_begin")
        try Self.require(mdb_dbi_open(transaction, "events", UInt32(MDB_CREATE), &table), "mdb_dbi_open")
        try Self.require(mdb_txn_commit(transaction), "mdb_txn_commit")
        let bytes = [UInt8](repeating: 0x5A, count: sizes.max() ?? 0)
        let first = position
        for batch in batches {
            try Self.require(mdb_txn_begin(environment, nil, 0, &transaction), "mdb_txn_begin")
            for _ in 0..<batch {
                let size = sizes[Int(position - first) % sizes.count]
                position += 1
                var key = position.bigEndian
                try bytes.withUnsafeBytes { value in
                    try withUnsafeMutableBytes(of: &key) { name in
                        var name = MDB_val(mv_size: 8, mv_data: name.baseAddress)
                        var value = MDB_val(mv_size: size, mv_data: UnsafeMutableRawPointer(mutating: value.baseAddress))
                        try Self.require(mdb_put(transaction, table, &name, &value, UInt32(MDB_APPEND)), "mdb_put")
                    }
                }
            }
            try Self.require(mdb_txn_commit(transaction), "mdb_txn_commit")
        }
    }

    /// Reads the bytes of each row once; their sum by words.
    func scan(_ name: String) throws -> UInt64 {
        var transaction: OpaquePointer?
        var table = MDB_dbi()
        var cursor: OpaquePointer?
        try Self.require(mdb_txn_begin(environment, nil, UInt32(MDB_RDONLY), &transaction), "mdb_txn_begin")
        defer { mdb_txn_abort(transaction) }
        try Self.require(mdb_dbi_open(transaction, name, 0, &table), "mdb_dbi_open")
        try Self.require(mdb_cursor_open(transaction, table, &cursor), "mdb_cursor_open")
        defer { mdb_cursor_close(cursor) }
        var sum: UInt64 = 0
        var (key, value) = (MDB_val(), MDB_val())
        while mdb_cursor_get(cursor, &key, &value, MDB_NEXT) == 0 {
            for offset in stride(from: 0, to: value.mv_size & ~7, by: 8) {
                sum &+= value.mv_data.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            }
        }
        return sum
    }

    /// A snapshot of some tables, to be renewed.
    private struct Reader {
        let transaction: OpaquePointer?
        let tables: [MDB_dbi]

        init(_ environment: OpaquePointer?, _ names: [String]) throws {
            var transaction: OpaquePointer?
            try require(mdb_txn_begin(environment, nil, UInt32(MDB_RDONLY), &transaction), "mdb_txn_begin")
            tables = try names.map { name in
                var table = MDB_dbi()
                try require(mdb_dbi_open(transaction, name, 0, &table), "mdb_dbi_open")
                return table
            }
            // Handles outlive the transaction that opened them only if it was committed.
            try require(mdb_txn_commit(transaction), "mdb_txn_commit")
            try require(mdb_txn_begin(environment, nil, UInt32(MDB_RDONLY), &transaction), "mdb_txn_begin")
            self.transaction = transaction
        }

        func renew() throws {
            mdb_txn_reset(transaction)
            try require(mdb_txn_renew(transaction), "mdb_txn_renew")
        }
    }

    /// What a check must look up at the least: the credential of a token, the key that it names and, given the views, what was spent
    /// with that. The sum of the first bytes.
    ///
    /// - Parameter renews: takes new snapshots for each check, as a server must, rather than one for all.
    func lookUp(_ tokens: [[UInt8]], credentials: String, keys: String, spendIn views: BareLMDB? = nil, renews: Bool) throws -> Int {
        let log = try Reader(environment, [credentials, keys])
        let spend = try views.map { try Reader($0.environment, ["keySpend"]) }
        defer {
            mdb_txn_abort(log.transaction)
            spend.map { mdb_txn_abort($0.transaction) }
        }
        let (transaction, credentialTable, keyTable) = (log.transaction, log.tables[0], log.tables[1])
        var sum = 0
        for token in tokens {
            if renews { try log.renew() }
            var value = MDB_val()
            try token.withUnsafeBytes { bytes in
                var name = MDB_val(mv_size: bytes.count, mv_data: UnsafeMutableRawPointer(mutating: bytes.baseAddress))
                try Self.require(mdb_get(transaction, credentialTable, &name, &value), "mdb_get credentials")
            }
            // The credential's row begins with its key_id.
            var name = MDB_val(mv_size: 16, mv_data: value.mv_data)
            try Self.require(mdb_get(transaction, keyTable, &name, &value), "mdb_get keys")
            sum += Int(value.mv_data.load(as: UInt8.self))
            guard let spend else { continue }
            if renews { try spend.renew() }
            try Self.require(mdb_get(spend.transaction, spend.tables[0], &name, &value), "mdb_get keySpend")
            sum += Int(value.mv_data.load(as: UInt8.self))
        }
        return sum
    }
}
