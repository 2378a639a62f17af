import LMDB
import LedgerDomain
import LedgerSchema
import MerkleTree

/// What charges leave in the key tables: the names that they repeat, and where their producers stand.
extension KeyFold {
    mutating func introduce(_ name: NameIntroduced, at position: Position, in transaction: inout WriteTransaction) throws {
        guard try KeyReader(tables).name(name.kind, name.number, in: &transaction) == nil else {
            throw FoldError(position: position, message: "the \(name.kind) number \(name.number) is given a second time")
        }
        try put(.names, KeyTables.nameKey(name.kind, name.number), Array(name.name.utf8), in: &transaction)
    }

    mutating func follow(_ sequence: ProducerSequence, in transaction: inout WriteTransaction) throws {
        let number = producers.insert(ByteText(sequence.producer))
        if number == producerStates.count {
            let stored = try KeyReader(tables).producer(sequence.producer, in: &transaction)
            producerStates.append(stored ?? ProducerState(epoch: sequence.epoch))
        }
        producerStates[number].fold(sequence)
    }

    mutating func saveProducers(in transaction: inout WriteTransaction) throws {
        let rows = zip(producers.keys, producerStates).map { (KeyTables.producerKey($0.text), ProducerRowCodec.encode($1)) }
        for (key, row) in rows { try put(.producers, key, row, in: &transaction) }
        producers.removeAll()
        producerStates.removeAll(keepingCapacity: true)
    }
}

/// epoch (4) ‖ next number (8) ‖ numbers ahead of it, a bit each.
enum ProducerRowCodec {
    private static let headSize = 12
    private static let mostBytes = Int(ProducerState.window / 8)

    static func encode(_ state: ProducerState) -> [UInt8] {
        state.epoch.bigEndianBytes + state.next.bigEndianBytes + state.ahead
    }

    static func decode(_ row: [UInt8]) throws(LMDBError) -> ProducerState {
        guard headSize...headSize + mostBytes ~= row.count, row.count == headSize || row.last != 0 else {
            throw LMDBError(
                .corrupted, "a producer's row is damaged; run `keyledger fsck`, then `keyledger rebuild`", operation: "read producers")
        }
        return ProducerState(
            epoch: row[0..<4].reduce(0) { $0 << 8 | UInt32($1) }, next: row[4..<headSize].reduce(0) { $0 << 8 | UInt64($1) },
            ahead: Array(row[headSize...]))
    }
}

extension KeyTables {
    static func nameKey(_ kind: NameKind, _ number: UInt32) -> [UInt8] { [kind.rawValue] + number.bigEndianBytes }

    static func producerKey(_ producer: String) -> [UInt8] { Hash32.sha256(producer.utf8).bytes }
}
