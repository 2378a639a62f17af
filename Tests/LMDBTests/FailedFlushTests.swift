import Glibc
import Synchronization
import Testing

@testable import LMDB

/// Invariant 11: after a failed flush nothing more is accepted. Invariant 1: the outcome is *not done* only where that is certain.
struct FailedFlushTests {
    let store: Store
    var environment: Environment { store.environment }

    init() throws { store = try Store() }

    private func put(_ number: Int) throws {
        try environment.write { txn in try txn.put(store.table, key(number), [1]) }
    }

    private func holds(_ number: Int) throws -> Bool {
        try environment.read { txn in try txn.contains(store.table, key(number)) }
    }

    @Test(arguments: [EIO, ENOMEM, EINVAL, EROFS])
    func `an error of the device or an unknown one is unknown, and ends all writing`(number: Int32) throws {
        try put(1)
        environment.faults.withLock { $0.commit = .instead(number) }
        let failed = failure { try put(2) }
        #expect(failed?.outcome == .unknown)
        #expect(failed?.resultCode == number)
        #expect(environment.isPoisoned)
        let later = failure { try put(3) }
        #expect(later?.code == .poisoned)
        #expect(later?.outcome == .notDone)
        #expect(try holds(1))
    }

    @Test(arguments: [ENOSPC, EDQUOT])
    func `a full device is not done if the last transaction stands and can be flushed`(number: Int32) throws {
        try put(1)
        environment.faults.withLock { $0.commit = .instead(number) }
        let failed = failure { try put(2) }
        #expect(failed?.code == .noSpace)
        #expect(failed?.outcome == .notDone)
        #expect(!environment.isPoisoned)
        try put(3)
        #expect(try holds(1))
        #expect(try !holds(2))
        #expect(try holds(3))
    }

    @Test func `a full device is unknown if the transaction has moved`() throws {
        environment.faults.withLock { $0.commit = .after(ENOSPC) }
        #expect(failure { try put(1) }?.outcome == .unknown)
        #expect(environment.isPoisoned)
    }

    @Test func `a full device is unknown if the flush after it fails`() throws {
        environment.faults.withLock {
            $0.commit = .instead(ENOSPC)
            $0.sync = EIO
        }
        #expect(failure { try put(1) }?.outcome == .unknown)
        #expect(environment.isPoisoned)
    }

    @Test(arguments: [
        (LMDBError.Code.mapFull, CommitFailure.notDone, false), (.txnFull, .notDone, false), (.corrupted, .notDone, true),
        (.panic, .unknown, true),
    ])
    func `liblmdb's own codes come before the meta page, except panic`(
        code: LMDBError.Code, outcome: CommitFailure, poisons: Bool
    ) throws {
        environment.faults.withLock { $0.commit = .instead(code.rawValue) }
        let failed = failure { try put(1) }
        #expect(failed?.code == code)
        #expect(failed?.outcome == outcome)
        #expect(environment.isPoisoned == poisons)
    }

    @Test(arguments: [EIO, ENOSPC])
    func `a failed sync poisons`(number: Int32) throws {
        environment.faults.withLock { $0.sync = number }
        #expect(failure { try environment.sync() }?.outcome == .unknown)
        #expect(environment.isPoisoned)
        #expect(failure { try put(1) }?.code == .poisoned)
    }

    @Test func `poison keeps its first reason and says it to every writer`() throws {
        environment.poison(reason: "the tail did not verify")
        environment.poison(reason: "something later")
        #expect(environment.poisonReason == "the tail did not verify")
        #expect(failure { try put(1) }?.message.contains("the tail did not verify") == true)
    }

    @Test func `opened again, a poisoned environment is good`() throws {
        environment.poison(reason: "test")
        environment.close()
        try withEnvironment(store.folder.path) { environment, table in
            try environment.write { txn in try txn.put(table, key(1), [1]) }
        }
    }
}
