package import LMDB
import LedgerSchema

/// A rollup row's value: spend (16) ‖ eight counts in base 128, in the order of ``Metrics``.
enum MetricsCodec {
    static func append(_ metrics: Metrics, to bytes: inout [UInt8]) {
        bytes.append(bigEndian: metrics.spend)
        bytes.append(varint: metrics.promptTokens)
        bytes.append(varint: metrics.completionTokens)
        bytes.append(varint: metrics.cacheReadTokens)
        bytes.append(varint: metrics.cacheWriteTokens)
        bytes.append(varint: metrics.succeeded)
        bytes.append(varint: metrics.failed)
        bytes.append(varint: metrics.durationMilliseconds)
        bytes.append(varint: metrics.timed)
    }

    static func decode(_ bytes: Span<UInt8>) throws(LMDBError) -> Metrics {
        var reader = RowReader(table: "rollups")
        var metrics = Metrics()
        metrics.spend = try reader.integer(bytes)
        metrics.promptTokens = try reader.varint(bytes)
        metrics.completionTokens = try reader.varint(bytes)
        metrics.cacheReadTokens = try reader.varint(bytes)
        metrics.cacheWriteTokens = try reader.varint(bytes)
        metrics.succeeded = try reader.varint(bytes)
        metrics.failed = try reader.varint(bytes)
        metrics.durationMilliseconds = try reader.varint(bytes)
        metrics.timed = try reader.varint(bytes)
        guard reader.isAtEnd(bytes) else { throw reader.damaged }
        return metrics
    }
}

/// What was spent with an unknown token: total (16) ‖ count (8) ‖ last occurred_at (8), zero if there is no charge but corrections.
enum TokenSpendCodec {
    static func append(_ spend: TokenSpend, to bytes: inout [UInt8]) {
        bytes.append(bigEndian: spend.total)
        bytes.append(bigEndian: spend.count)
        bytes.append(bigEndian: spend.lastOccurredAt?.nanoseconds ?? 0)
    }

    static func decode(_ bytes: Span<UInt8>) throws(LMDBError) -> TokenSpend {
        var reader = RowReader(table: "tokenSpend")
        var spend = TokenSpend()
        spend.total = try reader.integer(bytes)
        spend.count = try reader.integer(bytes)
        let last: Int64 = try reader.integer(bytes)
        if spend.count > 0 { spend.lastOccurredAt = .init(nanoseconds: last) }
        guard reader.isAtEnd(bytes) else { throw reader.damaged }
        return spend
    }
}

extension Metrics {
    /// The sums of a stored rollup row.
    ///
    /// - Throws: `corrupted` if the bytes are none.
    package init(stored bytes: Span<UInt8>) throws(LMDBError) { self = try MetricsCodec.decode(bytes) }

    /// The stored form.
    var stored: [UInt8] {
        var bytes: [UInt8] = []
        MetricsCodec.append(self, to: &bytes)
        return bytes
    }
}
