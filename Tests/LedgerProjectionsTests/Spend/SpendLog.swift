import LMDB
import LedgerLog
import LedgerProjections
import LedgerSchema
import LedgerTestSupport
import MerkleTree

/// A log that a test writes event by event, without an engine that could refuse one.
final class SpendLog {
    static let id = LogID(UUIDv7(high: 1, low: 2))

    let folder: TemporaryFolder
    let environment: Environment
    let tables: LogTables
    private var appender: LogAppender
    private(set) var events: [RecordedEvent] = []

    init() throws {
        folder = try TemporaryFolder()
        environment = try Environment.open(folder.path + "/log", tables: LogTables.names)
        tables = LogTables(environment)
        appender = try environment.read { [tables] (transaction: inout ReadTransaction) throws in
            try LogAppender(tables, in: &transaction)
        }
    }

    deinit { environment.close() }

    var path: String { folder.path }
    var head: Position { appender.head.position }

    func append(_ drafts: [Draft]) throws {
        for start in stride(from: 0, to: drafts.count, by: 2_000) {
            var next = appender
            try environment.write { (transaction: inout WriteTransaction) throws in
                for draft in drafts[start..<min(start + 2_000, drafts.count)] {
                    let leaf = EventCodec.encode(draft.event, draft.envelope)
                    let (position, hash) = try next.append(
                        Record(leaf: leaf, openings: []), recordedAt: draft.envelope.recordedAt, in: &transaction)
                    events.append(
                        RecordedEvent(position: position, leafHash: hash, envelope: draft.envelope, event: draft.event, slots: Slots()))
                }
                try next.writeTail(in: &transaction)
            }
            appender = next
        }
    }

    /// An event on its way to the log.
    struct Draft {
        var event: Event
        var envelope: Envelope

        init(_ event: Event, at moment: Instant, of keyID: KeyID? = nil) {
            self.event = event
            envelope = Envelope(recordedAt: moment)
            guard let keyID else { return }
            envelope.link = KeyLink(keyID: keyID, revision: 1, previousPosition: .none, previousLeafHash: .zero)
        }
    }

    func open(_ access: Environment.Options.Access = .readWrite) throws -> ViewStore {
        try ViewStore(path, log: Self.id, ViewStore.Options(access: access), names: SpendHistory.names)
    }

    /// The same events as segments with so many events in each.
    func segments(of size: Int) throws -> [SpendSegment] {
        var builder = SpendSegmentBuilder(after: .none)
        var segments: [SpendSegment] = []
        let keys = SpendHistory.credentialKeys(events)
        for event in events {
            try builder.add(event, keys)
            guard event.position.value % UInt64(size) == 0 else { continue }
            segments.append(builder.sealed())
            builder = SpendSegmentBuilder(after: event.position)
        }
        return builder.isEmpty ? segments : segments + [builder.sealed()]
    }
}

extension SpendSegmentBuilder {
    mutating func add(_ event: RecordedEvent, _ keys: [Position: KeyID]) throws {
        switch event.event {
        case .spendRecorded(let charge): try add(event, charge, keys, isAdjustment: false)
        case .spendAdjusted(let charge): try add(event, charge, keys, isAdjustment: true)
        default: try add(event)
        }
    }

    private mutating func add(_ event: RecordedEvent, _ charge: Charge, _ keys: [Position: KeyID], isAdjustment: Bool) throws {
        var keyID: KeyID?
        if case .known(let reference) = charge.credential { keyID = keys[reference.position] }
        // As the writer does.
        let id = charge.sequence == nil ? charge.chargeID ?? "" : ""
        let identity = id.isEmpty ? nil : ChargeIdentity(id: id, occurredAt: charge.occurredAt)
        if !isAdjustment,
            let plain = try PlainCharge(charge, at: event.position, recordedAt: event.recordedAt, keyID: keyID, identity: identity)
        {
            return try add(plain, recordedAt: event.recordedAt)
        }
        try add(position: event.position, recordedAt: event.recordedAt, charge: charge, keyID: keyID, isAdjustment: isAdjustment)
    }
}
