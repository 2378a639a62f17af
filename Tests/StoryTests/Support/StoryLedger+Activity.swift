import JSONText
import Testing

extension StoryLedger {
    /// Every day that a test can reach.
    static let allDays = "start_date=2020-01-01&end_date=2099-12-31"

    /// Records a charge of now that must be new.
    /// - Parameters:
    ///   - secret: any secret of the key.
    ///   - spend: a decimal number.
    func charge(
        _ secret: String, _ spend: String, id: String, _ fields: JSONObject = [:], _ location: SourceLocation = #_sourceLocation
    ) throws {
        let result = try chargeResult(secret, spend, id: id, fields, location)
        #expect(result["result"]?.string == "recorded", "\(result)", sourceLocation: location)
    }

    /// What became of a charge: its row of the answer.
    func chargeResult(
        _ secret: String, _ spend: String, id: String, _ fields: JSONObject = [:], _ location: SourceLocation = #_sourceLocation
    ) throws -> JSONValue {
        var body: JSONObject = ["request_id": .string(id), "key": .string(secret), "spend": .string(spend)]
        for name in fields.names { body[name] = fields[name] }
        let results = try change("/v1/spend", .object(body), location)["results"]?.array ?? []
        try #require(results.count == 1, sourceLocation: location)
        return results[0]
    }

    /// The days of a report, the last one first.
    func days(
        _ entity: String = "user", _ query: String = "", _ location: SourceLocation = #_sourceLocation
    ) throws -> [JSONValue] {
        let answer = try get("/\(entity)/daily/activity?\(Self.allDays)&\(query)")
        try #require(answer.status == 200, "\(answer.status) \(answer.body)", sourceLocation: location)
        return answer["results"]?.array ?? []
    }

    /// The rows of one dimension of the only day that there is.
    func breakdown(
        _ dimension: String, _ query: String = "", _ location: SourceLocation = #_sourceLocation
    ) throws -> JSONObject {
        let days = try days("user", query, location)
        try #require(days.count == 1, sourceLocation: location)
        return try #require(days[0]["breakdown"]?[dimension]?.object, sourceLocation: location)
    }

    /// What the charges of some credentials come to: of the key, in daily activity, and in the list of charges.
    func sums(_ name: String, tokens: [String], _ location: SourceLocation = #_sourceLocation) throws -> Sums {
        let info = try info(name, location)
        let total = try #require(try get("/user/daily/activity?\(Self.allDays)")["metadata"]?["total_spend"], sourceLocation: location)
        let rows = try tokens.flatMap { try logs($0, location) }
        return Sums(
            spend: info["spend"]?.decimalText, total: info["total_spend"]?.decimalText, daily: total.decimalText,
            charges: rows.map { $0["spend"]?.decimalText })
    }

    /// The charges of a credential.
    func logs(_ token: String, _ location: SourceLocation = #_sourceLocation) throws -> [JSONValue] {
        let answer = try get("/spend/logs?api_key=\(token)")
        try #require(answer.status == 200, "\(answer.status) \(answer.body)", sourceLocation: location)
        return try #require(answer.json.array, sourceLocation: location)
    }

    /// The four truths of LiteLLM, which nothing reconciles there.
    struct Sums: Equatable {
        var spend, total, daily: String?
        var charges: [String?]
    }
}
