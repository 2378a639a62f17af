import HTTPTypes
import NIOHTTP1

/// The head of a request that keeps to the rules.
struct AcceptedHead: Sendable {
    var request: HTTPRequest
    var version: HTTPVersion
    /// Whether the connection may carry another request after this one.
    var keepAlive: Bool
    /// Whether the client waits for `100 Continue` before it sends the body.
    var expectsContinue: Bool
    /// How long the body may be; `nil` where it is read and dropped, however long it is.
    var bodyLimitBytes: Int?
}

extension AcceptedHead {
    /// Reads a head as the parser gives it; throws the refusal.
    init(_ head: HTTPRequestHead, limits: HTTPLimits) throws(APIError) {
        guard head.uri.utf8.count <= limits.targetBytes else { throw .targetTooLong(limits) }
        let path = Self.path(of: head.uri)
        bodyLimitBytes = CheckRoutes.judges(path) ? nil : limits.bodyBytes(of: head.uri)
        var scan = HeaderScan(bodyLimitBytes: bodyLimitBytes)
        for (name, value) in head.headers { try scan.add(name, value, limits: limits) }
        guard let host = scan.host else { throw .hostMissing }
        guard let method = HTTPRequest.Method(head.method), method != .connect else { throw .methodUnsupported(head.method.rawValue) }
        if scan.hasTransferCoding, head.version == .http1_0 {
            throw .badRequest("HTTP/1.0 knows no Transfer-Encoding. Send a Content-Length.", type: nil)
        }
        request = HTTPRequest(method: method, scheme: "http", authority: host, path: path, headerFields: scan.fields)
        version = head.version
        // The parser takes nothing more from a connection on which an upgrade was asked for.
        keepAlive = head.isKeepAlive && !scan.asksForUpgrade
        expectsContinue = scan.expectsContinue && head.version != .http1_0
    }

    /// The path and query of a target, which may be a whole URL.
    private static func path(of target: String) -> String {
        if target.utf8.first == UInt8(ascii: "/") || target == "*" { return target }
        let bytes = target.utf8
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")), bytes[colon...].starts(with: "://".utf8) else { return "/" + target }
        let authority = bytes[bytes.index(colon, offsetBy: 3)...]
        guard let end = authority.firstIndex(where: { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") }) else { return "/" }
        let rest = String(target[end...])
        return bytes[end] == UInt8(ascii: "/") ? rest : "/" + rest
    }
}

/// One pass over the header lines.
private struct HeaderScan {
    var fields = HTTPFields()
    var host: String?
    var hasTransferCoding = false
    var expectsContinue = false
    var asksForUpgrade = false
    private let bodyLimitBytes: Int?
    private var bytes = 0

    init(bodyLimitBytes: Int?) { self.bodyLimitBytes = bodyLimitBytes }

    mutating func add(_ name: String, _ value: String, limits: HTTPLimits) throws(APIError) {
        bytes += name.utf8.count + value.utf8.count + 4
        guard bytes <= limits.headerBytes else { throw .headersTooLarge(limits) }
        guard let name = HTTPField.Name(name) else { throw .badRequest("A header's name is not a token.", type: nil) }
        switch name.canonicalName {
        case "host":
            guard host == nil else {
                throw .badRequest("The header 'host' stands in the request more than once.", type: nil, param: "host")
            }
            guard !value.isEmpty else { throw .hostMissing }
            host = value
            return
        case "transfer-encoding":
            guard !hasTransferCoding, value.lowercased() == "chunked" else {
                throw APIError(.notImplemented, "The only Transfer-Encoding taken is 'chunked', named once.", code: "transfer_coding")
            }
            hasTransferCoding = true
        case "content-length":
            let limit = bodyLimitBytes ?? .max
            guard let length = UInt64(value), length <= limit else { throw .bodyTooLarge(limit) }
        case "expect":
            guard value.lowercased() == "100-continue" else {
                throw APIError(.expectationFailed, "The only Expect taken is '100-continue'.")
            }
            expectsContinue = true
        case "upgrade": asksForUpgrade = true
        default: break
        }
        fields.append(HTTPField(name: name, value: value))
    }
}

extension HTTPRequest.Method {
    fileprivate init?(_ method: HTTPMethod) {
        switch method {
        case .GET: self = .get
        case .POST: self = .post
        case .HEAD: self = .head
        case .PUT: self = .put
        case .DELETE: self = .delete
        case .PATCH: self = .patch
        case .OPTIONS: self = .options
        default: self.init(method.rawValue)
        }
    }
}
