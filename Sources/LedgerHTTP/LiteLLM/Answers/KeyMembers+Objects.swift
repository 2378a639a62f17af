import JSONText
import Ledger

extension KeyMembers {
    /// The members of an object in their order, then what only this ledger has.
    func writeRow(_ names: [String], joins: Bool = false, to writer: inout JSONWriter) {
        for name in names {
            switch name {
            case "litellm_budget_table" where joins: writeBudgetTable(modelMaxBudget: "null", to: &writer)
            case "litellm_budget_table": writer.nullMember(name)
            case "object_permission": writeObjectPermission(to: &writer)
            default: write(name, to: &writer)
            }
        }
    }

    /// Status of the key, or of the old secret that was asked for; says also what became of that secret.
    func writeStatus(to writer: inout JSONWriter) {
        writer.member("status", view.status == .deprecated ? view.status.rawValue : view.keyStatus.rawValue)
        writeCredential(to: &writer)
    }

    /// What there is to say of a secret that is not the key's current one, or that is ended.
    func writeCredential(to writer: inout JSONWriter) {
        let credential = view.credential
        let isEnded = credential.isEnded(at: view.moment)
        if isEnded, !state.isDeleted {
            writer.member("credential_status", (credential.end == .grace ? CredentialStatus.graceEnded : .revoked).rawValue)
        }
        if credential.isSuperseded || isEnded { writer.member("revoke_at", credential.revokeAt.map(time.microseconds)) }
        guard credential.isSuperseded, credential.token != view.current.token else { return }
        writer.name("successor")
        writer.object { writer in
            writer.member("key_name", state.identity.keyName)
            writer.member("token", view.current.token.hex)
        }
    }

    /// Content fields without a member of their own in the object, the key's role, id and revision.
    func writeOwn(after names: [String], to writer: inout JSONWriter) {
        let taken = Set(names)
        for field in state.content.fields where isFurther(field.name, taken) { writer.member(field.name, raw: field.json) }
        writer.member("role", terms.role.flatMap { $0 == .none ? nil : $0.name })
        writer.member("key_id", state.keyID.description)
        writer.member("revision", state.revision)
    }

    private func isFurther(_ name: String, _ taken: Set<String>) -> Bool {
        !taken.contains(name) && name != "metadata" && !ContentNames.metadataBackedSet.contains(name) && !ContentNames.terms.contains(name)
            && !ContentNames.reserved.contains(name) && name != "policies" && name != "object_permission"
    }
}
