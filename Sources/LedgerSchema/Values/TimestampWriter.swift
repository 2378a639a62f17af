/// Writes the digits of dates and times.
struct TimestampWriter {
    private var bytes: [UInt8] = []

    init() {
        bytes.reserveCapacity(40)
    }

    var text: String { String(decoding: bytes, as: UTF8.self) }

    mutating func date(_ date: CivilDate) {
        number(date.year, digits: 4)
        byte("-")
        number(date.month, digits: 2)
        byte("-")
        number(date.day, digits: 2)
    }

    mutating func byte(_ character: Unicode.Scalar) {
        bytes.append(UInt8(ascii: character))
    }

    /// Writes `value`, which is not negative, with leading zeros.
    mutating func number(_ value: Int, digits: Int) {
        let start = bytes.count
        bytes.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: digits))
        var rest = value
        for place in (start..<start + digits).reversed() {
            bytes[place] += UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
    }

    /// Writes the first `count` of the nine digits of `value`.
    mutating func leadingDigits(_ count: Int, ofNine value: Int) {
        number(value, digits: 9)
        bytes.removeLast(9 - count)
    }
}
