import LMDB
import Synchronization

/// Work that this thread and others do at the same time.
enum SharedWork {
    /// As many as a rebuild uses: one for each core of a small machine.
    static let threads = 2

    /// Runs `mine` here and `others`, by numbers from 1, on threads of their own, and waits for all.
    ///
    /// - Parameter end: called after the first error, so that the others stop.
    /// - Returns: what each has made, this thread's first.
    /// - Throws: the first error that is no consequence of another one's.
    static func run<R: Sendable>(
        on threads: Int = threads, mine: () throws -> R, others: @escaping @Sendable (Int) throws -> R,
        end: @escaping @Sendable () -> Void
    ) throws -> [R] {
        let results = Mutex<[Int: Result<R, any Error>]>([:])
        var started: [DedicatedThread] = []
        var failure: (any Error)?
        do throws(LMDBError) {
            for number in 1..<threads {
                started.append(
                    try DedicatedThread(name: "ledger-rebuild-\(number)") {
                        let result = Result { try others(number) }
                        if case .failure = result { end() }
                        results.withLock { $0[number] = result }
                    })
            }
        } catch { failure = error }
        let result = Result { if let failure { throw failure } else { try mine() } }
        if case .failure = result { end() }
        for thread in started { thread.join() }
        let all = [result] + results.withLock { $0 }.sorted { $0.key < $1.key }.map(\.value)
        try throwFirst(of: all)
        return try all.map { try $0.get() }
    }

    private static func throwFirst<R>(of results: [Result<R, any Error>]) throws {
        for result in results {
            if case .failure(let error) = result, !(error is CancellationError) { throw error }
        }
    }
}
