/// Money: a whole number of picodollars (10⁻¹² USD). Never a binary floating-point number, so that sums are exact.
public struct Amount: Hashable, Sendable {
    /// The amount in 10⁻¹² USD.
    public let picodollars: Int128

    /// Nothing.
    public static let zero = Amount(picodollars: 0)
    /// How many picodollars make a dollar.
    public static let picodollarsPerDollar: Int128 = 1_000_000_000_000
    /// Digits after the point.
    public static let fractionDigits = 12

    /// So many picodollars.
    public init(picodollars: Int128) {
        self.picodollars = picodollars
    }

    /// Whether it is below zero.
    public var isNegative: Bool { picodollars < 0 }

    /// The amount in picodollars if it fits 64 bits, as a charge must; nil otherwise.
    public var int64: Int64? { Int64(exactly: picodollars) }

    /// The sum.
    /// - Throws: `AmountError` with code `overflow` if it does not fit.
    public func adding(_ other: Amount) throws(AmountError) -> Amount {
        let (sum, overflow) = picodollars.addingReportingOverflow(other.picodollars)
        if overflow { throw AmountError(.overflow) }
        return Amount(picodollars: sum)
    }

    /// The difference.
    /// - Throws: `AmountError` with code `overflow` if it does not fit.
    public func subtracting(_ other: Amount) throws(AmountError) -> Amount {
        let (difference, overflow) = picodollars.subtractingReportingOverflow(other.picodollars)
        if overflow { throw AmountError(.overflow) }
        return Amount(picodollars: difference)
    }
}

extension Amount: Comparable {
    public static func < (left: Amount, right: Amount) -> Bool { left.picodollars < right.picodollars }
}

/// The stored form of every budget, reset and sum.
extension Amount {
    /// Length in bytes.
    public static let byteCount = 16

    /// 16 bytes, big-endian two's complement.
    public var bigEndianBytes: [UInt8] {
        stride(from: 120, through: 0, by: -8).map { UInt8(truncatingIfNeeded: picodollars >> Int128($0)) }
    }

    /// The amount in 16 bytes, big-endian two's complement; nil for any other number of bytes.
    public init?(bigEndianBytes: some Collection<UInt8>) {
        guard bigEndianBytes.count == Self.byteCount else { return nil }
        picodollars = Int128(bitPattern: bigEndianBytes.reduce(0 as UInt128) { $0 << 8 | UInt128($1) })
    }
}
