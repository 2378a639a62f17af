import FoundationEssentials
import LedgerSchema
import MerkleTree
import SwiftProtobuf

extension Draw {
    /// A charge. `byText` writes names and credential in full, as where the ledger has no number for them.
    mutating func charge(byText: Bool) -> Keyledger_V1_SpendRecorded {
        var charge = Keyledger_V1_SpendRecorded()
        if byText {
            charge.unknownToken = data()
            charge.producer = word()
            charge.producerSeq = number()
            charge.producerEpoch = maybe { $0.small() } ?? 0
        } else {
            charge.chargeID = "chatcmpl-\(number())"
            charge.credentialPosition = number()
            charge.credentialOrdinal = maybe { $0.small() } ?? 0
            charge.revision = UInt64(small())
        }
        charge.occurredAt = time().bits
        charge.occurredAtDefaulted = maybe { $0.flag() } ?? false
        charge.amount = signed()
        charge.promptTokens = maybe { $0.number() } ?? 0
        charge.completionTokens = maybe { $0.number() } ?? 0
        charge.cacheReadTokens = maybe { $0.number() } ?? 0
        charge.cacheWriteTokens = maybe { $0.number() } ?? 0
        charge.endUser = maybe { $0.number() } ?? 0
        charge.failed = maybe { $0.flag() } ?? false
        if let duration = maybe({ $0.number() }) { charge.durationMilliseconds = duration }
        if let cost = maybe({ $0.cost() }) { charge.cost = cost }
        if let team = maybe({ $0.text() }) { charge.teamID = team }
        if let user = maybe({ $0.number() }) { charge.user = user }
        if byText { nameByText(&charge) } else { nameByNumber(&charge) }
        return charge
    }

    private mutating func nameByNumber(_ charge: inout Keyledger_V1_SpendRecorded) {
        charge.model = maybe { $0.small() } ?? 0
        charge.modelGroup = maybe { $0.small() } ?? 0
        charge.provider = maybe { $0.small() } ?? 0
        charge.endpoint = maybe { $0.small() } ?? 0
        charge.callType = maybe { $0.small() } ?? 0
        charge.mcpTool = maybe { $0.small() } ?? 0
        charge.tags = list { $0.small() }
    }

    private mutating func nameByText(_ charge: inout Keyledger_V1_SpendRecorded) {
        charge.modelText = maybe { $0.word() } ?? ""
        charge.modelGroupText = maybe { $0.word() } ?? ""
        charge.providerText = maybe { $0.word() } ?? ""
        charge.endpointText = maybe { $0.word() } ?? ""
        charge.callTypeText = maybe { $0.word() } ?? ""
        charge.mcpToolText = maybe { $0.word() } ?? ""
        charge.tagsText = list { $0.text() }.filter { !$0.isEmpty }
    }

    private mutating func cost() -> Keyledger_V1_CostParts {
        var cost = Keyledger_V1_CostParts()
        cost.input = signed()
        cost.output = signed()
        cost.cacheRead = signed()
        cost.cacheWrite = signed()
        cost.other = signed()
        return cost
    }

    mutating func budgetCrossed() -> BudgetCrossed {
        BudgetCrossed(
            keyID: KeyID(id()), kind: pick([.soft, .hard]), effectiveAt: time(), windowStart: maybe { $0.time() } ?? .epoch,
            spend: amount(), budget: amount(), chargePosition: Position(number()), model: maybe { $0.word() } ?? "")
    }

    mutating func nameIntroduced() -> NameIntroduced {
        NameIntroduced(kind: pick(NameKind.allCases), number: small(), name: word())
    }
}
