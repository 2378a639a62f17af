/// Where a server listens: `HOST:PORT`, an IPv6 host in brackets.
struct ListenAddress: Hashable, Sendable, CustomStringConvertible {
    let host: String
    /// 0 picks a free one.
    let port: Int

    static let standard = ListenAddress(host: "127.0.0.1", port: 4100)

    init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// - Throws: usage, for any other text.
    init(_ text: String, from source: String) throws {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            throw Self.refusal(text, source)
        }
        var host = String(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = String(host.dropFirst().dropLast())
        } else if host.contains(":") {
            throw Self.refusal(text, source)
        }
        guard !host.isEmpty else { throw Self.refusal(text, source) }
        self.init(host: host, port: Int(port))
    }

    private static func refusal(_ text: String, _ source: String) -> CommandError {
        .usage("\(source): '\(text)' is no address. Write HOST:PORT, for example 127.0.0.1:4100, 0.0.0.0:4100 or [::1]:0.")
    }

    /// Only this machine can reach it.
    var isLoopback: Bool {
        if host == "localhost" || host == "::1" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts.allSatisfy { UInt8($0) != nil } && parts.first == "127"
    }

    var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
