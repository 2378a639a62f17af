/// Why a time zone's rules cannot be used.
public struct TimeZoneError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of mistake it is.
    public enum Code: String, Sendable {
        /// Not the name of a zone, or of none that the system knows.
        case unknownZone
        /// The system has no zone rules.
        case noDatabase
        /// The zone's file cannot be read, or is none.
        case damaged
        /// The zone's days do not begin on quarters of an hour in the time asked for.
        case offQuarters
    }

    /// What kind of mistake it is.
    public let code: Code
    /// What to do about it.
    public let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { message }
}
