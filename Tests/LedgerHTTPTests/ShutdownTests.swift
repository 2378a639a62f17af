import Hummingbird
import LedgerHTTP
import Logging
import Testing

struct ShutdownTests {
    @Test func `what has begun is answered before the server ends, and idle connections close`() async throws {
        let gate = Gate()
        try await TestServer.run(routes: { router in
            router.get("/slow") { _, _ in
                await gate.pass()
                return Response.json(Array("\"done\"".utf8))
            }
        }) { server in
            try await RawClient.connect(to: server.port) { idle in
                try await RawClient.connect(to: server.port) { busy in
                    try await busy.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
                    await gate.waitUntilEntered()
                    await server.beginShutdown()
                    #expect(try await idle.sawEnd())
                    await #expect(throws: (any Error).self) { try await server.exchange("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n") }
                    gate.open()
                    let answer = try await busy.answer()
                    #expect(answer.body == "\"done\"")
                    #expect(answer["connection"] == "close")
                    #expect(try await busy.sawEnd())
                }
            }
        }
    }

    @Test func `a request that has begun to arrive is taken before the server ends`() async throws {
        try await TestServer.run { server in
            try await RawClient.connect(to: server.port) { client in
                try await client.send("POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n")
                #expect(try await client.answer().status == 100)
                await server.beginShutdown()
                try await client.send("abc")
                #expect(try await client.answer().body == "abc")
                #expect(try await client.sawEnd())
            }
        }
    }

    @Test func `an address in use is a clear error`() async throws {
        try await TestServer.run { server in
            var configuration = HTTPServerConfiguration()
            configuration.port = server.port
            let second = HTTPServerService(configuration: configuration, logger: Logger(label: "test")) { _ in }
            let error = try await #require(throws: HTTPServerError.self) { try await second.run() }
            #expect(error.code == .cannotListen)
            #expect(error.message.contains("--listen"))
        }
    }

    @Test func `an address that cannot be found is a clear error`() async throws {
        let service = HTTPServerService(configuration: HTTPServerConfiguration(host: "no-such-host.invalid"), logger: Logger(label: "test"))
        { _ in }
        let error = try await #require(throws: HTTPServerError.self) { try await service.run() }
        #expect(error.description.contains("no-such-host.invalid"))
    }

    @Test(arguments: [("127.0.0.1", "http://127.0.0.1:4100"), ("::1", "http://[::1]:4100"), ("ledger", "http://ledger:4100")])
    func `the base URL can be used as it is`(host: String, url: String) {
        #expect(ListeningAddress(host: host, port: 4100).baseURL == url)
    }
}
