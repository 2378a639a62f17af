import JSONText

/// The body of `/v1/keys/verify`. Gateways send one with each of their own requests, so that no values are built of it.
package struct VerifyBody {
    private static let names = JSONNames(["key", "token", "model"])

    /// UTF-8; `nil` where there is no such text.
    package private(set) var secret: ArraySlice<UInt8>?
    package private(set) var token: ArraySlice<UInt8>?
    package private(set) var model: String?

    /// - Throws: what ``BodyFields/object(_:)`` throws.
    package init(_ bytes: [UInt8]) throws {
        if let plain = Self.scanPlain(bytes) ?? Self.scan(bytes) {
            self = plain
            return
        }
        let object = try BodyFields.object(bytes)
        secret = object["key"]?.string.map { Array($0.utf8)[...] }
        token = object["token"]?.string.map { Array($0.utf8)[...] }
        model = object["model"]?.string
    }

    private init() {}

    /// Reads what nearly every body is: an object of these members alone, each once, in printable ASCII without escapes, and with a space
    /// behind a comma or colon at the most; `nil` for all other text, whatever it is.
    private static func scanPlain(_ bytes: [UInt8]) -> VerifyBody? {
        var text = PlainText(bytes)
        guard text.take("{") else { return nil }
        var body = VerifyBody()
        repeat {
            guard let name = text.string(), text.take(":"), let value = text.string(), body.take(bytes[name], bytes[value]) else {
                return nil
            }
        } while text.take(",")
        return text.take("}") && text.isAtEnd ? body : nil
    }

    /// Takes a member; `false` if there is no such member, or there was one.
    private mutating func take(_ name: ArraySlice<UInt8>, _ value: ArraySlice<UInt8>) -> Bool {
        if secret == nil, name.elementsEqual("key".utf8) {
            secret = value
        } else if model == nil, name.elementsEqual("model".utf8) {
            model = String(decoding: value, as: UTF8.self)
        } else if token == nil, name.elementsEqual("token".utf8) {
            token = value
        } else {
            return false
        }
        return true
    }

    /// Reads the members of an object, of those with one name the last; `nil` for all other text, whatever it is.
    private static func scan(_ bytes: [UInt8]) -> VerifyBody? {
        do throws(JSONError) {
            var scanner = try JSONScanner(bytes, in: bytes.indices, allowsNonFinite: true)
            guard try scanner.next() == .object else { return nil }
            var body = VerifyBody()
            var isFirst = true
            while let name = try scanner.nextName(&isFirst) { try body.take(scanner.index(of: name, in: names), &scanner) }
            try scanner.finish()
            return body
        } catch {
            return nil
        }
    }

    private mutating func take(_ name: Int?, _ scanner: inout JSONScanner) throws(JSONError) {
        let value = try scanner.next()
        var text: JSONScanner.Text?
        if case .string(let string) = value { text = string } else { try scanner.skip(value) }
        switch name {
        case 0: secret = text.map { scanner.content($0) }
        case 1: token = text.map { scanner.content($0) }
        case 2: model = text.map { scanner.string($0) }
        default: break
        }
    }
}

/// Steps through JSON text of the plainest form.
private struct PlainText {
    private let bytes: [UInt8]
    private var place = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { place == bytes.count }

    /// Steps over a mark, and over a space behind it.
    mutating func take(_ mark: Unicode.Scalar) -> Bool {
        guard place < bytes.count, bytes[place] == UInt8(ascii: mark) else { return false }
        place += 1
        if place < bytes.count, bytes[place] == UInt8(ascii: " ") { place += 1 }
        return true
    }

    /// Where the string that comes next stands between its quotes; `nil` if there is none of printable ASCII without escapes.
    mutating func string() -> Range<Int>? {
        guard place < bytes.count, bytes[place] == UInt8(ascii: "\"") else { return nil }
        let start = place + 1
        var end = start
        while end < bytes.count, bytes[end] != UInt8(ascii: "\"") {
            guard bytes[end] >= 0x20, bytes[end] < 0x7F, bytes[end] != UInt8(ascii: "\\") else { return nil }
            end += 1
        }
        guard end < bytes.count else { return nil }
        place = end + 1
        return start..<end
    }
}
