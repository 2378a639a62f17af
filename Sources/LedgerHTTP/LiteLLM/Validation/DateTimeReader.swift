import Ledger

/// Reads the parts of a date and time from the front of a text; nil where the text breaks the format.
struct DateTimeReader<Bytes: Collection<UInt8>> {
    private var rest: Bytes.SubSequence

    static var type: String { "datetime_from_date_parsing" }
    static var message: String { "Input should be a valid datetime or date, " }

    struct Zone {
        var offsetMinutes: Int?
    }

    init(_ bytes: Bytes) {
        rest = bytes[...]
    }

    var isAtEnd: Bool { rest.isEmpty }

    /// The date; mistakes are named by the first part that is wrong.
    mutating func date() -> Lax<CivilDate> {
        guard rest.count >= 10 else { return Self.mistake("input is too short") }
        guard let year = number(4) else { return Self.mistake("invalid character in year") }
        guard take("-") else { return Self.mistake("invalid date separator, expected `-`") }
        guard let month = number(2) else { return Self.mistake("invalid character in month") }
        guard take("-") else { return Self.mistake("invalid date separator, expected `-`") }
        guard let day = number(2) else { return Self.mistake("invalid character in day") }
        guard (1...12).contains(month) else { return Self.mistake("month value is outside expected range of 1-12") }
        guard let date = CivilDate(year: year, month: month, day: day) else { return Self.mistake("day value is outside expected range") }
        return .value(date)
    }

    private static func mistake(_ reason: String) -> Lax<CivilDate> {
        .mistake(type: type, message: message + reason)
    }

    mutating func takeSeparator() -> Bool {
        take("T") || take("t") || take(" ") || take("_")
    }

    /// Microseconds since the start of the day; finer digits are cut off.
    mutating func timeOfDay() -> Int64? {
        guard let hour = number(2), hour < 24, take(":"), let minute = number(2), minute < 60 else { return nil }
        var second = 0
        var fraction: Int64 = 0
        if take(":") {
            guard let value = number(2), value < 60 else { return nil }
            second = value
            if take(".") || take(",") {
                guard let value = microseconds() else { return nil }
                fraction = value
            }
        }
        return Int64(hour * 3_600 + minute * 60 + second) * 1_000_000 + fraction
    }

    private mutating func microseconds() -> Int64? {
        var value: Int64 = 0
        var count = 0
        while let digit = digit() {
            if count < 6 { value = value * 10 + Int64(digit) }
            count += 1
        }
        guard count > 0 else { return nil }
        for _ in 0..<max(0, 6 - count) { value *= 10 }
        return value
    }

    mutating func zone() -> Zone? {
        if isAtEnd { return Zone(offsetMinutes: nil) }
        if take("Z") || take("z") { return Zone(offsetMinutes: 0) }
        let isNegative = take("-")
        guard isNegative || take("+"), let hour = number(2) else { return nil }
        _ = take(":")
        guard let minute = number(2), hour < 24, minute < 60 else { return nil }
        return Zone(offsetMinutes: (isNegative ? -1 : 1) * (hour * 60 + minute))
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: character) else { return false }
        rest = rest.dropFirst()
        return true
    }

    private mutating func digit() -> Int? {
        guard let byte = rest.first, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
        rest = rest.dropFirst()
        return Int(byte - UInt8(ascii: "0"))
    }

    private mutating func number(_ count: Int) -> Int? {
        var value = 0
        for _ in 0..<count {
            guard let digit = digit() else { return nil }
            value = value * 10 + digit
        }
        return value
    }
}
