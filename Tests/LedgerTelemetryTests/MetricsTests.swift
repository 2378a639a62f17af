import Testing

@testable import LedgerTelemetry

struct MetricsTests {
    @Test func `a scrape is the text format 0.0.4 in the order of names and labels`() {
        let registry = MetricsRegistry()
        registry.gauge("b_map_used_bytes", help: "Map in use.").set(4096)
        let put = registry.counter("a_requests_total", help: "Requests.", labels: ["route": "/key/info", "code": "200"])
        registry.counter("a_requests_total", help: "Requests.", labels: ["code": "404", "route": "/key/info"]).increment()
        put.increment(by: 2)
        let latency = registry.histogram("c_flush_seconds", help: "Flush.", buckets: [0.001, 0.5, 1])
        for value in [0.001, 0.25, 0.5, 7] { latency.observe(value) }
        #expect(
            registry.render() == """
                # HELP a_requests_total Requests.
                # TYPE a_requests_total counter
                a_requests_total{code="200",route="/key/info"} 2
                a_requests_total{code="404",route="/key/info"} 1
                # HELP b_map_used_bytes Map in use.
                # TYPE b_map_used_bytes gauge
                b_map_used_bytes 4096
                # HELP c_flush_seconds Flush.
                # TYPE c_flush_seconds histogram
                c_flush_seconds_bucket{le="0.001"} 1
                c_flush_seconds_bucket{le="0.5"} 3
                c_flush_seconds_bucket{le="1"} 3
                c_flush_seconds_bucket{le="+Inf"} 4
                c_flush_seconds_sum 7.751
                c_flush_seconds_count 4

                """)
    }

    @Test func `labels of a histogram come before le`() {
        let registry = MetricsRegistry()
        registry.histogram("h_seconds", help: "H", buckets: [1], labels: ["route": "x"]).observe(.milliseconds(1500))
        #expect(
            registry.render().hasSuffix(
                """
                h_seconds_bucket{route="x",le="1"} 0
                h_seconds_bucket{route="x",le="+Inf"} 1
                h_seconds_sum{route="x"} 1.5
                h_seconds_count{route="x"} 1

                """))
    }

    @Test func `label values and help texts cannot break out of their line`() {
        let registry = MetricsRegistry()
        registry.counter("x_total", help: "a\\b\n\"c\"", labels: ["v": "\\\"\n} 5\nfake_total 1"]).increment()
        #expect(
            registry.render() == """
                # HELP x_total a\\\\b\\n"c"
                # TYPE x_total counter
                x_total{v="\\\\\\"\\n} 5\\nfake_total 1"} 1

                """)
    }

    @Test func `the same name and labels are the same metric in any order of labels`() {
        let registry = MetricsRegistry()
        let first = registry.counter("x_total", help: "X", labels: ["a": "1", "b": "2"])
        let second = registry.counter("x_total", help: "X", labels: ["b": "2", "a": "1"])
        #expect(first === second)
        #expect(first !== registry.counter("x_total", help: "X", labels: ["a": "2", "b": "1"]))
    }

    @Test func `callbacks are read at each scrape, may be absent, and may use the registry`() {
        let registry = MetricsRegistry()
        let source = registry.gauge("source", help: "S")
        registry.gauge("head", help: "Head.") { source.value > 0 ? source.value : nil }
        registry.counter("commits_total", help: "Commits.") {
            registry.gauge("source", help: "S").add(1)
            return 7
        }
        #expect(
            registry.render() == "# HELP commits_total Commits.\n# TYPE commits_total counter\ncommits_total 7\n" + head(1) + sourceText(1))
        #expect(registry.render().contains("head 2\n"))
        registry.gauge("head", help: "Head.") { nil }
        #expect(!registry.render().contains("head"))
    }

    @Test(arguments: [
        (0.0, "0"), (-3, "-3"), (1e15, "1000000000000000"), (0.1, "0.1"), (1e-05, "1e-05"), (.infinity, "+Inf"), (-.infinity, "-Inf"),
        (.nan, "NaN"),
        (1e300, "1e+300"),
    ]) func `numbers are written as Prometheus reads them`(value: Double, text: String) {
        #expect(PrometheusText.format(value) == text)
    }

    @Test(arguments: [
        ("a", true), ("a:b_1", true), ("_", true), ("", false), ("1a", false), ("a-b", false), ("a b", false), ("é", false), ("a\n", false),
    ])
    func `metric names follow the format`(name: String, isValid: Bool) {
        #expect(PrometheusText.isValid(metricName: name) == isValid)
    }

    @Test(arguments: [("a", true), ("_a", true), ("__a", false), ("a:b", false), ("", false), ("9", false)])
    func `label names follow the format`(name: String, isValid: Bool) {
        #expect(PrometheusText.isValid(labelName: name) == isValid)
    }

    @Test func `no increment, observation or addition of many threads is lost`() async {
        let registry = MetricsRegistry()
        let counter = registry.counter("x_total", help: "X")
        let gauge = registry.gauge("g", help: "G")
        let histogram = registry.histogram("h_seconds", help: "H", buckets: [1, 2])
        await withTaskGroup { group in
            for task in 0..<8 {
                group.addTask {
                    for _ in 0..<2000 {
                        counter.increment()
                        gauge.add(task.isMultiple(of: 2) ? 1 : -1)
                        histogram.observe(Double(task % 4))
                    }
                }
            }
        }
        #expect(counter.value == 16_000)
        #expect(gauge.value == 0)
        #expect(histogram.snapshot.cumulative == [8000, 12_000, 16_000])
        #expect(histogram.snapshot.sum == 24_000)
    }

    @Test func `mistakes of the programmer trap`() async {
        await #expect(processExitsWith: .failure) { _ = MetricsRegistry().counter("x", help: "X") }
        await #expect(processExitsWith: .failure) { _ = MetricsRegistry().gauge("a-b", help: "X") }
        await #expect(processExitsWith: .failure) {
            let registry = MetricsRegistry()
            _ = registry.gauge("x", help: "X")
            _ = registry.histogram("x", help: "X")
        }
        await #expect(processExitsWith: .failure) { _ = MetricsRegistry().histogram("x", help: "X", labels: ["le": "1"]) }
        await #expect(processExitsWith: .failure) { _ = MetricsRegistry().histogram("x", help: "X", buckets: [2, 1]) }
    }

    private func head(_ value: Int) -> String { "# HELP head Head.\n# TYPE head gauge\nhead \(value)\n" }
    private func sourceText(_ value: Int) -> String { "# HELP source S\n# TYPE source gauge\nsource \(value)\n" }
}
