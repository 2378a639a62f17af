import Hummingbird
import JSONText
import Ledger

/// LiteLLM's routes of spend over all keys, for administrators and auditors.
struct GlobalSpendRoutes: Sendable {
    let ledger: Ledger
    let authenticator: Authenticator

    func add(to router: Router<LedgerRequestContext>) {
        add(to: router, "/global/spend", spend)
        add(to: router, "/global/spend/logs", logs)
        add(to: router, "/global/spend/keys", keys)
        add(to: router, "/global/spend/teams", teams)
        add(to: router, "/global/spend/models", models)
        add(to: router, "/global/spend/provider", providers)
        add(to: router, "/global/spend/tags", tags)
        add(to: router, "/global/spend/all_tag_names", tagNames)
        add(to: router, "/global/activity", activity)
        add(to: router, "/global/activity/model", modelActivity)
        // LiteLLM's reports are tables that this fills anew; here every report is of the moment.
        router.post("/global/spend/refresh") { _, context in
            _ = try authenticator.administrator(context, "/global/spend/refresh")
            return Response.json { $0.null() }
        }
        router.post("/global/spend/end_users") { _, context in
            _ = try authenticator.reader(context, "/global/spend/end_users")
            return try await context.offload { try endUsers(context) }
        }
    }

    private func add(
        to router: Router<LedgerRequestContext>, _ path: String, _ handler: @escaping @Sendable (LedgerRequestContext) throws -> Response
    ) {
        router.get("\(path)") { _, context in
            _ = try authenticator.reader(context, path)
            return try await context.offload { try handler(context) }
        }
    }

    private func spend(_ context: LedgerRequestContext) throws -> Response {
        var query = ActivityQuery(.user)
        (query.byDay, query.dimensions, query.keys) = (false, [], .none)
        let report = try ledger.report(query)
        return response(report) { writer in
            writer.object { writer in
                writer.member("spend", raw: report.totals.spend.liteLLMText)
                writer.member("max_budget", raw: "0.0")
            }
        }
    }

    private func logs(_ context: LedgerRequestContext) throws -> Response {
        var query = try dates(context).query(.user)
        if let text = context.query.filter("api_key") { query.token = Token(hex: text) ?? Token(secret: text) }
        let report = try ledger.report(query)
        return response(report) { GlobalSpendAnswer.byDay(report, to: &$0) }
    }

    private func keys(_ context: LedgerRequestContext) throws -> Response {
        let limit = try limit(context, default: nil)
        var query = try dates(context).query(.user)
        query.byDay = false
        let report = try ledger.report(query)
        let keys = ActivityLists(report: report).keysBySpend.prefix(limit ?? .max)
        return try response(report) { writer in
            try GlobalSpendAnswer.keys(keys, to: &writer) { try $0.keyID.flatMap { try ledger.key(.keyID($0))?.state.identity.keyName } }
        }
    }

    private func teams(_ context: LedgerRequestContext) throws -> Response {
        var query = try dates(context).query(.team)
        query.dimensions = [.entities]
        let report = try ledger.report(query)
        return response(report) { GlobalSpendAnswer.teams(report, to: &$0) }
    }

    private func models(_ context: LedgerRequestContext) throws -> Response {
        let limit = try limit(context, default: 10)
        let report = try whole(dates(context).query(.user), .models)
        return response(report) { writer in
            GlobalSpendAnswer.entries(
                GlobalSpendAnswer.entriesBySpend(report, .models).prefix(limit ?? .max), name: "model", spend: "total_spend", to: &writer)
        }
    }

    private func providers(_ context: LedgerRequestContext) throws -> Response {
        let dates = try SpendDates(required: context.query, missing: SpendDates.missing)
        let report = try whole(dates.query(.user), .providers)
        return response(report) { writer in
            GlobalSpendAnswer.entries(
                GlobalSpendAnswer.entriesBySpend(report, .providers), name: "provider", spend: "spend", to: &writer)
        }
    }

    private func tags(_ context: LedgerRequestContext) throws -> Response {
        var query = try SpendDates(required: context.query, missing: SpendDates.missingAsError).query(.tag)
        query.byDay = false
        query.entities = context.query.filter("tags")?.separatedByCommas
        let report = try ledger.report(query)
        return response(report) { GlobalSpendAnswer.tags(ActivityLists(report: report).entitiesBySpend, to: &$0) }
    }

    private func tagNames(_ context: LedgerRequestContext) throws -> Response {
        var query = ActivityQuery(.tag)
        (query.byDay, query.dimensions, query.keys) = (false, [], .none)
        let report = try ledger.report(query)
        return response(report) { writer in
            writer.object { writer in
                writer.name("tag_names")
                writer.array { for tag in report.entities { $0.string(tag.name) } }
            }
        }
    }

    /// The most end users that are listed, those who spent most.
    private static let mostEndUsers = 100

    /// `{"api_key"?, "startTime"?, "endTime"?}`.
    private func endUsers(_ context: LedgerRequestContext) throws -> Response {
        let body = try BodyFields.optionalObject(context.bodyBytes)
        func text(_ name: String) -> String? { body?[name]?.string.flatMap { $0.isEmpty ? nil : $0 } }
        let parameters = [("start_date", text("startTime")), ("end_date", text("endTime"))].compactMap { name, value in
            value.map { (name: name, value: $0) }
        }
        var query = try SpendDates(QueryReader(QueryParameters(items: parameters)), now: ledger.moment).query(.customer)
        query.byDay = false
        if let text = text("api_key") { query.token = Token(hex: text) ?? Token(secret: text) }
        let report = try ledger.report(query)
        return response(report) { writer in
            GlobalSpendAnswer.endUsers(ActivityLists(report: report).entitiesBySpend.prefix(Self.mostEndUsers), to: &writer)
        }
    }

    private func activity(_ context: LedgerRequestContext) throws -> Response {
        let report = try ledger.report(SpendDates(required: context.query, missing: SpendDates.missing).query(.user))
        return response(report) { GlobalSpendAnswer.activity(report, to: &$0) }
    }

    private func modelActivity(_ context: LedgerRequestContext) throws -> Response {
        var query = try SpendDates(required: context.query, missing: SpendDates.missing).query(.user)
        query.dimensions = [.modelGroups]
        let report = try ledger.report(query)
        return response(report) { GlobalSpendAnswer.modelActivity(report, to: &$0) }
    }

    // MARK: Common parts

    private func dates(_ context: LedgerRequestContext) throws -> SpendDates { try SpendDates(context.query, now: ledger.moment) }

    private func limit(_ context: LedgerRequestContext, default limit: Int64?) throws -> Int? {
        var reader = context.query
        let given = reader.integer("limit", atLeast: 1) ?? limit
        try reader.validate()
        return given.map { Int(clamping: $0) }
    }

    /// The sums of one dimension over the whole range.
    private func whole(_ query: ActivityQuery, _ dimension: ActivityQuery.Dimension) throws -> ActivityReport {
        var query = query
        (query.byDay, query.dimensions) = (false, [dimension])
        return try ledger.report(query)
    }

    private func response(_ report: ActivityReport, _ body: (inout JSONWriter) throws -> Void) rethrows -> Response {
        try .report(at: report.position, body)
    }
}
