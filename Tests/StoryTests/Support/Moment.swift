/// A UTC time as RFC 3339 writes it, in nanoseconds since 1970.
struct Moment: Equatable {
    let nanoseconds: Int

    /// nil for anything but `2026-11-21T14:03:07.123Z` with up to nine digits of fraction; `+00:00` may stand for Z.
    init?(_ text: String) {
        let parts = text.split { "-T:.+Z".contains($0) }.map { Int($0) }
        guard parts.count >= 6, let year = parts[0], let month = parts[1], let day = parts[2] else { return nil }
        guard let hour = parts[3], let minute = parts[4], let second = parts[5] else { return nil }
        let fraction = text.split(separator: ".").dropFirst().first?.prefix { $0.isNumber } ?? ""
        guard let billionths = Int((fraction + "000000000").prefix(9)) else { return nil }
        nanoseconds = (((Self.days(year, month, day) * 24 + hour) * 60 + minute) * 60 + second) * 1_000_000_000 + billionths
    }

    /// Days since 1970; March is the first month of the year that counts here, so that the leap day is its last one.
    private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let (year, month) = month > 2 ? (year, month - 3) : (year - 1, month + 9)
        return year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + day - 1 - 719_468
    }
}

extension Moment {
    /// As HTTP headers write a time: `Sun, 06 Nov 1994 08:49:37 GMT`.
    static func httpDate(unixSeconds: Int) -> String {
        let days = unixSeconds / 86_400
        var year = 1970
        while Self.days(year + 1, 1, 1) <= days { year += 1 }
        var month = 1
        while month < 12, Self.days(year, month + 1, 1) <= days { month += 1 }
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let weekday = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"][days % 7]
        let name = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"][month - 1]
        let second = unixSeconds % 86_400
        return "\(weekday), \(two(days - Self.days(year, month, 1) + 1)) \(name) \(year)"
            + " \(two(second / 3_600)):\(two(second / 60 % 60)):\(two(second % 60)) GMT"
    }
}
