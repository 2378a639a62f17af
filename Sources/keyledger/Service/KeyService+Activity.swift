import JSONText
import Ledger

extension KeyService {
    /// - Throws: ``CommandError``; `LedgerError`; `AmountError` for sums that do not fit.
    func activity(_ question: ActivityQuestion) async throws -> ActivityTable {
        switch self {
        case .folder(let folder): try folder.activity(question)
        case .server(let server): try await server.activity(question)
        }
    }
}

extension ActivityDimension {
    fileprivate var entity: ActivityQuery.Entity {
        switch self {
        case .team: .team
        case .tag: .tag
        case .day, .key, .user, .model, .provider: .user
        }
    }
}

// MARK: A folder

extension FolderKeys {
    fileprivate func activity(_ question: ActivityQuestion) throws -> ActivityTable {
        var query = ActivityQuery(question.dimension.entity, from: question.from, to: question.to)
        query.zone = try zone(question.zone)
        query.byDay = question.dimension == .day
        query.joinsRotations = true
        query.keys = .none
        switch question.dimension {
        case .model: query.dimensions = [.models]
        case .provider: query.dimensions = [.providers]
        default: query.dimensions = []
        }
        let report = try ledger.activity(query)
        return ActivityTable(question, rows: rows(report, question.dimension), total: .init(report.totals))
    }

    private func zone(_ name: String?) throws -> ActivityZone {
        guard let name, name != "UTC" else { return .utc }
        do throws(TimeZoneError) {
            return .named(try TimeZoneDatabase.system.rules(named: name))
        } catch {
            throw CommandError.usage(error.message)
        }
    }

    private func rows(_ report: ActivityReport, _ dimension: ActivityDimension) -> [ActivityTable.Row] {
        switch dimension {
        case .day: report.days.map { .init(name: $0.date.description, sums: .init($0.metrics)) }
        case .key: report.keys.map { .init(name: $0.alias, key: .init($0), sums: .init($0.metrics)) }
        case .team, .user, .tag: report.entities.map { .init(name: $0.id ?? ActivityName.unassigned, sums: .init($0.metrics)) }
        case .model: report.days.flatMap { $0[.models] }.map { .init(name: $0.name, sums: .init($0.metrics)) }
        case .provider: report.days.flatMap { $0[.providers] }.map { .init(name: $0.name, sums: .init($0.metrics)) }
        }
    }
}

extension ActivityTable.Key {
    fileprivate init(_ key: ActivityReport.Key) {
        self.init(id: key.name, teamID: key.teamID, exists: key.keyID == nil ? nil : key.exists)
    }
}

extension ActivityTable.Sums {
    fileprivate init(_ metrics: ActivityMetrics) {
        self.init(
            spend: metrics.spend, requests: metrics.requests, failed: UInt64(clamping: metrics.failed),
            promptTokens: UInt64(clamping: metrics.promptTokens), completionTokens: UInt64(clamping: metrics.completionTokens))
    }
}

// MARK: A server

extension ServerClient {
    private static let pageRows = 1_000
    private static let timeoutSeconds: Int64 = 300

    /// Sums the pages of the server's answer, each of which holds whole days.
    fileprivate func activity(_ question: ActivityQuestion) async throws -> ActivityTable {
        var sums: [String: ActivityTable.Row] = [:]
        var total = ActivityTable.Sums()
        var (page, pages) = (1, 1)
        while page <= pages {
            let answer = try await send("GET", path(question), query: query(question, page), timeoutSeconds: Self.timeoutSeconds)
            for day in answer["results"]?.array ?? [] {
                for row in try rows(day, question.dimension) {
                    var sum = sums[row.id] ?? ActivityTable.Row(name: row.row.name, key: row.row.key)
                    try sum.sums.add(row.row.sums)
                    sums[row.id] = sum
                }
                try total.add(.init(day["metrics"]))
            }
            pages = Int(answer["metadata"]?["total_pages"]?.integer ?? 1)
            page += 1
        }
        return ActivityTable(question, rows: Array(sums.values), total: total)
    }

    private func path(_ question: ActivityQuestion) -> String { "/\(question.dimension.entity.rawValue)/daily/activity" }

    private func query(_ question: ActivityQuestion, _ page: Int) -> [(name: String, value: String)] {
        let range = [("start_date", question.from.description), ("end_date", question.to.description)]
        let view = [("group_by", "key_id"), ("include_unassigned", "true")]
        let zone = question.zone.map { [("tz", $0)] } ?? []
        return (range + view + zone + [("page", String(page)), ("page_size", String(Self.pageRows))]).map { (name: $0.0, value: $0.1) }
    }

    /// What a day adds to each row; the id tells rows of one name apart.
    private func rows(_ day: JSONValue, _ dimension: ActivityDimension) throws -> [(id: String, row: ActivityTable.Row)] {
        let breakdown = day["breakdown"]
        func entries(_ name: String) throws -> [(id: String, row: ActivityTable.Row)] {
            try (breakdown?[name]?.object ?? [:]).map { ($0.name, .init(name: $0.name, sums: try .init($0.value["metrics"]))) }
        }
        switch dimension {
        case .day:
            let date = day["date"]?.string ?? ""
            return [(date, .init(name: date, sums: try .init(day["metrics"])))]
        case .key:
            return try (breakdown?["api_keys"]?.object ?? [:]).map { member in
                let metadata = member.value["metadata"]
                let isToken = Token(hex: member.name) != nil
                let key = ActivityTable.Key(
                    id: member.name, teamID: metadata?["team_id"]?.string, exists: isToken ? nil : metadata?["key_exists"]?.bool)
                return (member.name, .init(name: metadata?["key_alias"]?.string, key: key, sums: try .init(member.value["metrics"])))
            }
        case .team, .user, .tag: return try entries("entities")
        case .model: return try entries("models")
        case .provider: return try entries("providers")
        }
    }
}

extension ActivityTable.Sums {
    /// - Throws: `AmountError`, if the server's amount is none.
    fileprivate init(_ metrics: JSONValue?) throws {
        func count(_ name: String) -> UInt64 { UInt64(clamping: metrics?[name]?.integer ?? 0) }
        self.init(
            spend: try Amount(decimal: metrics?["spend"]?.decimalText ?? "0"), requests: count("api_requests"),
            failed: count("failed_requests"),
            promptTokens: count("prompt_tokens"), completionTokens: count("completion_tokens"))
    }
}
