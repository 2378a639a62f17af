/// One pass over a text that copies it and masks secrets; see ``Redactor`` for what it takes for one.
struct SecretScanner {
    private(set) var output: [UInt8] = []

    private let text: EscapedText
    private var position = 0
    /// The character before ``position``, unescaped.
    private var previous: UInt8?
    private var isChanged = false

    init(_ text: EscapedText) {
        self.text = text
    }

    /// Scans the whole text; false if there was nothing to mask.
    mutating func scan() -> Bool {
        output.reserveCapacity(text.bytes.count)
        while let unit = text.unit(at: position) {
            if maskWhatBegins(with: unit.byte) { continue }
            copy(upTo: unit.end)
        }
        return isChanged
    }

    /// Looks only for what can begin with a character: most begin nothing.
    private mutating func maskWhatBegins(with byte: UInt8) -> Bool {
        switch byte | 0x20 {
        case UInt8(ascii: "s"): maskSecret(extent) || maskHeader()
        case UInt8(ascii: "b"): maskScheme()
        case UInt8(ascii: "a"), UInt8(ascii: "m"): maskHeader()
        case UInt8(ascii: "k"), UInt8(ascii: "t"): maskQueryItem()
        default: false
        }
    }

    /// An `sk-` run. Within a word (`task-force`) only if it is as long as a secret.
    private mutating func maskSecret(_ extent: SecretExtent) -> Bool {
        guard let start = text.end(of: "sk-".utf8, at: position) else { return false }
        let (run, end) = extent.run(in: text, from: start)
        if let form = displayFormEnd(run, start, end) {
            copy(upTo: form)
            return true
        }
        guard !run.isEmpty else { return false }
        let secret = Array("sk-".utf8) + run
        if let previous, Redactor.isWord(previous), secret.count < Redactor.displayedLength { return false }
        replace(upTo: end, with: Redactor.displayForm(of: secret))
        return true
    }

    /// `Bearer x` and `Basic x`.
    private mutating func maskScheme() -> Bool {
        if let previous, Redactor.isWord(previous) { return false }
        for scheme in Self.schemes {
            guard let end = text.end(of: scheme, at: position, ignoringCase: true) else { continue }
            let start = skip(from: end, Self.blanks)
            guard start > end else { continue }
            copy(upTo: start)
            maskValue(.value)
            return true
        }
        return false
    }

    /// `Authorization: x`, `"x-api-key":"x"`, `api_key=x`.
    private mutating func maskHeader() -> Bool {
        for (name, wholeLine) in Self.headers {
            guard let end = text.end(of: name, at: position, ignoringCase: true) else { continue }
            let colon = skip(from: end, Self.padding)
            guard let separator = text.unit(at: colon), separator.byte == UInt8(ascii: ":") || separator.byte == UInt8(ascii: "=") else {
                continue
            }
            copy(upTo: skip(from: separator.end, Self.padding))
            if maskScheme() { return true }
            if let previous, SecretExtent.quotes.contains(previous) {
                maskValue(.quoted(previous))
            } else {
                maskValue(wholeLine ? .line : separator.byte == UInt8(ascii: "=") ? .query : .value)
            }
            return true
        }
        return false
    }

    /// `?key=x`.
    private mutating func maskQueryItem() -> Bool {
        if let previous, Redactor.isPlain(previous) { return false }
        for name in Self.queryItems {
            guard let end = text.end(of: name, at: position) else { continue }
            copy(upTo: end)
            maskValue(.query)
            return true
        }
        return false
    }

    /// Masks whatever stands here, except SHA-256 digests and what is masked already.
    private mutating func maskValue(_ extent: SecretExtent) {
        if maskSecret(extent) { return }
        let (value, end) = extent.run(in: text, from: position)
        guard !value.isEmpty, !Self.isHash(value) else { return }
        replace(upTo: end, with: Array(Redactor.mask.utf8))
    }

    /// How far a run reaches, by the character before it.
    private var extent: SecretExtent {
        guard let previous else { return .word }
        if SecretExtent.quotes.contains(previous) { return .quoted(previous) }
        return previous == UInt8(ascii: "=") ? .query : .word
    }

    private func skip(from start: Int, _ skipped: [UInt8]) -> Int {
        var end = start
        while let unit = text.unit(at: end), skipped.contains(unit.byte) { end = unit.end }
        return end
    }

    private mutating func copy(upTo end: Int) {
        output += text.bytes[position..<end]
        while position < end, let unit = text.unit(at: position) {
            previous = unit.byte
            position = unit.end
        }
    }

    private mutating func replace(upTo end: Int, with replacement: [UInt8]) {
        output += replacement
        position = end
        previous = replacement.last
        isChanged = true
    }

    /// The end of a display form (`sk-...`, `sk-...abcd`), which stays as it is; nil if the run is none.
    private func displayFormEnd(_ run: [UInt8], _ start: Int, _ end: Int) -> Int? {
        if run.isEmpty { return text.end(of: "...".utf8, at: start) }
        return run.starts(with: "...".utf8) && run.count <= 7 ? end : nil
    }

    private static func isHash(_ value: [UInt8]) -> Bool {
        value.count == 64 && value.allSatisfy { "0123456789abcdefABCDEF".utf8.contains($0) }
    }

    private static let schemes = ["bearer", "basic"].map { Array($0.utf8) }
    private static let queryItems = ["key=", "keys=", "token="].map { Array($0.utf8) }
    private static let headers = [
        ("authorization", true), ("api-key", false), ("api_key", false), ("apikey", false), ("subscription-key", false),
        ("master-key", false),
        ("master_key", false),
    ].map { (name: Array($0.0.utf8), wholeLine: $0.1) }
    private static let blanks = Array(" \t+".utf8)
    private static let padding = Array(" \\".utf8) + SecretExtent.quotes
}
