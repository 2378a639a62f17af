import Ledger

/// When a credential was good: the stretches of time in which it would have been accepted, budgets aside.
struct CredentialLife {
    struct Stretch: Hashable {
        var start: Instant
        /// nil: as far as is known now, for ever.
        var end: Instant?
    }

    let credential: CredentialState
    /// `sk-...abcd`; nil if its text has gone.
    let displayForm: String?
    private(set) var stretches: [Stretch] = []
    /// Why it is not good for ever; nil if it is.
    private(set) var endReason: String?

    /// The lives of every credential of a key, in the order in which they were introduced.
    static func all(_ history: [HistoryEntry]) -> [CredentialLife] {
        (history.last?.credentials ?? []).map { CredentialLife($0, history) }
    }

    private init(_ credential: CredentialState, _ history: [HistoryEntry]) {
        self.credential = credential
        displayForm = history.first { $0.event.position == credential.reference.position }?.after.identity.keyName
        for (number, entry) in history.enumerated() {
            guard let known = entry.credentials.first(where: { $0.token == credential.token }) else { continue }
            let next = number + 1 < history.count ? history[number + 1].event.recordedAt : nil
            add(known, entry, until: next)
        }
        endReason = reason(history)
    }

    /// What held from one event of the key to the next.
    private mutating func add(_ credential: CredentialState, _ entry: HistoryEntry, until next: Instant?) {
        guard !entry.after.isBlocked, !entry.after.isDeleted else { return }
        let start = max(entry.event.recordedAt, credential.introducedAt)
        let end = [next, credential.revokeAt, entry.after.terms.expires].compactMap(\.self).min()
        if let end, end <= start { return }
        if let last = stretches.last, last.end == start {
            stretches[stretches.count - 1].end = end
        } else {
            stretches.append(Stretch(start: start, end: end))
        }
    }

    private func reason(_ history: [HistoryEntry]) -> String? {
        guard let end = stretches.last?.end else { return stretches.isEmpty ? "never good" : nil }
        guard let state = history.last?.after else { return nil }
        if credential.revokeAt == end {
            return credential.end == .grace ? "end of its grace" : credential.isSuperseded ? "rotated" : "revoked"
        }
        if state.terms.expires == end { return "the key expires" }
        if state.deletedAt == end { return "the key was deleted" }
        return state.isBlocked ? "the key is blocked" : nil
    }
}
