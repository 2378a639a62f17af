import JSONText

/// What became of many charges.
struct ChargeSummary {
    private static let mostShown = 20

    private(set) var count = 0
    private var position: JSONValue = .null
    private var counts: [String: Int] = [:]
    /// Those that are not in the ledger, each with its number in the input.
    private var failures: [JSONObject] = []

    /// Takes in the answer to one request.
    mutating func add(_ answer: JSONObject) {
        if let reached = answer["position"] { position = reached }
        for result in answer["results"]?.array ?? [] {
            count += 1
            let name = result["result"]?.string ?? "?"
            counts[name, default: 0] += 1
            guard name == "conflict" || name == "rejected", let members = result.object else { continue }
            var failure: JSONObject = ["number": JSONValue(count)]
            for member in members { failure[member.name] = member.value }
            failures.append(failure)
        }
    }

    /// Why the command failed; nil if every charge is in the ledger.
    var error: CommandError? {
        guard !failures.isEmpty else { return nil }
        let message = "\(failures.count) of \(count) charges \(failures.count == 1 ? "is" : "are") not in the ledger."
        guard counts["rejected"] == nil else { return CommandError(.usage, code: "charges_rejected", message) }
        return CommandError(.conflict, code: "conflict", message)
    }

    var json: String {
        var object: JSONObject = ["position": position]
        for name in ["recorded", "duplicate", "conflict", "rejected"] { object[name] = JSONValue(counts[name] ?? 0) }
        object["failures"] = .array(failures.map { .object($0) })
        return JSONValue.object(object).serialized()
    }

    var text: String {
        let before = counts["duplicate"].map { ", \($0) recorded before" } ?? ""
        let lines = failures.prefix(Self.mostShown).map { failure in
            let id = failure["request_id"]?.string ?? Self.sequence(failure)
            let error = failure["error"]
            return "  charge \(failure["number"]?.decimalText ?? "?")\(id.map { " (\(printable($0)))" } ?? ""): "
                + Style.bad(error?["code"]?.string ?? "?") + ": " + printable(error?["message"]?.string ?? "")
        }
        let more = failures.count > Self.mostShown ? ["  … and \(failures.count - Self.mostShown) more; --json lists them all"] : []
        return (["Recorded \(counts["recorded"] ?? 0)\(before)"] + lines + more).joined(separator: "\n")
    }

    private static func sequence(_ failure: JSONObject) -> String? {
        failure["producer"]?.string.map { "\($0) \(failure["producer_seq"]?.decimalText ?? "?")" }
    }
}
