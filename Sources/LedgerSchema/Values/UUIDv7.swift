/// A UUID of version 7 (RFC 9562): 48 bits of milliseconds since 1970, then 74 bits of randomness. Later ones sort behind earlier ones.
public struct UUIDv7: Hashable, Sendable {
    /// The first eight bytes, as a big-endian number.
    public let high: UInt64
    /// The last eight bytes, as a big-endian number.
    public let low: UInt64

    /// Length in bytes.
    public static let byteCount = 16
    /// Sixteen zero bytes: no id.
    public static let zero = UUIDv7(high: 0, low: 0)

    /// The UUID with these bits, unchecked: what is stored was checked when it was made.
    public init(high: UInt64, low: UInt64) {
        (self.high, self.low) = (high, low)
    }

    /// A new UUID for a moment (its milliseconds; 1970 for anything earlier) from 128 random bits.
    ///
    /// Of `random.0` the first 12 bits are used, of `random.1` the last 62.
    public init(time: Instant, random: (UInt64, UInt64)) {
        let milliseconds = UInt64(max(0, time.nanoseconds) / 1_000_000)
        high = milliseconds << 16 | 0x7000 | random.0 >> 52
        low = 0x8000_0000_0000_0000 | random.1 & 0x3FFF_FFFF_FFFF_FFFF
    }

    /// The UUID made of 16 bytes, unchecked; nil for any other number of bytes.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        high = bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
        low = bytes.dropFirst(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// The UUID in its 16 bytes, without an allocation.
    public var inlineBytes: [16 of UInt8] {
        [16 of UInt8] { UInt8(truncatingIfNeeded: ($0 < 8 ? high : low) >> UInt64(56 - 8 * ($0 & 7))) }
    }

    /// The UUID in its 16 bytes.
    public var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.byteCount)
        for word in [high, low] {
            for shift in stride(from: UInt64(56), through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: word >> shift)) }
        }
        return bytes
    }

    /// The moment in it, to the millisecond; nil if it cannot be told.
    public var time: Instant? {
        let (nanoseconds, overflow) = Int64(high >> 16).multipliedReportingOverflow(by: 1_000_000)
        return overflow ? nil : Instant(nanoseconds: nanoseconds)
    }

    /// Whether version and variant are those of RFC 9562's version 7.
    public var isVersion7: Bool {
        high >> 12 & 0xF == 7 && low >> 62 == 2
    }
}

extension UUIDv7: Comparable {
    /// The order of the bytes, which is that of the milliseconds.
    public static func < (left: UUIDv7, right: UUIDv7) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }
}

extension UUIDv7: LosslessStringConvertible {
    /// The UUID written as 8-4-4-4-12 hexadecimal digits of either case; nil for anything else and for other versions.
    public init?(_ description: String) {
        let text = description.utf8
        guard text.count == 36 else { return nil }
        var words: (UInt64, UInt64) = (0, 0)
        for (place, byte) in text.enumerated() {
            if [8, 13, 18, 23].contains(place) {
                guard byte == UInt8(ascii: "-") else { return nil }
            } else {
                guard let digit = HexDigit.value(of: byte) else { return nil }
                if place < 18 { words.0 = words.0 << 4 | UInt64(digit) } else { words.1 = words.1 << 4 | UInt64(digit) }
            }
        }
        self.init(high: words.0, low: words.1)
        guard isVersion7 else { return nil }
    }

    /// The UUID written as 8-4-4-4-12 lower-case hexadecimal digits.
    public var description: String {
        unsafe String(unsafeUninitializedCapacity: 36) { text in
            var place = 0
            for digit in 0..<32 {
                if digit == 8 || digit == 12 || digit == 16 || digit == 20 {
                    unsafe text[place] = UInt8(ascii: "-")
                    place += 1
                }
                let word = digit < 16 ? high : low
                unsafe text[place] = HexDigit.lowerCase(UInt8(truncatingIfNeeded: word >> UInt64(60 - 4 * (digit % 16))) & 15)
                place += 1
            }
            return place
        }
    }
}
