import JSONText
import Ledger

extension KeyChangesBuilder {
    /// Every field that is no term, known or not, as the caller's own JSON text.
    mutating func addContent() throws {
        for member in body.members where isContent(member.name) {
            if member.value.isNull { try addNull(member.name) } else { try setContent(member.name, plain(member)) }
        }
        guard mode == .change, body.has("metadata") else { return }
        // What LiteLLM keeps inside metadata goes with it.
        for name in ContentNames.metadataBacked where !body.has(name) { try setContent(name, nil) }
    }

    /// The value as the caller gave it. What raises a budget is counted, so that it is kept in one form: a plain number, and a time as
    /// Python writes it.
    private func plain(_ member: JSONObject.Member) -> JSONValue {
        guard body.declares(member.name) else { return member.value }
        switch member.name {
        case "temp_budget_increase": return body.number(member.name).value.map { .number($0) } ?? member.value
        case "temp_budget_expiry": return (DateTimeText.parse(member.value).value?.isoformat).map { .string($0) } ?? member.value
        default: return member.value
        }
    }

    private func isContent(_ name: String) -> Bool {
        if ContentNames.terms.contains(name) || ContentNames.reserved.contains(name) { return false }
        return hasKeyType || name != "key_type"
    }

    private mutating func addNull(_ name: String) throws {
        switch mode {
        case .create:
            if !body.declares(name) { try setContent(name, .null) }
        case .change:
            // A null of its own hides what the metadata itself says under that name.
            try setContent(name, ContentNames.metadataBackedSet.contains(name) ? .null : nil)
        }
    }
}

extension JSONValue {
    /// Whether NaN or an infinity stands anywhere inside.
    var holdsNonFiniteNumber: Bool {
        switch self {
        case .number(let text): ["NaN", "Infinity", "-Infinity"].contains(text)
        case .array(let elements): elements.contains(where: \.holdsNonFiniteNumber)
        case .object(let members): members.contains { $0.value.holdsNonFiniteNumber }
        case .null, .bool, .string: false
        }
    }
}
