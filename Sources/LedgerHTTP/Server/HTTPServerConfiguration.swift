package import NIOCore

/// Where the server listens and what it puts up with.
package struct HTTPServerConfiguration: Sendable {
    /// The address to listen on, a name or a number.
    package var host: String
    /// The port to listen on; 0 picks a free one.
    package var port: Int
    /// Connections that the kernel holds while none is accepted.
    package var backlog: Int
    /// Connections served at a time; further ones wait in the backlog.
    package var maximumConnections: Int
    /// How long a connection may stay without a request, or without taking more of an answer.
    package var idleTimeout: TimeAmount
    /// How long a request may take to arrive whole, from its first byte.
    package var receiveTimeout: TimeAmount
    /// How long a closed connection is still read, so that the last answer reaches a client that is still sending.
    package var lingerTimeout: TimeAmount
    package var limits: HTTPLimits

    package init(
        host: String = "127.0.0.1", port: Int = 4100, backlog: Int = 512, maximumConnections: Int = 1024,
        idleTimeout: TimeAmount = .seconds(75), receiveTimeout: TimeAmount = .seconds(20),
        lingerTimeout: TimeAmount = .seconds(2), limits: HTTPLimits = HTTPLimits()
    ) {
        self.host = host
        self.port = port
        self.backlog = backlog
        self.maximumConnections = maximumConnections
        self.idleTimeout = idleTimeout
        self.receiveTimeout = receiveTimeout
        self.lingerTimeout = lingerTimeout
        self.limits = limits
    }
}

/// The sizes beyond which a request is refused.
package struct HTTPLimits: Sendable {
    /// Bytes of the request target (414).
    package var targetBytes: Int
    /// Bytes of all header lines (431).
    package var headerBytes: Int
    /// Number of header lines (431).
    package var headerCount: Int
    /// Bytes of the body (413).
    package var bodyBytes: Int
    /// Bytes of the body on paths that take more.
    package var longBodyBytes: [String: Int]
    /// What all bodies longer than `bodyBytes` may take in memory together (503).
    package var allLongBodiesBytes: Int

    package init(
        targetBytes: Int = 8 * 1024, headerBytes: Int = 16 * 1024, headerCount: Int = 100, bodyBytes: Int = 256 * 1024,
        longBodyBytes: [String: Int] = [:], allLongBodiesBytes: Int = 64 << 20
    ) {
        self.targetBytes = targetBytes
        self.headerBytes = headerBytes
        self.headerCount = headerCount
        self.bodyBytes = bodyBytes
        self.longBodyBytes = longBodyBytes
        self.allLongBodiesBytes = allLongBodiesBytes
    }

    /// Bytes of the body that a target takes.
    func bodyBytes(of target: String) -> Int {
        longBodyBytes.isEmpty ? bodyBytes : longBodyBytes[String(target.prefix { $0 != "?" })] ?? bodyBytes
    }
}
