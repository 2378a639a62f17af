import Glibc
import LMDB
import Synchronization
import Testing

struct DedicatedThreadTests {
    @Test func `it runs its closure on a thread of its own, and join waits for the end`() throws {
        let ran = Mutex<pthread_t?>(nil)
        let thread = try DedicatedThread(name: "keyledger writer thread") { ran.withLock { $0 = pthread_self() } }
        thread.join()
        thread.join()
        let other = try #require(ran.withLock { $0 })
        #expect(pthread_equal(other, pthread_self()) == 0)
    }

    @Test func `its stack is as large as asked`() throws {
        let sum = Atomic(0)
        let thread = try DedicatedThread(name: "deep", stackSizeBytes: 64 << 20) {
            unsafe withUnsafeTemporaryAllocation(of: Int.self, capacity: 4 << 20) { numbers in
                unsafe numbers.initialize(repeating: 1)
                sum.store(unsafe numbers.reduce(0, +), ordering: .relaxed)
            }
        }
        thread.join()
        #expect(sum.load(ordering: .relaxed) == 4 << 20)
    }

    /// A waiter that starts after the first has ended may be given its id by the system. It was taken for the thread itself, and
    /// the process trapped.
    @Test func `many threads may wait for one, also after its end`() throws {
        let first = try DedicatedThread(name: "first") { for _ in 0..<100 { sched_yield() } }
        let waiting = try (0..<4).map { number in try DedicatedThread(name: "waits \(number)") { first.join() } }
        for thread in waiting { thread.join() }
        first.join()
        for _ in 0..<50 { try DedicatedThread(name: "late") { first.join() }.join() }
    }

    @Test func `a thread that waits for itself traps`() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { try waitForItself() }
        expectTrap(result, "thread selfish waits for itself")
    }
}

private func waitForItself() throws {
    let thread = Mutex<DedicatedThread?>(nil)
    let started = try DedicatedThread(name: "selfish") {
        var mine: DedicatedThread?
        while mine == nil { mine = thread.withLock { $0 } }
        mine?.join()
    }
    thread.withLock { $0 = started }
    started.join()
}
