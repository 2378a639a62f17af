import HTTPTypes
import Hummingbird
import JSONText
import Ledger

/// LiteLLM's routes of spend: logs, keys, users, tags.
struct SpendReportRoutes: Sendable {
    let ledger: Ledger
    let authenticator: Authenticator

    func add(to router: Router<LedgerRequestContext>) {
        router.get("/spend/logs") { _, context in try await context.offload { try logs(context) } }
        for path in ["/spend/logs/v2", "/spend/logs/ui"] {
            router.get("\(path)") { _, context in try await context.offload { try pagedLogs(context, path) } }
        }
        router.get("/spend/keys") { _, context in try await context.offload { try keys(context) } }
        router.get("/spend/users") { _, context in try await context.offload { try users(context) } }
        router.get("/spend/tags") { _, context in try await context.offload { try tags(context) } }
    }

    // MARK: Logs

    /// By day, if both dates are given and no list is asked for; otherwise the last charges.
    private func logs(_ context: LedgerRequestContext) throws -> Response {
        let own = try ownKeys(context, "/spend/logs")
        var reader = context.query
        let isSummary = reader.boolean("summarize", default: true)
        try reader.validate()
        guard isSummary, reader.filter("start_date") != nil, reader.filter("end_date") != nil, reader.filter("request_id") == nil else {
            var request = try ChargeListRequest(whole: reader)
            request.query.keyIDs = own
            let page = try charges(request)
            return .report(at: page.position) { writer in
                writer.array { for charge in page.charges { ChargeAnswer.write(charge, to: &$0) } }
            }
        }
        var query = try SpendDates(reader, now: ledger.moment).query(.user)
        query.dimensions = [.entities, .models]
        query.keys = .all
        query.keyIDs = own
        query.entities = reader.filter("user_id").map { [$0] }
        if let text = reader.filter("api_key") { query.token = Token(hex: text) ?? Token(secret: text) }
        let report = try ledger.report(query)
        return .report(at: report.position) { ChargeAnswer.summary(report, to: &$0) }
    }

    private func pagedLogs(_ context: LedgerRequestContext, _ path: String) throws -> Response {
        let own = try ownKeys(context, path)
        var request = try ChargeListRequest(paged: context.query)
        request.query.keyIDs = own
        let page = try charges(request)
        return .report(at: page.position) { writer in
            writer.object { writer in
                writer.name("data")
                writer.array { for charge in page.charges { ChargeAnswer.write(charge, to: &$0) } }
                writer.member("total", page.total)
                writer.member("page", request.page)
                writer.member("page_size", request.query.limit)
                writer.member("total_pages", (page.total + request.query.limit - 1) / request.query.limit)
            }
        }
    }

    private func charges(_ request: ChargeListRequest) throws -> ChargePage {
        if request.matchesNothing { return ChargePage(charges: [], total: 0, position: ledger.head.position) }
        do { return try ledger.charges(request.query) } catch let error as LedgerError { throw APIError(error) }
    }

    /// The keys whose charges the caller may see; `nil`: all. A key without a role sees its own, if it belongs to a user.
    private func ownKeys(_ context: LedgerRequestContext, _ route: String) throws -> Set<KeyID>? {
        let caller = try authenticator.caller(context)
        if caller.readsAll { return nil }
        guard let keyID = caller.keyID, let key = try ledger.key(.keyID(keyID)), key.userID != nil else {
            throw APIError.forbidden(caller.role, route)
        }
        return [keyID]
    }

    // MARK: Keys, users, tags

    /// Keys that `/spend/keys` gives at most, and if `limit` says nothing.
    private static let mostKeys: Int64 = 10_000

    private func keys(_ context: LedgerRequestContext) throws -> Response {
        _ = try authenticator.reader(context, "/spend/keys")
        var reader = context.query
        let limit = reader.integer("limit", default: Self.mostKeys, atLeast: 1, atMost: Self.mostKeys)
        try reader.validate()
        var query = KeyQuery(page: 1, size: Int(limit))
        query.sort = .spend
        let page = try ledger.keys(query)
        return .report(at: page.position) { writer in
            writer.array { writer in
                for view in page.keys { writer.object { KeyAnswer.writeRaw(view, time: .row, to: &$0) } }
            }
        }
    }

    private func users(_ context: LedgerRequestContext) throws -> Response {
        _ = try authenticator.reader(context, "/spend/users")
        let reader = context.query
        var query = ActivityQuery(.user)
        query.entities = reader.filter("user_id").map { [$0] }
        (query.byDay, query.dimensions, query.keys) = (false, [], .none)
        let report = try ledger.report(query)
        let users = ActivityLists(report: report).entitiesBySpend.filter { $0.id != nil }
        // By bytes: names that look alike are different names.
        let keys = Dictionary(grouping: report.keys) { Array(($0.userID ?? "").utf8) }
        return .report(at: report.position) { writer in
            writer.array { for user in users { write(user, Self.aliases(of: keys[Array(user.name.utf8)] ?? []), to: &$0) } }
        }
    }

    private static func aliases(of keys: [ActivityReport.Key]) -> [String] {
        Set(keys.compactMap { key in key.alias.map { Array($0.utf8) } }).sorted { $0.lexicographicallyPrecedes($1) }
            .map { String(decoding: $0, as: UTF8.self) }
    }

    /// A user's row. There is no directory of users: what is not the sum of charges is null or empty.
    private func write(_ user: ActivityReport.Entity, _ aliases: [String], to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("user_id", user.id)
            for name in ["user_alias", "team_id", "sso_user_id", "organization_id", "user_role", "user_email"] { writer.nullMember(name) }
            writer.nullMember("max_budget")
            writer.member("spend", raw: user.metrics.spend.liteLLMText)
            for name in ["teams", "models"] { writer.member(name, raw: "[]") }
            for name in ["metadata", "model_spend", "model_max_budget"] { writer.member(name, raw: "{}") }
            for name in ["max_parallel_requests", "tpm_limit", "rpm_limit", "budget_duration", "budget_reset_at"] {
                writer.nullMember(name)
            }
            writer.name("key_aliases")
            writer.array { for alias in aliases { $0.string(alias) } }
        }
    }

    private func tags(_ context: LedgerRequestContext) throws -> Response {
        _ = try authenticator.reader(context, "/spend/tags")
        var query = ActivityQuery(.tag)
        query.from = try SpendDates.date(context.query, "start_date")
        query.to = try SpendDates.date(context.query, "end_date")
        (query.byDay, query.dimensions, query.keys) = (false, [], .none)
        let report = try ledger.report(query)
        return .report(at: report.position) { GlobalSpendAnswer.tags(ActivityLists(report: report).entitiesBySpend, to: &$0) }
    }
}
