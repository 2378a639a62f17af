import Glibc
import LMDB
import Testing

/// An environment with tables `a` and `b` in a folder of its own.
struct Store: Sendable {
    let folder: TemporaryFolder
    let environment: Environment
    let table: Table

    init(_ options: Environment.Options = small) throws {
        folder = try TemporaryFolder()
        environment = try Environment.open(folder.path, tables: ["a", "b"], options: options)
        table = environment.table("a")
    }

    static let small = Environment.Options(mapSizeBytes: 64 << 20)
}

/// Opens, hands over, closes.
func withEnvironment<R>(
    _ path: String, _ options: Environment.Options = Store.small, _ body: (Environment, Table) throws -> R
) throws -> R {
    let environment = try Environment.open(path, tables: ["a", "b"], options: options)
    defer { environment.close() }
    return try body(environment, environment.table("a"))
}

/// The bytes of a number, as the tables of these tests key by it.
func key(_ number: Int) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * $0)) }
}

/// The error of a call that must throw one.
func failure(_ body: () throws -> Void) -> LMDBError? {
    do {
        try body()
        Issue.record("nothing was thrown")
        return nil
    } catch {
        let failure = error as? LMDBError
        if failure == nil { Issue.record("another error: \(error)") }
        return failure
    }
}

/// Overwrites `bytes` at `offset` of a file that no environment of this process has open.
func overwrite(_ path: String, at offset: Int, _ bytes: [UInt8]) {
    let descriptor = unsafe open(path, O_RDWR)
    defer { close(descriptor) }
    #expect(unsafe pwrite(descriptor, bytes, bytes.count, offset) == bytes.count)
}

/// `count` bytes at `offset` of such a file.
func bytes(_ path: String, at offset: Int, count: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    let descriptor = unsafe open(path, O_RDONLY)
    defer { close(descriptor) }
    #expect(unsafe pread(descriptor, &bytes, count, offset) == count)
    return bytes
}

func fileStatus(_ path: String) -> stat {
    var status = stat()
    #expect(unsafe stat(path, &status) == 0)
    return status
}

/// Expects `value` under `key`. A function, because a closure does not see what an `#expect` inside it throws.
func expect(
    _ environment: Environment, _ table: Table, _ key: [UInt8], _ value: [UInt8]?,
    sourceLocation: SourceLocation = #_sourceLocation
) throws {
    let stored = try environment.read { txn in try txn.copy(table, key) }
    #expect(stored == value, sourceLocation: sourceLocation)
}

/// Expects that a process died of a trap with this message, not of an error thrown.
func expectTrap(
    _ result: ExitTest.Result?, _ message: String, sourceLocation: SourceLocation = #_sourceLocation
) {
    let said = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(said.contains(message), sourceLocation: sourceLocation)
}

/// Every number that a descriptor of this process can have: tests that run beside one another hold more than a thousand.
let possibleDescriptors: Range<Int32> = 3..<Int32(clamping: min(sysconf(Int32(_SC_OPEN_MAX)), 1 << 16))
