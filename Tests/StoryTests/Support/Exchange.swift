import Glibc

/// One request and its answer over a connection of their own.
enum Exchange {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// - Parameter head: request line and headers, without Host and what follows from the body.
    static func send(_ head: String, body: String?, toPort port: UInt16) throws -> Answer {
        let descriptor = try connect(port)
        defer { close(descriptor) }
        var request = head + "\r\nHost: 127.0.0.1:\(port)\r\nConnection: close\r\n"
        if let body { request += "Content-Length: \(body.utf8.count)\r\n" }
        try write(Array((request + "\r\n" + (body ?? "")).utf8), to: descriptor)
        return try answer(in: readToEnd(descriptor))
    }

    private static func connect(_ port: UInt16) throws -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw Failure(description: "no socket: errno \(errno)") }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        // An answer that does not come is a failed test, not a hang.
        var limit = timeval(tv_sec: 60, tv_usec: 0)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        let result = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else {
            close(descriptor)
            throw Failure(description: "nobody listens on port \(port): errno \(errno)")
        }
        return descriptor
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { throw Failure(description: "the connection was lost: errno \(errno)") }
            rest = rest.dropFirst(count)
        }
    }

    private static func readToEnd(_ descriptor: Int32) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = unsafe recv(descriptor, &buffer, buffer.count, 0)
            guard count >= 0 else { throw Failure(description: "no answer: errno \(errno)") }
            if count == 0 { return bytes }
            bytes += buffer.prefix(count)
        }
    }

    private static func answer(in bytes: [UInt8]) throws -> Answer {
        let end = Array("\r\n\r\n".utf8)
        guard let blank = bytes.indices.first(where: { bytes[$0...].starts(with: end) }) else {
            throw Failure(description: "the answer has no end of headers")
        }
        let lines = String(decoding: bytes[..<blank], as: UTF8.self).split(separator: "\r\n")
        let words = lines.first?.split(separator: " ") ?? []
        guard words.count >= 2, let status = Int(words[1]) else { throw Failure(description: "the answer has no status") }
        let headers = lines.dropFirst().map { line -> (name: String, value: String) in
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            return (parts[0].lowercased(), parts.count > 1 ? String(parts[1].drop { $0 == " " }) : "")
        }
        return Answer(status: status, headers: headers, body: String(decoding: bytes[(blank + end.count)...], as: UTF8.self))
    }
}
