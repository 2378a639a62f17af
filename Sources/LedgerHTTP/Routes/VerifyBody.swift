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
        if let plain = Self.scan(bytes) {
            self = plain
            return
        }
        let object = try BodyFields.object(bytes)
        secret = object["key"]?.string.map { Array($0.utf8)[...] }
        token = object["token"]?.string.map { Array($0.utf8)[...] }
        model = object["model"]?.string
    }

    private init() {}

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
