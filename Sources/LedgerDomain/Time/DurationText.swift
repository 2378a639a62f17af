/// The grammar that key durations and budget durations share: a number and one of the units s, m, h, d, w, mo.
struct DurationText: Hashable, Sendable {
    enum Unit: String, Sendable {
        case seconds = "s"
        case minutes = "m"
        case hours = "h"
        case days = "d"
        case weeks = "w"
        case months = "mo"

        /// The length of the unit in seconds; nil for months, which have none of their own.
        var seconds: Int64? {
            switch self {
            case .seconds: 1
            case .minutes: 60
            case .hours: 3_600
            case .days: 86_400
            case .weeks: 604_800
            case .months: nil
            }
        }
    }

    let count: Int64
    let unit: Unit

    init(_ text: some StringProtocol) throws(DurationError) {
        let digits = text.utf8.prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
        let letters = text.utf8.dropFirst(digits.count)
        guard !digits.isEmpty, letters.allSatisfy(Self.isLetter) else { throw DurationError(.invalidFormat) }
        guard let unit = Unit(rawValue: String(decoding: letters, as: UTF8.self)) else { throw DurationError(.unknownUnit) }
        guard let count = Int64(String(decoding: digits, as: UTF8.self)) else { throw DurationError(.outOfRange) }
        (self.count, self.unit) = (count, unit)
    }

    /// The length in seconds; nil for months.
    /// - Throws: `outOfRange` if it does not fit.
    func seconds() throws(DurationError) -> Int64? {
        guard let unitSeconds = unit.seconds else { return nil }
        let (seconds, overflow) = count.multipliedReportingOverflow(by: unitSeconds)
        if overflow { throw DurationError(.outOfRange) }
        return seconds
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }
}
