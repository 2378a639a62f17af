/// Where a run of secret characters ends. Escaped characters always belong to the run, whatever they mean.
enum SecretExtent {
    /// In running text and paths: at anything that separates words or path elements.
    case word
    /// After an equals sign: at white space, quotes and what separates query items.
    case query
    /// After a header's name or a scheme: at white space, quotes, commas and semicolons.
    case value
    /// After an opening quote: at the closing one.
    case quoted(UInt8)
    /// To the end of the line or to a quote.
    case line

    static let quotes = Array("\"'`".utf8)

    /// The characters of the run, unescaped, and the index after it. The dot, colon or exclamation mark that ends a sentence is left out.
    func run(in text: EscapedText, from start: Int) -> (bytes: [UInt8], end: Int) {
        var bytes: [UInt8] = []
        var end = start
        while let unit = text.unit(at: end), unit.isEscaped || !isEnd(unit.byte) {
            bytes.append(unit.byte)
            end = unit.end
        }
        while let last = bytes.last, end > start, text.bytes[end - 1] == last, Self.sentenceEnds.contains(last) {
            bytes.removeLast()
            end -= 1
        }
        return (bytes, end)
    }

    private func isEnd(_ byte: UInt8) -> Bool {
        let isBlank = byte <= 0x20 || byte == 0x7F
        let isQuote = Self.quotes.contains(byte)
        return switch self {
        case .word: isBlank || isQuote || Self.wordEnds.contains(byte)
        case .query: isBlank || isQuote || Self.queryEnds.contains(byte)
        case .value: isBlank || isQuote || Self.valueEnds.contains(byte)
        case .quoted(let quote): byte < 0x20 || byte == quote || byte == UInt8(ascii: "\\")
        case .line: byte < 0x20 || isQuote
        }
    }

    private static let wordEnds = Array("<>,;()[]{}|\\/?&#".utf8)
    private static let queryEnds = Array("&#,;\\".utf8)
    private static let valueEnds = Array(",;\\".utf8)
    private static let sentenceEnds = Array(".:!".utf8)
}
