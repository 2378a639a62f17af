/// Reads the parts of dates and times from the front of a text. Every part is nil, and the rest useless, if the text breaks the format.
struct TimestampReader<Bytes: Collection<UInt8>> {
    private var rest: Bytes.SubSequence

    init(_ bytes: Bytes) {
        rest = bytes[...]
    }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: character) else { return false }
        rest = rest.dropFirst()
        return true
    }

    mutating func digit() -> Int? {
        guard let byte = rest.first, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
        rest = rest.dropFirst()
        return Int(byte - UInt8(ascii: "0"))
    }

    mutating func number(digits: Int) -> Int? {
        var value = 0
        for _ in 0..<digits {
            guard let digit = digit() else { return nil }
            value = value * 10 + digit
        }
        return value
    }

    mutating func date() -> CivilDate? {
        guard let year = number(digits: 4), take("-"), let month = number(digits: 2), take("-"), let day = number(digits: 2) else {
            return nil
        }
        return CivilDate(year: year, month: month, day: day)
    }

    mutating func secondOfDay() -> Int? {
        guard let hour = number(digits: 2), take(":"), let minute = number(digits: 2), take(":"), let second = number(digits: 2),
            hour < 24, minute < 60, second < 60
        else { return nil }
        return hour * 3_600 + minute * 60 + second
    }

    /// The fraction of a second in nanoseconds, 0 if there is none.
    mutating func fraction() -> Int? {
        guard take(".") else { return 0 }
        guard let first = digit() else { return nil }
        var (value, count) = (first, 1)
        while let digit = digit() {
            if count < 9 { value = value * 10 + digit }
            count += 1
        }
        for _ in 0..<max(0, 9 - count) { value *= 10 }
        return value
    }

    mutating func zoneOffsetSeconds() -> Int? {
        if take("Z") || take("z") { return 0 }
        let isNegative = take("-")
        guard isNegative || take("+"), let hour = number(digits: 2), take(":"), let minute = number(digits: 2), hour < 24, minute < 60
        else {
            return nil
        }
        return (isNegative ? -60 : 60) * (hour * 60 + minute)
    }
}
