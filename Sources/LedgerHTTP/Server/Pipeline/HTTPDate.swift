/// The date format of RFC 9110 section 5.6.7.
package enum HTTPDate {
    /// `Sun, 06 Nov 1994 08:49:37 GMT` for seconds since 1970, which must not be negative.
    package static func text(unixSeconds: Int) -> String {
        let time = CivilTime(unixSeconds: unixSeconds)
        return "\(weekdays[time.weekday]), \(CivilTime.two(time.day)) \(months[time.month - 1]) \(time.year) \(time.clock) GMT"
    }

    private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
}
