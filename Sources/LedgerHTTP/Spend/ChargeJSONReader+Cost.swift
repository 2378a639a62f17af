import JSONText
import Ledger

extension ChargeJSONReader {
    private enum Part: Int, CaseIterable, Sendable {
        case input, output, cacheRead, cacheWrite, other

        var name: String {
            switch self {
            case .input: "input"
            case .output: "output"
            case .cacheRead: "cache_read"
            case .cacheWrite: "cache_write"
            case .other: "other"
            }
        }
    }

    private static let parts = JSONNames(Part.allCases.map(\.name))

    /// The parts of `cost`, whose brace has been read.
    func cost(_ scanner: inout JSONScanner, _ draft: inout ChargeDraft) throws(JSONError) -> CostParts {
        var cost = CostParts()
        var seen = FieldSet()
        var isFirst = true
        while let name = try scanner.nextName(&isFirst) {
            let part = scanner.index(of: name, in: Self.parts).flatMap { Part(rawValue: $0) }
            let value = try scanner.next()
            try scanner.skip(value)
            guard let part else { continue }
            if !seen.insert(part.rawValue) { draft.refuse("duplicate_member", "`\(part.name)` stands in `cost` more than once.") }
            let amount = picodollars(value, part, scanner, &draft)
            switch part {
            case .input: cost.input = amount
            case .output: cost.output = amount
            case .cacheRead: cost.cacheRead = amount
            case .cacheWrite: cost.cacheWrite = amount
            case .other: cost.other = amount
            }
        }
        return cost
    }

    private func picodollars(_ value: JSONScanner.Piece, _ part: Part, _ scanner: JSONScanner, _ draft: inout ChargeDraft) -> Int64 {
        let text: ArraySlice<UInt8>
        switch value {
        case .null: return 0
        case .number(let range): text = scanner.bytes(range)
        case .string(let string): text = scanner.content(string)
        default:
            draft.refuse("invalid_field", "`cost.\(part.name)` must be a decimal number or its text.")
            return 0
        }
        do throws(AmountError) {
            if let amount = try Amount(decimal: text).int64 { return amount }
            draft.refuse("spend_too_large", "`cost.\(part.name)`: at most 9223372.036854775807 USD.")
        } catch {
            draft.refuse("invalid_amount", "`cost.\(part.name)`: \(error.message).")
        }
        return 0
    }
}
