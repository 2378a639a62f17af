import ArgumentParser
import JSONText

/// The fields of a key that create, update and rotate can set.
struct FieldOptions: ParsableArguments {
    @Option(name: .long, help: ArgumentHelp("The team's id.", valueName: "id"))
    var team: String?

    @Option(name: .long, help: ArgumentHelp("The user's id.", valueName: "id"))
    var user: String?

    @Option(name: .long, help: ArgumentHelp("The organization's id.", valueName: "id"))
    var organization: String?

    @Option(name: .long, help: ArgumentHelp("The project's id.", valueName: "id"))
    var project: String?

    @Option(
        name: .customLong("model"), help: ArgumentHelp("A model that the key may use; once for each. Without one: all.", valueName: "name"))
    var models: [String] = []

    @Option(name: .customLong("tag"), help: ArgumentHelp("A tag; once for each.", valueName: "text"))
    var tags: [String] = []

    @Option(name: .customLong("expires-in"), help: ArgumentHelp("From now: 30s, 5m, 1h, 2d, 1w, 1mo.", valueName: "duration"))
    var duration: String?

    @Option(name: .customLong("max-budget"), help: ArgumentHelp("US dollars.", valueName: "amount"))
    var maxBudget: String?

    @Option(
        name: .customLong("budget-duration"), help: ArgumentHelp("The budget starts anew after this long: 1d, 1mo.", valueName: "duration"))
    var budgetDuration: String?

    @Option(name: .customLong("rpm-limit"), help: ArgumentHelp("Requests per minute; the gateway keeps it.", valueName: "n"))
    var rpmLimit: Int64?

    @Option(name: .customLong("tpm-limit"), help: ArgumentHelp("Tokens per minute; the gateway keeps it.", valueName: "n"))
    var tpmLimit: Int64?

    @Option(name: .customLong("parallel-limit"), help: ArgumentHelp("Requests at a time; the gateway keeps it.", valueName: "n"))
    var parallelLimit: Int64?

    @Option(
        name: .long,
        help: ArgumentHelp("What the key may do to the ledger: proxy_admin, proxy_admin_viewer, gateway, subscriber.", valueName: "role"))
    var role: String?

    @Option(name: .long, help: ArgumentHelp("A JSON object, kept as it is.", valueName: "json"))
    var metadata: String?

    @Option(
        name: .customLong("field"),
        help: ArgumentHelp("Any other field of LiteLLM's request, its value as JSON; once for each.", valueName: "name=json"))
    var fields: [String] = []

    /// The request's members.
    func members() throws -> JSONObject {
        var body = JSONObject()
        for (name, value) in [
            ("team_id", team), ("user_id", user), ("organization_id", organization), ("project_id", project), ("role", role),
        ] {
            if let value { body[name] = .string(value) }
        }
        if !models.isEmpty { body["models"] = .array(models.map { .string($0) }) }
        if !tags.isEmpty { body["tags"] = .array(tags.map { .string($0) }) }
        if let duration { body["duration"] = .string(duration) }
        if let budgetDuration { body["budget_duration"] = .string(budgetDuration) }
        if let maxBudget { body["max_budget"] = try Self.number(maxBudget, of: "--max-budget") }
        for (name, value) in [("rpm_limit", rpmLimit), ("tpm_limit", tpmLimit), ("max_parallel_requests", parallelLimit)] {
            if let value { body[name] = JSONValue(value) }
        }
        if let metadata {
            body["metadata"] = try Self.json(metadata, of: "--metadata")
            guard body["metadata"]?.object != nil else {
                throw CommandError.usage("--metadata needs a JSON object such as '{\"owner\":\"ci\"}'.")
            }
        }
        for field in fields { try add(field, to: &body) }
        return body
    }

    private func add(_ field: String, to body: inout JSONObject) throws {
        guard let sign = field.firstIndex(of: "="), sign > field.startIndex else {
            throw CommandError.usage("--field needs NAME=JSON, for example --field 'max_budget=null' or --field 'tags=[\"a\"]'.")
        }
        let name = String(field[..<sign])
        guard !Self.secretNames.contains(name) else {
            throw CommandError.usage("A secret does not belong on the command line, where others can read it. Put it into a file.")
        }
        guard body[name] == nil else { throw CommandError.usage("\(name) is given twice.") }
        body[name] = try Self.json(String(field[field.index(after: sign)...]), of: "--field \(name)")
    }

    private static let secretNames: Set = ["key", "new_key", "new_master_key"]

    private static func json(_ text: String, of option: String) throws -> JSONValue {
        do {
            return try JSONValue.parse(text: text)
        } catch {
            throw CommandError.usage("\(option) is no JSON: \(error). Text needs double quotes of its own: '\"text\"'.")
        }
    }

    private static func number(_ text: String, of option: String) throws -> JSONValue {
        guard let value = JSONValue(numberText: text) else { throw CommandError.usage("\(option) needs a number such as 12.50.") }
        return value
    }
}
