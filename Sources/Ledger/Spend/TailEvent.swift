import LedgerDomain
import LedgerProjections
import LedgerSchema

/// An event of a batch on its way into the tail, which takes it once it is flushed.
enum TailEvent {
    case event(RecordedEvent)
    case charge(Charge, at: Position, of: KeyID?, isAdjustment: Bool)

    var position: Position {
        switch self {
        case .event(let event): event.position
        case .charge(_, let position, _, _): position
        }
    }
}

extension SpendSegmentBuilder {
    mutating func add(_ event: TailEvent, recordedAt: Instant) throws(FoldError) {
        switch event {
        case .event(let event): try add(event)
        case .charge(let charge, let position, let keyID, let isAdjustment):
            try add(position: position, recordedAt: recordedAt, charge: charge, keyID: keyID, isAdjustment: isAdjustment)
        }
    }
}
