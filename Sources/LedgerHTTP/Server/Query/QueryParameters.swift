/// The names and values of a query string, decoded, in their order.
package struct QueryParameters: Sendable {
    /// What stands in the query, repeated names included.
    package let items: [(name: String, value: String)]

    /// Names and values that are decoded already.
    package init(items: [(name: String, value: String)]) { self.items = items }

    /// Reads what follows the `?` of a target. A part that is not UTF-8 is taken with replacement characters; a name alone
    /// has an empty value.
    package init(_ query: Substring?) {
        guard let query else {
            items = []
            return
        }
        items = query.utf8.split(separator: UInt8(ascii: "&")).map { part in
            guard let equals = part.firstIndex(of: UInt8(ascii: "=")) else { return (Self.decode(part), "") }
            return (Self.decode(part[..<equals]), Self.decode(part[part.index(after: equals)...]))
        }
    }

    /// Reads the query of a whole request target.
    package init(target: String) {
        let bytes = target.utf8
        self.init(
            bytes.firstIndex(of: UInt8(ascii: "?")).map { Substring(bytes[bytes.index(after: $0)...].prefix { $0 != UInt8(ascii: "#") }) })
    }

    /// The value of a name, the last one if it is repeated; nil if it is absent.
    package subscript(name: String) -> String? {
        items.last { $0.name == name }?.value
    }

    /// Every value of a name, in order.
    package func all(_ name: String) -> [String] {
        items.filter { $0.name == name }.map(\.value)
    }

    private static func decode(_ text: Substring.UTF8View.SubSequence) -> String {
        let text = Substring(text)
        return PercentEncoding.decode(text, plusIsSpace: true) ?? String(text)
    }
}
