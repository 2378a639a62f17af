import Synchronization

/// Counts observations by size in fixed buckets. Safe to use from any thread, without locks.
///
/// Observations are in base units: seconds or bytes.
package final class Histogram: Sendable {
    /// Inclusive upper bounds, rising; the last bucket, without bound, is implied.
    let upperBounds: [Double]

    private let buckets: [Counter]
    private let sumBits = Atomic<UInt64>(Double(0).bitPattern)

    init(upperBounds: [Double]) {
        self.upperBounds = upperBounds
        buckets = (0...upperBounds.count).map { _ in Counter() }
    }

    /// Counts one observation, in base units.
    package func observe(_ value: Double) {
        var index = 0
        while index < upperBounds.count, value > upperBounds[index] { index += 1 }
        buckets[index].increment()
        sumBits.addDouble(value)
    }

    /// Counts one observation of time, in seconds.
    package func observe(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        observe(Double(seconds) + Double(attoseconds) * 1e-18)
    }

    /// How many observations are at or below each bound, the unbounded bucket last; and the sum of all.
    ///
    /// Taken while observations go on, the sum may be some observations apart from the counts.
    package var snapshot: (cumulative: [UInt64], sum: Double) {
        var total: UInt64 = 0
        let cumulative = buckets.map { bucket in
            total &+= bucket.value
            return total
        }
        return (cumulative, Double(bitPattern: sumBits.load(ordering: .relaxed)))
    }
}

extension Histogram {
    /// Common bounds.
    package enum Buckets {
        /// 10 µs … 10 s, for commits, flushes and requests.
        package static let seconds: [Double] = [
            0.000_01, 0.000_025, 0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5,
            10,
        ]
        /// 1 … 4096 in powers of two, for batches.
        package static let counts: [Double] = (0...12).map { Double(1 << $0) }
        /// 64 B … 16 MiB in powers of four, for bodies.
        package static let bytes: [Double] = (3...12).map { Double(1 << (2 * $0)) }
    }
}
