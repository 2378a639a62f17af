/// Why stored bytes could not be read or an event could not be written.
public struct SchemaError: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Code: String, Sendable, Hashable {
        /// An event type that this version does not know (invariant 12).
        case unknownEventType
        /// A critical field, or a value of an enumeration, that this version does not know (invariant 12).
        case unknownField
        /// Bytes that are no record.
        case malformed
        /// A leaf over 16 KiB or a slot over 256 KiB.
        case tooLarge
        /// An opening that does not match its commitment.
        case wrongCommitment
    }

    public var code: Code
    /// What is wrong and what to do.
    public var message: String
    /// Where it stands in the log, if known.
    public var position: Position?

    public init(_ code: Code, _ message: String, position: Position? = nil) {
        self.code = code
        self.message = message
        self.position = position
    }

    public var description: String {
        guard let position else { return message }
        return "position \(position.value): \(message)"
    }

    /// The same error with the place where it was met.
    public func at(_ position: Position) -> SchemaError { SchemaError(code, message, position: position) }
}
