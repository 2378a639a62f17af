import Glibc
import JSONText
import Ledger

extension KeyText {
    /// The status that the answer says, else what its members come to.
    static func status(_ key: JSONObject) -> String {
        if let status = key["status"]?.string { return status }
        if key["deleted_at"]?.string != nil { return "deleted" }
        if key["blocked"]?.bool == true { return "revoked" }
        if let expires = key["expires"]?.string.flatMap({ Instant(rfc3339: $0) }), expires <= LedgerEnvironment.system.now() {
            return "expired"
        }
        return "active"
    }

    static func colored(_ status: String) -> String {
        switch status {
        case "active": Style.good(status)
        case "deprecated": Style.warning(status)
        case "revoked": Style.bad("revoked (blocked)")
        default: Style.bad(status)
        }
    }

    static func models(_ key: JSONObject) -> String? {
        let models = (key["models"]?.array ?? []).compactMap(\.string)
        return models.isEmpty ? nil : printable(models.joined(separator: ", "))
    }

    static func budget(_ key: JSONObject) -> String? {
        let spend = key["spend"]?.decimalText.map(shortened)
        guard let budget = key["max_budget"]?.decimalText else { return spend.map { "\($0) USD" } }
        let period = key["budget_duration"]?.string.map { " each \($0)" } ?? ""
        return "\(spend ?? "0") of \(shortened(budget)) USD\(period)"
    }

    /// `12.50` as `12.5`, `0.0` as `0`.
    private static func shortened(_ number: String) -> String { (try? Amount(decimal: number))?.decimalText ?? number }

    static func limits(_ key: JSONObject) -> String? {
        let limits = [("rpm", "rpm_limit"), ("tpm", "tpm_limit"), ("parallel", "max_parallel_requests")].compactMap { label, name in
            key[name]?.integer.map { "\($0) \(label)" }
        }
        return limits.isEmpty ? nil : limits.joined(separator: ", ")
    }

    static func stamp(_ key: JSONObject, _ what: String) -> String? {
        guard let time = key["\(what)_at"]?.string else { return nil }
        return time + (key["\(what)_by"]?.string.map { " by \(printable($0))" } ?? "")
    }
}
