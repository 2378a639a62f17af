public import LedgerSchema

/// What the engine takes from outside: clocks and randomness, so that a test or a simulation can give its own.
public struct LedgerEnvironment: Sendable {
    /// Wall clock.
    public var now: @Sendable () -> Instant
    /// Nanoseconds of a clock that counts on through suspension and that nobody sets (CLOCK_BOOTTIME).
    public var uptimeNanoseconds: @Sendable () -> Int64
    /// Whether the system says that its clock is synchronised (adjtimex(2)).
    public var isClockSynchronised: @Sendable () -> Bool
    /// Bytes of a cryptographic generator.
    public var randomBytes: @Sendable (Int) -> [UInt8]

    public init(
        now: @escaping @Sendable () -> Instant, uptimeNanoseconds: @escaping @Sendable () -> Int64,
        isClockSynchronised: @escaping @Sendable () -> Bool, randomBytes: @escaping @Sendable (Int) -> [UInt8]
    ) {
        self.now = now
        self.uptimeNanoseconds = uptimeNanoseconds
        self.isClockSynchronised = isClockSynchronised
        self.randomBytes = randomBytes
    }

    /// 128 random bits.
    func random128() -> (UInt64, UInt64) {
        let bytes = randomBytes(16)
        func word(_ range: Range<Int>) -> UInt64 { bytes[range].reduce(0) { $0 << 8 | UInt64($1) } }
        return (word(0..<8), word(8..<16))
    }
}
