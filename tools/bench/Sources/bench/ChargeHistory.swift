import Glibc
import Ledger

/// A ledger full of charges of past days.
///
/// A key works in sessions: in each quarter of an hour 64 of the keys are active. The charges of a session use two models.
struct ChargeHistory {
    private static let active = 64
    private static let batch = 1_000
    private static let tasks = 4

    let charges: Int
    let days: Int
    private let factory: ChargeFactory
    private let keys: Int
    private let start: Instant
    private let nanosecondsBetween: Int64

    init(charges: Int, days: Int, keys: Int = ChargeWrites.keys) {
        (self.charges, self.days, self.keys) = (charges, days, keys)
        factory = ChargeFactory(keys: keys)
        let today = Instant.now.daysSince1970
        start = Instant(daysSince1970: today - days) ?? .epoch
        nanosecondsBetween = Int64(days) * Instant.nanosecondsPerDay / Int64(charges)
    }

    var firstDay: CivilDate { start.date }
    var lastDay: CivilDate { CivilDate(daysSince1970: start.daysSince1970 + days - 1) }

    private func moment(_ number: Int) -> Instant {
        start.adding(nanoseconds: Int64(number) * nanosecondsBetween) ?? start
    }

    private func key(_ number: Int) -> Int {
        let quarter = Int(moment(number).nanoseconds / (900 * Instant.nanosecondsPerSecond))
        var random = Numbers(seed: UInt64(number))
        let slot = random.next(below: Self.active)
        return (quarter * Self.active + slot) % keys
    }

    /// Records charges `range` of the history.
    func record(_ range: Range<Int>, in ledger: Ledger) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for task in 0..<Self.tasks {
                group.addTask {
                    for first in stride(from: range.lowerBound + task * Self.batch, to: range.upperBound, by: Self.tasks * Self.batch) {
                        let numbers = first..<min(first + Self.batch, range.upperBound)
                        let charges = numbers.map { number in
                            factory.charge(
                                .request(ChargeFactory.requestID(number * 1_000)), key: key(number), number: number, at: moment(number))
                        }
                        try await ChargeLoop.record(charges, ledger)
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    /// The same charges as lines for ``PeerProcess``es.
    func writeCSV(_ path: String) throws {
        guard let file = fopen(path, "w") else { throw BenchError("\(path) cannot be made: \(String(cString: strerror(errno)))") }
        defer { fclose(file) }
        chmod(path, 0o644)
        for number in 0..<charges {
            let line = factory.csv(key: key(number), number: number, at: moment(number))
            guard fputs(line, file) >= 0 else { throw BenchError("\(path) cannot be written") }
        }
    }
}

extension SystemState {
    /// Bytes that the files whose path contains a part take on the disk.
    static func diskBytes(_ folder: String, _ part: String) -> Int {
        var total = 0
        guard let entries = opendir(folder) else { return 0 }
        defer { closedir(entries) }
        while let entry = readdir(entries) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name == "." || name == ".." { continue }
            let path = folder + "/" + name
            var status = stat()
            guard lstat(path, &status) == 0 else { continue }
            if status.st_mode & S_IFMT == S_IFDIR {
                if name.hasPrefix(part) || part.isEmpty { total += diskBytes(path, "") }
            } else if part.isEmpty {
                total += Int(status.st_blocks) * 512
            }
        }
        return total
    }
}
