extension JSONParser {
    /// Steps over a number and returns its text: `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`.
    mutating func number() throws(JSONError) -> String {
        let start = offset
        _ = take(UInt8(ascii: "-"))
        if allowsNonFinite, next == UInt8(ascii: "I") {
            try expect("Infinity")
            return "-Infinity"
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
        return try text(start..<offset)
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
