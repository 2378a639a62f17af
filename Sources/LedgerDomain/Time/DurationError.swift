/// Why a text is no duration, or why a duration cannot be used. It never quotes the text.
public struct DurationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of mistake it is.
    public enum Code: String, Sendable {
        /// Not a number followed by a unit: `soon`, `-1`, `1h30m`, nothing at all.
        case invalidFormat
        /// A number with no unit or with one that does not exist: `30`, `5y`.
        case unknownUnit
        /// Too long for the years up to 2262, or zero where time must pass.
        case outOfRange
    }

    /// What kind of mistake it is.
    public let code: Code

    package init(_ code: Code) {
        self.code = code
    }

    /// What to do about it.
    public var message: String {
        switch code {
        case .invalidFormat: "a duration is one number and one unit, such as 30s, 5m, 1h, 2d, 1w or 1mo"
        case .unknownUnit: "a duration needs one of the units s, m, h, d, w and mo behind its number"
        case .outOfRange: "this duration is zero, or ends later than dates can be told (2262)"
        }
    }

    public var description: String { message }
}
