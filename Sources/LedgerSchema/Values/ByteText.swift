/// A text that is compared by its bytes: texts that only look alike are different names.
package struct ByteText: Hashable, Sendable {
    package let text: String

    package init(_ text: String) { self.text = text }

    package static func == (left: ByteText, right: ByteText) -> Bool {
        var (left, right) = (left.text, right.text)
        return left.withUTF8 { a in right.withUTF8 { b in unsafe a.count == b.count && a.elementsEqual(b) } }
    }

    package func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { unsafe hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}
