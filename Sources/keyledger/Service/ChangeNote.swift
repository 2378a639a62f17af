import Ledger

/// What is recorded beside a change, and under which id it may be repeated.
struct ChangeNote: Sendable {
    var reason: String?
    var changeRef: String?
    var onBehalfOf: String?
    var idempotencyKey: String?

    /// The note of an operator who writes to the folder; there the system says who it is.
    var slot: NoteSlot {
        NoteSlot(reason: reason, changeRef: changeRef, onBehalfOf: onBehalfOf, actorName: ProcessEnvironment.userName)
    }
}
