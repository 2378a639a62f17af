package import LMDB
package import LedgerSchema
package import MerkleTree

/// Reads the log within a transaction.
package struct LogReader: Sendable {
    let tables: LogTables

    package init(_ tables: LogTables) { self.tables = tables }

    package func head(in transaction: inout some Transaction & ~Copyable & ~Escapable) throws -> Head {
        var head = Head.empty
        try transaction.scan(tables.events, reverse: true, limit: 1) { key, value in
            let position = try LogTables.position(key)
            head = Head(position: position, recordedAt: try Self.recordedAt(value, position))
            return .stop
        }
        return head
    }

    /// Hands each stored record from `first` on, at most `limit`, without copying: its position and its bytes, which
    /// ``Record/split(_:)`` divides. The bytes are good for one call of `body`.
    @discardableResult
    package func scan(
        from first: Position, limit: Int, in transaction: inout some Transaction & ~Copyable & ~Escapable,
        _ body: (Position, Span<UInt8>) throws -> ScanStep
    ) throws -> Int {
        try transaction.scan(tables.events, from: LogTables.key(first), limit: limit) { key, value in
            try body(LogTables.position(key), value)
        }
    }

    /// A record with all its openings.
    ///
    /// - Throws: `noSuchPosition`, `malformed`.
    package func record(at position: Position, in transaction: inout some Transaction & ~Copyable & ~Escapable) throws -> Record {
        try countedRecord(at: position, in: &transaction).record
    }

    /// A record with all its openings, and how many rows of the openings table it has.
    func countedRecord(
        at position: Position, in transaction: inout some Transaction & ~Copyable & ~Escapable
    ) throws -> (record: Record, openingRows: Int) {
        guard let bytes = try transaction.copy(tables.events, LogTables.key(position)) else {
            throw LogError(.noSuchPosition, "the log has no event at this position", position: position)
        }
        var record: Record
        do throws(SchemaError) {
            let (leaf, inline) = try Record.split(bytes)
            record = Record(leaf: Array(leaf), openings: try Opening.decode(inline))
        } catch {
            throw error.at(position)
        }
        let (openings, rows) = try outsideOpenings(of: position, in: &transaction)
        record.openings += openings
        return (record, rows)
    }

    /// An event with its slots opened as far as their text is there. The leaf is hashed as it is; ``VerifiedEvents`` compare it.
    ///
    /// - Throws: `noSuchPosition`; `unknownEventType`, `unknownField`, `malformed` with the position.
    package func event(at position: Position, in transaction: inout some Transaction & ~Copyable & ~Escapable) throws -> RecordedEvent {
        try Self.event(position, try record(at: position, in: &transaction))
    }

    /// What a record's openings tell, without its event: for names, which are asked for with every answer.
    ///
    /// - Throws: as ``record(at:in:)``.
    package func slots(at position: Position, in transaction: inout some Transaction & ~Copyable & ~Escapable) throws -> Slots {
        guard let bytes = try transaction.copy(tables.events, LogTables.key(position)) else {
            throw LogError(.noSuchPosition, "the log has no event at this position", position: position)
        }
        do {
            let inline = try Record.split(bytes).openings
            return try Slots(inline.isEmpty ? outsideOpenings(of: position, in: &transaction).openings : Opening.decode(inline))
        } catch let error as SchemaError {
            throw error.at(position)
        }
    }

    /// - Parameter leafHash: if it is known already.
    package static func event(_ position: Position, _ record: Record, leafHash: Hash32? = nil) throws -> RecordedEvent {
        do throws(SchemaError) {
            let (envelope, event) = try EventCodec.decode(record.leaf)
            return RecordedEvent(
                position: position, leafHash: leafHash ?? MerkleTree.leafHash(record.leaf), envelope: envelope, event: event,
                slots: try Slots(record.openings))
        } catch {
            throw error.at(position)
        }
    }

    /// An event without its slots and its leaf's hash, of a stored record: for folds that need neither.
    package static func leafEvent(_ position: Position, _ record: Span<UInt8>) throws -> RecordedEvent {
        do throws(SchemaError) {
            let (envelope, event) = try EventCodec.decode(Array(Record.split([UInt8](copying: record)).leaf))
            return RecordedEvent(position: position, leafHash: .zero, envelope: envelope, event: event, slots: Slots())
        } catch {
            throw error.at(position)
        }
    }

    /// Every event from `first` on, at most `limit`.
    package func events(
        from first: Position, limit: Int, in transaction: inout some Transaction & ~Copyable & ~Escapable
    ) throws -> [RecordedEvent] {
        let last = try head(in: &transaction).position
        var events: [RecordedEvent] = []
        var position = max(first, .first)
        while position <= last, events.count < limit {
            events.append(try event(at: position, in: &transaction))
            position = position.next
        }
        return events
    }

    /// The last position recorded at or before `moment`; `none` if there is none. A binary search: times never go back.
    package func position(
        recordedAtOrBefore moment: Instant, in transaction: inout some Transaction & ~Copyable & ~Escapable
    ) throws -> Position {
        var low: UInt64 = 0
        var high = try head(in: &transaction).position.value
        while low < high {
            let middle = low + (high - low + 1) / 2
            if try recordedAt(of: Position(middle), in: &transaction) <= moment { low = middle } else { high = middle - 1 }
        }
        return Position(low)
    }

    package func recordedAt(of position: Position, in transaction: inout some Transaction & ~Copyable & ~Escapable) throws -> Instant {
        guard let value = try transaction.get(tables.events, LogTables.key(position)) else {
            throw LogError(.noSuchPosition, "the log has no event at this position", position: position)
        }
        return try Self.recordedAt(value, position)
    }

    /// Every leaf begins with its time: tag 0x09 and a fixed64 behind the record's length.
    static func recordedAt(_ record: Span<UInt8>, _ position: Position) throws(LMDBError) -> Instant {
        var offset = 0
        while offset < record.count, record[offset] >= 0x80 { offset += 1 }
        guard offset + 10 <= record.count, record[offset + 1] == 0x09 else {
            throw LMDBError(
                .corrupted, "the record at position \(position) does not begin with its time; restore a backup", operation: "read events")
        }
        var bits: UInt64 = 0
        for index in 0..<8 { bits |= UInt64(record[offset + 2 + index]) << (8 * UInt64(index)) }
        return Instant(bits: bits)
    }

    /// The openings of a record that stand in the openings table, in order of slot, and how many rows they take.
    ///
    /// - Throws: `damaged` if a chunk is missing or a key has an unknown form; `malformed`.
    private func outsideOpenings(
        of position: Position, in transaction: inout some Transaction & ~Copyable & ~Escapable
    ) throws -> (openings: [Opening], rows: Int) {
        var slots: [(slot: SlotKind, chunks: Int, bytes: [UInt8])] = []
        let rows = try transaction.scan(
            tables.openings, from: LogTables.key(position), until: LogTables.key(position.next)
        ) { key, value in
            guard key.count == 11, let slot = SlotKind(rawValue: key[8]) else {
                throw LogError.damaged("a key of the openings table has an unknown form", at: position)
            }
            if slots.last?.slot != slot { slots.append((slot, 0, [])) }
            let last = slots.count - 1
            guard Int(key[9]) << 8 | Int(key[10]) == slots[last].chunks else {
                throw LogError.damaged("chunk \(slots[last].chunks) of the \(slot) slot's text is missing", at: position)
            }
            slots[last].chunks += 1
            slots[last].bytes += [UInt8](copying: value)
            return .continue
        }
        do throws(SchemaError) {
            var openings: [Opening] = []
            for slot in slots { openings.append(try Opening(encoded: slot.bytes)) }
            return (openings, rows)
        } catch {
            throw error.at(position)
        }
    }
}
