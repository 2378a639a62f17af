import Glibc

/// What figures depend on.
enum SystemState {
    static var loadAverage: String { text("/proc/loadavg").split(separator: " ").prefix(3).joined(separator: " ") }

    /// Times of a 4 KiB write and fdatasync in a folder, in milliseconds.
    static func flushMilliseconds(in folder: String, times: Int = 30) throws -> [Double] {
        let path = folder + "/keyledger-bench-flush.\(getpid())"
        let descriptor = open(path, O_RDWR | O_CREAT | O_TRUNC, 0o600)
        guard descriptor >= 0 else { throw BenchError("\(path) cannot be made: \(String(cString: strerror(errno)))") }
        defer {
            close(descriptor)
            unlink(path)
        }
        let block = [UInt8](repeating: 7, count: 4_096)
        return (0..<times).map { index in
            let start = Clock.nanoseconds()
            pwrite(descriptor, block, block.count, off_t(index * block.count))
            fdatasync(descriptor)
            return Double(Clock.nanoseconds() - start) / 1e6
        }
    }

    /// A process's memory in KiB: resident, and of that what no file backs.
    static func memoryKiB(of process: pid_t = getpid()) -> (resident: Int, anonymous: Int) {
        var values: [Substring: Int] = [:]
        for line in text("/proc/\(process)/status").split(separator: "\n") {
            let parts = line.split { $0 == ":" || $0 == " " || $0 == "\t" }
            if parts.count >= 2, let value = Int(parts[1]) { values[parts[0]] = value }
        }
        let resident = values["VmRSS"] ?? 0
        return (resident, resident - (values["RssFile"] ?? 0))
    }

    /// The most memory that a process had resident so far, in MiB.
    static func peakMemoryMiB(of process: pid_t = getpid()) -> Int {
        for line in text("/proc/\(process)/status").split(separator: "\n") where line.hasPrefix("VmHWM:") {
            return Int(line.split { $0 == " " || $0 == "\t" }.dropFirst().first ?? "").map { $0 / 1_024 } ?? 0
        }
        return 0
    }

    /// User and system time of a process so far, in seconds.
    static func processorSeconds(of process: pid_t) -> Double {
        let fields = text("/proc/\(process)/stat").split(separator: ")").last?.split(separator: " ") ?? []
        guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else { return 0 }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    /// What a process has handed to write calls so far, to files as to connections.
    static func writtenBytes(by process: pid_t) -> Int {
        let line = text("/proc/\(process)/io").split(separator: "\n").first { $0.hasPrefix("wchar:") }
        return line.flatMap { $0.split(separator: " ").last }.flatMap { Int($0) } ?? 0
    }

    static func text(_ path: String) -> String {
        let descriptor = open(path, O_RDONLY)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 16_384)
        let count = read(descriptor, &bytes, bytes.count)
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }
}

enum Clock {
    static func nanoseconds() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }

    static func seconds(_ body: () throws -> Void) rethrows -> Double {
        let start = nanoseconds()
        try body()
        return Double(nanoseconds() - start) / 1e9
    }

    /// Processor time that this thread takes for something that waits for nothing: other work on the machine does not count.
    static func processorSeconds(_ body: () throws -> Void) rethrows -> Double {
        func now() -> Double {
            var time = timespec()
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
            return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
        }
        let start = now()
        try body()
        return now() - start
    }
}
