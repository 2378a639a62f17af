import JSONText
import Ledger

/// An event as one JSON object.
enum EventJSON {
    static func object(_ event: RecordedEvent, _ names: EventNames) -> JSONObject {
        var object: JSONObject = [
            "position": JSONValue(event.position.value), "recorded_at": .string(event.recordedAt.description),
            "type": .string(event.event.type.name),
        ]
        if let id = event.envelope.eventID { object["event_id"] = .string(id.description) }
        if let link = event.envelope.link {
            object["key_id"] = .string(link.keyID.description)
            object["revision"] = JSONValue(link.revision)
            object["prev_position"] = JSONValue(link.previousPosition.value)
        }
        if let actor = event.envelope.actor { object["actor"] = .object(self.actor(actor, event, names)) }
        if case .spendRecorded = event.event { object["actor"] = .object(recorder(event.envelope.caller, names)) }
        if let source = event.envelope.source, !source.requestID.isEmpty { object["request_id"] = .string(source.requestID) }
        if let command = event.envelope.command { object["command_id"] = .string(command.id.description) }
        object["leaf_hash"] = .string(event.leafHash.hex)
        object["data"] = .object(data(event.event, names))
        addSlots(event, to: &object)
        return object
    }

    private static func actor(_ actor: Actor, _ event: RecordedEvent, _ names: EventNames) -> JSONObject {
        var object: JSONObject = ["type": .string("\(actor.kind)"), "name": .string(names.actor(actor, note: event.slots.note))]
        if actor.subject != 0 { object["user_id"] = .string(names.subject(actor.subject)) }
        if let credential = actor.credential { object["credential"] = .string(credential.description) }
        if actor.role != .none { object["role"] = .string(actor.role.name) }
        return object
    }

    private static func recorder(_ caller: CredentialReference?, _ names: EventNames) -> JSONObject {
        guard let caller else { return ["type": "master", "name": .string(names.recorder(nil))] }
        return ["type": "key", "name": .string(names.recorder(caller)), "credential": .string(caller.description)]
    }

    private static func data(_ event: Event, _ names: EventNames) -> JSONObject {
        func fields(_ terms: KeyTerms, _ cleared: [KeyField]) -> JSONObject {
            var object = KeyFields(terms, userName: names.subject).members
            if !cleared.isEmpty { object["cleared"] = .array(cleared.map { .string($0.requestName) }) }
            return object
        }
        switch event {
        case .ledgerOpened(let event):
            return [
                "log_id": .string(event.logID.description), "origin": .string(event.originName), "format": JSONValue(event.format),
                "public_key": .string(event.publicKey.hex),
            ]
        case .keyCreated(let event): return merged(["token": .string(event.token.hex)], fields(event.terms, []))
        case .keyImported(let event):
            return merged(
                ["token": .string(event.token.hex), "origin_system": .string(event.originSystem), "origin_id": .string(event.originID)],
                fields(event.terms, []))
        case .keyUpdated(let event): return fields(event.changes, event.cleared)
        case .keyRegenerated(let event):
            return merged(
                [
                    "old_token": .string(event.oldToken.hex), "new_token": .string(event.newToken.hex),
                    "revoke_at": .string(event.revokeAt.description),
                ], fields(event.changes, event.cleared))
        case .credentialRevoked(let event):
            return ["token": .string(event.token.hex), "revoke_at": .string(event.revokeAt.description)]
        case .spendRecorded(let charge), .spendAdjusted(let charge): return ChargeFields(charge, names).members
        case .budgetCrossed(let event): return budget(event)
        case .nameIntroduced(let event):
            return ["kind": .string("\(event.kind)"), "number": JSONValue(event.number), "name": .string(event.name)]
        case .spendReset(let event):
            return ["key_id": event.keyID.map { .string($0.description) } ?? .null, "reset_to": .string(event.resetTo.decimalText)]
        case .subjectNamed(let event): return ["number": JSONValue(event.number), "kind": .string("\(event.kind)")]
        case .clockAccepted(let event):
            return ["wall_clock": .string(event.wallClock.description), "head_recorded_at": .string(event.headRecordedAt.description)]
        case .keyBlocked, .keyUnblocked, .keyDeleted, .other: return JSONObject()
        }
    }

    private static func budget(_ event: BudgetCrossed) -> JSONObject {
        var object: JSONObject = [
            "key_id": .string(event.keyID.description), "kind": .string("\(event.kind)"),
            "effective_at": .string(event.effectiveAt.description),
            "window_start": event.windowStart == .distantPast ? .null : .string(event.windowStart.description),
            "spend": .string(event.spend.decimalText), "budget": .string(event.budget.decimalText),
            "charge_position": JSONValue(event.chargePosition.value),
        ]
        if !event.model.isEmpty { object["model"] = .string(event.model) }
        return object
    }

    private static func merged(_ first: JSONObject, _ second: JSONObject) -> JSONObject {
        var object = first
        for member in second { object[member.name] = member.value }
        return object
    }

    private static func addSlots(_ event: RecordedEvent, to object: inout JSONObject) {
        func add(_ name: String, _ fields: [(String, String?)]) {
            var slot = JSONObject()
            for (name, value) in fields { if let value { slot[name] = .string(value) } }
            if !slot.isEmpty { object[name] = .object(slot) }
        }
        let slots = event.slots
        if let identity = slots.identity {
            add(
                "identity", [("alias", identity.alias), ("key_name", identity.keyName), ("email", identity.email), ("name", identity.name)])
        }
        if let content = slots.content {
            var fields = JSONObject()
            for field in content.fields { fields[field.name] = (try? JSONValue.parse(text: field.json)) ?? .string(field.json) }
            if !fields.isEmpty { object["content"] = .object(fields) }
        }
        if let origin = slots.origin { add("origin", [("ip", origin.ip), ("user_agent", origin.userAgent)]) }
        if let note = slots.note {
            add(
                "note",
                [
                    ("reason", note.reason), ("change_ref", note.changeRef), ("on_behalf_of", note.onBehalfOf),
                    ("actor_name", note.actorName),
                ])
        }
        let closed = event.envelope.commitments.map(\.slot).filter { !slots.holds($0) }
        if !closed.isEmpty { object["redacted"] = .array(closed.map { .string("\($0)") }) }
    }
}

extension Slots {
    fileprivate func holds(_ kind: SlotKind) -> Bool {
        switch kind {
        case .identity: identity != nil
        case .content: content != nil
        case .origin: origin != nil
        case .note: note != nil
        }
    }
}

extension KeyField {
    /// The name that requests have for the field.
    var requestName: String {
        switch self {
        case .models: "models"
        case .expires: "duration"
        case .blocked: "blocked"
        case .role: "role"
        case .allowedRoutes: "allowed_routes"
        case .maxBudget: "max_budget"
        case .softBudget: "soft_budget"
        case .budgetWindow: "budget_duration"
        case .budgetLimits: "budget_limits"
        case .modelBudgets: "model_max_budget"
        case .tpmLimit: "tpm_limit"
        case .rpmLimit: "rpm_limit"
        case .tpdLimit: "tpd_limit"
        case .maxParallelRequests: "max_parallel_requests"
        case .teamID: "team_id"
        case .organizationID: "organization_id"
        case .projectID: "project_id"
        case .agentID: "agent_id"
        case .budgetID: "budget_id"
        case .subject: "user_id"
        }
    }
}
