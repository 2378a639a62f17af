import ArgumentParser
import JSONText

/// `keyledger key list`
struct KeyList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List keys, the newest first.",
        discussion: """
              keyledger key list
              keyledger key list --team build --status active
              keyledger key list --status deprecated        # old secrets still in their grace
              keyledger key list --search ci --sort spend
              keyledger key list --all --json | jq -r '.keys[].key_alias'
            """)

    @Option(name: .long, help: ArgumentHelp("Keys of this team.", valueName: "id")) var team: String?
    @Option(name: .long, help: ArgumentHelp("Keys of this user.", valueName: "id")) var user: String?
    @Option(name: .long, help: ArgumentHelp("Keys of this organization.", valueName: "id")) var organization: String?
    @Option(name: .long, help: ArgumentHelp("Keys of this project.", valueName: "id")) var project: String?
    @Option(name: .long, help: ArgumentHelp("The key with this alias.", valueName: "name")) var alias: String?
    @Option(name: .long, help: ArgumentHelp("Part of an alias, or a token.", valueName: "text")) var search: String?
    @Option(name: .long, help: "active, expired, revoked (blocked), deprecated or deleted.") var status: String?

    @Option(name: .long, help: "created_at, updated_at, key_alias, spend, max_budget, expires, token and others of LiteLLM's.")
    var sort: String?

    @Flag(name: .long, help: "The smallest first.") var ascending = false
    @Option(name: .long, help: ArgumentHelp("From 1.", valueName: "n")) var page: Int = 1
    @Option(name: .long, help: ArgumentHelp("Keys of a page, at most 100.", valueName: "n")) var size: Int = 50
    @Flag(name: .long, help: "All pages.") var all = false
    @OptionGroup var service: ServiceOptions

    func validate() throws {
        guard page >= 1, (1...100).contains(size) else { throw ValidationError("--page is at least 1, --size 1 to 100.") }
    }

    func run() async throws {
        let answer = try await service.read { service in
            var answer = try await service.perform(.list(query(page: page)))
            guard all, let pages = answer["total_pages"]?.integer, pages > page else { return answer }
            var keys = answer["keys"]?.array ?? []
            for number in (page + 1)...Int(pages) {
                keys += try await service.perform(.list(query(page: number)))["keys"]?.array ?? []
            }
            answer["keys"] = .array(keys)
            return answer
        }
        Terminal.output(service.output.isJSON ? JSONValue.object(answer).serialized() : KeyText.list(answer))
    }

    private func query(page: Int) -> [(name: String, value: String)] {
        let filters = [
            ("team_id", team), ("user_id", user), ("organization_id", organization), ("project_id", project), ("key_alias", alias),
            ("search", search), ("status", status), ("sort_by", sort ?? (ascending ? "created_at" : nil)),
        ]
        return filters.compactMap { name, value in value.map { (name, $0) } } + [
            ("sort_order", ascending ? "asc" : "desc"), ("page", String(page)), ("size", String(all ? 100 : size)),
            ("return_full_object", "true"),
        ]
    }
}
