/// One answered request, for logs and metrics.
package struct RequestRecord: Sendable {
    package let requestID: String
    package let method: String
    /// The template of the route; nil if none was reached.
    package let route: String?
    /// Path and query as they came: they may hold secrets, redact before showing.
    package let target: String
    package let status: Int
    /// From the last byte of the request to the last byte handed to the connection.
    package let durationNanoseconds: Int64

    package init(requestID: String, method: String, route: String?, target: String, status: Int, durationNanoseconds: Int64) {
        self.requestID = requestID
        self.method = method
        self.route = route
        self.target = target
        self.status = status
        self.durationNanoseconds = durationNanoseconds
    }
}

/// Is told of every answer, on the task that gave it: quick, and without blocking.
package protocol RequestObserver: Sendable {
    func requestAnswered(_ record: RequestRecord)
}
