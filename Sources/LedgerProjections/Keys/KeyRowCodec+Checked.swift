import LMDB
import LedgerSchema
import MerkleTree
import SwiftProtobuf

extension KeyRowCodec {
    /// What a check reads of a key's row without decoding the whole of it.
    struct Checked {
        /// What it answers with, without the user's name, which stands elsewhere; texts only where they were asked for.
        var values = CheckedKey.Values()
        var currentToken: Token?
        var subject: UInt64?
        /// Where the list of models stands; `nil` without one.
        var models: Range<Int>?
        /// Fields of the content tell of a temporary raise.
        fileprivate(set) var hasRaise = false
        fileprivate let makesTexts: Bool
        fileprivate var limits = StoredLimits()

        fileprivate init(makesTexts: Bool) { self.makesTexts = makesTexts }

        /// What its budgets are judged by.
        func budget() throws -> KeyBudget { try limits.budget(values.maxBudget) }
    }

    // Numbers of KeyRow's and KeyTexts' fields in `state.proto`.
    private static let currentTokenField: UInt64 = 13
    private static let termsField: UInt64 = 15
    private static let identityField: UInt64 = 1
    private static let contentField: UInt64 = 2

    /// - Parameter makesTexts: whether texts are made of what the row says; they are looked at all the same, so that a row that was read
    ///   once can be read again.
    static func checked(_ value: Span<UInt8>, makesTexts: Bool) throws(LMDBError) -> Checked {
        let end = try rowEnd(value)
        var checked = Checked(makesTexts: makesTexts)
        var row = WireScan(headSize..<end)
        while let (field, part) = try row.next(in: value) {
            guard case .bytes(let range) = part else { continue }
            if field == termsField { try checked.readTerms(value, range) }
            if field == currentTokenField { checked.currentToken = Hash32(value.extracting(range)).map { Token(hash: $0) } }
        }
        var texts = WireScan(end..<value.count)
        while let (field, part) = try texts.next(in: value) {
            guard case .bytes(let range) = part else { continue }
            if field == identityField { try checked.readIdentity(value, range) }
            if field == contentField { try checked.readContent(value, range) }
        }
        return checked
    }

    fileprivate static func amount(_ value: Span<UInt8>, _ range: Range<Int>) throws(LMDBError) -> Amount {
        guard range.count == Amount.byteCount else { throw WireScan.damaged }
        var bits: UInt128 = 0
        for index in range { bits = bits << 8 | UInt128(value[index]) }
        return Amount(picodollars: Int128(bitPattern: bits))
    }
}

extension KeyRowCodec.Checked {
    /// Reads the terms that a check names or needs.
    fileprivate mutating func readTerms(_ value: Span<UInt8>, _ range: Range<Int>) throws(LMDBError) {
        var scan = WireScan(range)
        while let (number, part) = try scan.next(in: value) {
            switch (KeyField(rawValue: UInt32(truncatingIfNeeded: number)), part) {
            case (.models, .bytes(let list)): try readModels(value, list)
            case (.maxBudget, .bytes(let place)): values.maxBudget = try KeyRowCodec.amount(value, place)
            case (.budgetWindow, .bytes(let place)), (.budgetLimits, .bytes(let place)), (.modelBudgets, .bytes(let place)):
                limits.take(number, value, place)
            case (.tpmLimit, .number(let number)): values.tpmLimit = Int64(zigzag: number)
            case (.rpmLimit, .number(let number)): values.rpmLimit = Int64(zigzag: number)
            case (.maxParallelRequests, .number(let number)): values.maxParallelRequests = Int64(zigzag: number)
            case (.teamID, .bytes(let place)): values.teamID = text(value, place)
            case (.organizationID, .bytes(let place)): values.organizationID = text(value, place)
            case (.subject, .number(let number)): subject = number
            default: continue
            }
        }
    }

    private mutating func readModels(_ value: Span<UInt8>, _ range: Range<Int>) throws(LMDBError) {
        models = range
        var list: [String] = []
        if makesTexts { list.reserveCapacity(4) }
        var scan = WireScan(range)
        while let (_, part) = try scan.next(in: value) {
            if case .bytes(let place) = part, makesTexts { list.append(value.text(place)) }
        }
        if makesTexts { values.models = list }
    }

    fileprivate mutating func readIdentity(_ value: Span<UInt8>, _ range: Range<Int>) throws(LMDBError) {
        var scan = WireScan(range)
        while let (field, part) = try scan.next(in: value) {
            if field == 1, case .bytes(let place) = part { values.alias = values.alias ?? text(value, place) }
        }
    }

    fileprivate mutating func readContent(_ value: Span<UInt8>, _ range: Range<Int>) throws(LMDBError) {
        var scan = WireScan(range)
        while let (_, part) = try scan.next(in: value) {
            guard case .bytes(let place) = part else { continue }
            var (name, json) = (0..<0, 0..<0)
            var parts = WireScan(place)
            while let (number, text) = try parts.next(in: value) {
                guard case .bytes(let range) = text else { continue }
                if number == 1 { name = range } else if number == 2 { json = range }
            }
            if value.holds("temp_budget_increase", name) { hasRaise = true }
            if makesTexts { values.content.fields.append(ContentField(name: value.text(name), json: value.text(json))) }
        }
    }

    private func text(_ value: Span<UInt8>, _ range: Range<Int>) -> String? { makesTexts ? value.text(range) : nil }
}

extension KeyRowCodec {
    /// What a key's budgets are judged by, without the rest of its row.
    static func budget(_ value: Span<UInt8>) throws -> KeyBudget {
        var (maxBudget, limits): (Amount?, StoredLimits) = (nil, StoredLimits())
        var row = WireScan(headSize..<(try rowEnd(value)))
        while let (field, part) = try row.next(in: value) {
            guard field == termsField, case .bytes(let range) = part else { continue }
            var terms = WireScan(range)
            while let (number, part) = try terms.next(in: value) {
                guard case .bytes(let place) = part else { continue }
                if number == UInt64(KeyField.maxBudget.rawValue) { maxBudget = try amount(value, place) }
                limits.take(number, value, place)
            }
        }
        return try limits.budget(maxBudget)
    }

    /// What a key's terms say of windows and of further limits, as stored; most keys have none.
    fileprivate struct StoredLimits {
        private var message: [UInt8] = []

        /// Takes a field of the terms, if it is one of these.
        mutating func take(_ field: UInt64, _ value: Span<UInt8>, _ place: Range<Int>) {
            switch KeyField(rawValue: UInt32(truncatingIfNeeded: field)) {
            case .budgetWindow, .budgetLimits, .modelBudgets:
                message.append(varint: field << 3 | 2)
                message.append(varint: UInt64(place.count))
                message += [UInt8](copying: value.extracting(place))
            default: return
            }
        }

        func budget(_ maxBudget: Amount?) throws -> KeyBudget {
            if message.isEmpty { return KeyBudget(maxBudget: maxBudget, window: nil) }
            var terms = try KeyTerms(Keyledger_V1_KeyTerms(serializedBytes: message))
            terms.maxBudget = maxBudget
            return KeyBudget(terms)
        }
    }
}
