package import Ledger

/// The metrics of an entry as JSON. What this ledger has no source for is 0.
package enum MetricsText {
    /// All 18.
    package static func append(_ metrics: ActivityMetrics, to bytes: inout [UInt8]) {
        append("{\"spend\":", metrics.spend, to: &bytes)
        append(",\"flat_cost\":0.0,\"ptu_hours\":0.0,\"prompt_tokens\":", metrics.promptTokens, to: &bytes)
        append(",\"completion_tokens\":", metrics.completionTokens, to: &bytes)
        append(",\"cache_read_input_tokens\":", metrics.cacheReadTokens, to: &bytes)
        append(",\"cache_creation_input_tokens\":", metrics.cacheWriteTokens, to: &bytes)
        append(savings, to: &bytes)
        append(",\"total_tokens\":", metrics.totalTokens, to: &bytes)
        append(",\"successful_requests\":", metrics.succeeded, to: &bytes)
        append(",\"failed_requests\":", metrics.failed, to: &bytes)
        append(",\"api_requests\":", metrics.requests, to: &bytes)
        append(",\"total_response_time_ms\":", metrics.durationMilliseconds, to: &bytes)
        append(",\"timed_requests\":", metrics.timed, to: &bytes)
        bytes.append(UInt8(ascii: "}"))
    }

    private static let savings: StaticString = """
        ,"compression_saved_tokens":0,"compression_savings_spend":0.0,"prompt_caching_savings_spend":0.0,\
        "gateway_injected_caching_savings_spend":0.0,"autorouter_savings_spend":0.0
        """

    /// The nine that lists of keys show.
    package static func appendShort(_ metrics: ActivityMetrics, to bytes: inout [UInt8]) {
        append("{\"spend\":", metrics.spend, to: &bytes)
        append(",\"prompt_tokens\":", metrics.promptTokens, to: &bytes)
        append(",\"completion_tokens\":", metrics.completionTokens, to: &bytes)
        append(",\"total_tokens\":", metrics.totalTokens, to: &bytes)
        append(",\"api_requests\":", metrics.requests, to: &bytes)
        append(",\"successful_requests\":", metrics.succeeded, to: &bytes)
        append(",\"failed_requests\":", metrics.failed, to: &bytes)
        append(",\"cache_read_input_tokens\":", metrics.cacheReadTokens, to: &bytes)
        append(",\"cache_creation_input_tokens\":", metrics.cacheWriteTokens, to: &bytes)
        bytes.append(UInt8(ascii: "}"))
    }

    private static func append(_ name: StaticString, _ amount: Amount, to bytes: inout [UInt8]) {
        append(name, to: &bytes)
        append(amount, to: &bytes)
    }

    private static func append(_ name: StaticString, _ number: some BinaryInteger, to bytes: inout [UInt8]) {
        append(name, to: &bytes)
        append(UInt64(clamping: number), atLeast: 1, to: &bytes)
    }

    private static func append(_ text: StaticString, to bytes: inout [UInt8]) {
        text.withUTF8Buffer { unsafe bytes.append(contentsOf: $0) }
    }

    /// The same as `Amount.liteLLMText`, without a string for each amount.
    package static func append(_ amount: Amount, to bytes: inout [UInt8]) {
        guard amount.picodollars >= 0, let picodollars = UInt64(exactly: amount.picodollars) else {
            return bytes.append(contentsOf: amount.liteLLMText.utf8)
        }
        let (whole, fraction) = picodollars.quotientAndRemainder(dividingBy: 1_000_000_000_000)
        append(whole, atLeast: 1, to: &bytes)
        bytes.append(UInt8(ascii: "."))
        append(fraction, atLeast: Amount.fractionDigits, to: &bytes)
        for _ in 1..<Amount.fractionDigits where bytes.last == UInt8(ascii: "0") { bytes.removeLast() }
    }

    private static func append(_ number: UInt64, atLeast digits: Int, to bytes: inout [UInt8]) {
        var rest = number
        var text: InlineArray<20, UInt8> = .init(repeating: 0)
        var count = 0
        repeat {
            text[count] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
            count += 1
        } while rest > 0
        for _ in 0..<max(0, digits - count) { bytes.append(UInt8(ascii: "0")) }
        for index in (0..<count).reversed() { bytes.append(text[index]) }
    }
}
