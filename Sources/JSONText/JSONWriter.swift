/// Writes compact JSON into a growing array of bytes; commas come by themselves.
///
/// The caller keeps the grammar: a name before each value in an object, as many ends as begins.
///
///     var writer = JSONWriter()
///     writer.object {
///         $0.name("key"); $0.string(secret)
///         $0.name("blocked"); $0.null()
///     }
///     respond(writer.bytes)
public struct JSONWriter: Sendable {
    /// What has been written so far.
    public private(set) var bytes: [UInt8] = []
    private var needsComma = false

    /// A writer with room for `capacity` bytes before it must grow.
    public init(capacity: Int = 512) {
        bytes.reserveCapacity(capacity)
    }

    /// What has been written so far, as a string.
    public var text: String { String(decoding: bytes, as: UTF8.self) }

    /// Writes `{`.
    public mutating func beginObject() {
        begin(UInt8(ascii: "{"))
    }

    /// Writes `}`.
    public mutating func endObject() {
        end(UInt8(ascii: "}"))
    }

    /// Writes `[`.
    public mutating func beginArray() {
        begin(UInt8(ascii: "["))
    }

    /// Writes `]`.
    public mutating func endArray() {
        end(UInt8(ascii: "]"))
    }

    /// Writes an object whose members `body` writes.
    public mutating func object(_ body: (inout JSONWriter) throws -> Void) rethrows {
        beginObject()
        try body(&self)
        endObject()
    }

    /// Writes an array whose elements `body` writes.
    public mutating func array(_ body: (inout JSONWriter) throws -> Void) rethrows {
        beginArray()
        try body(&self)
        endArray()
    }

    /// Writes the name of a member; its value must follow.
    public mutating func name(_ name: String) {
        separate()
        appendQuoted(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    /// Writes a string with the fewest escapes.
    public mutating func string(_ value: String) {
        separate()
        appendQuoted(value)
        needsComma = true
    }

    /// Writes an integer.
    @inlinable public mutating func number(_ value: some BinaryInteger) {
        raw(String(value))
    }

    /// Writes an integer, digit by digit.
    public mutating func number(_ value: UInt64) {
        separate()
        var divisor: UInt64 = 1
        while value / divisor >= 10 { divisor *= 10 }
        while divisor > 0 {
            bytes.append(UInt8(ascii: "0") + UInt8(value / divisor % 10))
            divisor /= 10
        }
        needsComma = true
    }

    /// Writes `true` or `false`.
    public mutating func bool(_ value: Bool) {
        raw(value ? "true" : "false")
    }

    /// Writes `null`.
    public mutating func null() {
        raw("null")
    }

    /// Writes text that is one JSON value already, unchecked.
    public mutating func raw(_ text: String) {
        separate()
        bytes.append(contentsOf: text.utf8)
        needsComma = true
    }

    /// Writes bytes that are one JSON value already, unchecked.
    public mutating func raw(_ text: [UInt8]) {
        separate()
        bytes.append(contentsOf: text)
        needsComma = true
    }

    /// Writes text as it stands, commas and all: for the fixed parts of what is written often.
    public mutating func verbatim(_ text: StaticString) {
        text.withUTF8Buffer { bytes in unsafe self.bytes.append(contentsOf: bytes) }
        needsComma = false
    }

    /// Writes bytes as they stand, commas and all.
    public mutating func verbatim(_ text: ArraySlice<UInt8>) {
        bytes.append(contentsOf: text)
        needsComma = false
    }

    /// Writes a value, its members in their own order.
    public mutating func value(_ value: JSONValue) {
        switch value {
        case .null: null()
        case .bool(let value): bool(value)
        case .number(let text): raw(text)
        case .string(let text): string(text)
        case .array(let elements):
            array { for element in elements { $0.value(element) } }
        case .object(let object):
            self.object { for member in object { $0.member(member.name, member.value) } }
        }
    }

    private mutating func begin(_ bracket: UInt8) {
        separate()
        bytes.append(bracket)
        needsComma = false
    }

    private mutating func end(_ bracket: UInt8) {
        bytes.append(bracket)
        needsComma = true
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
    }

    private mutating func appendQuoted(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        if Self.needsEscape(text.utf8Span.span) {
            for byte in text.utf8 { appendEscaped(byte) }
        } else {
            bytes.append(contentsOf: text.utf8)
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// Looks at every byte, without a way out before the end: that way many are looked at at a time.
    private static func needsEscape(_ text: Span<UInt8>) -> Bool {
        var needsEscape = false
        for index in text.indices { needsEscape = Self.needsEscape(text[index]) || needsEscape }
        return needsEscape
    }

    private static func needsEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private mutating func appendEscaped(_ byte: UInt8) {
        guard Self.needsEscape(byte) else { return bytes.append(byte) }
        bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(byte)
        case 0x08: bytes.append(UInt8(ascii: "b"))
        case 0x09: bytes.append(UInt8(ascii: "t"))
        case 0x0A: bytes.append(UInt8(ascii: "n"))
        case 0x0C: bytes.append(UInt8(ascii: "f"))
        case 0x0D: bytes.append(UInt8(ascii: "r"))
        default:
            bytes.append(contentsOf: "u00".utf8)
            for digit in [byte >> 4, byte & 15] { bytes.append(digit + (digit < 10 ? UInt8(ascii: "0") : UInt8(ascii: "a") - 10)) }
        }
    }
}
