import Ledger

/// Names for the numbers that stand in events: persons, credentials, and what charges repeat.
final class EventNames {
    private let ledger: Ledger
    private var subjects: [UInt64: String] = [:]
    private var names: [NameKind: [UInt32: String]] = [:]
    private var credentials: [CredentialReference: String] = [:]

    init(_ ledger: Ledger) { self.ledger = ledger }

    func subject(_ number: UInt64) -> String {
        if let name = subjects[number] { return name }
        let found = try? ledger.subjectName(number)
        let name = found.flatMap(\.self) ?? "erased-\(number)"
        subjects[number] = name
        return name
    }

    /// A name that charges repeat.
    func name(_ kind: NameKind, _ name: ChargeName) -> String {
        guard case .number(let number) = name else { return name.text ?? "" }
        if let text = names[kind]?[number] { return text }
        let found = try? ledger.name(kind, number)
        let text = found.flatMap(\.self) ?? "\(kind) \(number)"
        names[kind, default: [:]][number] = text
        return text
    }

    /// Who recorded a charge.
    func recorder(_ caller: CredentialReference?) -> String { caller.map(credential) ?? "admin secret" }

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

    func credential(_ reference: CredentialReference) -> String {
        if let name = credentials[reference] { return name }
        let event = try? ledger.events(from: reference.position, limit: 1).first
        let identity = event?.slots.identity
        let parts = [identity?.alias, identity?.keyName].compactMap(\.self)
        let name = "key " + (parts.isEmpty ? event?.keyID?.description ?? reference.description : parts.joined(separator: " "))
        credentials[reference] = name
        return name
    }
}
