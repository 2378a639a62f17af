package import LedgerSchema

/// A SpendReset that hits a key.
package struct SpendResetState: Hashable, Sendable {
    package var position: Position
    package var at: Instant
    package var resetTo: Amount

    package init(position: Position, at: Instant, resetTo: Amount) {
        self.position = position
        self.at = at
        self.resetTo = resetTo
    }
}
