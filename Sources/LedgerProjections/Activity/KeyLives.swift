import LedgerSchema
import Synchronization

/// Lives of keys that reports have asked for: a revision never changes once it is recorded, so that each is read from the log once.
package final class KeyLives: Sendable {
    /// All revisions that were known when the life was read.
    struct Life: Sendable {
        var labels: [KeyLabel] = []
        var positions: [Position] = []
        /// Of the deletion, which is the last event of a key.
        var deletedAt: Position?
    }

    private struct State {
        var credentials: [CredentialReference: ChargedCredential] = [:]
        var lives: [KeyID: Life] = [:]
    }

    /// Lives and credentials that are kept; when there are more, all are read afresh.
    private static let mostKept = 100_000

    private let state = Mutex(State())

    package init() {}

    func credential(_ reference: CredentialReference) -> ChargedCredential? { state.withLock { $0.credentials[reference] } }

    func keep(_ credential: ChargedCredential) {
        state.withLock {
            if $0.credentials.count >= Self.mostKept { $0.credentials.removeAll(keepingCapacity: true) }
            $0.credentials[credential.reference] = credential
        }
    }

    func life(of keyID: KeyID) -> Life? { state.withLock { $0.lives[keyID] } }

    func keep(_ life: Life, of keyID: KeyID) {
        state.withLock {
            if $0.lives.count >= Self.mostKept { $0.lives.removeAll(keepingCapacity: true) }
            $0.lives[keyID] = life
        }
    }
}
