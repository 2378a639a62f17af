import HTTPTypes
import Ledger

/// The query of LiteLLM's lists of spend logs.
struct ChargeListRequest {
    var query: ChargeQuery
    /// From 1.
    let page: Int
    /// The query asks for something that no charge here has.
    private(set) var matchesNothing = false

    /// `GET /spend/logs/v2` and `/spend/logs/ui`.
    ///
    /// - Throws: `APIError`: a 422 for numbers, a 400 for dates and words.
    init(paged parameters: QueryReader) throws {
        var reader = parameters
        let page = reader.integer("page", default: 1, atLeast: 1)
        let size = reader.integer("page_size", default: 50, atLeast: 1, atMost: 1_000)
        let least = reader.amount("min_spend")
        let most = reader.amount("max_spend")
        try reader.validate()
        self.page = Int(clamping: page)
        let (offset, overflow) = (Int(clamping: page) - 1).multipliedReportingOverflow(by: Int(size))
        query = ChargeQuery(offset: overflow ? .max - Int(size) : min(offset, .max - Int(size)), limit: Int(size))
        (query.minSpend, query.maxSpend) = (least, most)
        try takeFilters(reader)
        guard query.requestID != nil || (query.from != nil && query.to != nil) else {
            throw APIError.badRequest("Start date and end date are required", type: "bad_request", code: "dates_missing")
        }
        query.failed = try Self.failed(reader.filter("status_filter"))
        (query.sort, query.ascending) = try Self.order(reader.filter("sort_by"), reader.filter("sort_order"))
        query.teamID = reader.filter("team_id")
        query.model = reader.filter("model")
        query.modelGroup = reader.filter("model_group")
        query.alias = reader.filter("key_alias")
        query.endUser = reader.filter("end_user")
        matchesNothing = ["session_id", "model_id", "error_code", "error_message"].contains { reader.filter($0) != nil }
    }

    /// Charges that `/spend/logs` gives at most: it has no pages.
    private static let mostAtOnce = 1_000

    /// `GET /spend/logs` without a summary.
    init(whole reader: QueryReader) throws {
        page = 1
        query = ChargeQuery(limit: Self.mostAtOnce)
        try takeFilters(reader)
    }

    private mutating func takeFilters(_ reader: QueryReader) throws {
        query.from = try Self.moment(reader.filter("start_date"), "start_date")?.first
        query.to = try Self.moment(reader.filter("end_date"), "end_date")?.behind
        if let text = reader.filter("api_key") { query.token = Token(hex: text) ?? Token(secret: text) }
        query.userID = reader.filter("user_id")
        query.requestID = reader.filter("request_id") ?? reader.filter("search")
    }

    /// `YYYY-MM-DD`, `YYYY-MM-DD HH:MM:SS` or RFC 3339: the moment, and the one behind the day or second that it names.
    private static func moment(_ text: String?, _ name: String) throws -> (first: Instant, behind: Instant?)? {
        guard let text else { return nil }
        if let date = CivilDate(text), let first = Instant(date: date) { return (first, first.adding(seconds: 86_400)) }
        var stamp = text
        if let space = stamp.firstIndex(of: " ") { stamp.replaceSubrange(space...space, with: "T") }
        guard let first = Instant(rfc3339: stamp) ?? Instant(rfc3339: stamp + "Z") else {
            throw APIError.badRequest(
                "\(name) must be YYYY-MM-DD or YYYY-MM-DD HH:MM:SS.", type: "bad_request", param: name, code: "invalid_date")
        }
        return (first, first.adding(seconds: 1))
    }

    private static func failed(_ text: String?) throws -> Bool? {
        switch text {
        case nil: return nil
        case "success": return false
        case "failure": return true
        default:
            throw APIError.badRequest(
                "status_filter is success or failure.", type: "bad_request", param: "status_filter", code: "invalid_parameter")
        }
    }

    private static func order(_ field: String?, _ order: String?) throws -> (ChargeQuery.Sort, ascending: Bool) {
        guard let sort = field.map(ChargeQuery.Sort.init(rawValue:)) ?? .time else {
            let names = ChargeQuery.Sort.allCases.map(\.rawValue).joined(separator: ", ")
            throw APIError.badRequest(
                "Invalid sort_by. Must be one of: \(names)", type: "bad_request", param: "sort_by", code: "invalid_parameter")
        }
        switch order?.lowercased() {
        case nil, "desc": return (sort, false)
        case "asc": return (sort, true)
        default:
            throw APIError.badRequest(
                "Invalid sort_order. Must be 'asc' or 'desc'", type: "bad_request", param: "sort_order", code: "invalid_parameter")
        }
    }
}

extension QueryReader {
    /// A decimal number of dollars; nil if it is absent or bad.
    mutating func amount(_ name: String) -> Amount? {
        guard let text = parameters[name] else { return nil }
        if let amount = NumberText(text).flatMap({ try? Amount(decimal: $0.text) }) { return amount }
        report(.numberText(["query", .name(name)]))
        return nil
    }
}
