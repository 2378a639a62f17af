extension JSONParser {
    /// Steps over a string, quotes included, and returns it with its escapes resolved.
    mutating func string() throws(JSONError) -> String {
        let start = offset
        offset += 1
        let first = offset
        try skipPlainBytes(start: start)
        if bytes[offset] == UInt8(ascii: "\"") {
            offset += 1
            return try text(first..<offset - 1)
        }
        return try escapedString(first: first, start: start)
    }

    /// Steps over a string, quotes included, and returns the place of what stands between them, and whether that has escapes.
    mutating func skipString() throws(JSONError) -> (content: Range<Int>, hasEscapes: Bool) {
        let start = offset
        offset += 1
        try skipPlainBytes(start: start)
        let hasEscapes = bytes[offset] == UInt8(ascii: "\\")
        while !take(UInt8(ascii: "\"")) {
            _ = try escape()
            try skipPlainBytes(start: start)
        }
        return (start + 1..<offset - 1, hasEscapes)
    }

    /// The string whose first escape stands at the offset.
    private mutating func escapedString(first: Int, start: Int) throws(JSONError) -> String {
        var result = try text(first..<offset)
        while !take(UInt8(ascii: "\"")) {
            try result.unicodeScalars.append(escape())
            let plain = offset
            try skipPlainBytes(start: start)
            if offset > plain { try result.append(text(plain..<offset)) }
        }
        return result
    }

    /// Moves to the next quote or backslash.
    private mutating func skipPlainBytes(start: Int) throws(JSONError) {
        var place = offset
        while place < end {
            let byte = bytes[place]
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
                offset = place
                return
            }
            if byte < 0x20 { throw JSONError(.controlCharacter, at: place, "a control character in a string must be escaped") }
            place += 1
        }
        throw JSONError(.unexpectedEnd, at: start, "this string has no closing quote")
    }

    private mutating func escape() throws(JSONError) -> Unicode.Scalar {
        let start = offset
        offset += 1
        guard let letter = next else { throw unexpected("an escape is cut off") }
        offset += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(letter)
        case UInt8(ascii: "b"): return "\u{08}"
        case UInt8(ascii: "f"): return "\u{0C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try unicodeEscape(start: start)
        default: throw JSONError(.invalidEscape, at: start, "there is no such escape")
        }
    }

    /// The scalar of `\uXXXX`, or of a surrogate pair of them; the offset stands behind the first `u`.
    private mutating func unicodeEscape(start: Int) throws(JSONError) -> Unicode.Scalar {
        let first = try fourHexDigits()
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard first < 0xDC00, take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else {
            throw JSONError(.invalidEscape, at: start, "half of a surrogate pair stands alone")
        }
        let second = try fourHexDigits()
        guard (0xDC00...0xDFFF).contains(second), let scalar = Unicode.Scalar(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00)) else {
            throw JSONError(.invalidEscape, at: start, "half of a surrogate pair stands alone")
        }
        return scalar
    }

    private mutating func fourHexDigits() throws(JSONError) -> UInt32 {
        var result: UInt32 = 0
        for _ in 0..<4 {
            guard let next else { throw unexpected("an escape is cut off") }
            let digit: UInt8
            switch next {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = next - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = next - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = next - UInt8(ascii: "A") + 10
            default: throw JSONError(.invalidEscape, at: offset, "four hexadecimal digits were expected after \\u")
            }
            result = (result << 4) + UInt32(digit)
            offset += 1
        }
        return result
    }

    /// The bytes of `range` as a string.
    func text(_ range: Range<Int>) throws(JSONError) -> String {
        do {
            return try String(copying: UTF8Span(validating: bytes.span.extracting(range)))
        } catch {
            throw JSONError(.invalidUTF8, at: range.lowerBound + error.byteOffsets.lowerBound, "the text is not UTF-8")
        }
    }
}
