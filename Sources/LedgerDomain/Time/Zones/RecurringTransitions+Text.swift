extension RecurringTransitions {
    /// The rule that a footer names; nil for anything else, the empty text included.
    init?(_ text: Substring) {
        var reader = PosixZoneReader(text)
        guard reader.name(), let west = reader.time(atMostHours: 24) else { return nil }
        standardOffset = -west
        if reader.isAtEnd {
            summer = nil
            return
        }
        guard reader.name() else { return nil }
        var offset = standardOffset + 3_600
        if !reader.isAt(",") {
            guard let west = reader.time(atMostHours: 24) else { return nil }
            offset = -west
        }
        guard reader.take(","), let begin = reader.moment(), reader.take(","), let end = reader.moment(), reader.isAtEnd else { return nil }
        summer = Summer(offset: offset, begin: begin, end: end)
    }
}

/// Reads the parts of a POSIX `TZ` string from its front.
private struct PosixZoneReader {
    private var rest: Substring.UTF8View.SubSequence

    init(_ text: Substring) { rest = text.utf8[...] }

    var isAtEnd: Bool { rest.isEmpty }

    func isAt(_ character: Unicode.Scalar) -> Bool { rest.first == UInt8(ascii: character) }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard isAt(character) else { return false }
        rest = rest.dropFirst()
        return true
    }

    /// Three letters or more, or anything between angle brackets.
    mutating func name() -> Bool {
        if take("<") {
            guard let end = rest.firstIndex(of: UInt8(ascii: ">")) else { return false }
            rest = rest[rest.index(after: end)...]
            return true
        }
        let letters = rest.prefix { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0 | 0x20) }
        rest = rest.dropFirst(letters.count)
        return letters.count >= 3
    }

    /// `[+-]hh[:mm[:ss]]` in seconds.
    mutating func time(atMostHours most: Int) -> Int? {
        let sign = take("-") ? -1 : 1
        if sign == 1 { _ = take("+") }
        guard let hours = number(), hours <= most else { return nil }
        var seconds = hours * 3_600
        for unit in [60, 1] where take(":") {
            guard let value = number(), value < 60 else { return nil }
            seconds += value * unit
        }
        return sign * seconds
    }

    mutating func moment() -> YearlyMoment? {
        guard let day = day() else { return nil }
        guard take("/") else { return YearlyMoment(day: day, secondOfDay: 7_200) }
        return time(atMostHours: 167).map { YearlyMoment(day: day, secondOfDay: $0) }
    }

    private mutating func day() -> YearlyMoment.Day? {
        if take("M") {
            guard let month = number(), (1...12).contains(month), take("."), let week = number(), (1...5).contains(week), take("."),
                let weekday = number(), weekday <= 6
            else { return nil }
            return .weekday(weekday, week: week, month: month)
        }
        let isJulian = take("J")
        guard let day = number(), day <= 365, !isJulian || day >= 1 else { return nil }
        return isJulian ? .julian(day) : .ordinal(day)
    }

    private mutating func number() -> Int? {
        let digits = rest.prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
        guard (1...3).contains(digits.count) else { return nil }
        rest = rest.dropFirst(digits.count)
        return digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
    }
}
