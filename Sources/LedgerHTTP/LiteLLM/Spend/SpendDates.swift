import HTTPTypes
import Ledger

/// The dates of LiteLLM's spend routes.
struct SpendDates {
    var from: CivilDate
    var to: CivilDate

    /// How many days reports go back that name no dates.
    private static let usualDays = 30

    /// `start_date` and `end_date`; those that are not given are the last thirty days.
    ///
    /// - Throws: `APIError`: a 400 for what is no date, and for an end before the start.
    init(_ reader: QueryReader, now: Instant) throws {
        let to = try Self.date(reader, "end_date") ?? now.date
        let from = try Self.date(reader, "start_date") ?? CivilDate(daysSince1970: to.daysSince1970 - Self.usualDays)
        guard from <= to else { throw APIError.activity("end_date must be on or after start_date", code: "invalid_range") }
        (self.from, self.to) = (from, to)
    }

    /// Both dates, which must be given.
    ///
    /// - Throws: `APIError`, a 400.
    init(required reader: QueryReader, missing: APIError) throws {
        guard reader.filter("start_date") != nil, reader.filter("end_date") != nil else { throw missing }
        try self.init(reader, now: .epoch)
    }

    static let missing = APIError.activity("Please provide start_date and end_date", code: "dates_missing")
    static let missingAsError = APIError.badRequest(
        "Please provide start_date and end_date", type: "bad_request", code: "dates_missing")

    static func date(_ reader: QueryReader, _ name: String) throws -> CivilDate? {
        guard let text = reader.filter(name) else { return nil }
        guard let date = CivilDate(String(text.prefix(10))) else {
            throw APIError.activity("\(name) must be a valid YYYY-MM-DD date", code: "invalid_date")
        }
        return date
    }

    /// A query over these days.
    func query(_ entity: ActivityQuery.Entity) -> ActivityQuery {
        var query = ActivityQuery(entity, from: from, to: to)
        query.dimensions = []
        query.keys = .none
        return query
    }
}

extension CivilDate {
    /// `Nov 21`, as LiteLLM's activity shows days.
    var monthAndDay: String {
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        return "\(months[month - 1]) \(day < 10 ? "0" : "")\(day)"
    }
}
