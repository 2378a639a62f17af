import Glibc

/// Sends ready-made requests over connections that stay open, one at a time on each, from one thread.
final class LoadGenerator {
    private struct Connection {
        var descriptor: CInt
        var received: [UInt8] = []
    }

    private var connections: [Connection] = []
    private var waits: [pollfd] = []
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 16)

    init(port: UInt16, connections count: Int) throws {
        for _ in 0..<count {
            let descriptor = try Self.connect(port)
            connections.append(Connection(descriptor: descriptor))
            waits.append(pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0))
        }
    }

    deinit {
        for connection in connections { close(connection.descriptor) }
        buffer.deallocate()
    }

    static func connect(_ port: UInt16) throws -> CInt {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw BenchError("connect: \(String(cString: strerror(errno)))") }
        var yes: CInt = 1
        setsockopt(descriptor, CInt(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<CInt>.size))
        return descriptor
    }

    /// Keeps every connection busy for so long; how many answers there were a second.
    ///
    /// - Throws: if an answer has another status than `status`.
    func rate(_ requests: [[UInt8]], seconds: Double, status: String = "200") throws -> Double {
        var next = 0
        return try rate(seconds: seconds, status: status) { _ in
            next += 1
            return requests[(next - 1) % requests.count]
        }
    }

    /// The same with requests that are made when a connection, by its number, is ready for one.
    func rate(seconds: Double, status: String = "200", _ request: (Int) -> [UInt8]) throws -> Double {
        var answered = 0
        let start = Clock.nanoseconds()
        let end = start + Int(seconds * 1e9)
        for index in connections.indices { try send(request(index), index) }
        var waiting = connections.count
        while waiting > 0 {
            guard poll(&waits, nfds_t(waits.count), 5_000) > 0 else { throw BenchError("the server stopped answering") }
            for index in waits.indices where waits[index].revents != 0 {
                guard try receive(index, status) else { continue }
                answered += 1
                if Clock.nanoseconds() < end { try send(request(index), index) } else { waiting -= 1 }
            }
        }
        return Double(answered) / (Double(Clock.nanoseconds() - start) / 1e9)
    }

    /// Blocks while a large request is on its way: the server reads it as it comes.
    private func send(_ request: [UInt8], _ index: Int) throws {
        var sent = 0
        while sent < request.count {
            let count = request.withUnsafeBytes { bytes in
                Glibc.send(connections[index].descriptor, bytes.baseAddress?.advanced(by: sent), bytes.count - sent, 0)
            }
            guard count > 0 else { throw BenchError("send failed") }
            sent += count
        }
    }

    /// The time of each request, one after the other on one connection, in microseconds.
    func latencies(_ requests: [[UInt8]], status: String = "200") throws -> [Double] {
        try requests.map { request in
            let start = Clock.nanoseconds()
            try send(request, 0)
            while try !receive(0, status) {}
            return Double(Clock.nanoseconds() - start) / 1e3
        }
    }

    /// Reads what has come; `true` once the answer is whole.
    private func receive(_ index: Int, _ status: String) throws -> Bool {
        let count = recv(connections[index].descriptor, buffer.baseAddress, buffer.count, 0)
        guard count > 0 else { throw BenchError("the server closed a connection") }
        let part = UnsafeRawBufferPointer(rebasing: buffer[..<count])
        if connections[index].received.isEmpty, Self.isWhole(part) {
            try Self.require(status, part)
            return true
        }
        connections[index].received.append(contentsOf: part)
        return try connections[index].received.withUnsafeBytes { bytes in
            guard Self.isWhole(bytes) else { return false }
            try Self.require(status, bytes)
            return true
        } && reset(index)
    }

    private func reset(_ index: Int) -> Bool {
        connections[index].received.removeAll()
        return true
    }

    private static func require(_ status: String, _ answer: UnsafeRawBufferPointer) throws {
        guard answer.count > 12, answer[9..<12].elementsEqual(status.utf8) else {
            throw BenchError("an answer was not \(status): \(String(decoding: answer.prefix(600), as: UTF8.self))")
        }
    }

    /// By the C library's search: what the client spends on an answer counts on both sides of a ratio, and should not matter.
    private static func place(of text: StaticString, in bytes: UnsafeRawBufferPointer) -> Int? {
        guard let base = bytes.baseAddress else { return nil }
        let length = text.utf8CodeUnitCount
        var offset = 0
        while offset + length <= bytes.count {
            guard let found = memchr(base + offset, CInt(text.utf8Start[0]), bytes.count - offset - length + 1) else { return nil }
            if memcmp(found, text.utf8Start, length) == 0 { return UnsafeRawPointer(found) - base }
            offset = UnsafeRawPointer(found) - base + 1
        }
        return nil
    }

    private static func isWhole(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let end = place(of: "\r\n\r\n", in: bytes) else { return false }
        let head = UnsafeRawBufferPointer(rebasing: bytes[..<(end + 2)])
        guard let length = place(of: "\r\nContent-Length: ", in: head) else { return true }
        let digits = head[(length + 18)...].prefix { $0 >= 48 && $0 < 58 }
        return bytes.count >= end + 4 + digits.reduce(0) { $0 * 10 + Int($1 - 48) }
    }
}

/// Requests as bytes.
enum HTTPBytes {
    static func request(_ method: String, _ path: String, secret: String, body: String = "") -> [UInt8] {
        var text = "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer \(secret)\r\n"
        if method != "GET" { text += "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n" }
        return Array((text + "\r\n" + body).utf8)
    }
}
