import LedgerHTTP
import NIOCore
import Testing

/// Requests that are refused before a route is reached, on real connections.
struct LimitTests {
    /// Sends a request that must be refused, and expects the connection to end after the answer.
    private func refused(
        _ request: String, status: Int, _ configuration: HTTPServerConfiguration = .patient
    ) async throws -> RawClient.Answer {
        try await TestServer.run(configuration) { server in
            try await RawClient.connect(to: server.port) { client in
                try await client.send(request)
                let answer = try await client.answer()
                #expect(answer.status == status)
                #expect(answer["connection"] == "close")
                #expect(answer["x-request-id"]?.utf8.count == 32)
                #expect(answer["x-keyledger-position"] == "7")
                #expect(try await client.sawEnd())
                return answer
            }
        }
    }

    @Test(arguments: [8 * 1024 + 1, 20_000, 40_000, 1_000_000])
    func `a long request target is a 414`(length: Int) async throws {
        let target = "/" + String(repeating: "a", count: length - 1)
        _ = try await refused("GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n", status: 414)
    }

    @Test func `a request line that never ends is a 414`() async throws {
        _ = try await refused("GET /" + String(repeating: "a", count: 100_000), status: 414)
    }

    @Test(arguments: [16 * 1024, 40_000, 1_000_000])
    func `a large header is a 431`(length: Int) async throws {
        let value = String(repeating: "a", count: length)
        let answer = try await refused("GET /key/info HTTP/1.1\r\nHost: a\r\nX-Large: \(value)\r\n\r\n", status: 431)
        #expect(
            answer.body == #"{"error":{"message":"The headers are larger than 16384 bytes or more than 100.","#
                + #""type":"invalid_request_error","param":null,"code":"431"}}"#)
    }

    @Test func `many headers are a 431, in bytes or in number`() async throws {
        let large = (0..<90).map { "X-\($0): \(String(repeating: "v", count: 200))\r\n" }.joined()
        _ = try await refused("GET /key/info HTTP/1.1\r\nHost: a\r\n\(large)\r\n", status: 431)
        let many = (0..<101).map { "X-\($0): v\r\n" }.joined()
        _ = try await refused("GET /key/info HTTP/1.1\r\nHost: a\r\n\(many)\r\n", status: 431)
    }

    /// Proxies understand 200, 401 and 403 alone: a large upload was once refused with a 413 that they took for their own failure.
    @Test(arguments: ["/auth/gateway/v1/files", "/auth/gateway/v1/files?model=a", "http://a/auth/gateway/v1/files"])
    func `a body of any size beside a question for a verdict is read and dropped`(target: String) async throws {
        try await TestServer.run { server in
            try await RawClient.connect(to: server.port) { client in
                let size = 20 << 20
                let part = String(repeating: "b", count: 1 << 20)
                try await client.send("POST \(target) HTTP/1.1\r\nHost: a\r\nContent-Length: \(size)\r\n\r\n")
                for _ in 0..<20 { try await client.send(part) }
                let answer = try await client.answer()
                #expect(answer.status == 200 && answer.body == "POST")
                try await client.send("POST \(target) HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
                for _ in 0..<4 { try await client.send("100000\r\n\(part)\r\n") }
                try await client.send("0\r\n\r\n")
                #expect(try await client.answer().status == 200, "the connection lives on")
            }
        }
    }

    @Test func `paths that only begin like the gateway's keep the limit`() async throws {
        for target in ["/auth/gatewayx", "/auth", "/x/auth/gateway/y"] {
            _ = try await refused("POST \(target) HTTP/1.1\r\nHost: a\r\nContent-Length: 262145\r\n\r\n", status: 413)
        }
    }

    @Test func `headers and body at the limit are taken`() async throws {
        try await TestServer.run { server in
            let used = "Host: a\r\nContent-Length: 262144\r\nX: \r\n".utf8.count
            let value = String(repeating: "v", count: 16 * 1024 - used)
            let body = String(repeating: "b", count: 256 * 1024)
            let answer = try await server.exchange("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 262144\r\nX: \(value)\r\n\r\n\(body)")
            #expect(answer.status == 200)
            #expect(answer.body == body)
        }
    }

    @Test func `a body announced too long is a 413 before it is sent`() async throws {
        let answer = try await refused("POST /v1/echo HTTP/1.1\r\nHost: a\r\nContent-Length: 262145\r\n\r\n", status: 413)
        #expect(answer["content-type"] == "application/problem+json")
        #expect(answer.body.contains(#""code":"content_too_large""#))
    }

    @Test func `a client that sends its long body all the same reads the 413`() async throws {
        let body = String(repeating: "b", count: 8_000_000)
        _ = try await refused("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 8000000\r\n\r\n\(body)", status: 413)
    }

    @Test func `a chunked body is counted`() async throws {
        let chunk = "10000\r\n" + String(repeating: "c", count: 0x10000) + "\r\n"
        let head = "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        let accepted = try await TestServer.run { server in
            try await server.exchange(head + String(repeating: chunk, count: 4) + "0\r\n\r\n")
        }
        #expect(accepted.body.utf8.count == 256 * 1024)
        _ = try await refused(head + String(repeating: chunk, count: 4) + "1\r\nc\r\n0\r\n\r\n", status: 413)
        _ = try await refused(head + String(repeating: chunk, count: 50), status: 413)
    }

    @Test(arguments: [
        "GET /key/info HTTP/1.1\r\n\r\n", "GET /key/info HTTP/1.0\r\n\r\n", "GET /key/info HTTP/1.1\r\nHost:\r\n\r\n",
        "GET /key/info HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", "GET /key/info HTTP/1.1\r\nHost: a\r\nhOST: b\r\n\r\n",
    ])
    func `a missing or repeated Host is a 400`(request: String) async throws {
        let answer = try await refused(request, status: 400)
        #expect(answer.body.contains(#""param":"host","code":"400""#))
    }

    @Test(arguments: [
        "Content-Length: 3\r\nContent-Length: 3", "Content-Length: 3\r\nContent-Length: 4", "Content-Length: 3, 3", "Content-Length: +3",
        "Content-Length: -1", "Content-Length: 0x3", "Content-Length: 99999999999999999999",
        "Content-Length: 3\r\nTransfer-Encoding: chunked", "Transfer-Encoding: chunked\r\nContent-Length: 3",
        "Transfer-Encoding: chunked, identity", "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", "Bad Name: a", "A\u{1}b: c",
    ])
    func `framing that could be read in two ways is a 400`(headers: String) async throws {
        _ = try await refused(
            "POST /echo HTTP/1.1\r\nHost: a\r\n\(headers)\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n", status: 400)
    }

    @Test(arguments: [
        ("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501),
        ("POST /echo HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        ("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
        ("POST /echo HTTP/1.1\r\nHost: a\r\nExpect: a-miracle\r\nContent-Length: 1\r\n\r\na", 417),
        ("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 501),
        ("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n", 400),
        ("GET /key/info HTTP/1.1\r\nHost: a\r\n folded: b\r\n\r\n", 400),
        ("CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", 501), ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400), ("hello\r\n\r\n", 400),
        ("GET /key/info HTTP/3.0\r\nHost: a\r\n\r\n", 505), ("\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}", 400),
    ])
    func `what is not plain HTTP 1 is refused`(request: String, status: Int) async throws {
        _ = try await refused(request, status: status)
    }

    @Test func `a refusal waits for the answers before it`() async throws {
        try await TestServer.run { server in
            try await RawClient.connect(to: server.port) { client in
                try await client.send(
                    "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\naGET /key/info HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"
                )
                #expect(try await client.answer().body == "a")
                #expect(try await client.answer().status == 400)
                #expect(try await client.sawEnd())
            }
        }
    }

    @Test(arguments: [
        "GET /key/in", "GET /key/info HTTP/1.1\r\nHost: a\r\nX: ", "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc",
    ])
    func `a request that does not arrive in time is a 408`(part: String) async throws {
        _ = try await refused(part, status: 408, HTTPServerConfiguration(idleTimeout: .hours(1), receiveTimeout: .milliseconds(60)))
    }

    @Test func `a client that sends a byte now and then is refused all the same`() async throws {
        try await TestServer.run(HTTPServerConfiguration(idleTimeout: .hours(1), receiveTimeout: .milliseconds(150))) { server in
            try await RawClient.connect(to: server.port) { client in
                try await client.send("GET /key/info HTTP/1.1\r\nHost: a\r\nX: ")
                let sender = client.sender
                let dripping = Task {
                    while !Task.isCancelled {
                        try await Task.sleep(for: .milliseconds(10))
                        try await sender.send("a")
                    }
                }
                #expect(try await client.answer().status == 408)
                dripping.cancel()
            }
        }
    }

    @Test func `an idle connection is closed without a word, new or used`() async throws {
        try await TestServer.run(HTTPServerConfiguration(idleTimeout: .seconds(2))) { server in
            try await RawClient.connect(to: server.port) { client in
                let ended = try await client.sawEnd()
                #expect(ended)
            }
            // A busy machine may let the two seconds pass before the request leaves: then the connection was a new one still.
            var wasUsed = false
            while !wasUsed {
                try await RawClient.connect(to: server.port) { client in
                    do {
                        try await client.send("GET /key/info HTTP/1.1\r\nHost: a\r\n\r\n")
                        #expect(try await client.answer().status == 200)
                        wasUsed = true
                    } catch is RawClient.Ended {
                    } catch is IOError {
                    } catch ChannelError.ioOnClosedChannel {
                    }
                    #expect(try await client.sawEnd())
                }
            }
        }
    }

    @Test func `a client that takes no more of its answers is cut off`() async throws {
        try await TestServer.run(HTTPServerConfiguration(idleTimeout: .milliseconds(100))) { server in
            try await RawClient.connect(to: server.port) { client in
                let body = String(repeating: "x", count: 256 * 1024)
                let request = "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
                // Writing fails once the server gives up: the client reads none of the 64 MiB that it asks for.
                do {
                    for _ in 0..<256 { try await client.send(request) }
                    while true { try await client.send("a") }
                } catch {}
            }
        }
    }

    @Test func `refusals reach the observers with what was read of the request`() async throws {
        let records = try await TestServer.run { server in
            _ = try await server.exchange("POST /echo?a=b HTTP/1.1\r\nHost: a\r\nContent-Length: 262145\r\n\r\n")
            _ = try await server.exchange("GET /key/info?key=sk-1 HTTP/1.1\r\nHost: a\r\n\r\n")
            return server.observed
        }.records
        #expect(records.map(\.status) == [413, 200])
        #expect(records.map(\.method) == ["POST", "GET"])
        #expect(records.map(\.target) == ["/echo?a=b", "/key/info?key=sk-1"])
        #expect(records.map(\.route) == [nil, "/key/info"])
    }
}
