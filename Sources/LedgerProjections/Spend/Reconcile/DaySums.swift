import LMDB
import LedgerSchema
import MerkleTree

/// The sums of rollup rows, of one day or of more: what a comparison needs of them.
struct DaySums: Hashable, Sendable {
    private(set) var metrics = Metrics()
    /// The sum mod 2⁶⁴ of each row's figures times a number that is made of its key: rows whose errors cancel out differ in it.
    private var weighted: UInt64 = 0
    private var unreadable = 0

    /// Adds a row, or a part of one; `nil` is a row that cannot be read, with which no other sums are equal.
    mutating func add(_ key: Span<UInt8>, _ row: Metrics?, seed: UInt64) throws {
        guard let row else {
            unreadable += 1
            return
        }
        try metrics.add(row)
        weighted &+= Self.weight(of: key, seed) &* Self.figure(row)
    }

    mutating func add(_ other: DaySums) throws {
        try metrics.add(other.metrics)
        weighted &+= other.weighted
    }

    private static func weight(of key: Span<UInt8>, _ seed: UInt64) -> UInt64 {
        var hash = WordHash(seed: seed)
        var offset = 0
        while offset < key.count {
            hash.add(key.prefix(at: offset, until: key.count), key.prefix(at: offset + 8, until: key.count))
            offset += 16
        }
        return hash.value | 1
    }

    /// Additive: the figure of a sum is the sum of the figures.
    private static func figure(_ row: Metrics) -> UInt64 {
        var figure = UInt64(truncatingIfNeeded: row.spend)
        for count in [
            row.promptTokens, row.completionTokens, row.cacheReadTokens, row.cacheWriteTokens, row.succeeded, row.failed,
            row.durationMilliseconds, row.timed,
        ] { figure = figure &* WordHash.prime &+ count }
        return figure
    }
}

extension Metrics {
    /// Each metric by its name.
    var figures: [(name: String, value: Int128)] {
        [
            ("spend", spend), ("prompt_tokens", Int128(promptTokens)), ("completion_tokens", Int128(completionTokens)),
            ("cache_read_tokens", Int128(cacheReadTokens)), ("cache_write_tokens", Int128(cacheWriteTokens)),
            ("succeeded", Int128(succeeded)), ("failed", Int128(failed)), ("duration_ms", Int128(durationMilliseconds)),
            ("timed", Int128(timed)),
        ]
    }
}
