extension TimeZoneRules {
    /// The rules in a file of the system's database: TZif version 2 or later, whose 64-bit block and footer are read.
    ///
    /// - Throws: `TimeZoneError` with code `damaged`, also for files that count leap seconds.
    public init(name: String, tzif bytes: [UInt8]) throws(TimeZoneError) {
        var reader = TZifReader(bytes)
        guard let contents = reader.contents() else {
            throw TimeZoneError(.damaged, "the rules of the time zone \(name) are not in TZif version 2 or later; reinstall tzdata")
        }
        self.name = name
        (firstOffset, transitions, recurring) = (contents.firstOffset, contents.transitions, contents.recurring)
    }
}

/// Reads a TZif file. Every part is nil, and the rest useless, if the bytes break the format.
struct TZifReader {
    struct Contents {
        var firstOffset: Int
        var transitions: [TimeZoneRules.Transition]
        var recurring: RecurringTransitions?
    }

    private struct Header {
        var version: UInt8
        var counts: [Int]

        var isUTCs: Int { counts[0] }
        var isStandards: Int { counts[1] }
        var leaps: Int { counts[2] }
        var times: Int { counts[3] }
        var types: Int { counts[4] }
        var characters: Int { counts[5] }

        func size(ofTime size: Int) -> Int {
            times * (size + 1) + types * 6 + characters + leaps * (size + 4) + isStandards + isUTCs
        }
    }

    private let bytes: [UInt8]
    private var offset = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func contents() -> Contents? {
        guard let first = header(), first.version >= UInt8(ascii: "2"), skip(first.size(ofTime: 4)),
            let header = header(), header.leaps == 0, header.types > 0
        else { return nil }
        let end = offset + header.size(ofTime: 8)
        guard end <= bytes.count, let block = block(header) else { return nil }
        offset = end
        guard let footer = footer() else { return nil }
        let recurring = RecurringTransitions(footer)
        guard footer.isEmpty || recurring != nil else { return nil }
        return Contents(firstOffset: block.firstOffset, transitions: block.transitions, recurring: recurring)
    }

    private mutating func header() -> Header? {
        guard bytes.count - offset >= 44, bytes[offset..<offset + 4].elementsEqual("TZif".utf8) else { return nil }
        let version = bytes[offset + 4]
        offset += 20
        var counts: [Int] = []
        for _ in 0..<6 {
            guard let count = integer(4), count < 1 << 20 else { return nil }
            counts.append(Int(count))
        }
        return Header(version: version, counts: counts)
    }

    private mutating func block(_ header: Header) -> (firstOffset: Int, transitions: [TimeZoneRules.Transition])? {
        var seconds: [Int64] = []
        for _ in 0..<header.times {
            guard let bits = integer(8) else { return nil }
            let second = Int64(bitPattern: bits)
            guard seconds.last.map({ $0 < second }) ?? true else { return nil }
            seconds.append(second)
        }
        let kinds = bytes[offset..<offset + header.times].map(Int.init)
        offset += header.times
        var offsets: [Int] = []
        for _ in 0..<header.types {
            guard let bits = integer(4) else { return nil }
            let value = Int(Int32(truncatingIfNeeded: bits))
            // RFC 8536 asks for less than a day and an hour or so on either side.
            guard abs(value) < 26 * 3_600 else { return nil }
            offsets.append(value)
            offset += 2
        }
        guard kinds.allSatisfy({ $0 < offsets.count }) else { return nil }
        let transitions = zip(seconds, kinds).map { TimeZoneRules.Transition(second: $0, offset: offsets[$1]) }
        return (offsets[0], transitions)
    }

    /// The text between the two line feeds at the end.
    private mutating func footer() -> Substring? {
        guard offset < bytes.count, bytes[offset] == UInt8(ascii: "\n"),
            let end = bytes[(offset + 1)...].firstIndex(of: UInt8(ascii: "\n")),
            let text = String(validating: bytes[offset + 1..<end], as: UTF8.self)
        else { return nil }
        return text[...]
    }

    private mutating func skip(_ count: Int) -> Bool {
        offset += count
        return offset <= bytes.count
    }

    private mutating func integer(_ size: Int) -> UInt64? {
        guard bytes.count - offset >= size else { return nil }
        defer { offset += size }
        return bytes[offset..<offset + size].reduce(0) { $0 << 8 | UInt64($1) }
    }
}
