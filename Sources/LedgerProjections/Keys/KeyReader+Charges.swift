package import LMDB
package import LedgerDomain
import LedgerLog
package import LedgerSchema

extension KeyReader {
    /// The name behind a number that charges carry.
    package func name(
        _ kind: NameKind, _ number: UInt32, in transaction: inout some Transaction & ~Copyable & ~Escapable
    ) throws -> String? {
        guard let row = try transaction.get(tables[.names], KeyTables.nameKey(kind, number)) else { return nil }
        return row.text(0..<row.count)
    }

    /// All names of a kind, in the order of their numbers: at most ``NameIntroduced/mostNumbers``.
    package func names(
        of kind: NameKind, in transaction: inout some Transaction & ~Copyable & ~Escapable
    ) throws -> [(number: UInt32, name: String)] {
        var names: [(number: UInt32, name: String)] = []
        try transaction.scan(tables[.names], from: [kind.rawValue], until: [kind.rawValue + 1]) { key, value in
            guard key.count == 5 else {
                throw LMDBError(
                    .corrupted, "a name's row is damaged; run `keyledger fsck`, then `keyledger rebuild`", operation: "read names")
            }
            let number = (1..<5).reduce(UInt32(0)) { $0 << 8 | UInt32(key[$1]) }
            names.append((number, value.text(0..<value.count)))
            return .continue
        }
        return names
    }

    /// Where a producer's numbers stand at the end of the last batch; `nil` before its first charge.
    package func producer(
        _ producer: String, in transaction: inout some Transaction & ~Copyable & ~Escapable
    ) throws -> ProducerState? {
        try transaction.copy(tables[.producers], KeyTables.producerKey(producer)).map(ProducerRowCodec.decode)
    }
}
