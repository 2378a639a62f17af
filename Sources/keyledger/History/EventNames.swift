import Ledger

/// Names for the numbers that stand in events: persons and credentials.
final class EventNames {
    private let ledger: Ledger
    private var subjects: [UInt64: String] = [:]
    private var credentials: [CredentialReference: String] = [:]

    init(_ ledger: Ledger) { self.ledger = ledger }

    func subject(_ number: UInt64) -> String {
        if let name = subjects[number] { return name }
        let found = try? ledger.subjectName(number)
        let name = found.flatMap(\.self) ?? "erased-\(number)"
        subjects[number] = name
        return name
    }

    /// Who acted: `admin secret`, `operator`, `ledger`, or a key by alias, secret's display form and user.
    func actor(_ actor: Actor?, note: NoteSlot?) -> String {
        guard let actor else { return "-" }
        switch actor.kind {
        case .system: return "ledger"
        case .master: return "admin secret"
        case .operator: return note?.actorName.map { "operator \($0)" } ?? "operator"
        case .key:
            let key = actor.credential.map(credential) ?? "key"
            return actor.subject == 0 ? key : "\(subject(actor.subject)) by \(key)"
        }
    }

    private func credential(_ reference: CredentialReference) -> String {
        if let name = credentials[reference] { return name }
        let event = try? ledger.events(from: reference.position, limit: 1).first
        let identity = event?.slots.identity
        let parts = [identity?.alias, identity?.keyName].compactMap(\.self)
        let name = "key " + (parts.isEmpty ? event?.keyID?.description ?? reference.description : parts.joined(separator: " "))
        credentials[reference] = name
        return name
    }
}
