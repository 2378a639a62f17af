import HTTPTypes
import Ledger

/// What the routes of daily activity have in common in their queries.
struct ActivityRequest {
    var query: ActivityQuery
    var reader: QueryReader
    let family: ActivityFamily

    /// Days that the aggregated routes take at once; that of users takes any.
    private static let mostDays = 400

    /// Reads what all routes take. Everything that is wrong with numbers and truth values is told by ``validate(_:)``.
    init(_ reader: QueryReader, _ family: ActivityFamily) {
        self.reader = reader
        self.family = family
        query = ActivityQuery(family.entity)
    }

    /// Reads dates, zone and filters; the route's own parameters have been read before.
    ///
    /// - Throws: `APIError`: a 422 for numbers and truth values, then a 400 for what cannot be meant.
    mutating func take(isAggregated: Bool, database: TimeZoneDatabase, position: (Instant) throws -> Position) throws {
        let minutes = reader.integer("timezone")
        _ = reader.boolean("include_current_utc_day")
        query.includesUnassigned = reader.boolean("include_unassigned", default: family == .user)
        try reader.validate()
        try takeDates(isAggregated: isAggregated)
        query.zone = try Self.zone(named: reader.filter("tz"), minutes: minutes, database)
        query.entities = names(reader.filter(family.entityParameter))
        query.excluded = family.exclusionParameter.flatMap { names(reader.filter($0)) } ?? []
        query.model = reader.filter("model")
        takeKey(reader.filter("api_key"))
        try takeView()
        query.asOf = try reader.filter("as_of").map { try Self.position($0, position) }
    }

    private mutating func takeDates(isAggregated: Bool) throws {
        guard let start = reader.filter("start_date"), let end = reader.filter("end_date") else {
            throw APIError.activity("Please provide start_date and end_date", code: "dates_missing")
        }
        guard let from = CivilDate(start), let to = CivilDate(end) else {
            throw APIError.activity("start_date and end_date must be valid YYYY-MM-DD dates", code: "invalid_date")
        }
        guard from <= to else { throw APIError.activity("end_date must be on or after start_date", code: "invalid_range") }
        if isAggregated, family != .user, to.daysSince1970 - from.daysSince1970 > Self.mostDays {
            throw APIError.activity("Date range must be at most \(Self.mostDays) days", code: "range_too_long")
        }
        (query.from, query.to) = (from, to)
    }

    /// A secret, a token, or a key_id; anything else is no key's.
    private mutating func takeKey(_ text: String?) {
        guard let text else { return }
        if let keyID = KeyID(text) {
            query.keyIDs = [keyID]
        } else {
            query.token = Token(hex: text) ?? Token(secret: text)
        }
    }

    private mutating func takeView() throws {
        switch reader.filter("attribution") {
        case nil, "latest": break
        case "as_of": query.attribution = .asOf
        default: throw APIError.activity("attribution is latest or as_of", code: "invalid_attribution")
        }
        switch reader.filter("group_by") {
        case nil, "api_key": break
        case "key_id": query.joinsRotations = true
        default: throw APIError.activity("group_by is api_key or key_id", code: "invalid_group_by")
        }
    }

    /// A family's entities: a list with commas between, of users one. A list of commas alone names nobody.
    private func names(_ text: String?) -> [String]? {
        guard let text else { return nil }
        return family == .user ? [text] : text.separatedByCommas
    }

    private static func position(_ text: String, _ position: (Instant) throws -> Position) throws -> Position {
        if let number = UInt64(text) { return Position(number) }
        guard let moment = Instant(rfc3339: text) else {
            throw APIError.activity("as_of is a position or a time such as 2026-11-21T14:03:07Z", code: "invalid_as_of")
        }
        return try position(moment)
    }

    /// - Parameter minutes: as JavaScript's getTimezoneOffset tells them, west of UTC.
    private static func zone(named name: String?, minutes: Int64?, _ database: TimeZoneDatabase) throws -> ActivityZone {
        if let name {
            if name == "UTC" { return .utc }
            do throws(TimeZoneError) {
                return .named(try database.rules(named: name))
            } catch { throw APIError(error) }
        }
        guard let minutes, minutes != 0 else { return .utc }
        guard minutes.isMultiple(of: 15), abs(minutes) <= 1_080 else {
            throw APIError.activity("timezone is in minutes west of UTC, a multiple of 15 up to 18 hours", code: "invalid_timezone")
        }
        return .offset(minutesEast: -Int(minutes))
    }
}

extension String {
    /// The parts between commas that are not empty. A comma is one whatever follows it: marks that combine with it are the next part's.
    var separatedByCommas: [String] { utf8.split(separator: UInt8(ascii: ",")).map { String(decoding: $0, as: UTF8.self) } }
}

extension APIError {
    init(_ error: TimeZoneError) {
        self = .detailError(.badRequest, error.message, code: error.code == .noDatabase ? "no_time_zones" : "invalid_timezone")
    }
}
