package import LedgerTelemetry
import Synchronization

/// Counts answers by route and status, and how long they took by route.
package final class RequestMetrics: RequestObserver {
    private struct Route: Sendable {
        let durations: Histogram
        var counts: [Int: Counter] = [:]
    }

    private let registry: MetricsRegistry
    /// By template; its size is bounded by the number of routes.
    private let routes = Mutex<[String: Route]>([:])

    package init(registry: MetricsRegistry) {
        self.registry = registry
    }

    package func requestAnswered(_ record: RequestRecord) {
        let name = record.route ?? RequestRecord.unmatchedRoute
        let (durations, count) = routes.withLock { routes in
            let counter = routes[name]?.counts[record.status]
            if let route = routes[name], let counter { return (route.durations, counter) }
            var route = routes[name] ?? Route(durations: histogram(of: name))
            let added = counter ?? self.counter(of: name, status: record.status)
            route.counts[record.status] = added
            routes[name] = route
            return (route.durations, added)
        }
        count.increment()
        durations.observe(Double(record.durationNanoseconds) / 1e9)
    }

    private func counter(of route: String, status: Int) -> Counter {
        registry.counter(
            "keyledger_http_requests_total", help: "Requests answered, by route and status code.",
            labels: ["route": route, "code": String(status)])
    }

    private func histogram(of route: String) -> Histogram {
        registry.histogram(
            "keyledger_http_request_duration_seconds", help: "Time from the last byte of a request to the last of its answer, by route.",
            labels: ["route": route])
    }
}
