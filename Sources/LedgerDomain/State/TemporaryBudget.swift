public import LedgerSchema

/// What raises a key's `max_budget` for a while: LiteLLM's `temp_budget_increase` and `temp_budget_expiry`.
public struct TemporaryBudget: Hashable, Sendable {
    public var increase: Amount
    /// From this instant on it does not count any more.
    public var expiry: Instant

    public init(increase: Amount, expiry: Instant) {
        self.increase = increase
        self.expiry = expiry
    }

    /// The budget while this counts, the greatest amount where the sum is none.
    public func raising(_ budget: Amount) -> Amount {
        (try? budget.adding(increase)) ?? Amount(picodollars: .max)
    }
}

extension ContentSlot {
    /// The raise that counts at a moment: an amount above zero, and a time of which none but UTC is meant where it names no zone.
    public func temporaryBudget(at moment: Instant) -> TemporaryBudget? {
        guard let increase = self["temp_budget_increase"].flatMap({ try? Amount(decimal: $0) }), increase > .zero,
            let expiry = self["temp_budget_expiry"].flatMap(Self.moment), moment < expiry
        else { return nil }
        return TemporaryBudget(increase: increase, expiry: expiry)
    }

    /// The moment in a JSON string.
    private static func moment(_ json: String) -> Instant? {
        guard json.utf8.count > 2, json.utf8.first == UInt8(ascii: "\""), json.utf8.last == UInt8(ascii: "\"") else { return nil }
        let text = json.dropFirst().dropLast()
        return Instant(rfc3339: text) ?? Instant(rfc3339: text + "Z")
    }
}
