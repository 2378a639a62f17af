import Synchronization

/// A number that only grows. Safe to use from any thread; an increment is one atomic addition.
package final class Counter: Sendable {
    private let count = Atomic<UInt64>(0)

    init() {}

    /// Adds to the count; it wraps at 2⁶⁴, which Prometheus takes for a restart.
    package func increment(by amount: UInt64 = 1) {
        count.wrappingAdd(amount, ordering: .relaxed)
    }

    /// The count now.
    package var value: UInt64 { count.load(ordering: .relaxed) }
}
