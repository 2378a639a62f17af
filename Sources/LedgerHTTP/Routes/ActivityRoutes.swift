import Hummingbird
import JSONText
import Ledger
import NIOCore

/// LiteLLM's daily activity.
struct ActivityRoutes: Sendable {
    let ledger: Ledger
    let authenticator: Authenticator
    var database = TimeZoneDatabase.system

    func add(to router: Router<LedgerRequestContext>) {
        for family in ActivityFamily.allCases {
            add(to: router, family, "", pages)
            add(to: router, family, "/aggregated", aggregated)
            add(to: router, family, "/aggregated/keys", keys)
            add(to: router, family, "/aggregated/search", search)
            add(to: router, family, "/aggregated/model_top_keys", modelTopKeys)
            add(to: router, family, "/export", export)
        }
        add(to: router, .user, "/aggregated/users", users)
        add(to: router, .user, "/aggregated/cache_leakage_keys", cacheLeakageKeys)
    }

    private func add(
        to router: Router<LedgerRequestContext>, _ family: ActivityFamily, _ suffix: String,
        _ handler: @escaping @Sendable (LedgerRequestContext, ActivityFamily, AuthenticatedCaller) throws -> Response
    ) {
        let path = family.path + suffix
        router.get("\(path)") { _, context in
            let caller = try authenticator.caller(context)
            return try await context.offload { try handler(context, family, caller) }
        }
    }

    // MARK: Days

    private func pages(_ context: LedgerRequestContext, _ family: ActivityFamily, _ caller: AuthenticatedCaller) throws -> Response {
        var request = ActivityRequest(context.query, family)
        let page = try Self.page(&request, family)
        try take(&request, caller, isAggregated: false)
        request.query.page = page
        let report = try ledger.report(request.query)
        let answer = ActivityAnswer(report, family, showsPeriods: request.query.attribution == .asOf)
        return answer.response(.page(page.number))
    }

    /// Users' pages are told of like other parameters, others' in a text of their own.
    private static func page(_ request: inout ActivityRequest, _ family: ActivityFamily) throws -> ActivityQuery.Page {
        if family == .user {
            let number = request.reader.integer("page", default: 1, atLeast: 1)
            let size = request.reader.integer("page_size", default: 50, atLeast: 1, atMost: 1_000)
            return ActivityQuery.Page(number: Int(clamping: number), rows: Int(size))
        }
        let number = request.reader.integer("page", default: 1)
        let size = request.reader.integer("page_size", default: 10)
        try request.reader.validate()
        guard number >= 1, size >= 1 else {
            throw APIError.detail(
                .badRequest, "page and page_size must be >= 1, got page=\(number), page_size=\(size)", code: "invalid_page")
        }
        return ActivityQuery.Page(number: Int(clamping: number), rows: Int(clamping: size))
    }

    private func aggregated(_ context: LedgerRequestContext, _ family: ActivityFamily, _ caller: AuthenticatedCaller) throws -> Response {
        var request = ActivityRequest(context.query, family)
        let limit = Int(request.reader.integer("api_key_limit", default: 100, atLeast: 1, atMost: 1_000))
        try take(&request, caller, isAggregated: true)
        request.query.keys = .top(limit)
        if family == .user { request.query.dimensions.removeAll { $0 == .entities } }
        let report = try ledger.report(request.query)
        let answer = ActivityAnswer(
            report, family, showsPeriods: request.query.attribution == .asOf, showsEntities: family != .user)
        return answer.response(.aggregated(keyLimit: limit))
    }

    // MARK: Keys and users of a whole range

    private func keys(_ context: LedgerRequestContext, _ family: ActivityFamily, _ caller: AuthenticatedCaller) throws -> Response {
        var request = ActivityRequest(context.query, family)
        let (offset, limit) = Self.part(&request)
        try takeWhole(&request, caller)
        let report = try ledger.report(request.query)
        return answer(report) { writer in
            ActivityLists.write(ActivityLists(report: report).keysBySpend.dropFirst(offset).prefix(limit), .short, to: &writer)
            writer.member("total_api_keys", report.keys.count)
            writer.member("offset", offset)
            writer.member("limit", limit)
        }
    }

    private func search(_ context: LedgerRequestContext, _ family: ActivityFamily, _ caller: AuthenticatedCaller) throws -> Response {
        var request = ActivityRequest(context.query, family)
        let text = request.reader.requiredText("search")
        let limit = Int(request.reader.integer("limit", default: 100, atLeast: 1, atMost: 100))
        try takeWhole(&request, caller)
        let report = try ledger.report(request.query)
        return answer(report) { writer in
            ActivityLists.write(ActivityLists(report: report).keys(matching: text).prefix(limit), .all, to: &writer)
        }
    }

    private func modelTopKeys(
        _ context: LedgerRequestContext, _ family: ActivityFamily, _ caller: AuthenticatedCaller
    ) throws -> Response {
        var request = ActivityRequest(context.query, family)
        let name = request.reader.requiredText("model_group")
        let isGroup = request.reader.boolean("by_model_group", default: true)
        let limit = Int(request.reader.integer("limit", default: 5, atLeast: 1, atMost: 100))
        try takeWhole(&request, caller)
        let dimension: ActivityQuery.Dimension = isGroup ? .modelGroups : .models
        (request.query.dimensions, request.query.keys) = ([dimension], .all)
        let report = try ledger.report(request.query)
        return answer(report) { writer in
            writer.member("model", name)
            writer.member("by_model_group", isGroup)
            ActivityLists.write(ActivityLists(report: report).keys(of: name, in: dimension).prefix(limit), .short, to: &writer)
        }
    }

    private func users(_ context: LedgerRequestContext, _ family: ActivityFamily, _ caller: AuthenticatedCaller) throws -> Response {
        var request = ActivityRequest(context.query, family)
        let (offset, limit) = Self.part(&request)
        try takeWhole(&request, caller)
        let report = try ledger.report(request.query)
        return answer(report) { writer in
            ActivityLists.write(ActivityLists(report: report).entitiesBySpend.dropFirst(offset).prefix(limit), to: &writer)
            writer.member("total_users", report.entities.count)
            writer.member("offset", offset)
            writer.member("limit", limit)
        }
    }

    private func cacheLeakageKeys(
        _ context: LedgerRequestContext, _ family: ActivityFamily, _ caller: AuthenticatedCaller
    ) throws -> Response {
        var request = ActivityRequest(context.query, family)
        let limit = Int(request.reader.integer("limit", default: 20, atLeast: 1, atMost: 100))
        try takeWhole(&request, caller)
        let report = try ledger.report(request.query)
        return answer(report) { writer in
            ActivityLists.write(ActivityLists(report: report).keysByUncachedTokens.prefix(limit), .short, to: &writer)
        }
    }

    private func export(_ context: LedgerRequestContext, _ family: ActivityFamily, _ caller: AuthenticatedCaller) throws -> Response {
        var request = ActivityRequest(context.query, family)
        let export = ActivityExport(&request.reader)
        try take(&request, caller, isAggregated: true)
        export.prepare(&request.query)
        return try export.response(ledger.report(request.query), request.query, family)
    }

    // MARK: Common parts

    private static func part(_ request: inout ActivityRequest) -> (offset: Int, limit: Int) {
        let offset = request.reader.integer("offset", default: 0, atLeast: 0)
        let limit = request.reader.integer("limit", default: 50, atLeast: 1, atMost: 100)
        return (Int(clamping: offset), Int(limit))
    }

    private func takeWhole(_ request: inout ActivityRequest, _ caller: AuthenticatedCaller) throws {
        try take(&request, caller, isAggregated: true)
        request.query.byDay = false
        request.query.dimensions = []
        request.query.keys = .none
        // A list names each key once.
        request.query.attribution = .latest
    }

    private func take(_ request: inout ActivityRequest, _ caller: AuthenticatedCaller, isAggregated: Bool) throws {
        let own = try OwnActivity(caller, request.family, ledger)
        try request.take(isAggregated: isAggregated, database: database) { try ledger.position(at: $0) }
        try own?.restrict(&request)
    }

    private func answer(_ report: ActivityReport, _ body: (inout JSONWriter) -> Void) -> Response {
        .report(at: report.position) { $0.object(body) }
    }
}

extension QueryReader {
    /// A text that must be there and not be empty.
    mutating func requiredText(_ name: String) -> String {
        let text = required(name)
        if text.isEmpty, parameters[name] != nil {
            report(
                ValidationIssue(
                    type: "string_too_short", location: ["query", .name(name)], message: "String should have at least 1 character"))
        }
        return text
    }
}
