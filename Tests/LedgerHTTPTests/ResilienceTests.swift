import Glibc
import Hummingbird
import LedgerHTTP
import NIOCore
import Testing

/// Clients that leave, and a process without descriptors.
struct ResilienceTests {
    @Test func `a client that leaves before its answer costs nothing but its connection`() async throws {
        let gate = Gate()
        try await TestServer.run(routes: { router in
            router.get("/slow") { _, _ in
                await gate.pass()
                return Response.json(Array(repeating: 0x20, count: 4_000_000))
            }
        }) { server in
            try await RawClient.connect(to: server.port) { client in
                try await client.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
                await gate.waitUntilEntered()
            }
            gate.open()
            #expect(try await server.exchange("GET /nope HTTP/1.1\r\nHost: a\r\n\r\n").status == 404)
        }
    }

    @Test func `an answer without end stops when its client leaves`() async throws {
        let ended = Gate()
        try await TestServer.run(routes: { router in
            router.get("/endless") { _, _ in
                Response(
                    status: .ok,
                    body: ResponseBody { writer in
                        defer { ended.open() }
                        while true { try await writer.write(ByteBuffer(repeating: 0x61, count: 1000)) }
                    })
            }
        }) { server in
            try await RawClient.connect(to: server.port) { client in
                try await client.send("GET /endless HTTP/1.1\r\nHost: a\r\n\r\n")
                _ = try await client.headers()
            }
            await ended.pass()
        }
    }

    @Test func `long work leaves the connection's event loop`() async throws {
        let answer = try await TestServer.run(routes: { router in
            router.get("/long") { _, context in
                let sum = await context.offload { (1...1000).reduce(0, +) }
                return Response.json(Array(String(sum).utf8))
            }
        }) { try await $0.exchange("GET /long HTTP/1.1\r\nHost: a\r\n\r\n") }
        #expect(answer.body == "500500")
    }

    /// Where nothing holds back the error of accept(2), it ends the listening channel and the server with it.
    @Test func `running out of descriptors does not end the server`() async {
        await #expect(processExitsWith: .success) {
            try await TestServer.run { server in
                var limit = rlimit()
                unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
                // The next descriptor is the last but eight: clients and the server's ends of their connections share them.
                let next = dup(0)
                close(next)
                limit.rlim_cur = rlim_t(next) + 9
                unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
                var clients: [CInt] = []
                while let client = connectTo(server.port) { clients.append(client) }
                precondition(clients.count > 4, "fewer clients than descriptors")
                for client in clients { close(client) }
                limit.rlim_cur += 100
                unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
                for _ in 0..<3 {
                    let answer = try await server.exchange("GET /nope HTTP/1.1\r\nHost: a\r\n\r\n")
                    precondition(answer.status == 404)
                }
            }
        }
    }
}

/// A plain connection, nil if there is no descriptor for it.
private func connectTo(_ port: Int) -> CInt? {
    let client = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
    guard client >= 0 else { return nil }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let connected = unsafe withUnsafeBytes(of: &address) { bytes in
        unsafe bytes.withMemoryRebound(to: sockaddr.self) { address in
            guard let base = address.baseAddress else { return CInt(-1) }
            return unsafe connect(client, base, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
    }
    return connected == 0 ? client : nil
}
