import JSONText
import Ledger

/// Reads charges from JSON, one pass over the bytes.
struct ChargeJSONReader {
    private static let names = JSONNames(ChargeField.allCases.map(\.name))

    private let bytes: [UInt8]
    private var texts: TextMemory
    /// The secret that was read last, which most charges of a request share: hashing one takes longer than the rest of its charge.
    private var secret: (range: Range<Int>, token: Token)?

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        texts = TextMemory(bytes, fields: ChargeField.allCases.count)
    }

    /// Reads one value, which is a charge or is refused.
    ///
    /// - Throws: if the text is not JSON.
    mutating func read(_ scanner: inout JSONScanner) throws(JSONError) -> ChargeDraft {
        var draft = ChargeDraft()
        let piece = try scanner.next()
        guard piece == .object else {
            try scanner.skip(piece)
            draft.refuse("not_an_object", "A charge is a JSON object.")
            return draft
        }
        var seen = FieldSet()
        var isFirst = true
        while let name = try scanner.nextName(&isFirst) {
            let field = scanner.index(of: name, in: Self.names).flatMap { ChargeField(rawValue: $0) }
            let value = try scanner.next()
            guard let field else {
                try scanner.skip(value)
                continue
            }
            if !seen.insert(field.rawValue) { draft.refuseID("duplicate_member", "`\(field.name)` stands in the charge more than once.") }
            try take(field, value, &scanner, &draft)
        }
        return draft
    }

    /// Takes a member's value; null is as if it were not there.
    private mutating func take(
        _ field: ChargeField, _ value: JSONScanner.Piece, _ scanner: inout JSONScanner, _ draft: inout ChargeDraft
    ) throws(JSONError) {
        switch (field, value) {
        case (_, .null): break
        case (.cost, .object): draft.charge.cost = try cost(&scanner, &draft)
        case (.tags, .array): try takeTags(&scanner, &draft)
        case (.skip, .bool(let value)): draft.charge.skipsMissing = value
        case (_, .string(let text)): take(field, text, scanner, &draft)
        case (_, .number(let range)): take(field, number: scanner.bytes(range), &draft)
        default:
            try scanner.skip(value)
            refuse(field, &draft)
        }
    }

    private func refuse(_ field: ChargeField, _ draft: inout ChargeDraft) {
        let message = "`\(field.name)` must be \(field.expectation)."
        if field == .epoch { draft.refuseID("invalid_field", message) } else { draft.refuse("invalid_field", message) }
    }

    private mutating func take(_ field: ChargeField, _ text: JSONScanner.Text, _ scanner: JSONScanner, _ draft: inout ChargeDraft) {
        switch field {
        case .requestID: draft.requestID = scanner.string(text)
        case .key: takeKey(text, scanner, &draft)
        case .token: draft.name(token: Token(hex: scanner.content(text)))
        case .spend: draft.amount = amount(scanner.content(text), "`spend`", &draft)
        case .occurredAt:
            draft.charge.occurredAt = Instant(rfc3339: scanner.content(text))
            if draft.charge.occurredAt == nil { refuse(field, &draft) }
        case .status:
            draft.charge.failed = scanner.content(text).elementsEqual("failure".utf8)
            if !draft.charge.failed, !scanner.content(text).elementsEqual("success".utf8) { refuse(field, &draft) }
        case .producer: draft.producer = string(field, text, scanner)
        case .model: draft.charge.model = string(field, text, scanner)
        case .modelGroup: draft.charge.modelGroup = string(field, text, scanner)
        case .provider: draft.charge.provider = string(field, text, scanner)
        case .endpoint: draft.charge.endpoint = string(field, text, scanner)
        case .callType: draft.charge.callType = string(field, text, scanner)
        case .mcpTool: draft.charge.mcpTool = string(field, text, scanner)
        case .endUser: draft.charge.endUser = string(field, text, scanner)
        case .userID: draft.charge.userID = string(field, text, scanner)
        case .teamID: draft.charge.teamID = string(field, text, scanner)
        case .epoch, .sequence, .cost, .promptTokens, .completionTokens, .cacheReadTokens, .cacheWriteTokens, .tags, .duration, .skip:
            refuse(field, &draft)
        }
    }

    private mutating func string(_ field: ChargeField, _ text: JSONScanner.Text, _ scanner: JSONScanner) -> String? {
        text.hasEscapes ? scanner.string(text) : texts.text(field.rawValue, text.range)
    }

    private mutating func takeKey(_ text: JSONScanner.Text, _ scanner: JSONScanner, _ draft: inout ChargeDraft) {
        if !text.hasEscapes, let secret, texts.isSame(text.range, secret.range) { return draft.name(key: secret.token) }
        draft.name(key: scanner.string(text))
        secret = text.hasEscapes ? nil : draft.token.map { (text.range, $0) }
    }

    private func take(_ field: ChargeField, number: ArraySlice<UInt8>, _ draft: inout ChargeDraft) {
        switch field {
        case .spend: draft.amount = amount(number, "`spend`", &draft)
        case .occurredAt:
            draft.charge.occurredAt = Instant(unixSeconds: number)
            if draft.charge.occurredAt == nil { refuse(field, &draft) }
        case .epoch: draft.epoch = count(number, field, atMost: UInt64(UInt32.max), &draft).map { UInt32($0) }
        case .sequence: draft.sequence = count(number, field, atMost: .max, &draft)
        case .promptTokens: draft.charge.tokens.prompt = count(number, field, atMost: .max, &draft) ?? 0
        case .completionTokens: draft.charge.tokens.completion = count(number, field, atMost: .max, &draft) ?? 0
        case .cacheReadTokens: draft.charge.tokens.cacheRead = count(number, field, atMost: .max, &draft) ?? 0
        case .cacheWriteTokens: draft.charge.tokens.cacheWrite = count(number, field, atMost: .max, &draft) ?? 0
        case .duration: draft.charge.durationMilliseconds = milliseconds(number, &draft)
        default: refuse(field, &draft)
        }
    }

    private func amount(_ text: ArraySlice<UInt8>, _ name: String, _ draft: inout ChargeDraft) -> Amount? {
        do throws(AmountError) {
            return try Amount(decimal: text)
        } catch {
            draft.refuse("invalid_amount", "\(name): \(error.message).")
            return nil
        }
    }

    /// A whole number however it is written, not negative.
    private func count(_ text: ArraySlice<UInt8>, _ field: ChargeField, atMost bound: UInt64, _ draft: inout ChargeDraft) -> UInt64? {
        if let number = WholeNumber(text), number.value <= bound { return number.value }
        refuse(field, &draft)
        return nil
    }

    /// Whole milliseconds, the nearest.
    private func milliseconds(_ text: ArraySlice<UInt8>, _ draft: inout ChargeDraft) -> UInt64? {
        let scaled = try? Amount(decimal: text)
        guard let scaled, !scaled.isNegative else {
            refuse(.duration, &draft)
            return nil
        }
        let unit = Amount.picodollarsPerDollar
        return UInt64(exactly: (scaled.picodollars + unit / 2) / unit) ?? .max
    }

    private mutating func takeTags(_ scanner: inout JSONScanner, _ draft: inout ChargeDraft) throws(JSONError) {
        var isFirst = true
        while try scanner.nextElement(&isFirst) {
            let value = try scanner.next()
            if case .string(let text) = value, let tag = string(.tags, text, scanner) {
                draft.add(tag: tag)
            } else {
                try scanner.skip(value)
                refuse(.tags, &draft)
            }
        }
    }
}

/// Which fields an object has had.
struct FieldSet {
    private var bits: UInt64 = 0

    /// Whether the field is new.
    mutating func insert(_ field: Int) -> Bool {
        let bit: UInt64 = 1 << UInt64(field)
        defer { bits |= bit }
        return bits & bit == 0
    }
}

extension ChargeField {
    /// What its value must be.
    var expectation: String {
        switch self {
        case .cost: "an object of amounts: `input`, `output`, `cache_read`, `cache_write`, `other`"
        case .tags: "an array of texts"
        case .spend: "a decimal number or its text"
        case .occurredAt: "an RFC 3339 time with a zone, for example \"2026-11-21T14:03:07Z\", or seconds since 1970 as a number"
        case .status: "\"success\" or \"failure\""
        case .epoch: "a whole number of at most 4294967295, not negative"
        case .skip: "true or false"
        case .sequence, .promptTokens, .completionTokens, .cacheReadTokens, .cacheWriteTokens: "a whole number, not negative"
        case .duration: "a number, not negative"
        default: "a text"
        }
    }
}
