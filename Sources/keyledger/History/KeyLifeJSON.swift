import JSONText
import Ledger

/// The life of a key as one JSON object.
enum KeyLifeJSON {
    static func object(_ keyID: KeyID, _ history: [HistoryEntry], _ names: EventNames) -> JSONObject {
        [
            "key_id": .string(keyID.description), "key_alias": history.last?.after.alias.map { .string($0) } ?? .null,
            "events": .array(history.map { .object(event($0, names)) }),
            "credentials": .array(CredentialLife.all(history).map { .object(credential($0)) }),
        ]
    }

    private static func event(_ entry: HistoryEntry, _ names: EventNames) -> JSONObject {
        var object = EventJSON.object(entry.event, names)
        object["changes"] = .array(
            KeyLifeText.differences(entry, names).map { difference in
                ["field": .string(difference.name), "before": difference.before ?? .null, "after": difference.after ?? .null]
            })
        return object
    }

    private static func credential(_ life: CredentialLife) -> JSONObject {
        [
            "token": .string(life.credential.token.hex), "key_name": life.displayForm.map { .string($0) } ?? .null,
            "introduced_at": .string(life.credential.introducedAt.description),
            "revoke_at": life.credential.revokeAt.map { .string($0.description) } ?? .null,
            "successor": life.credential.successor.map { .string($0.hex) } ?? .null,
            "good": .array(
                life.stretches.map { stretch in
                    ["from": .string(stretch.start.description), "until": stretch.end.map { .string($0.description) } ?? .null]
                }),
            "end_reason": life.endReason.map { .string($0) } ?? .null,
        ]
    }
}
