import JSONText
import Ledger

/// What a charge says as names and JSON values, in one order, under the names that requests have.
struct ChargeFields {
    private(set) var members = JSONObject()
    private let charge: Charge
    private let names: EventNames

    init(_ charge: Charge, _ names: EventNames) {
        self.charge = charge
        self.names = names
        addIdentity()
        addMoney()
        addNames()
        set("end_user", charge.endUser == 0 ? nil : .string(names.subject(charge.endUser)))
        set("status", charge.failed ? "failure" : "success")
        set("duration_ms", charge.durationMilliseconds.map { JSONValue($0) })
        set("team_id", charge.teamID.map { .string($0) })
        set("user_id", charge.user.map { .string(names.subject($0)) })
    }

    /// For people: whom it charges, how much, and the model.
    var words: [String] {
        var words = [who, "spend=\(Amount(picodollars: Int128(charge.amount)).decimalText)"]
        if let model = charge.model { words.append(names.name(.model, model)) }
        if charge.failed { words.append("failure") }
        if let id = charge.chargeID { words.append(id) }
        if let sequence = charge.sequence { words.append("\(sequence.producer)/\(sequence.epoch)/\(sequence.number)") }
        return words
    }

    private var who: String {
        switch charge.credential {
        case .known(let reference): names.credential(reference)
        case .unknown(let token): "unknown \(token.shortForm)"
        }
    }

    private mutating func addIdentity() {
        set("request_id", charge.chargeID.map { .string($0) })
        if let sequence = charge.sequence {
            set("producer", .string(sequence.producer))
            set("producer_epoch", JSONValue(sequence.epoch))
            set("producer_seq", JSONValue(sequence.number))
            if sequence.floor > 0 { set("producer_floor", JSONValue(sequence.floor)) }
        }
        switch charge.credential {
        case .known(let reference):
            set("credential", .string(reference.description))
            set("key", .string(names.credential(reference)))
            set("key_exists", true)
        case .unknown(let token):
            set("token", .string(token.hex))
            set("key_exists", false)
        }
        set("revision", JSONValue(charge.revision))
        set("occurred_at", .string(charge.occurredAt.description))
        if charge.occurredAtIsDefaulted { set("occurred_at_defaulted", true) }
    }

    private mutating func addMoney() {
        func text(_ picodollars: Int64) -> JSONValue { .string(Amount(picodollars: Int128(picodollars)).decimalText) }
        set("spend", text(charge.amount))
        if let cost = charge.cost {
            set(
                "cost",
                [
                    "input": text(cost.input), "output": text(cost.output), "cache_read": text(cost.cacheRead),
                    "cache_write": text(cost.cacheWrite), "other": text(cost.other),
                ])
        }
        set("prompt_tokens", JSONValue(charge.tokens.prompt))
        set("completion_tokens", JSONValue(charge.tokens.completion))
        set("cache_read_input_tokens", JSONValue(charge.tokens.cacheRead))
        set("cache_creation_input_tokens", JSONValue(charge.tokens.cacheWrite))
    }

    private mutating func addNames() {
        add("model", .model, charge.model)
        add("model_group", .modelGroup, charge.modelGroup)
        add("provider", .provider, charge.provider)
        add("endpoint", .endpoint, charge.endpoint)
        add("call_type", .callType, charge.callType)
        add("mcp_tool", .mcpTool, charge.mcpTool)
        guard !charge.tags.isEmpty else { return }
        set("tags", .array(charge.tags.map { .string(names.name(.tag, $0)) }))
        let numbers = charge.tags.compactMap(\.number)
        if !numbers.isEmpty { set("tag_numbers", .array(numbers.map { JSONValue($0) })) }
    }

    private mutating func add(_ member: String, _ kind: NameKind, _ name: ChargeName?) {
        guard let name else { return }
        set(member, .string(names.name(kind, name)))
        set("\(member)_number", name.number.map { JSONValue($0) })
    }

    private mutating func set(_ name: String, _ value: JSONValue?) {
        if let value { members[name] = value }
    }
}
