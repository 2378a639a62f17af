import FoundationEssentials
import MerkleTree
import SwiftProtobuf

extension Charge {
    package init(_ message: Keyledger_V1_SpendRecorded) throws(SchemaError) {
        self.init(
            credential: try ChargeCredential(message), revision: message.revision, occurredAt: Instant(bits: message.occurredAt),
            amount: message.amount)
        chargeID = message.chargeID.isEmpty ? nil : message.chargeID
        sequence = try ProducerSequence(message)
        occurredAtIsDefaulted = message.occurredAtDefaulted
        cost = message.hasCost ? CostParts(message.cost) : nil
        tokens.prompt = message.promptTokens
        tokens.completion = message.completionTokens
        tokens.cacheRead = message.cacheReadTokens
        tokens.cacheWrite = message.cacheWriteTokens
        model = try ChargeName(message.model, message.modelText, "model")
        modelGroup = try ChargeName(message.modelGroup, message.modelGroupText, "model group")
        provider = try ChargeName(message.provider, message.providerText, "provider")
        endpoint = try ChargeName(message.endpoint, message.endpointText, "endpoint")
        callType = try ChargeName(message.callType, message.callTypeText, "call type")
        mcpTool = try ChargeName(message.mcpTool, message.mcpToolText, "MCP tool")
        guard !message.tags.contains(0), !message.tagsText.contains("") else { throw .chargeMalformed("has an empty tag") }
        tags = message.tags.map(ChargeName.number) + message.tagsText.map(ChargeName.text)
        endUser = message.endUser
        failed = message.failed
        durationMilliseconds = message.hasDurationMilliseconds ? message.durationMilliseconds : nil
        teamID = message.hasTeamID ? message.teamID : nil
        user = message.hasUser ? message.user : nil
    }
}

extension ChargeCredential {
    init(_ message: Keyledger_V1_SpendRecorded) throws(SchemaError) {
        let isKnown = message.credentialPosition != 0
        guard isKnown == message.unknownToken.isEmpty, isKnown || message.credentialOrdinal == 0 else {
            throw .chargeMalformed("names no credential, or two")
        }
        guard isKnown else {
            self = .unknown(try Token(stored: message.unknownToken))
            return
        }
        self = .known(CredentialReference(position: Position(message.credentialPosition), ordinal: message.credentialOrdinal))
    }
}

extension ProducerSequence {
    init?(_ message: Keyledger_V1_SpendRecorded) throws(SchemaError) {
        guard message.hasProducerSeq else {
            guard message.producer.isEmpty, message.producerEpoch == 0, message.producerFloor == 0 else {
                throw .chargeMalformed("has a producer and no number")
            }
            return nil
        }
        self.init(
            producer: message.producer, epoch: message.producerEpoch, number: message.producerSeq, floor: message.producerFloor)
    }
}

extension CostParts {
    init(_ message: Keyledger_V1_CostParts) {
        self.init()
        input = message.input
        output = message.output
        cacheRead = message.cacheRead
        cacheWrite = message.cacheWrite
        other = message.other
    }
}

extension ChargeName {
    init?(_ number: UInt32, _ text: String, _ field: String) throws(SchemaError) {
        guard number == 0 || text.isEmpty else { throw .chargeMalformed("has its \(field) twice, as a number and as text") }
        if number != 0 {
            self = .number(number)
        } else if !text.isEmpty {
            self = .text(text)
        } else {
            return nil
        }
    }
}

extension NameIntroduced {
    var message: Keyledger_V1_NameIntroduced {
        .with {
            $0.kind = Keyledger_V1_NameKind(rawValue: Int(kind.rawValue)) ?? .unspecified
            $0.number = number
            $0.name = name
        }
    }

    init(_ message: Keyledger_V1_NameIntroduced) throws(SchemaError) {
        guard let kind = UInt8(exactly: message.kind.rawValue).flatMap(NameKind.init(rawValue:)) else {
            throw SchemaError(.unknownField, "name kind \(message.kind.rawValue) is not known to this version. Upgrade keyledger.")
        }
        guard 1...Self.mostNumbers ~= message.number, !message.name.isEmpty else {
            throw SchemaError(
                .malformed,
                "NameIntroduced gives the number \(message.number) to \"\(message.name)\". The file is damaged; restore a backup.")
        }
        self.init(kind: kind, number: message.number, name: message.name)
    }
}

extension BudgetCrossed {
    var message: Keyledger_V1_BudgetCrossed {
        .with {
            $0.keyID = .init(keyID.bytes)
            $0.kind = Keyledger_V1_BudgetKind(rawValue: Int(kind.rawValue)) ?? .unspecified
            $0.effectiveAt = effectiveAt.bits
            $0.windowStart = windowStart.bits
            $0.spend = .init(spend.bigEndianBytes)
            $0.budget = .init(budget.bigEndianBytes)
            $0.chargePosition = chargePosition.value
            $0.model = model
        }
    }

    init(_ message: Keyledger_V1_BudgetCrossed) throws(SchemaError) {
        guard let kind = UInt8(exactly: message.kind.rawValue).flatMap(Kind.init(rawValue:)) else {
            throw SchemaError(.unknownField, "budget kind \(message.kind.rawValue) is not known to this version. Upgrade keyledger.")
        }
        self.init(
            keyID: KeyID(try UUIDv7(stored: message.keyID, name: "key_id")), kind: kind, effectiveAt: Instant(bits: message.effectiveAt),
            windowStart: Instant(bits: message.windowStart), spend: try Amount(stored: message.spend),
            budget: try Amount(stored: message.budget), chargePosition: Position(message.chargePosition), model: message.model)
    }
}

extension SchemaError {
    static func chargeMalformed(_ what: String) -> SchemaError {
        SchemaError(.malformed, "a charge \(what). The file is damaged; restore a backup.")
    }
}
