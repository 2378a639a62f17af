import LedgerSchema

/// Compares openings with what their leaves commit to, and whom they name with whose they are: who is named is not hashed, and a text
/// that names another would not go when its subject is erased.
struct OpeningsCheck {
    /// The user of each key that has one.
    private var users: [KeyID: UInt64] = [:]

    /// Takes the next event.
    ///
    /// - Throws: `damaged`.
    mutating func take(_ record: Record, _ event: RecordedEvent) throws {
        try Self.compare(record, event)
        follow(event)
        for opening in record.openings where opening.subject != subject(of: opening.slot, event) {
            throw LogError.damaged("the text of the \(opening.slot) slot names subject \(opening.subject)", at: event.position)
        }
    }

    /// Compares what stands in one record.
    ///
    /// - Throws: `damaged`.
    static func compare(_ record: Record, _ event: RecordedEvent) throws {
        let committed = event.envelope.commitments
        for item in committed {
            guard let opening = record.openings.first(where: { $0.slot == item.slot }) else {
                throw LogError.damaged("the text of the \(item.slot) slot is missing although nobody was erased", at: event.position)
            }
            guard opening.opens(item) else {
                throw LogError.damaged("the text of the \(item.slot) slot does not match its commitment", at: event.position)
            }
        }
        guard record.openings.count == committed.count else {
            throw LogError.damaged("the record opens a slot that its leaf does not commit to", at: event.position)
        }
    }

    private mutating func follow(_ event: RecordedEvent) {
        guard let keyID = event.keyID else { return }
        switch event.event {
        case .keyCreated(let created): follow(created.terms, [], of: keyID)
        case .keyImported(let imported): follow(imported.terms, [], of: keyID)
        case .keyUpdated(let updated): follow(updated.changes, updated.cleared, of: keyID)
        case .keyRegenerated(let regenerated): follow(regenerated.changes, regenerated.cleared, of: keyID)
        default: break
        }
    }

    private mutating func follow(_ changes: KeyTerms, _ cleared: [KeyField], of keyID: KeyID) {
        if let subject = changes.subject { users[keyID] = subject }
        if cleared.contains(.subject) { users[keyID] = nil }
    }

    /// Identity and content are the key's user's, or the named subject's own; origin and note the actor's.
    private func subject(of slot: SlotKind, _ event: RecordedEvent) -> UInt64 {
        guard slot <= .content else { return event.envelope.actor?.subject ?? 0 }
        if case .subjectNamed(let named) = event.event { return named.number }
        return event.keyID.flatMap { users[$0] } ?? 0
    }
}
