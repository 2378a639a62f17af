import FoundationEssentials
import LedgerSchema
import MerkleTree
import SwiftProtobuf

/// An event of any type with its envelope and openings.
struct Sample {
    var envelope: Envelope
    var event: Event
    var openings: [Opening]

    var leaf: [UInt8] { EventCodec.encode(event, envelope) }
    var record: Record { Record(leaf: leaf, openings: openings) }

    /// A sample of one type.
    init(_ type: EventType, _ draw: inout Draw) throws {
        openings = draw.openings(draw.slots(for: type))
        envelope = draw.envelope(for: type, openings)
        event = try Self.event(type, &draw)
    }

    private static func event(_ type: EventType, _ draw: inout Draw) throws -> Event {
        switch type {
        case .ledgerOpened:
            .ledgerOpened(
                LedgerOpened(
                    logID: LogID(draw.id()), incarnation: draw.maybe { $0.small() } ?? 0, originName: draw.word(), format: 1,
                    publicKey: draw.hash()))
        case .keyCreated: .keyCreated(KeyCreated(token: draw.token(), terms: draw.terms()))
        case .keyImported: .keyImported(draw.imported())
        case .keyUpdated: .keyUpdated(KeyUpdated(changes: draw.terms(), cleared: draw.fields()))
        case .keyRegenerated:
            .keyRegenerated(
                KeyRegenerated(
                    oldToken: draw.token(), newToken: draw.token(), revokeAt: draw.time(), changes: draw.terms(), cleared: draw.fields()))
        case .credentialRevoked: .credentialRevoked(CredentialRevoked(token: draw.token(), revokeAt: draw.time()))
        case .keyBlocked: .keyBlocked
        case .keyUnblocked: .keyUnblocked
        case .keyDeleted: .keyDeleted
        case .spendReset: .spendReset(SpendReset(keyID: draw.maybe { KeyID($0.id()) }, resetTo: draw.maybe { $0.amount() } ?? .zero))
        case .subjectNamed: .subjectNamed(SubjectNamed(number: draw.number(), kind: draw.pick([.user, .endUser, .actor])))
        case .clockAccepted: .clockAccepted(ClockAccepted(wallClock: draw.time(), headRecordedAt: draw.time()))
        case .spendRecorded: .spendRecorded(try Charge(draw.charge(byText: draw.presence == .random && draw.flag())))
        case .spendAdjusted: .spendAdjusted(try Charge(draw.charge(byText: false)))
        case .budgetCrossed: .budgetCrossed(draw.budgetCrossed())
        case .nameIntroduced: .nameIntroduced(draw.nameIntroduced())
        default: .other(type, message: try message(type, &draw).serializedBytes())
        }
    }

    private static func message(_ type: EventType, _ draw: inout Draw) -> any Message {
        switch type {
        case .graceEnded: draw.graceEnded()
        case .keyExpired: draw.keyExpired()
        case .subjectErased: Keyledger_V1_SubjectErased.with { $0.number = draw.number() }
        case .subjectErasureDone: Keyledger_V1_SubjectErasureDone.with { $0.number = draw.number() }
        case .stateCommitted: draw.stateCommitted()
        case .statementClosed: draw.statementClosed()
        case .checkpointKeyRotated:
            Keyledger_V1_CheckpointKeyRotated.with {
                $0.oldPublicKey = draw.data()
                $0.newPublicKey = draw.data()
            }
        case .ledgerRestored: draw.ledgerRestored()
        case .subscriptionChanged: draw.subscriptionChanged()
        case .accessSummarised: draw.accessSummarised()
        case .exportMade: draw.exportMade()
        default: fatalError("\(type) has a type of its own")
        }
    }
}
