import Hummingbird
import LedgerHTTP
import Testing

/// Paths that take longer bodies than others, within what all of them may take together.
struct LongBodyTests {
    private static let limit = 1 << 20

    private static var configuration: HTTPServerConfiguration {
        var configuration = HTTPServerConfiguration.patient
        configuration.limits = HTTPLimits(longBodyBytes: ["/echo": limit, "/held": limit], allLongBodiesBytes: limit + limit / 2)
        return configuration
    }

    private static func request(_ path: String, _ length: Int) -> String {
        "POST \(path) HTTP/1.1\r\nHost: a\r\nContent-Length: \(length)\r\n\r\n" + String(repeating: "b", count: length)
    }

    @Test func `a path has a limit of its own, whatever the query`() async throws {
        try await TestServer.run(Self.configuration) { server in
            for path in ["/echo", "/echo?a=/v1"] {
                #expect(try await server.exchange(Self.request(path, Self.limit)).body.utf8.count == Self.limit)
                let refused = try await server.exchange(Self.request(path, Self.limit + 1))
                #expect(refused.status == 413 && refused.body.contains("larger than 1048576 bytes"))
            }
            for path in ["/v1/echo", "/echo/", "/Echo", "/%65cho"] {
                let refused = try await server.exchange("POST \(path) HTTP/1.1\r\nHost: a\r\nContent-Length: 262145\r\n\r\n")
                #expect(refused.status == 413 && refused.body.contains("larger than 262144 bytes"), "\(path)")
            }
        }
    }

    @Test func `a chunked body is counted against the same limit`() async throws {
        let head = "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        let chunk = "10000\r\n" + String(repeating: "c", count: 0x10000) + "\r\n"
        try await TestServer.run(Self.configuration) { server in
            let taken = try await server.exchange(head + String(repeating: chunk, count: 16) + "0\r\n\r\n")
            #expect(taken.body.utf8.count == Self.limit)
            #expect(try await server.exchange(head + String(repeating: chunk, count: 16) + "1\r\nc\r\n0\r\n\r\n").status == 413)
        }
    }

    @Test func `long bodies wait for room until those before them are answered`() async throws {
        let gate = Gate()
        let routes: (Router<LedgerRequestContext>) -> Void = { router in
            TestServer.routes(router)
            router.post("/held") { _, context in
                await gate.pass()
                return Response.json(Array("\(context.body.readableBytes)".utf8))
            }
        }
        try await TestServer.run(Self.configuration, routes: routes) { server in
            async let held = server.exchange(Self.request("/held", Self.limit))
            await gate.waitUntilEntered()
            let refused = try await server.exchange(Self.request("/echo", Self.limit))
            #expect(refused.status == 503 && refused["retry-after"] == "1" && refused["connection"] == "close")
            // There is room for a shorter one, and an ordinary one needs none.
            #expect(try await server.exchange(Self.request("/echo", 300_000)).status == 200)
            #expect(try await server.exchange(Self.request("/echo", 256 * 1024)).status == 200)
            gate.open()
            #expect(try await held.body == "\(Self.limit)")
            for _ in 0..<5 { #expect(try await server.exchange(Self.request("/echo", Self.limit)).status == 200) }
        }
    }

    @Test func `what a client that left has sent takes no room`() async throws {
        try await TestServer.run(Self.configuration) { server in
            for _ in 0..<5 {
                try await RawClient.connect(to: server.port) { client in
                    try await client.send(String(Self.request("/echo", Self.limit).dropLast(10)))
                }
            }
            // The server may see the ends only after the next beginning.
            var answer = try await server.exchange(Self.request("/echo", Self.limit))
            for _ in 0..<200 where answer.status == 503 {
                try await Task.sleep(for: .milliseconds(10))
                answer = try await server.exchange(Self.request("/echo", Self.limit))
            }
            #expect(answer.status == 200)
        }
    }
}
