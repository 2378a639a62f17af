import LMDB
import LedgerLog

/// Jobs that append, on their way into one transaction.
struct Attempt {
    let jobs: ArraySlice<Job>
    /// How many of them, from the first, the transaction has taken in; all before it has begun.
    var taken: Int
    /// Those that cannot be done, by their place.
    var failures: [(index: Int, error: LedgerError)] = []

    init(_ jobs: ArraySlice<Job>) {
        self.jobs = jobs
        taken = jobs.count
    }

    func hasFailed(_ index: Int) -> Bool { failures.contains { $0.index == index } }
}

/// One job that cannot be done: what is stored about its key is damaged, or it is none that a caller may ask for. It ends the
/// transaction, in which it may have written already, but not the other jobs of the batch (invariant 10).
struct CommandFailure: Error {
    let index: Int
    let cause: any Error

    /// `nil` if the store itself failed, which ends the batch.
    init?(_ index: Int, _ cause: any Error) {
        if let error = cause as? LMDBError {
            guard [.corrupted, .badEncoding, .badValueSize].contains(error.code) else { return nil }
        }
        if let error = cause as? LogError, error.code == .timeWentBack { return nil }
        self.index = index
        self.cause = cause
    }
}
