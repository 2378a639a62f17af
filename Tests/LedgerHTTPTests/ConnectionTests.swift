import LedgerHTTP
import NIOCore
import Testing

struct ConnectionTests {
    @Test func `a request is answered with its id, the position and a date`() async throws {
        let answer = try await TestServer.run { server in
            try await server.exchange("GET /key/info?key=a HTTP/1.1\r\nHost: a\r\nX-Request-Id: mine-1\r\n\r\n")
        }
        #expect(answer.status == 200)
        #expect(answer.body == #"{"query":"key=a"}"#)
        #expect(answer["x-request-id"] == "mine-1")
        #expect(answer["x-keyledger-position"] == "7")
        #expect(answer["content-length"] == "17")
        #expect(answer["date"]?.hasSuffix(" GMT") == true)
        #expect(answer["connection"] == nil)
    }

    @Test func `a connection carries one request after the other`() async throws {
        try await TestServer.run { server in
            try await RawClient.connect(to: server.port) { client in
                for body in ["a", "", "ccc"] {
                    try await client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
                    #expect(try await client.answer().body == body)
                }
            }
        }
    }

    @Test func `pipelined requests are answered in their order`() async throws {
        try await TestServer.run { server in
            try await RawClient.connect(to: server.port) { client in
                let requests = (0..<50).map { "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n\($0 + 10)" }
                try await client.send(requests.joined())
                for index in 0..<50 { #expect(try await client.answer().body == "\(index + 10)") }
            }
        }
    }

    @Test func `a connection stays good after an error`() async throws {
        try await TestServer.run { server in
            try await RawClient.connect(to: server.port) { client in
                for (request, status) in [
                    ("GET /nope HTTP/1.1\r\nHost: a\r\n\r\n", 404),
                    ("GET /fails HTTP/1.1\r\nHost: a\r\n\r\n", 500),
                    ("POST /key/info HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc", 405),
                    ("GET /key/info HTTP/1.1\r\nHost: a\r\nx-api-key: sk-a\r\nx-api-key: sk-b\r\n\r\n", 400),
                    ("GET /key/info HTTP/1.1\r\nHost: a\r\n\r\n", 200),
                ] {
                    try await client.send(request)
                    #expect(try await client.answer().status == status)
                }
            }
        }
    }

    @Test func `a request arriving byte by byte is understood`() async throws {
        try await TestServer.run { server in
            try await RawClient.connect(to: server.port) { client in
                for byte in "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello" { try await client.send(String(byte)) }
                #expect(try await client.answer().body == "hello")
            }
        }
    }

    @Test func `a chunked body is put together`() async throws {
        let answer = try await TestServer.run { server in
            try await server.exchange(
                "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\nTrailer: x\r\n\r\n")
        }
        #expect(answer.body == "abcdefg")
    }

    @Test func `an answer of unknown length leaves in chunks, and ends with the connection for HTTP 1.0`() async throws {
        try await TestServer.run { server in
            let new = try await server.exchange("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(new["transfer-encoding"] == "chunked")
            #expect(new.body == "one two three")
            let old = try await server.exchange("GET /stream HTTP/1.0\r\nHost: a\r\n\r\n")
            #expect(old["transfer-encoding"] == nil)
            #expect(old["connection"] == "close")
            #expect(old.body == "one two three")
        }
    }

    @Test(arguments: [
        ("HTTP/1.1", "Connection: close", true), ("HTTP/1.1", "Connection: Close", true), ("HTTP/1.1", "Connection: TE, close", true),
        ("HTTP/1.0", "A: b", true), ("HTTP/1.0", "Connection: keep-alive", false), ("HTTP/1.1", "A: b", false),
        ("HTTP/1.1", "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c", true),
    ])
    func `the connection ends when it should`(version: String, header: String, ends: Bool) async throws {
        try await TestServer.run { server in
            try await RawClient.connect(to: server.port) { client in
                try await client.send("GET /key/info \(version)\r\nHost: a\r\n\(header)\r\n\r\n")
                let answer = try await client.answer()
                #expect(answer.status == 200)
                #expect(answer.version == version)
                #expect((answer["connection"] == "close") == ends)
                if ends {
                    #expect(try await client.sawEnd())
                } else {
                    try await client.send("GET /key/info HTTP/1.1\r\nHost: a\r\n\r\n")
                    #expect(try await client.answer().status == 200)
                }
            }
        }
    }

    @Test func `a client that closes its sending side still gets every answer`() async throws {
        try await TestServer.run { server in
            try await RawClient.connect(to: server.port) { client in
                let body = String(repeating: "x", count: 200_000)
                let request = "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
                try await client.send(request + request)
                client.finish()
                #expect(try await client.answer().body.utf8.count == 200_000)
                #expect(try await client.answer().body.utf8.count == 200_000)
                #expect(try await client.sawEnd())
            }
        }
    }

    @Test func `a client that waits for leave to send its body gets it`() async throws {
        try await TestServer.run { server in
            try await RawClient.connect(to: server.port) { client in
                try await client.send("POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
                #expect(try await client.answer().status == 100)
                try await client.send("ok")
                #expect(try await client.answer().body == "ok")
                try await client.send("POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 999999\r\n\r\n")
                #expect(try await client.answer().status == 413)
                #expect(try await client.sawEnd())
            }
        }
    }

    @Test func `a target may be a whole URL`() async throws {
        try await TestServer.run { server in
            let answer = try await server.exchange("GET http://a:80/key/info?x=1 HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(answer.body == #"{"query":"x=1"}"#)
            #expect(try await server.exchange("GET http://a HTTP/1.1\r\nHost: a\r\n\r\n").status == 404)
        }
    }

    @Test func `connections beyond the cap wait until one ends`() async throws {
        var configuration = HTTPServerConfiguration.patient
        configuration.maximumConnections = 2
        try await TestServer.run(configuration) { server in
            try await withThrowingTaskGroup(of: Int.self) { tasks in
                for _ in 0..<12 {
                    tasks.addTask { try await server.exchange("GET /key/info HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").status }
                }
                for try await status in tasks { #expect(status == 200) }
            }
        }
    }
}
