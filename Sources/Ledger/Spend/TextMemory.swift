/// Makes strings of what stands in a request, and the same string again where a field repeats what it said in the charge before: most do.
package struct TextMemory: Sendable {
    private let bytes: [UInt8]
    private var last: [(range: Range<Int>, text: String)]

    package init(_ bytes: [UInt8], fields: Int) {
        self.bytes = bytes
        last = Array(repeating: (0..<0, ""), count: fields)
    }

    /// The text that stands at a place; nil if it is not UTF-8.
    package mutating func text(_ field: Int, _ range: Range<Int>) -> String? {
        if isSame(range, last[field].range) { return last[field].text }
        guard let text = String(validating: bytes[range], as: UTF8.self) else { return nil }
        last[field] = (range, text)
        return text
    }

    /// Whether the same bytes stand at both places.
    package func isSame(_ a: Range<Int>, _ b: Range<Int>) -> Bool {
        guard a.count == b.count else { return false }
        var (place, other) = (a.lowerBound, b.lowerBound)
        while place < a.upperBound {
            if bytes[place] != bytes[other] { return false }
            place += 1
            other += 1
        }
        return true
    }
}
