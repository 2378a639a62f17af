import LMDB
import LedgerDomain
import LedgerLog
import LedgerSchema

/// The keys of credentials, found in the events that introduced them and remembered.
struct CredentialKeys {
    private var index = FlatIndex<Position>()
    /// By the number of the introducing event.
    private var keys: [KeyID] = []
    /// So many are remembered; more make it begin anew.
    private let capacity: Int

    init(capacity: Int = 65_536) { self.capacity = capacity }

    /// The key of a credential, if it is remembered.
    @inline(__always)
    subscript(position: Position) -> KeyID? { index.number(of: position).map { keys[$0] } }

    /// Notes an event that introduces credentials; others are passed over.
    mutating func note(_ event: RecordedEvent) {
        switch event.event {
        case .keyCreated, .keyImported, .keyRegenerated: if let keyID = event.keyID { remember(keyID, event.position) }
        default: break
        }
    }

    /// Looks up the key of a credential in the event at `position`, which introduced it, and remembers it.
    ///
    /// - Throws: ``FoldError`` if the event is not such a one.
    mutating func look(at position: Position, _ log: LogReader, in transaction: inout some Transaction & ~Copyable & ~Escapable) throws {
        var keyID: KeyID?
        try log.scan(from: position, limit: 1, in: &transaction) { found, record in
            // What cannot be read in place is left to the general decoder.
            if found == position { keyID = try? Self.keyID(introducedBy: record) }
            return .stop
        }
        if let keyID { return remember(keyID, position) }
        note(try log.event(at: position, in: &transaction))
        guard self[position] != nil else {
            throw FoldError(position: position, message: "a charge names a credential that this event did not introduce")
        }
    }

    /// The key of the link of an event that introduces credentials; `nil` if it introduces none.
    private static func keyID(introducedBy record: Span<UInt8>) throws(LMDBError) -> KeyID? {
        var whole = WireScan(0..<record.count)
        var leaf = WireScan(try whole.delimited(in: record))
        var link: Range<Int>?
        while let (field, value) = try leaf.next(in: record) {
            switch (field, value) {
            case (8, .bytes(let range)): link = range
            case (17, _), (18, _), (20, _): return if let link { try Self.keyID(ofLink: link, record) } else { nil }
            default: break
            }
        }
        return nil
    }

    private static func keyID(ofLink range: Range<Int>, _ record: Span<UInt8>) throws(LMDBError) -> KeyID? {
        var link = WireScan(range)
        guard let (field, value) = try link.next(in: record), field == 1, case .bytes(let id) = value else { return nil }
        return KeyID(bytes: [UInt8](copying: record.extracting(id)))
    }

    private mutating func remember(_ keyID: KeyID, _ position: Position) {
        if keys.count >= capacity {
            index.removeAll()
            keys.removeAll(keepingCapacity: true)
        }
        if index.insert(position) == keys.count { keys.append(keyID) }
    }
}
