import LedgerProjections
import LedgerSchema
import MerkleTree

/// The rows that charges make, written down again from `Schemas/storage.md` with dictionaries and without a thought for speed.
struct NaiveRows {
    typealias Rows = [[UInt8]: [UInt8]]

    private var sums: [ViewTables.Kind: [[UInt8]: [Int128]]] = [:]
    private(set) var rows: [ViewTables.Kind: Rows] = [:]
    private var tokens: [[UInt8]: (total: Int128, count: UInt64, last: Int64)] = [:]
    private var run: (quarter: Int64, first: UInt64, count: UInt64)?

    init(_ events: [RecordedEvent]) {
        for event in events {
            switch event.event {
            case .spendRecorded(let charge): add(charge, event, isAdjustment: false)
            case .spendAdjusted(let charge): add(charge, event, isAdjustment: true)
            case .spendReset(let reset) where reset.keyID == nil:
                rows[.resets, default: [:]][big(event.position.value)] = big(event.recordedAt.nanoseconds) + big(reset.resetTo.picodollars)
            default: break
            }
        }
        for (kind, table) in sums { rows[kind] = table.mapValues { big($0[0]) + $0[1...].flatMap { varint(UInt64($0)) } } }
        for (token, spend) in tokens { rows[.tokenSpend, default: [:]][token] = big(spend.total) + big(spend.count) + big(spend.last) }
    }

    private mutating func add(_ charge: Charge, _ event: RecordedEvent, isAdjustment: Bool) {
        let counts = !isAdjustment
        let timed = counts && !charge.failed && charge.durationMilliseconds != nil
        let metrics: [Int128] = [
            Int128(charge.amount), Int128(charge.tokens.prompt), Int128(charge.tokens.completion), Int128(charge.tokens.cacheRead),
            Int128(charge.tokens.cacheWrite), counts && !charge.failed ? 1 : 0, counts && charge.failed ? 1 : 0,
            timed ? Int128(charge.durationMilliseconds ?? 0) : 0, timed ? 1 : 0,
        ]
        let quarter = floor(charge.occurredAt.nanoseconds, 900_000_000_000)
        var rest: [UInt8]
        switch charge.credential {
        case .known(let reference): rest = big(reference.position.value) + big(reference.ordinal)
        case .unknown(let token): rest = [UInt8](repeating: 0, count: 12) + token.hash.bytes
        }
        rest += big(UInt32(charge.revision))
        let model = charge.model ?? (isAdjustment ? .text("adjustment") : nil)
        for name in [model, charge.modelGroup, charge.provider, charge.endpoint, charge.mcpTool, charge.callType] { rest += encode(name) }
        rest += sortable(floor(event.recordedAt.nanoseconds, 86_400_000_000_000))
        let day = sortable(floor(quarter, 96)) + rest
        let exact = sortable(quarter) + rest
        count(.days, day, metrics)
        count(.quarters, exact, metrics)
        for tag in Set(charge.tags.map { encode($0) }) {
            count(.tagDays, tag + day, metrics)
            count(.tagQuarters, tag + exact, metrics)
        }
        if charge.endUser != 0 {
            count(.endUserDays, big(charge.endUser) + day, metrics)
            count(.endUserQuarters, big(charge.endUser) + exact, metrics)
        }
        if charge.teamID != nil || charge.user != nil {
            let flags: UInt8 = (charge.teamID == nil ? 0 : 1) + (charge.user == nil ? 0 : 2)
            let team = charge.teamID.map { note($0) } ?? [UInt8](repeating: 0, count: 16)
            let prefix = [flags] + team + big(charge.user ?? 0)
            count(.overrideDays, prefix + day, metrics)
            count(.overrideQuarters, prefix + exact, metrics)
        }
        addToken(charge, counts)
        if let id = charge.chargeID, charge.sequence == nil {
            let hour = sortable(floor(charge.occurredAt.nanoseconds, 3_600_000_000_000))
            let key = hour + Hash32.sha256(id.utf8).bytes.prefix(16)
            if rows[.chargeIDs]?[key] == nil { rows[.chargeIDs, default: [:]][key] = big(event.position.value) }
        }
        addRun(quarter, event.position.value)
    }

    private mutating func addToken(_ charge: Charge, _ counts: Bool) {
        guard case .unknown(let token) = charge.credential else { return }
        let old = tokens[token.hash.bytes] ?? (0, 0, 0)
        let last = !counts ? old.last : old.count == 0 ? charge.occurredAt.nanoseconds : max(old.last, charge.occurredAt.nanoseconds)
        tokens[token.hash.bytes] = (old.total + Int128(charge.amount), old.count + (counts ? 1 : 0), last)
    }

    private mutating func addRun(_ quarter: Int64, _ position: UInt64) {
        if run?.quarter != quarter { run = (quarter, position, 0) }
        run?.count += 1
        guard let run else { return }
        rows[.runs, default: [:]][sortable(quarter) + big(run.first)] = big(position) + big(run.count)
    }

    private mutating func count(_ kind: ViewTables.Kind, _ key: [UInt8], _ metrics: [Int128]) {
        let old = sums[kind]?[key] ?? [Int128](repeating: 0, count: 9)
        sums[kind, default: [:]][key] = zip(old, metrics).map { $0 + $1 }
    }

    private mutating func encode(_ name: ChargeName?) -> [UInt8] {
        switch name {
        case nil: [0, 0, 0]
        case .number(let number): Array(big(number).suffix(3))
        case .text(let text): [0xff, 0xff, 0xff] + note(text)
        }
    }

    private mutating func note(_ text: String) -> [UInt8] {
        let hash = Array(Hash32.sha256(text.utf8).bytes.prefix(16))
        rows[.texts, default: [:]][hash] = Array(text.utf8)
        return hash
    }

    private func floor(_ number: Int64, _ divisor: Int64) -> Int64 {
        number >= 0 ? number / divisor : (number - divisor + 1) / divisor
    }

    private func big<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] { number.bigEndianBytes }

    private func sortable(_ number: Int64) -> [UInt8] { big(UInt32(truncatingIfNeeded: number + 0x8000_0000)) }

    private func varint(_ number: UInt64) -> [UInt8] { number < 128 ? [UInt8(number)] : [UInt8(number & 127) | 128] + varint(number >> 7) }
}
