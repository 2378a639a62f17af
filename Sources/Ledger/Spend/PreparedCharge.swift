import LedgerSchema
import MerkleTree

/// A charge with everything about it that can be found out without the ledger, on the caller's own thread.
struct PreparedCharge: Sendable {
    /// A name above this many bytes gets no number: it stands in its charges as text.
    static let longestNumberedName = 256
    /// What the texts of a charge may take of its leaf; the rest is for its numbers.
    static let mostTextBytes = Record.maximumLeafSize - 512
    /// So that no sum of counts can overflow within 10⁹ charges.
    static let greatestCount: UInt64 = 10_000_000_000

    let charge: NewCharge
    /// In 10⁻¹² USD.
    let amount: Int64
    /// SHA-256 of the charge's id; zero where a producer's number is the id.
    let idHash: Hash32
    /// More than the charge takes in memory and in the log.
    let sizeBytes: Int
    /// Why it cannot be recorded, whatever the ledger holds.
    let rejection: ChargeOutcome?

    /// - Parameter mayBeNegative: it is a correction.
    init(_ charge: NewCharge, mayBeNegative: Bool = false) {
        var charge = charge
        charge.dropEmptyNames()
        let textBytes = charge.textBytes
        self.charge = charge
        amount = charge.amount.int64 ?? 0
        sizeBytes = 512 + textBytes
        rejection = charge.rejection(textBytes, mayBeNegative)
        if case .request(let id) = charge.id, rejection == nil { idHash = Hash32.sha256(id.utf8) } else { idHash = .zero }
    }
}

extension NewCharge {
    /// The producer's number; `nil` for a charge that has an id, or a producer whose name can be none.
    var sequence: ProducerSequence? {
        guard case .sequence(let producer, let epoch, let number) = id, !producer.isEmpty,
            producer.utf8.count <= PreparedCharge.mostTextBytes
        else { return nil }
        return ProducerSequence(producer: producer, epoch: epoch, number: number)
    }

    fileprivate mutating func dropEmptyNames() {
        func drop(_ name: inout String?) {
            if name?.isEmpty ?? false { name = nil }
        }
        drop(&model)
        drop(&modelGroup)
        drop(&provider)
        drop(&endpoint)
        drop(&callType)
        drop(&mcpTool)
        drop(&endUser)
        drop(&userID)
        drop(&teamID)
        guard !tags.isEmpty else { return }
        var seen: Set<ByteText> = []
        tags = tags.filter { !$0.isEmpty && seen.insert(ByteText($0)).inserted }
    }

    /// More than the texts take in a leaf, each with its tag and length.
    fileprivate var textBytes: Int {
        func size(_ text: String?) -> Int { text.map { $0.utf8.count + 5 } ?? 0 }
        let id =
            switch self.id {
            case .request(let id): size(id)
            case .sequence(let producer, _, _): size(producer)
            }
        let names = size(model) + size(modelGroup) + size(provider) + size(endpoint) + size(callType) + size(mcpTool)
        return id + names + size(endUser) + size(userID) + size(teamID) + tags.reduce(0) { $0 + size($1) }
    }

    /// The first thing that is wrong with the charge itself.
    fileprivate func rejection(_ textBytes: Int, _ mayBeNegative: Bool) -> ChargeOutcome? {
        if let refusal { return .rejected(refusal.code, refusal.message) }
        switch id {
        case .request(""): return .rejected("id_missing", "A charge needs an id: `request_id`, or `producer` and `producer_seq`.")
        case .sequence("", _, _): return .rejected("id_missing", "A producer needs a name.")
        default: break
        }
        guard amount.int64 != nil else {
            return .rejected("spend_too_large", "A charge is at most 9223372.036854775807 USD.")
        }
        if amount.isNegative, !mayBeNegative {
            return .rejected("negative_spend", "A charge is not negative. Corrections are an administrator's: POST /v1/spend/adjust.")
        }
        if let cost, cost.sum != amount.picodollars {
            return .rejected("cost_mismatch", "The parts of `cost` do not sum to `spend`.")
        }
        let counts = [tokens.prompt, tokens.completion, tokens.cacheRead, tokens.cacheWrite, durationMilliseconds ?? 0]
        guard counts.allSatisfy({ $0 <= PreparedCharge.greatestCount }) else {
            return .rejected("count_too_large", "Tokens and milliseconds are at most \(PreparedCharge.greatestCount).")
        }
        guard textBytes <= PreparedCharge.mostTextBytes else {
            return .rejected(
                "too_large", "The texts of a charge take at most \(PreparedCharge.mostTextBytes) bytes, these \(textBytes). Shorten them.")
        }
        return nil
    }
}

extension ChargeOutcome {
    static func rejected(_ code: String, _ message: String) -> ChargeOutcome { .rejected(code: code, message: message) }
}

extension CostParts {
    fileprivate var sum: Int128 { Int128(input) + Int128(output) + Int128(cacheRead) + Int128(cacheWrite) + Int128(other) }
}
