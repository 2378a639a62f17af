import JSONText
import Ledger

/// The life of a key, for people.
struct KeyLifeText {
    let keyID: KeyID
    let history: [HistoryEntry]
    let names: EventNames

    var text: String {
        ([headline] + history.map(step) + [Style.strong("Credentials")] + CredentialLife.all(history).map(credential)).joined(
            separator: "\n")
    }

    private var headline: String {
        let state = history.last?.after
        let alias = state?.alias.map { " \"\(printable($0))\"" } ?? ""
        let fate = state?.isDeleted == true ? " (deleted)" : state?.isBlocked == true ? " (blocked)" : ""
        return Style.strong("Key \(keyID)\(alias)\(fate)")
    }

    private func step(_ entry: HistoryEntry) -> String {
        let event = entry.event
        var list = FieldList()
        list.add("by", printable(names.actor(event.envelope.actor, note: event.slots.note)))
        list.add("for", event.slots.note?.onBehalfOf.map(printable))
        list.add("reason", event.slots.note?.reason.map(printable))
        list.add("change", event.slots.note?.changeRef.map(printable))
        list.add("from", origin(event))
        if case .keyRegenerated(let rotated) = event.event {
            list.add("secret", "\(rotated.oldToken.shortForm) → \(rotated.newToken.shortForm)")
            list.add("old secret", rotated.revokeAt <= event.recordedAt ? "ended at once" : "good until \(rotated.revokeAt)")
        }
        if case .credentialRevoked(let revoked) = event.event { list.add("secret", "\(revoked.token.shortForm) ends \(revoked.revokeAt)") }
        for difference in Self.differences(entry, names) { list.add(printable(difference.name), difference.text) }
        let title = "\(event.position)  \(event.recordedAt)  \(Style.strong(event.event.type.name))  revision \(event.revision ?? 0)"
        return title + "\n" + list.text(indent: 4)
    }

    static func differences(_ entry: HistoryEntry, _ names: EventNames) -> [FieldDifference] {
        let before = entry.before.map { KeyFields($0, userName: names.subject).members } ?? JSONObject()
        return FieldDifference.between(before, KeyFields(entry.after, userName: names.subject).members)
    }

    private func origin(_ event: RecordedEvent) -> String? {
        let parts = [event.slots.origin?.ip, event.slots.origin?.userAgent].compactMap(\.self)
        return parts.isEmpty ? nil : printable(parts.joined(separator: " "))
    }

    private func credential(_ life: CredentialLife) -> String {
        let name = "  \(life.displayForm.map(printable) ?? "sk-...")  \(life.credential.token.shortForm)"
        let stretches = life.stretches.map { "good from \($0.start) \($0.end.map { "until \($0)" } ?? "on")" }
        let reason = life.endReason.map { " (\($0))" } ?? ""
        guard !stretches.isEmpty else { return "\(name)  never good" }
        return name + "  " + stretches.joined(separator: ", then ") + reason
    }
}
