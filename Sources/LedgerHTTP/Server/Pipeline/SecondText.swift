import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A text of the current second, made once for each.
final class SecondText: Sendable {
    private let last = Mutex<(second: Int, text: String)>((-1, ""))
    private let make: @Sendable (_ unixSeconds: Int) -> String

    init(make: @escaping @Sendable (_ unixSeconds: Int) -> String) {
        self.make = make
    }

    func text(unixSeconds second: Int) -> String {
        last.withLock { last in
            if last.second != second { last = (second, make(second)) }
            return last.text
        }
    }

    /// The text of this second by the wall clock.
    var now: String { text(unixSeconds: time(nil)) }
}

/// The wall clock.
enum WallClock {
    /// Microseconds since 1970.
    static func microseconds() -> Int64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }
}
