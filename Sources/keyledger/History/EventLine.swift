import JSONText
import Ledger

/// An event as one line for people: position, time, type, key, actor, summary.
enum EventLine {
    static func text(_ event: RecordedEvent, _ names: EventNames) -> String {
        let key = event.keyID.map(\.description) ?? "-"
        let columns = [
            padded("\(event.position)", to: 8), event.recordedAt.rfc3339(fraction: .milliseconds), padded(event.event.type.name, to: 17),
            padded(key, to: 36), padded(printable(actor(event, names)), to: 14),
            summary(event, names),
        ]
        var line = columns.joined(separator: "  ")
        while line.last == " " { line.removeLast() }
        return line
    }

    private static func actor(_ event: RecordedEvent, _ names: EventNames) -> String {
        if case .spendRecorded = event.event { return names.recorder(event.envelope.caller) }
        return names.actor(event.envelope.actor, note: event.slots.note)
    }

    private static func summary(_ event: RecordedEvent, _ names: EventNames) -> String {
        var parts: [String] = []
        switch event.event {
        case .ledgerOpened(let opened): parts = ["log \(opened.logID)", opened.originName]
        case .keyCreated(let created): parts = identity(event) + fields(created.terms, names)
        case .keyImported(let imported): parts = identity(event) + ["from \(imported.originSystem)"] + fields(imported.terms, names)
        case .keyUpdated(let updated):
            parts = identity(event) + fields(updated.changes, names) + updated.cleared.map { "\($0.requestName)=–" }
        case .keyRegenerated(let rotated):
            let isImmediate = rotated.revokeAt <= event.recordedAt
            parts = [
                "\(rotated.oldToken.shortForm) → \(rotated.newToken.shortForm)",
                isImmediate ? "old secret ended" : "old secret good until \(rotated.revokeAt.rfc3339(fraction: .seconds))",
            ]
        case .credentialRevoked(let revoked):
            parts = ["\(revoked.token.shortForm) ends \(revoked.revokeAt.rfc3339(fraction: .seconds))"]
        case .spendRecorded(let charge), .spendAdjusted(let charge): parts = ChargeFields(charge, names).words
        case .budgetCrossed(let crossed):
            parts = [
                "key \(crossed.keyID)", "\(crossed.kind) budget", "spend=\(crossed.spend.decimalText)",
                "budget=\(crossed.budget.decimalText)",
            ]
        case .nameIntroduced(let introduced): parts = ["\(introduced.kind) \(introduced.number)", introduced.name]
        case .spendReset(let reset): parts = [reset.keyID.map { "key \($0)" } ?? "all keys", "spend=\(reset.resetTo.decimalText)"]
        case .subjectNamed(let subject): parts = ["\(subject.kind) \(subject.number)"] + [event.slots.identity?.name].compactMap(\.self)
        case .clockAccepted(let accepted): parts = ["wall clock \(accepted.wallClock)"]
        case .keyBlocked, .keyUnblocked, .keyDeleted, .other: break
        }
        if let note = event.slots.note {
            if let reason = note.reason { parts.append("\"\(reason)\"") }
            if let reference = note.changeRef { parts.append("[\(reference)]") }
            if let name = note.onBehalfOf { parts.append("for \(name)") }
        }
        return printable(parts.joined(separator: " "))
    }

    private static func identity(_ event: RecordedEvent) -> [String] {
        [event.slots.identity?.alias.map { "\"\($0)\"" }, event.slots.identity?.keyName].compactMap(\.self)
    }

    private static func fields(_ terms: KeyTerms, _ names: EventNames) -> [String] {
        KeyFields(terms, userName: names.subject).members.map { member in
            "\(member.name)=\(member.value.string ?? member.value.serialized())"
        }
    }
}

extension Token {
    /// Enough digits for people to tell tokens apart.
    var shortForm: String { String(hex.prefix(12)) }
}
