import FoundationEssentials
import MerkleTree
import SwiftProtobuf

/// Leaves to events and back.
public enum EventCodec {
    /// The leaf's bytes: what is hashed and stored for ever.
    package static func encode(_ event: Event, _ envelope: Envelope) -> [UInt8] {
        // A member that is written by itself stands behind the envelope, whose fields have smaller numbers.
        switch event {
        case .spendRecorded(let charge) where envelope == Envelope(recordedAt: envelope.recordedAt, caller: envelope.caller):
            return ChargeCodec.leaf(charge, recordedAt: envelope.recordedAt, caller: envelope.caller)
        case .spendRecorded(let charge): return envelope.message.bytes + ChargeCodec.member(charge, isAdjustment: false)
        case .spendAdjusted(let charge): return envelope.message.bytes + ChargeCodec.member(charge, isAdjustment: true)
        case .other(let type, let message):
            return envelope.message.bytes + Varint.encode(UInt64(type.rawValue) << 3 | 2) + Varint.encode(UInt64(message.count)) + message
        default:
            var leaf = envelope.message
            event.store(in: &leaf)
            return leaf.bytes
        }
    }

    /// Reads a leaf.
    ///
    /// - Throws: `unknownEventType` and `unknownField` by name (invariant 12), `malformed`.
    public static func decode(_ bytes: [UInt8]) throws(SchemaError) -> (envelope: Envelope, event: Event) {
        let leaf: Keyledger_V1_Leaf
        do {
            leaf = try Keyledger_V1_Leaf(serializedBytes: bytes)
        } catch {
            throw SchemaError(.malformed, "the bytes are no leaf. The file is damaged; restore a backup.")
        }
        let unknown = UnknownFieldFinder.fieldNumbers(in: [UInt8](leaf.unknownFields.data))
        if leaf.event == nil, let type = unknown.first(where: { !UnknownFieldFinder.ignorable.contains($0) }) {
            throw SchemaError(.unknownEventType, "event type \(type) is not known to this version. Upgrade keyledger.")
        }
        if let finding = UnknownFieldFinder.firstCritical(in: leaf) {
            throw SchemaError(
                .unknownField, "field \(finding.number) of \(finding.message) is not known to this version. Upgrade keyledger.")
        }
        guard let member = leaf.event else {
            throw SchemaError(.malformed, "the leaf holds no event. The file is damaged; restore a backup.")
        }
        return (try Envelope(leaf), try Event(member))
    }
}

extension Event {
    func store(in leaf: inout Keyledger_V1_Leaf) {
        switch self {
        case .ledgerOpened(let event): leaf.ledgerOpened = event.message
        case .keyCreated(let event): leaf.keyCreated = event.message
        case .keyImported(let event): leaf.keyImported = event.message
        case .keyUpdated(let event): leaf.keyUpdated = event.message
        case .keyRegenerated(let event): leaf.keyRegenerated = event.message
        case .credentialRevoked(let event): leaf.credentialRevoked = event.message
        case .keyBlocked: leaf.keyBlocked = .init()
        case .keyUnblocked: leaf.keyUnblocked = .init()
        case .keyDeleted: leaf.keyDeleted = .init()
        case .spendReset(let event): leaf.spendReset = event.message
        case .budgetCrossed(let event): leaf.budgetCrossed = event.message
        case .nameIntroduced(let event): leaf.nameIntroduced = event.message
        case .subjectNamed(let event): leaf.subjectNamed = event.message
        case .clockAccepted(let event): leaf.clockAccepted = event.message
        case .spendRecorded, .spendAdjusted, .other: break  // `encode` writes their bytes.
        }
    }

    init(_ member: Keyledger_V1_Leaf.OneOf_Event) throws(SchemaError) {
        switch member {
        case .ledgerOpened(let message): self = .ledgerOpened(try LedgerOpened(message))
        case .keyCreated(let message): self = .keyCreated(try KeyCreated(message))
        case .keyImported(let message): self = .keyImported(try KeyImported(message))
        case .keyUpdated(let message): self = .keyUpdated(try KeyUpdated(message))
        case .keyRegenerated(let message): self = .keyRegenerated(try KeyRegenerated(message))
        case .credentialRevoked(let message): self = .credentialRevoked(try CredentialRevoked(message))
        case .keyBlocked: self = .keyBlocked
        case .keyUnblocked: self = .keyUnblocked
        case .keyDeleted: self = .keyDeleted
        case .spendReset(let message): self = .spendReset(try SpendReset(message))
        case .subjectNamed(let message): self = .subjectNamed(try SubjectNamed(message))
        case .clockAccepted(let message): self = .clockAccepted(ClockAccepted(message))
        case .spendRecorded(let message): self = .spendRecorded(try Charge(message))
        case .spendAdjusted(let message):
            guard message.hasCharge else { throw .chargeMalformed("is missing from SpendAdjusted") }
            self = .spendAdjusted(try Charge(message.charge))
        case .budgetCrossed(let message): self = .budgetCrossed(try BudgetCrossed(message))
        case .nameIntroduced(let message): self = .nameIntroduced(try NameIntroduced(message))
        case .graceEnded(let message): self = .other(.graceEnded, message: message.bytes)
        case .keyExpired(let message): self = .other(.keyExpired, message: message.bytes)
        case .subjectErased(let message): self = .other(.subjectErased, message: message.bytes)
        case .subjectErasureDone(let message): self = .other(.subjectErasureDone, message: message.bytes)
        case .stateCommitted(let message): self = .other(.stateCommitted, message: message.bytes)
        case .statementClosed(let message): self = .other(.statementClosed, message: message.bytes)
        case .checkpointKeyRotated(let message): self = .other(.checkpointKeyRotated, message: message.bytes)
        case .ledgerRestored(let message): self = .other(.ledgerRestored, message: message.bytes)
        case .subscriptionChanged(let message): self = .other(.subscriptionChanged, message: message.bytes)
        case .accessSummarised(let message): self = .other(.accessSummarised, message: message.bytes)
        case .exportMade(let message): self = .other(.exportMade, message: message.bytes)
        }
    }
}
