import JSONText
import Ledger

/// Answers about keys, for people.
enum KeyText {
    /// What is to be said of a secret that a command has made or taken.
    enum MadeSecret {
        case shown(String)
        case inFile(String)
        /// The caller brought it.
        case own
        /// Made by an earlier run of the same command, and not held any more.
        case notHeld
    }

    /// The answer of generate and regenerate.
    static func made(_ answer: JSONObject, _ verb: String, _ secret: MadeSecret) -> String {
        var list = FieldList()
        list.add("key_id", answer["key_id"]?.string)
        list.add("alias", answer["key_alias"]?.string.map(printable))
        list.add("token", (answer["token_id"] ?? answer["token"])?.string)
        list.add("expires", answer["expires"]?.string)
        list.add("old secret", answer["grace_ends_at"]?.string.map { "good until \($0)" })
        switch secret {
        case .shown(let text): list.add("secret", Style.strong(text))
        case .inFile(let path): list.add("secret in", printable(path))
        case .own: list.add("secret", answer["key_name"]?.string)
        case .notHeld: break
        }
        let isReplayed = answer["replayed"]?.bool == true
        let text = "\(isReplayed ? "\(verb) before, by the same command" : verb)\n" + list.text(indent: 2)
        switch secret {
        case .shown: return text + "\nKeep the secret now: it is stored nowhere and never shown again."
        case .notHeld: return text + "\nIts secret is not held any more. Rotate the key to get a new one."
        case .inFile, .own: return text
        }
    }

    /// One key with all that is to be said of it.
    static func info(_ key: JSONObject) -> String {
        var list = FieldList()
        list.add("key_id", key["key_id"]?.string)
        list.add("alias", key["key_alias"]?.string.map(printable))
        list.add("status", colored(status(key)))
        list.add("this secret", key["credential_status"]?.string.map { Style.bad($0) })
        list.add("ends", key["revoke_at"]?.string)
        list.add("successor", key["successor"]?["token"]?.string)
        list.add("secret", key["key_name"]?.string)
        list.add("token", key["token"]?.string)
        for (label, name) in [("team", "team_id"), ("user", "user_id"), ("organization", "organization_id"), ("project", "project_id")] {
            list.add(label, key[name]?.string.map(printable))
        }
        list.add("role", key["role"]?.string)
        list.add("models", models(key))
        list.add("budget", budget(key))
        list.add("limits", limits(key))
        list.add("expires", key["expires"]?.string)
        list.add("metadata", key["metadata"].flatMap { $0.object?.isEmpty ?? true ? nil : printable($0.serialized()) })
        list.add("created", stamp(key, "created"))
        list.add("updated", stamp(key, "updated"))
        list.add("deleted", stamp(key, "deleted"))
        list.add("revision", key["revision"]?.decimalText)
        return list.text(indent: 2)
    }

    /// A change in two lines.
    static func changed(_ key: JSONObject, _ verb: String) -> String {
        var list = FieldList()
        list.add("key_id", key["key_id"]?.string)
        list.add("alias", key["key_alias"]?.string.map(printable))
        list.add("secret ends", key["revoke_at"]?.string)
        return "\(verb)\n" + list.text(indent: 2)
    }

    static func revoked(_ answer: JSONObject, _ verb: String) -> String {
        var list = FieldList()
        list.add("key_id", answer["key_id"]?.string)
        list.add("token", answer["token"]?.string)
        list.add("ends", answer["revoke_at"]?.string)
        return "\(verb)\n" + list.text(indent: 2)
    }

    static func list(_ answer: JSONObject) -> String {
        let keys = (answer["keys"]?.array ?? []).compactMap(\.object)
        var table = TextTable(["KEY_ID", "ALIAS", "STATUS", "TEAM", "SECRET", "SPEND", "EXPIRES"])
        for key in keys {
            table.add([
                key["key_id"]?.string ?? "", printable(key["key_alias"]?.string ?? "-"), status(key),
                printable(key["team_id"]?.string ?? "-"),
                key["key_name"]?.string ?? "-", budget(key) ?? "-", key["expires"]?.string ?? "-",
            ])
        }
        let total = answer["total_count"]?.integer ?? Int64(keys.count)
        let pages = answer["total_pages"]?.integer ?? 1
        let place = keys.count < total ? ", page \(answer["current_page"]?.integer ?? 1) of \(pages)" : ""
        let count = Style.faint("\(total) key\(total == 1 ? "" : "s")\(place)")
        return keys.isEmpty ? count : table.text + "\n" + count
    }

    static func verdict(_ answer: JSONObject) -> String {
        let code = answer["code"]?.string ?? "?"
        var list = FieldList()
        list.add("key_id", answer["key_id"]?.string)
        list.add("alias", answer["alias"]?.string.map(printable))
        list.add("team", answer["team_id"]?.string.map(printable))
        list.add("user", answer["user_id"]?.string.map(printable))
        list.add("left of budget", answer["remaining_budget"]?.string.map { $0 + " USD" })
        list.add("until", answer["valid_until"]?.string)
        list.add("position", answer["position"]?.decimalText)
        let isGood = answer["valid"]?.bool == true
        return (isGood ? Style.good(code) : Style.bad(code)) + "\n" + list.text(indent: 2)
    }
}
