import FoundationEssentials
import LedgerSchema
import MerkleTree
import SwiftProtobuf

/// The message that a charge stands for, field by field: what the ledger's own writer of charges is compared with.
extension Charge {
    var message: Keyledger_V1_SpendRecorded {
        var message = Keyledger_V1_SpendRecorded()
        if let chargeID { message.chargeID = chargeID }
        if let sequence {
            message.producer = sequence.producer
            message.producerSeq = sequence.number
            message.producerEpoch = sequence.epoch
            message.producerFloor = sequence.floor
        }
        switch credential {
        case .known(let reference):
            message.credentialPosition = reference.position.value
            message.credentialOrdinal = reference.ordinal
        case .unknown(let token): message.unknownToken = Data(token.hash.bytes)
        }
        message.revision = revision
        message.occurredAt = occurredAt.bits
        message.occurredAtDefaulted = occurredAtIsDefaulted
        message.amount = amount
        if let cost { message.cost = cost.message }
        message.promptTokens = tokens.prompt
        message.completionTokens = tokens.completion
        message.cacheReadTokens = tokens.cacheRead
        message.cacheWriteTokens = tokens.cacheWrite
        message.setNames(self)
        message.endUser = endUser
        message.failed = failed
        if let durationMilliseconds { message.durationMilliseconds = durationMilliseconds }
        if let teamID { message.teamID = teamID }
        if let user { message.user = user }
        return message
    }

    func leaf(recordedAt: Instant, caller: CredentialReference?, isAdjustment: Bool) throws -> [UInt8] {
        var leaf = Keyledger_V1_Leaf()
        leaf.recordedAt = recordedAt.bits
        if let caller { leaf.caller = caller.message }
        if isAdjustment { leaf.spendAdjusted = .with { $0.charge = message } } else { leaf.spendRecorded = message }
        return try leaf.serializedBytes()
    }
}

extension Keyledger_V1_SpendRecorded {
    fileprivate mutating func setNames(_ charge: Charge) {
        (model, modelText) = (charge.model?.number ?? 0, charge.model?.text ?? "")
        (modelGroup, modelGroupText) = (charge.modelGroup?.number ?? 0, charge.modelGroup?.text ?? "")
        (provider, providerText) = (charge.provider?.number ?? 0, charge.provider?.text ?? "")
        (endpoint, endpointText) = (charge.endpoint?.number ?? 0, charge.endpoint?.text ?? "")
        (callType, callTypeText) = (charge.callType?.number ?? 0, charge.callType?.text ?? "")
        (mcpTool, mcpToolText) = (charge.mcpTool?.number ?? 0, charge.mcpTool?.text ?? "")
        tags = charge.tags.compactMap(\.number)
        tagsText = charge.tags.compactMap(\.text)
    }
}

extension CostParts {
    fileprivate var message: Keyledger_V1_CostParts {
        .with {
            $0.input = input
            $0.output = output
            $0.cacheRead = cacheRead
            $0.cacheWrite = cacheWrite
            $0.other = other
        }
    }
}
