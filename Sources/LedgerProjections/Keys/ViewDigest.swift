import MerkleTree

/// Digest of a view: the sum, mod 2²⁵⁶, of SHA-256(table number ‖ uint32 key length ‖ key ‖ value) over its rows, so that it
/// depends on contents alone and is kept up row by row (DESIGN.md section 6).
package struct ViewDigest: Hashable, Sendable {
    // Least significant word first.
    private var w0: UInt64 = 0
    private var w1: UInt64 = 0
    private var w2: UInt64 = 0
    private var w3: UInt64 = 0

    package init() {}

    /// The digest stored in 32 bytes, most significant first.
    package init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 32 else { return nil }
        let integers = Self.integers(Array(bytes))
        (w0, w1, w2, w3) = (integers[3], integers[2], integers[1], integers[0])
    }

    package var bytes: [UInt8] { [w3, w2, w1, w0].flatMap(\.bigEndianBytes) }

    package var hex: String { Hash32(bytes)?.hex ?? "" }

    mutating func add(_ table: UInt8, _ key: some Collection<UInt8>, _ value: some Collection<UInt8>) {
        add(Self.row(table, key, value))
    }

    /// ``add(_:_:_:)`` without an allocation of its own.
    mutating func add(_ table: UInt8, key: Span<UInt8>, value: Span<UInt8>) { add(Self.row(table, key: key, value: value)) }

    mutating func subtract(_ table: UInt8, _ key: some Collection<UInt8>, _ value: some Collection<UInt8>) {
        subtract(Self.row(table, key, value))
    }

    /// ``subtract(_:_:_:)`` without an allocation of its own.
    mutating func subtract(_ table: UInt8, key: Span<UInt8>, value: Span<UInt8>) { subtract(Self.row(table, key: key, value: value)) }

    /// Adds a row by the hash of table number ‖ key length ‖ key ‖ value.
    @inline(__always)
    mutating func add(rowHash hash: Hash32) { add(hash.bigEndianWords) }

    /// Adds the digest of other rows.
    mutating func add(_ other: ViewDigest) { add((other.w3, other.w2, other.w1, other.w0)) }

    private typealias Words = (UInt64, UInt64, UInt64, UInt64)

    private mutating func add(_ row: Words) {
        var carry = false
        (w0, carry) = Self.sum(w0, row.3, carry)
        (w1, carry) = Self.sum(w1, row.2, carry)
        (w2, carry) = Self.sum(w2, row.1, carry)
        (w3, _) = Self.sum(w3, row.0, carry)
    }

    private mutating func subtract(_ row: Words) {
        var borrow = false
        (w0, borrow) = Self.difference(w0, row.3, borrow)
        (w1, borrow) = Self.difference(w1, row.2, borrow)
        (w2, borrow) = Self.difference(w2, row.1, borrow)
        (w3, _) = Self.difference(w3, row.0, borrow)
    }

    private static func row(_ table: UInt8, _ key: some Collection<UInt8>, _ value: some Collection<UInt8>) -> Words {
        row(table, key: Array(key).span, value: Array(value).span)
    }

    private static func row(_ table: UInt8, key: Span<UInt8>, value: Span<UInt8>) -> Words {
        unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 5 + key.count + value.count) { buffer in
            var row = unsafe OutputSpan(buffer: buffer, initializedCount: 0)
            row.append(table)
            for shift in stride(from: 24, through: 0, by: -8) { row.append(UInt8(truncatingIfNeeded: key.count >> shift)) }
            for index in key.indices { row.append(key[index]) }
            for index in value.indices { row.append(value[index]) }
            return Hash32.sha256(row.span).bigEndianWords
        }
    }

    private static func integers(_ bytes: [UInt8]) -> [UInt64] {
        stride(from: 0, to: 32, by: 8).map { start in bytes[start..<start + 8].reduce(0) { $0 << 8 | UInt64($1) } }
    }

    private static func sum(_ a: UInt64, _ b: UInt64, _ carry: Bool) -> (UInt64, Bool) {
        let (first, over) = a.addingReportingOverflow(b)
        let (second, again) = first.addingReportingOverflow(carry ? 1 : 0)
        return (second, over || again)
    }

    private static func difference(_ a: UInt64, _ b: UInt64, _ borrow: Bool) -> (UInt64, Bool) {
        let (first, under) = a.subtractingReportingOverflow(b)
        let (second, again) = first.subtractingReportingOverflow(borrow ? 1 : 0)
        return (second, under || again)
    }
}
