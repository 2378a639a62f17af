import JSONText
package import Ledger

extension KeyAnswer {
    /// `POST /key/generate`.
    /// - Parameter secret: nil if it was made here and is not held any more.
    package static func generated(_ view: KeyView, secret: String?, isReplay: Bool = false) -> [UInt8] {
        object { writer in
            let members = KeyMembers(view, time: .model)
            members.writeGenerated(secret: secret, hasToken: true, to: &writer)
            if isReplay { writer.member("replayed", true) }
            members.writeOwn(after: MemberTables.generated, to: &writer)
        }
    }

    /// `POST /key/regenerate`.
    /// - Parameter replaced: the credential that was current before; what is to be said of it stands at the end.
    package static func regenerated(
        _ view: KeyView, secret: String?, replaced: CredentialState?, isReplay: Bool = false
    ) -> [UInt8] {
        object { writer in
            let members = KeyMembers(view, time: .model)
            members.writeGenerated(secret: secret, hasToken: false, to: &writer)
            let replaced = replaced ?? (view.credential.successor == view.current.token ? view.credential : nil)
            if let replaced {
                let end = replaced.revokeAt.map(members.time.microseconds)
                writer.member("grace_ends_at", replaced.end == .grace ? end : nil)
                writer.member("revoke_at", end)
            }
            if isReplay { writer.member("replayed", true) }
            members.writeOwn(after: MemberTables.generated, to: &writer)
        }
    }
}

extension KeyMembers {
    /// Most fields that a request may have stand here under their own name; those that are kept in metadata say null.
    fileprivate func writeGenerated(secret: String?, hasToken: Bool, to writer: inout JSONWriter) {
        for name in MemberTables.generated {
            switch name {
            case "key": writer.member(name, secret)
            case "token" where !hasToken: writer.nullMember(name)
            case "expires": writer.member(name, terms.expires.map(time.microseconds))
            case "policies": writer.member(name, raw: given(name) ?? "null")
            case "object_permission": writeObjectPermission(to: &writer)
            case "router_settings": writeRouterSettings(to: &writer)
            case "litellm_budget_table": writeBudgetTable(modelMaxBudget: "{}", to: &writer)
            case _ where ContentNames.metadataBackedSet.contains(name): writer.nullMember(name)
            default: write(name, to: &writer)
            }
        }
    }

    /// All settings there are, with null for those that were not given.
    private func writeRouterSettings(to writer: inout JSONWriter) {
        let given = given("router_settings").flatMap { try? JSONValue.parse(text: $0) }?.object ?? JSONObject()
        writer.name("router_settings")
        writer.object { writer in
            for field in RouterSettings.fields {
                writer.member(field.name, given[field.name] ?? (field.name == "model_group_alias" ? .object(JSONObject()) : nil))
            }
            for member in given where !RouterSettings.names.contains(member.name) { writer.member(member.name, member.value) }
        }
    }
}
