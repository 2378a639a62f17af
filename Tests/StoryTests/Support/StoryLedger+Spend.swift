import Glibc
import JSONText
import Testing

extension StoryLedger {
    /// A charge by a token, as /v1/spend takes it.
    static func charge(_ id: String, _ token: String, _ spend: JSONValue, _ more: JSONObject = [:]) -> JSONValue {
        var charge: JSONObject = ["request_id": .string(id), "token": .string(token), "spend": spend]
        for member in more { charge[member.name] = member.value }
        return .object(charge)
    }

    /// The time now, in seconds since 1970.
    static var now: JSONValue { JSONValue(time(nil)) }

    /// Sends charges that must be answered, and returns what became of each.
    @discardableResult
    func spend(_ body: JSONValue, as caller: Caller = .master, _ location: SourceLocation = #_sourceLocation) throws -> [JSONValue] {
        let answer = try post("/v1/spend", body, as: caller)
        try #require(answer.status == 200, "\(answer.status) \(answer.body)", sourceLocation: location)
        return answer["results"]?.array ?? []
    }

    /// What /key/info says was spent: in the budget's window, and since ever.
    func spent(_ key: String, _ location: SourceLocation = #_sourceLocation) throws -> [String?] {
        let info = try info(key, location)
        return [info["spend"]?.decimalText, info["total_spend"]?.decimalText]
    }
}
