import LedgerDomain
import LedgerProjections
import LedgerSchema

/// The events of the batch that is being made, for the tail and for what is asked about spend within the batch. The writer's alone.
final class PendingSpend {
    private var events: [TailEvent] = []
    /// Apart from the others: they are most, and take no copying of texts.
    private var charges: [PlainCharge] = []
    private let recordedAt: Instant
    /// The batch so far, gathered only as far as somebody asked.
    private var gathered: SpendSegmentBuilder
    private var gatheredTo = Place()

    /// Between two events of the batch.
    private struct Place {
        var events = 0
        var charges = 0
    }

    init(after head: Position, recordedAt: Instant) {
        gathered = SpendSegmentBuilder(after: head)
        self.recordedAt = recordedAt
    }

    /// Charges and corrections.
    private(set) var chargeCount = 0
    private var hasUnknown = false
    var eventCount: Int { events.count + charges.count }

    func append(_ charge: PlainCharge) {
        charges.append(charge)
        chargeCount += 1
    }

    func append(_ event: TailEvent) {
        events.append(event)
        guard case .charge(_, _, let keyID, _) = event else { return }
        chargeCount += 1
        hasUnknown = hasUnknown || keyID == nil
    }

    /// What the batch so far does to a key's spend.
    func changes(of keyID: KeyID) throws -> [SpendChange] {
        try gather()
        return gathered.changes(of: keyID)
    }

    /// What the batch so far charges to tokens that no key had.
    func spend(of tokens: [Token]) throws -> [(last: Position, spend: [Token: TokenSpend])] {
        guard hasUnknown, !tokens.isEmpty else { return [] }
        try gather()
        let segment = gathered.sealed()
        var spend: [Token: TokenSpend] = [:]
        for (token, amount) in zip(segment.unknownTokens, segment.tokenSpend) where tokens.contains(token) { spend[token] = amount }
        return [(segment.last, spend)]
    }

    private func gather() throws { try add(to: &gathered, from: &gatheredTo) }

    /// Hands the batch, which is flushed, to the tail.
    func move(to tail: SpendTail) throws {
        try tail.append { builder in
            var place = Place()
            try add(to: &builder, from: &place)
        }
    }

    /// Adds what lies behind a place, in the order of positions.
    private func add(to builder: inout SpendSegmentBuilder, from place: inout Place) throws(FoldError) {
        while place.events < events.count || place.charges < charges.count {
            let next = place.events < events.count ? events[place.events].position : .last
            while place.charges < charges.count, charges[place.charges].position < next {
                try builder.add(charges[place.charges], recordedAt: recordedAt)
                place.charges += 1
            }
            guard place.events < events.count else { return }
            try builder.add(events[place.events], recordedAt: recordedAt)
            place.events += 1
        }
    }
}
