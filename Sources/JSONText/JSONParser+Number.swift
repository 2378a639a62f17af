extension JSONParser {
    /// Steps over a number and returns its text.
    mutating func number() throws(JSONError) -> String {
        try text(skipNumber())
    }

    /// Steps over a number and returns its place: `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`.
    mutating func skipNumber() throws(JSONError) -> Range<Int> {
        let start = offset
        _ = take(UInt8(ascii: "-"))
        if allowsNonFinite, next == UInt8(ascii: "I") {
            try expect("Infinity")
            return start..<offset
        }
        if take(UInt8(ascii: "0")) {
            if let next, isDigit(next) { throw JSONError(.invalidNumber, at: offset, "a number must not begin with 0") }
        } else {
            try digits()
        }
        if take(UInt8(ascii: ".")) { try digits() }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            try digits()
        }
        return start..<offset
    }

    private mutating func digits() throws(JSONError) {
        let start = offset
        while let next, isDigit(next) { offset += 1 }
        if offset == start { throw JSONError(.invalidNumber, at: offset, "a digit was expected") }
    }

    private func isDigit(_ byte: UInt8) -> Bool {
        byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
    }
}
