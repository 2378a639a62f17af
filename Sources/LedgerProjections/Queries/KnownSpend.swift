package import LedgerSchema

/// What was spent of a key's budgets up to an event.
package struct KnownSpend: Sendable {
    /// What checks judge by, but where budgets of models or a temporary raise count; without a reference to anything, so that looking
    /// at it touches nothing else.
    struct Figures: Sendable {
        fileprivate(set) var position: Position
        /// What the tightest budget of the whole key leaves.
        let remaining: Amount?
        let nextReset: Instant?
        /// A model has a budget of its own.
        let limitsModels: Bool
        /// When all windows are those of the figures.
        private let start: Instant
        private let end: Instant

        fileprivate init(_ answer: KeySpendAnswer, upTo position: Position) {
            self.position = position
            (remaining, nextReset) = (answer.remaining, answer.nextReset)
            limitsModels = answer.limits.contains { $0.isOfModel }
            start = answer.limits.compactMap(\.windowStart).max() ?? .distantPast
            end = answer.limits.compactMap(\.windowEnd).min() ?? .distantFuture
        }

        /// A budget of the whole key is used up.
        var isExceeded: Bool { remaining.map { $0 <= .zero } ?? false }

        /// Whether the windows of a moment are those of the figures.
        func hasWindows(of moment: Instant) -> Bool { start <= moment && moment < end }

        /// Notes that from one event up to another nothing was added.
        mutating func stand(from first: Position, until last: Position) {
            if position >= first { position = max(position, last) }
        }
    }

    let figures: Figures
    /// `nil` where the figures tell all that is asked for.
    let answer: KeySpendAnswer?

    init(_ answer: KeySpendAnswer, upTo position: Position) {
        self.init(Figures(answer, upTo: position), answer)
    }

    init(_ figures: Figures, _ answer: KeySpendAnswer?) { (self.figures, self.answer) = (figures, answer) }

    /// The last event that it is known to count, whether or not that is one of the key.
    package var position: Position { figures.position }
}
