package import LedgerSchema

/// Where queries about keys learn what was spent with them, up to the head.
package struct SpendSource {
    private let answer: (KeyID, KeyBudget, [Token], Instant) throws -> KeySpendAnswer

    package init(_ answer: @escaping (KeyID, KeyBudget, [Token], Instant) throws -> KeySpendAnswer) { self.answer = answer }

    /// For state as it once was, which needs no figures.
    package static var none: SpendSource { SpendSource { _, _, _, _ in KeySpendAnswer() } }

    /// - Parameters:
    ///   - budget: the key's, at the head.
    ///   - tokens: its credentials, which may have been charged before the key had them; only its total needs them.
    package func spend(of keyID: KeyID, _ budget: KeyBudget, tokens: [Token] = [], at moment: Instant) throws -> KeySpendAnswer {
        try answer(keyID, budget, tokens, moment)
    }
}
