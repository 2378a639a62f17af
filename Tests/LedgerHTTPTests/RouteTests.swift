import Hummingbird
import LedgerHTTP
import Testing

struct RouteTests {
    @Test(arguments: [
        ("GET", "/nope", 404, nil, #"{"detail":"Not Found"}"#), ("GET", "/", 404, nil, #"{"detail":"Not Found"}"#),
        ("POST", "/key/info", 405, "GET, HEAD, OPTIONS", #"{"detail":"Method Not Allowed"}"#),
        ("GET", "/key/sk-x/regenerate", 405, "OPTIONS, POST", #"{"detail":"Method Not Allowed"}"#),
        ("PROPFIND", "/key/info", 405, "GET, HEAD, OPTIONS", #"{"detail":"Method Not Allowed"}"#),
        ("OPTIONS", "/nope", 404, nil, #"{"detail":"Not Found"}"#),
    ])
    func `an unknown path is a 404 and another method a 405`(method: String, path: String, status: Int, allow: String?, body: String)
        async throws
    {
        let answer = try await TestServer.run { try await $0.exchange("\(method) \(path) HTTP/1.1\r\nHost: a\r\n\r\n") }
        #expect(answer.status == status)
        #expect(answer["allow"] == allow)
        #expect(answer.body == body)
    }

    @Test func `under v1 they are problems that name the request`() async throws {
        try await TestServer.run { server in
            let unknown = try await server.exchange("GET /v1/nope HTTP/1.1\r\nHost: a\r\nX-Request-Id: r1\r\n\r\n")
            #expect(unknown.status == 404)
            #expect(unknown["content-type"] == "application/problem+json")
            #expect(
                unknown.body
                    == #"{"type":"about:blank","title":"Not Found","status":404,"detail":"Not Found","code":"not_found","request_id":"r1"}"#
            )
            let other = try await server.exchange("GET /v1/echo HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(other.status == 405)
            #expect(other["allow"] == "OPTIONS, POST")
            #expect(other.body.contains(#""code":"method_not_allowed""#))
        }
    }

    @Test func `OPTIONS tells the methods`() async throws {
        try await TestServer.run { server in
            let known = try await server.exchange("OPTIONS /key/info HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(known.status == 204)
            #expect(known["allow"] == "GET, HEAD, OPTIONS")
            #expect(try await server.exchange("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n").status == 204)
        }
    }

    @Test func `HEAD is GET without the body, for errors too`() async throws {
        try await TestServer.run { server in
            try await RawClient.connect(to: server.port) { client in
                for (path, status, length) in [("/key/info", 200, "12"), ("/nope", 404, "22"), ("/echo", 405, "31")] {
                    try await client.send("HEAD \(path) HTTP/1.1\r\nHost: a\r\n\r\n")
                    let answer = try await client.answer(toHead: true)
                    #expect(answer.status == status)
                    #expect(answer["content-length"] == length)
                }
                try await client.send("GET /key/info HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(try await client.answer().body == #"{"query":""}"#)
            }
        }
    }

    @Test(arguments: ["GET", "POST", "DELETE", "PROPFIND", "TRACE", "SEARCH"])
    func `a route can take every method, with and without a path below it`(method: String) async throws {
        try await TestServer.run { server in
            let answer = try await server.exchange("\(method) /auth/gateway/v1/chat?x=1 HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")
            #expect(answer.status == 200)
            #expect(answer.body == method)
        }
    }

    @Test func `a part of the path is decoded`() async throws {
        try await TestServer.run { server in
            let decoded = try await server.exchange("POST /key/sk-a%2Fb%C3%A9/regenerate HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(decoded.body == "sk-a/bé")
            let garbled = try await server.exchange("POST /key/%FF/regenerate HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(garbled.status == 404)
        }
    }

    @Test func `an unforeseen error shows nothing of itself`() async throws {
        let answer = try await TestServer.run { try await $0.exchange("GET /fails HTTP/1.1\r\nHost: a\r\n\r\n") }
        #expect(answer.status == 500)
        #expect(answer.body == #"{"error":{"message":"Internal server error","type":"internal_server_error","param":null,"code":"500"}}"#)
    }

    @Test(arguments: [
        ("good-1", true), ("a.b_c:d/e+f=g@h~", true), (String(repeating: "x", count: 128), true),
        (String(repeating: "x", count: 129), false),
        ("task-1", true), ("sk-AAAABBBBCCCCDDDDEEEE", false),
        ("has space", false), ("quote\"", false), ("über", false), ("", false),
    ])
    func `a request keeps its id if that is one to repeat`(id: String, isKept: Bool) async throws {
        #expect(RequestIDs.isAcceptable(id) == isKept)
        let answer = try await TestServer.run { try await $0.exchange("GET /key/info HTTP/1.1\r\nHost: a\r\nX-Request-Id: \(id)\r\n\r\n") }
        #expect((answer["x-request-id"] == id) == isKept)
        #expect(isKept || answer["x-request-id"]?.utf8.count == 32)
    }

    @Test func `ids differ`() {
        let ids = RequestIDs(process: 0xAB)
        #expect(ids.next() == "00000000000000ab0000000000000001")
        #expect(ids.next() == "00000000000000ab0000000000000002")
    }

    @Test func `a handler says which position its answer reflects`() async throws {
        let answer = try await TestServer.run(routes: { router in
            router.get("/at") { _, _ in
                var response = Response.json(Array("1".utf8))
                response.setPosition(3)
                return response
            }
        }) { try await $0.exchange("GET /at HTTP/1.1\r\nHost: a\r\n\r\n") }
        #expect(answer.headers.filter { $0.name == "x-keyledger-position" }.map(\.value) == ["3"])
    }

    @Test(arguments: [
        (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
        (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
        (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
    ])
    func `dates are written as HTTP wants them`(seconds: Int, text: String) {
        #expect(HTTPDate.text(unixSeconds: seconds) == text)
    }
}
