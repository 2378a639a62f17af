import FoundationEssentials
import LedgerSchema
import MerkleTree
import SwiftProtobuf

/// The events of the ledger itself that are stored as their messages.
extension Draw {
    mutating func ledgerRestored() -> Keyledger_V1_LedgerRestored {
        var event = Keyledger_V1_LedgerRestored()
        event.logID = Data(id().bytes)
        event.incarnation = small()
        event.restoredPosition = number()
        event.restoredRoot = data()
        event.publicKey = data()
        return event
    }

    mutating func stateCommitted() -> Keyledger_V1_StateCommitted {
        var event = Keyledger_V1_StateCommitted()
        event.covers = number()
        event.mapRoot = data()
        event.entries = maybe { $0.number() } ?? 0
        event.chargeCount = maybe { $0.number() } ?? 0
        event.debit = Data(amount().bigEndianBytes)
        event.credit = Data(amount().bigEndianBytes)
        return event
    }

    mutating func statementClosed() -> Keyledger_V1_StatementClosed {
        var event = Keyledger_V1_StatementClosed()
        event.number = number()
        event.firstPosition = number()
        event.lastPosition = number()
        event.chargeCount = maybe { $0.number() } ?? 0
        event.debit = Data(amount().bigEndianBytes)
        event.credit = Data(amount().bigEndianBytes)
        event.rootByKey = data()
        event.rootByTeam = data()
        event.rootByDay = data()
        event.previousPosition = maybe { $0.number() } ?? 0
        return event
    }

    mutating func subscriptionChanged() -> Keyledger_V1_SubscriptionChanged {
        var event = Keyledger_V1_SubscriptionChanged()
        event.subscriptionID = Data(id().bytes)
        event.change = UInt32.random(in: 1...6, using: &random)
        event.position = maybe { $0.number() } ?? 0
        event.types = list { $0.word() }
        event.keyID = maybe { Data($0.id().bytes) } ?? Data()
        event.teamID = maybe { $0.word() } ?? ""
        return event
    }

    mutating func accessSummarised() -> Keyledger_V1_AccessSummarised {
        var event = Keyledger_V1_AccessSummarised()
        if let reader = maybe({ $0.reference() }) { event.reader = reader.message }
        event.route = "/key/info"
        event.hour = time().bits
        event.count = number()
        event.firstAt = time().bits
        event.lastAt = time().bits
        event.refused = maybe { $0.flag() } ?? false
        return event
    }

    mutating func exportMade() -> Keyledger_V1_ExportMade {
        var event = Keyledger_V1_ExportMade()
        event.exportID = Data(id().bytes)
        event.format = word()
        event.firstPosition = number()
        event.lastPosition = number()
        event.sha256 = data()
        return event
    }

    mutating func graceEnded() -> Keyledger_V1_GraceEnded {
        var event = Keyledger_V1_GraceEnded()
        event.keyID = Data(id().bytes)
        event.token = data()
        event.effectiveAt = time().bits
        return event
    }

    mutating func keyExpired() -> Keyledger_V1_KeyExpired {
        var event = Keyledger_V1_KeyExpired()
        event.keyID = Data(id().bytes)
        event.effectiveAt = time().bits
        return event
    }
}
