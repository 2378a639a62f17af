import HTTPTypes
package import Hummingbird

extension Router {
    /// Adds a route that takes every method a request can have.
    package func any(
        _ path: RouterPath, use handler: @escaping @Sendable (Request, Context) async throws -> Response
    ) {
        for method in Self.methods {
            guard let method = HTTPRequest.Method(method) else { continue }
            on(path, method: method, use: handler)
        }
    }

    /// The methods that the parser knows, CONNECT excepted; it refuses all others.
    private static var methods: [String] {
        [
            "GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "ACL", "BIND", "CHECKOUT", "COPY", "LINK", "LOCK", "MERGE",
            "MKACTIVITY", "MKCALENDAR", "MKCOL", "MOVE", "NOTIFY", "PROPFIND", "PROPPATCH", "PURGE", "REBIND", "REPORT", "SEARCH", "SOURCE",
            "SUBSCRIBE", "UNBIND", "UNLINK", "UNLOCK", "UNSUBSCRIBE", "MSEARCH",
        ]
    }
}
