package import LMDB
import LedgerDomain
package import LedgerLog
package import LedgerSchema
import Synchronization

/// Makes segments of what stands in the log, page by page, so that no transaction is held for long.
package struct LogSegments {
    /// How much goes into a segment.
    struct Size {
        var charges = Int.max
        var rows = Int.max
        /// The keys of so many credentials are remembered.
        var credentials = 65_536
        /// Charge ids are hashed and kept.
        var keepsIDs = true
        /// Sums go on from segment to segment until they are taken.
        var keepsSums = false
        /// Report zones that a row counts in too.
        var zones = 0

        /// As much as one transaction folds: LMDB holds 131,000 changed pages in one.
        static func ofFold(zones: Int = 0) -> Size {
            Size(charges: SpendSegmentBuilder.mostCharges, rows: SpendSegmentBuilder.mostRows, zones: zones)
        }
        static let whole = Size()
    }

    private static let pageNanoseconds: UInt64 = 8_000_000
    /// Events between two looks at the clock.
    private static let step = 256

    private let log: LogReader
    private let environment: Environment
    private let size: Size
    private var through: Position
    /// The last event whose leaf was compared with the tree; `nil` if none is to be.
    private var verified: Position?
    private var credentials: CredentialKeys
    private var builder: SpendSegmentBuilder
    /// Whether the segment before ended because it held enough.
    private(set) var wasFull = false
    /// The last event of the log, or the one to stop at, when the log was looked at last.
    package private(set) var head: Position = .none

    /// - Parameters:
    ///   - position: the first segment begins behind it.
    ///   - isBounded: whether a segment is only as large as a fold takes at once; else it ends at the head.
    package init(_ log: LogTables, _ environment: Environment, after position: Position, isBounded: Bool = true) {
        self.init(log, environment, after: position, size: isBounded ? .ofFold() : .whole)
    }

    /// - Parameters:
    ///   - through: the last event that is taken.
    ///   - verifiesLeaves: whether leaves are compared with the tree: LMDB has no checksums, and bytes that rotted would be folded as they are.
    init(
        _ log: LogTables, _ environment: Environment, after position: Position, through: Position = .last, size: Size = .ofFold(),
        verifiesLeaves: Bool = false
    ) {
        self.log = LogReader(log)
        self.environment = environment
        self.size = size
        self.through = through
        verified = verifiesLeaves ? position : nil
        credentials = CredentialKeys(capacity: size.credentials)
        builder = SpendSegmentBuilder(after: position, keepsIDs: size.keepsIDs, zones: size.zones)
    }

    /// The last event taken.
    package var position: Position { builder.last }

    /// Goes on behind another event, with what is known of credentials; after a segment was taken.
    mutating func move(after position: Position, through last: Position) {
        builder.restart(after: position, keepingSums: size.keepsSums)
        through = last
        if verified != nil { verified = position }
    }

    private var isFull: Bool { builder.chargeCount >= size.charges || builder.rowCount >= size.rows }

    /// The next segment; `nil` at the head.
    ///
    /// - Throws: errors of the store; ``FoldError``, `LogError` and `SchemaError` for an event that cannot be folded, by its position.
    @available(*, noasync)
    package mutating func next() throws -> SpendSegment? {
        try gather()
        if builder.isEmpty { return nil }
        defer { builder = SpendSegmentBuilder(after: builder.last, keepsIDs: size.keepsIDs, zones: size.zones) }
        return builder.sealed()
    }

    /// Lends what the next segment holds, in memory that the one after it is made in.
    ///
    /// - Returns: `false` at the head.
    mutating func next(_ body: (SpendSegmentContent) throws -> Void) throws -> Bool {
        try gather()
        if builder.isEmpty { return false }
        try body(builder.content)
        wasFull = isFull
        builder.restart(after: builder.last, keepingSums: size.keepsSums)
        return true
    }

    /// Lends the sums of rollups that were kept, and forgets them; the names in them go on.
    mutating func takeRollups(_ body: (SpendSegmentContent) throws -> Void) throws {
        try body(builder.content)
        builder.removeRollups()
    }

    /// Lends the sums that were kept, and forgets them.
    mutating func takeSums(_ body: (SpendSegmentContent) throws -> Void) throws {
        try body(builder.content)
        builder.restart(after: builder.last, keepingSums: false)
    }

    private mutating func gather() throws {
        repeat { try page() } while position < head && !isFull
    }

    /// Takes what a transaction of a few milliseconds gives.
    private mutating func page() throws {
        let (log, environment) = (log, environment)
        let end = monotonicNanoseconds() + Self.pageNanoseconds
        try environment.read { (transaction: inout ReadTransaction) throws in
            head = min(try log.head(in: &transaction).position, through)
            while position < head, !isFull, monotonicNanoseconds() < end {
                guard let unknown = try step(in: &transaction) else { continue }
                try credentials.look(at: unknown, log, in: &transaction)
            }
        }
    }

    /// Takes a few events.
    ///
    /// - Returns: where the next event's credential was introduced, if it has to be looked up first.
    private mutating func step(in transaction: inout ReadTransaction) throws -> Position? {
        let first = position.next
        let limit = Int(min(UInt64(Self.step), head.value - position.value))
        try verifyLeaves(through: Position(position.value + UInt64(limit)), in: &transaction)
        var unknown: Position?
        var charge = ChargeView()
        try log.scan(from: first, limit: limit, in: &transaction) { position, record in
            unknown = try take(position, record, &charge)
            return unknown != nil || isFull ? .stop : .continue
        }
        return unknown
    }

    private mutating func verifyLeaves(through last: Position, in transaction: inout ReadTransaction) throws {
        guard let verified, verified < last else { return }
        self.verified = try log.verifyLeaves(from: verified.next, through: last, in: &transaction)
    }

    /// Takes an event.
    ///
    /// - Returns: where its credential was introduced, if its key is not known; then nothing is taken.
    private mutating func take(_ position: Position, _ record: Span<UInt8>, _ charge: inout ChargeView) throws -> Position? {
        let isCharge: Bool
        do throws(SchemaError) { isCharge = try charge.take(record) } catch { throw error.at(position) }
        guard isCharge else {
            let event = try LogReader.leafEvent(position, record)
            credentials.note(event)
            try builder.add(event)
            return nil
        }
        var keyID: KeyID?
        if charge.credentialPosition != 0 {
            let introduced = Position(charge.credentialPosition)
            guard let known = credentials[introduced] else { return introduced }
            keyID = known
        }
        try builder.add(position: position, charge: &charge, in: record, keyID: keyID)
        return nil
    }
}

extension SpendSegmentBuilder {
    /// A segment that makes its fold touch so many rows is not to grow: LMDB holds 131,000 changed pages in a transaction.
    static let mostRows = 40_000
    static let mostCharges = 10_000

    package var isFull: Bool { chargeCount >= Self.mostCharges || rowCount >= Self.mostRows }
}

extension ViewStore {
    /// Folds the log from ``position`` to its head, page by page.
    ///
    /// - Parameter progress: called after each commit with the last event folded and the head.
    /// - Throws: ``FoldError`` if the log ends before ``position``, or an event cannot be folded; errors of the store.
    @available(*, noasync)
    package func catchUp(_ log: LogTables, _ environment: Environment, progress: (Position, Position) -> Void = { _, _ in }) throws {
        try folding.withLock { fold in
            var segments = LogSegments(log, environment, after: fold.position, size: .ofFold(zones: fold.zones.count))
            while let segment = try segments.next() {
                try self.fold([segment], &fold, into: generation())
                progress(fold.position, segments.head)
            }
            guard fold.position <= segments.head else {
                throw FoldError(
                    position: fold.position,
                    message: "the views are ahead of the log, as after a restore; run `keyledger rebuild --view activity`")
            }
        }
    }
}
