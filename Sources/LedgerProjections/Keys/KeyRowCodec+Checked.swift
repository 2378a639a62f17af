import LMDB
import LedgerDomain
import LedgerSchema
import MerkleTree

extension KeyRowCodec {
    /// What a check reads of a key's row without decoding the whole of it.
    struct Checked {
        var alias: String?
        var content = ContentSlot()
        var currentToken: Token?
        var terms = CheckedTerms()
    }

    /// The terms that a check names or needs.
    struct CheckedTerms {
        var models: [String]?
        var maxBudget: Amount?
        /// The smallest of the budgets of several periods; `nil` without one.
        var leastLimit: Amount?
        var rpmLimit: Int64?
        var tpmLimit: Int64?
        var maxParallelRequests: Int64?
        var teamID: String?
        var organizationID: String?
        var subject: UInt64?
    }

    // Numbers of KeyRow's and KeyTexts' fields in `state.proto`.
    private static let currentTokenField: UInt64 = 13
    private static let termsField: UInt64 = 15
    private static let identityField: UInt64 = 1
    private static let contentField: UInt64 = 2

    static func checked(_ value: Span<UInt8>) throws(LMDBError) -> Checked {
        let end = try rowEnd(value)
        var checked = Checked()
        var row = WireScan(headSize..<end)
        while let (field, part) = try row.next(in: value) {
            guard case .bytes(let range) = part else { continue }
            if field == termsField { checked.terms = try terms(value, range) }
            if field == currentTokenField { checked.currentToken = Hash32(value.extracting(range)).map { Token(hash: $0) } }
        }
        var texts = WireScan(end..<value.count)
        while let (field, part) = try texts.next(in: value) {
            guard case .bytes(let range) = part else { continue }
            if field == identityField { checked.alias = try alias(value, range) }
            if field == contentField { checked.content = try content(value, range) }
        }
        return checked
    }

    private static func terms(_ value: Span<UInt8>, _ range: Range<Int>) throws(LMDBError) -> CheckedTerms {
        var terms = CheckedTerms()
        var scan = WireScan(range)
        while let (number, part) = try scan.next(in: value) {
            switch (KeyField(rawValue: UInt32(truncatingIfNeeded: number)), part) {
            case (.models, .bytes(let list)): terms.models = try texts(value, list)
            case (.maxBudget, .bytes(let place)):
                terms.maxBudget = try amount(value, place)
            case (.budgetLimits, .bytes(let list)):
                var items = WireScan(list)
                while let (_, item) = try items.next(in: value) {
                    guard case .bytes(let limit) = item else { continue }
                    var parts = WireScan(limit)
                    while let (field, part) = try parts.next(in: value) {
                        if field == 2, case .bytes(let place) = part { terms.lower(to: try amount(value, place)) }
                    }
                }
            case (.tpmLimit, .number(let number)): terms.tpmLimit = Int64(zigzag: number)
            case (.rpmLimit, .number(let number)): terms.rpmLimit = Int64(zigzag: number)
            case (.maxParallelRequests, .number(let number)): terms.maxParallelRequests = Int64(zigzag: number)
            case (.teamID, .bytes(let place)): terms.teamID = value.text(place)
            case (.organizationID, .bytes(let place)): terms.organizationID = value.text(place)
            case (.subject, .number(let number)): terms.subject = number
            default: continue
            }
        }
        return terms
    }

    private static func texts(_ value: Span<UInt8>, _ range: Range<Int>) throws(LMDBError) -> [String] {
        var list: [String] = []
        var scan = WireScan(range)
        while let (_, part) = try scan.next(in: value) {
            if case .bytes(let place) = part { list.append(value.text(place)) }
        }
        return list
    }

    private static func amount(_ value: Span<UInt8>, _ range: Range<Int>) throws(LMDBError) -> Amount {
        guard range.count == Amount.byteCount else { throw WireScan.damaged }
        var bits: UInt128 = 0
        for index in range { bits = bits << 8 | UInt128(value[index]) }
        return Amount(picodollars: Int128(bitPattern: bits))
    }

    private static func alias(_ value: Span<UInt8>, _ range: Range<Int>) throws(LMDBError) -> String? {
        var scan = WireScan(range)
        while let (field, part) = try scan.next(in: value) {
            if field == 1, case .bytes(let place) = part { return value.text(place) }
        }
        return nil
    }

    private static func content(_ value: Span<UInt8>, _ range: Range<Int>) throws(LMDBError) -> ContentSlot {
        var slot = ContentSlot()
        var scan = WireScan(range)
        while let (_, part) = try scan.next(in: value) {
            guard case .bytes(let place) = part else { continue }
            var field = ContentField(name: "", json: "")
            var parts = WireScan(place)
            while let (number, text) = try parts.next(in: value) {
                guard case .bytes(let range) = text else { continue }
                if number == 1 { field.name = value.text(range) } else if number == 2 { field.json = value.text(range) }
            }
            slot.fields.append(field)
        }
        return slot
    }
}

extension KeyRowCodec.CheckedTerms {
    /// The smallest of all budgets; `nil` without one.
    func leastBudget(raisedBy raise: TemporaryBudget?) -> Amount? {
        [maxBudget.map { raise?.raising($0) ?? $0 }, leastLimit].compactMap { $0 }.min()
    }

    var leastBudget: Amount? { leastBudget(raisedBy: nil) }

    fileprivate mutating func lower(to amount: Amount) {
        leastLimit = leastLimit.map { min($0, amount) } ?? amount
    }
}
