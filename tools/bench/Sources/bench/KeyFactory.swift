import Ledger

/// Keys by number: the same number gives the same secret, so that nothing has to be kept in memory.
enum KeyFactory {
    static let teamSize = 100
    static let userSize = 20

    static func secret(_ number: Int, generation: Int = 0) -> String {
        let digits = String(UInt64(number) &* 0x9E37_79B9_7F4A_7C15 ^ UInt64(generation), radix: 36)
        return "sk-bench-\(generation)-\(String(repeating: "0", count: 13 - digits.utf8.count))\(digits)"
    }

    static func token(_ number: Int) -> Token { Token(secret: secret(number)) }
    static func alias(_ number: Int) -> String { "service-\(number)" }
    static func team(_ number: Int) -> String { "team-\(number / teamSize)" }

    /// A key as gateways make them: alias, team, user, models, limits, a budget unless told otherwise, metadata.
    static func create(_ number: Int, _ ledger: Ledger, role: Role? = nil, hasBudget: Bool = true) throws -> KeyCommand {
        var fields = KeyChanges()
        fields.alias = .set(alias(number))
        fields.userID = .set("user-\(number / userSize)")
        fields.terms.teamID = team(number)
        fields.terms.models = ["gpt-4o", "claude-sonnet-4-5"]
        fields.terms.rpmLimit = 600
        if hasBudget { fields.terms.maxBudget = try Amount(decimal: "250") }
        fields.terms.role = role
        fields.setContent("metadata", json: #"{"owner":"bench","stage":"production"}"#)
        let secret = secret(number)
        return .create(
            CreateKey(keyID: ledger.makeKeyID(), token: Token(secret: secret), keyName: Secret.displayForm(secret), fields: fields))
    }

    /// Makes keys `0..<count`, many in a command and several commands at a time, and a gateway's key with the number `count`.
    static func fill(_ ledger: Ledger, count: Int, batch: Int = 250, tasks: Int = 8, hasBudget: Bool = true) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for task in 0..<tasks {
                group.addTask {
                    for start in stride(from: task * batch, to: count, by: tasks * batch) {
                        let items = try (start..<min(start + batch, count)).map { try create($0, ledger, hasBudget: hasBudget) }
                        try await execute(items, ledger)
                    }
                }
            }
            try await group.waitForAll()
        }
        try await execute([try create(count, ledger, role: .gateway)], ledger)
    }

    static func execute(_ items: [KeyCommand], _ ledger: Ledger) async throws {
        for item in try await ledger.execute(CommandRequest(items: items, caller: .master)).items {
            if case .refused(let rejection) = item { throw BenchError("a command was refused: \(rejection)") }
        }
    }
}

/// Numbers that look random and are the same in each run (SplitMix64).
struct Numbers {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next(below bound: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((z ^ (z >> 31)) % UInt64(bound))
    }
}
