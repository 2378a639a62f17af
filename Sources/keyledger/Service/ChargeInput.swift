import JSONText
import LedgerHTTP

/// Charges from a file or standard input, in pieces that a request takes. Memory is bounded however long the input is, and lines from a
/// pipe are handed on as they come.
struct ChargeInput {
    private static let batchCharges = 1_000
    private static let readBytes = 1 << 20

    /// What errors call it.
    let name: String
    private let file: InputFile
    private var pending: [UInt8] = []
    private var isAtEnd = false
    private var format: ChargeBody.Format?

    /// - Parameter path: of the file; `-` for standard input.
    init(_ path: String) throws {
        name = path == "-" ? "Standard input" : printable(path)
        file = try InputFile(path)
    }

    /// The next charges; nil at the end.
    mutating func next() throws -> (bytes: [UInt8], format: ChargeBody.Format)? {
        let format = try format ?? findFormat()
        self.format = format
        if case .lines = format { return try nextLines().map { ($0, format) } }
        defer { pending = [] }
        return pending.isEmpty ? nil : (pending, format)
    }

    /// An array, or one object that stands on several lines, is JSON and is read whole.
    private mutating func findFormat() throws -> ChargeBody.Format {
        while lineEnd(from: 0) == nil, !isAtEnd { try readMore() }
        let isArray = pending.first { !Self.isSpace($0) } == UInt8(ascii: "[")
        if !isArray, let end = lineEnd(from: 0), isOneValue(0..<end) { return .lines }
        while !isAtEnd, pending.count <= ChargeBody.mostBytes { try readMore() }
        if !isArray, !isOneValue(pending.indices) { return .lines }
        guard isAtEnd else { throw CommandError.usage("\(name): JSON of more than 8 MiB. More goes in one charge a line.") }
        return .json
    }

    private func isOneValue(_ range: Range<Int>) -> Bool {
        guard var scanner = try? JSONScanner(pending, in: range, allowsNonFinite: true), let piece = try? scanner.next() else {
            return false
        }
        return (try? scanner.skip(piece)) != nil && (try? scanner.finish()) != nil
    }

    /// Whole lines, at least one of them not empty.
    private mutating func nextLines() throws -> [UInt8]? {
        while true {
            let (end, charges) = wholeLines
            if charges > 0 {
                defer { pending.removeFirst(end) }
                return Array(pending[..<end])
            }
            if end == 0, pending.count > ChargeBody.mostBytes { throw CommandError.usage("\(name) has a line of more than 8 MiB.") }
            pending.removeFirst(end)
            if isAtEnd { return nil }
            try readMore()
        }
    }

    /// Where the lines that have been read and fit a request end, and how many are not empty.
    private var wholeLines: (end: Int, charges: Int) {
        var (end, charges) = (0, 0)
        while charges < Self.batchCharges, let next = lineEnd(from: end), next <= ChargeBody.mostBytes {
            if !pending[end..<next].allSatisfy(Self.isSpace) { charges += 1 }
            end = next
        }
        return (end, charges)
    }

    /// Where the line ends that begins at `start`; nil if its end has not been read.
    private func lineEnd(from start: Int) -> Int? {
        guard start < pending.count else { return nil }
        if let newline = pending[start...].firstIndex(of: UInt8(ascii: "\n")) { return newline + 1 }
        return isAtEnd ? pending.count : nil
    }

    private mutating func readMore() throws {
        let more = try file.read(atMost: Self.readBytes)
        isAtEnd = more.isEmpty
        pending += more
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 }
}
