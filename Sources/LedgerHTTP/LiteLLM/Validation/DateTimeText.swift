import JSONText
import Ledger

/// A date and time as pydantic reads it, and as Python's `isoformat` writes it.
struct DateTimeText: Sendable, Equatable {
    let date: CivilDate
    /// Of the day.
    let microseconds: Int64
    /// nil if none was written.
    let offsetMinutes: Int?

    /// `2030-01-01T00:00:00+00:00`; microseconds only if there are any, the offset only if one was written.
    var isoformat: String {
        let seconds = microseconds / 1_000_000
        let fraction = microseconds % 1_000_000
        let clock = [seconds / 3_600, seconds / 60 % 60, seconds % 60].map { Self.padded($0, 2) }.joined(separator: ":")
        let tail = fraction == 0 ? "" : "." + Self.padded(fraction, 6)
        return "\(date)T\(clock)\(tail)\(offsetText)"
    }

    private var offsetText: String {
        guard let offsetMinutes else { return "" }
        let minutes = Int64(abs(offsetMinutes))
        return (offsetMinutes < 0 ? "-" : "+") + Self.padded(minutes / 60, 2) + ":" + Self.padded(minutes % 60, 2)
    }

    private static func padded(_ number: Int64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

extension DateTimeText {
    static func parse(_ value: JSONValue) -> Lax<DateTimeText> {
        switch value {
        case .number(let text): timestamp(text)
        case .string(let text): parse(text: text)
        default: .mistake(type: "datetime_type", message: "Input should be a valid datetime")
        }
    }

    private static func parse(text: String) -> Lax<DateTimeText> {
        if text.utf8.count <= 20, text.utf8.allSatisfy(isNumeric), let plain = NumberText(text) { return timestamp(plain.text) }
        var reader = DateTimeReader(text.utf8)
        let date: CivilDate
        switch reader.date() {
        case .value(let value): date = value
        case .mistake(let type, let message): return .mistake(type: type, message: message)
        }
        if reader.isAtEnd { return checked(DateTimeText(date: date, microseconds: 0, offsetMinutes: nil)) }
        guard reader.takeSeparator(), let time = reader.timeOfDay(), let zone = reader.zone(), reader.isAtEnd else {
            return .mistake(
                type: DateTimeReader<String.UTF8View>.type,
                message: DateTimeReader<String.UTF8View>.message + "unexpected extra characters at the end of the input")
        }
        return checked(DateTimeText(date: date, microseconds: time, offsetMinutes: zone.offsetMinutes))
    }

    private static func isNumeric(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || [UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: ".")].contains(byte)
    }

    private static func checked(_ moment: DateTimeText) -> Lax<DateTimeText> {
        if moment.date.year > 0 { return .value(moment) }
        return .mistake(type: "datetime_parsing", message: "Input should be a valid datetime, year 0 is out of range")
    }

    /// Seconds since 1970, or milliseconds if they would lie too far ahead.
    private static func timestamp(_ text: String) -> Lax<DateTimeText> {
        guard let number = Double(text) else { return .mistake(type: "datetime_type", message: "Input should be a valid datetime") }
        let reason = "Input should be a valid datetime, "
        if number.isNaN { return .mistake(type: "datetime_parsing", message: reason + "NaN values not permitted") }
        let seconds = abs(number) > 20_000_000_000 ? number / 1_000 : number
        guard seconds < 253_402_300_800 else {
            return .mistake(type: "datetime_parsing", message: reason + "dates after 9999 are not supported as unix timestamps")
        }
        guard seconds >= -62_135_596_800 else {
            return .mistake(type: "datetime_parsing", message: reason + "dates before 0000 are not supported as unix timestamps")
        }
        let microseconds = Int64((seconds * 1_000_000).rounded())
        let day = microseconds.flooredQuotient(by: 86_400_000_000)
        let date = CivilDate(daysSince1970: Int(day))
        return .value(DateTimeText(date: date, microseconds: microseconds - day * 86_400_000_000, offsetMinutes: 0))
    }
}
