package import LedgerSchema

/// Where queries about keys learn what was spent with them, up to the head.
package struct SpendSource {
    private let answer: (KeyID, KeyTerms, [Token], Instant) throws -> KeySpendAnswer

    package init(_ answer: @escaping (KeyID, KeyTerms, [Token], Instant) throws -> KeySpendAnswer) { self.answer = answer }

    /// For state as it once was, which needs no figures.
    package static var none: SpendSource { SpendSource { _, _, _, _ in KeySpendAnswer() } }

    /// - Parameters:
    ///   - terms: the key's, at the head.
    ///   - tokens: its credentials, which may have been charged before the key had them; only its total needs them.
    package func spend(of keyID: KeyID, _ terms: KeyTerms, tokens: [Token] = [], at moment: Instant) throws -> KeySpendAnswer {
        try answer(keyID, terms, tokens, moment)
    }
}
