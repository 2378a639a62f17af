import LedgerDomain
import LedgerSchema

/// What of a key a charge has to know.
struct ChargedKey {
    /// A revision from when it came into force.
    struct Revision {
        var number: UInt64
        /// Of the first revision, the beginning of time.
        var since: Instant
        var teamID: String?
        var subject: UInt64?
    }

    let current: Revision
    /// Every revision in order, once a charge of an earlier time has asked.
    var past: [Revision] = []

    init(_ state: KeyState) { current = Revision(state) }

    /// The revision in force at a moment; `nil` if the past ones have to be read first.
    func revision(at moment: Instant) -> Revision? {
        if current.since <= moment { return current }
        return past.last { $0.since <= moment }
    }

    func revision(_ number: UInt64) -> Revision? { current.number == number ? current : past.first { $0.number == number } }
}

extension ChargedKey.Revision {
    init(_ state: KeyState) {
        number = state.revision
        since = state.revision == 1 ? .distantPast : state.updatedAt
        teamID = state.terms.teamID
        subject = state.terms.subject
    }
}
