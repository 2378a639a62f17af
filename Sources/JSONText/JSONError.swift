/// Why a text is not JSON. It never quotes the text, which may hold a secret.
public struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of mistake it is.
    public enum Code: String, Sendable {
        /// Something other than what the grammar wants here.
        case unexpectedByte
        /// The text ends inside a value.
        case unexpectedEnd
        /// Text follows the value.
        case trailingText
        /// Bytes that are not UTF-8.
        case invalidUTF8
        /// A control character inside a string.
        case controlCharacter
        /// An escape that does not exist, or half of a surrogate pair.
        case invalidEscape
        /// A number that breaks the grammar (`01`, `1.`, `+1`).
        case invalidNumber
        /// More arrays and objects inside each other than are allowed.
        case tooDeep
    }

    /// What kind of mistake it is.
    public let code: Code
    /// Offset in bytes at which the text stops being JSON.
    public let offset: Int
    /// What was expected, in words.
    public let message: String

    public var description: String { "\(message) (at byte \(offset))" }

    init(_ code: Code, at offset: Int, _ message: String) {
        self.code = code
        self.offset = offset
        self.message = message
    }
}
