/// All series of one metric name.
struct MetricFamily: Sendable {
    enum Kind: String, Sendable {
        case counter, gauge, histogram
    }

    enum Series: Sendable {
        case counter(Counter)
        case gauge(Gauge)
        case histogram(Histogram)
        case counterReader(@Sendable () -> UInt64?)
        case gaugeReader(@Sendable () -> Double?)
    }

    let name: String
    let help: String
    let kind: Kind
    /// By the text of the labels, which is also the order of output.
    var series: [String: Series] = [:]

    /// HELP, TYPE and the samples; nothing if no series has a value.
    func render(into output: inout String) {
        var samples = ""
        for (labels, series) in series.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
            render(series, labels, into: &samples)
        }
        guard !samples.isEmpty else { return }
        output += "# HELP \(name) \(PrometheusText.escape(help: help))\n# TYPE \(name) \(kind.rawValue)\n\(samples)"
    }

    private func render(_ series: Series, _ labels: String, into output: inout String) {
        switch series {
        case .counter(let counter): sample("", labels, String(counter.value), into: &output)
        case .gauge(let gauge): sample("", labels, PrometheusText.format(gauge.value), into: &output)
        case .counterReader(let read):
            if let value = read() { sample("", labels, String(value), into: &output) }
        case .gaugeReader(let read):
            if let value = read() { sample("", labels, PrometheusText.format(value), into: &output) }
        case .histogram(let histogram): render(histogram, labels, into: &output)
        }
    }

    private func render(_ histogram: Histogram, _ labels: String, into output: inout String) {
        let (cumulative, sum) = histogram.snapshot
        let separator = labels.isEmpty ? "" : ","
        for (bound, count) in zip(histogram.upperBounds + [.infinity], cumulative) {
            sample("_bucket", "\(labels)\(separator)le=\"\(PrometheusText.format(bound))\"", String(count), into: &output)
        }
        sample("_sum", labels, PrometheusText.format(sum), into: &output)
        sample("_count", labels, String(cumulative.last ?? 0), into: &output)
    }

    private func sample(_ suffix: String, _ labels: String, _ value: String, into output: inout String) {
        output += name + suffix
        if !labels.isEmpty { output += "{\(labels)}" }
        output += " \(value)\n"
    }
}
