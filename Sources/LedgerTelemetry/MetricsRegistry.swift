import Synchronization

/// All metrics of a process, rendered as Prometheus text.
///
/// Asking again for the same name and labels gives the same metric, so callers may keep it or look it up each time; a look-up takes a lock and
/// builds a string, using a kept metric does neither. A name that is no metric name, a second kind or help under one name and a counter that
/// does not end in `_total` are programmers' mistakes and trap. Label values must come from a bounded set: each combination stays for ever.
package final class MetricsRegistry: Sendable {
    private let families = Mutex<[String: MetricFamily]>([:])

    /// A registry without metrics.
    package init() {}

    /// A counter; its name ends in `_total`.
    package func counter(_ name: String, help: String, labels: KeyValuePairs<String, String> = [:]) -> Counter {
        let series = register(name, help, .counter, labels) { .counter(Counter()) }
        guard case .counter(let counter) = series else {
            fatalError("The metric \(name) is read by a closure; keep what it reads instead.")
        }
        return counter
    }

    /// A gauge that is set.
    package func gauge(_ name: String, help: String, labels: KeyValuePairs<String, String> = [:]) -> Gauge {
        let series = register(name, help, .gauge, labels) { .gauge(Gauge()) }
        guard case .gauge(let gauge) = series else { fatalError("The metric \(name) is read by a closure; keep what it reads instead.") }
        return gauge
    }

    /// A histogram; the bounds of the first call for these labels hold.
    ///
    /// - Parameter buckets: inclusive upper bounds, rising, in base units (seconds, bytes).
    package func histogram(
        _ name: String, help: String, buckets: [Double] = Histogram.Buckets.seconds, labels: KeyValuePairs<String, String> = [:]
    ) -> Histogram {
        precondition(zip(buckets, buckets.dropFirst()).allSatisfy { $0 < $1 } && buckets.allSatisfy { $0.isFinite }, "bounds rise")
        let series = register(name, help, .histogram, labels) { .histogram(Histogram(upperBounds: buckets)) }
        guard case .histogram(let histogram) = series else { fatalError("The metric \(name) is no histogram.") }
        return histogram
    }

    /// A gauge that is read when rendered, for example from the store. Nil leaves it out. A second call for the same labels replaces the closure.
    package func gauge(
        _ name: String, help: String, labels: KeyValuePairs<String, String> = [:], read: @escaping @Sendable () -> Double?
    ) {
        replace(name, help, .gauge, labels, .gaugeReader(read))
    }

    /// A counter that is read when rendered. Nil leaves it out. A second call for the same labels replaces the closure.
    package func counter(
        _ name: String, help: String, labels: KeyValuePairs<String, String> = [:], read: @escaping @Sendable () -> UInt64?
    ) {
        replace(name, help, .counter, labels, .counterReader(read))
    }

    /// The text of a scrape, in the order of names and labels. Closures are called without the registry's lock.
    package func render() -> String {
        let snapshot = families.withLock { Array($0.values) }
        var output = ""
        for family in snapshot.sorted(by: { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }) {
            family.render(into: &output)
        }
        return output
    }

    private func register(
        _ name: String, _ help: String, _ kind: MetricFamily.Kind, _ labels: KeyValuePairs<String, String>, make: () -> MetricFamily.Series
    ) -> MetricFamily.Series {
        let text = Self.text(of: labels, kind)
        return families.withLock { families in
            var family = Self.family(families[name], name, help, kind)
            if let existing = family.series[text] { return existing }
            let made = make()
            family.series[text] = made
            families[name] = family
            return made
        }
    }

    private func replace(
        _ name: String, _ help: String, _ kind: MetricFamily.Kind, _ labels: KeyValuePairs<String, String>, _ series: MetricFamily.Series
    ) {
        let text = Self.text(of: labels, kind)
        families.withLock { families in
            var family = Self.family(families[name], name, help, kind)
            family.series[text] = series
            families[name] = family
        }
    }

    private static func family(_ existing: MetricFamily?, _ name: String, _ help: String, _ kind: MetricFamily.Kind) -> MetricFamily {
        if let existing {
            guard existing.kind == kind, existing.help == help else { fatalError("The metric \(name) exists with another kind or help.") }
            return existing
        }
        guard PrometheusText.isValid(metricName: name), kind != .counter || name.hasSuffix("_total") else {
            fatalError("\(name) is no name for a \(kind.rawValue): letters, digits, _ and :, with _total at the end of a counter.")
        }
        return MetricFamily(name: name, help: help, kind: kind)
    }

    /// `a="1",b="2"`, by label name.
    private static func text(of labels: KeyValuePairs<String, String>, _ kind: MetricFamily.Kind) -> String {
        let sorted = labels.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        for (index, label) in sorted.enumerated() {
            let isRepeated = index > 0 && sorted[index - 1].key == label.key
            guard PrometheusText.isValid(labelName: label.key), !isRepeated, kind != .histogram || label.key != "le" else {
                fatalError("\(label.key) is no label name here: letters, digits and _, each once, and le belongs to histograms.")
            }
        }
        return sorted.map { "\($0.key)=\"\(PrometheusText.escape(labelValue: $0.value))\"" }.joined(separator: ",")
    }
}
