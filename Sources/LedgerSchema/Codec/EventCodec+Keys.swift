import FoundationEssentials
import MerkleTree
import SwiftProtobuf

extension KeyCreated {
    var message: Keyledger_V1_KeyCreated {
        .with {
            $0.token = .init(token.hash.bytes)
            if terms != KeyTerms() { $0.terms = terms.message }
        }
    }

    init(_ message: Keyledger_V1_KeyCreated) throws(SchemaError) {
        self.init(token: try Token(stored: message.token), terms: try KeyTerms(message.terms))
    }
}

extension KeyImported {
    var message: Keyledger_V1_KeyImported {
        .with {
            $0.token = .init(token.hash.bytes)
            if terms != KeyTerms() { $0.terms = terms.message }
            $0.originSystem = originSystem
            $0.originID = originID
            if let effectiveFrom { $0.effectiveFrom = effectiveFrom.bits }
            $0.credentials = credentials.map(\.message)
        }
    }

    init(_ message: Keyledger_V1_KeyImported) throws(SchemaError) {
        var credentials: [Credential] = []
        for item in message.credentials {
            credentials.append(
                Credential(
                    token: try Token(stored: item.token), revokeAt: item.hasRevokeAt ? Instant(bits: item.revokeAt) : nil,
                    introducedAt: item.hasIntroducedAt ? Instant(bits: item.introducedAt) : nil))
        }
        self.init(
            token: try Token(stored: message.token), terms: try KeyTerms(message.terms), originSystem: message.originSystem,
            originID: message.originID, effectiveFrom: message.hasEffectiveFrom ? Instant(bits: message.effectiveFrom) : nil,
            credentials: credentials)
    }
}

extension KeyImported.Credential {
    var message: Keyledger_V1_ImportedCredential {
        .with {
            $0.token = .init(token.hash.bytes)
            if let revokeAt { $0.revokeAt = revokeAt.bits }
            if let introducedAt { $0.introducedAt = introducedAt.bits }
        }
    }
}

extension KeyUpdated {
    var message: Keyledger_V1_KeyUpdated {
        .with {
            if changes != KeyTerms() { $0.changes = changes.message }
            $0.cleared = cleared.map(\.message)
        }
    }

    init(_ message: Keyledger_V1_KeyUpdated) throws(SchemaError) {
        self.init(changes: try KeyTerms(message.changes), cleared: try KeyField.list(message.cleared))
    }
}

extension KeyRegenerated {
    var message: Keyledger_V1_KeyRegenerated {
        .with {
            $0.oldToken = .init(oldToken.hash.bytes)
            $0.newToken = .init(newToken.hash.bytes)
            $0.revokeAt = revokeAt.bits
            if changes != KeyTerms() { $0.changes = changes.message }
            $0.cleared = cleared.map(\.message)
        }
    }

    init(_ message: Keyledger_V1_KeyRegenerated) throws(SchemaError) {
        self.init(
            oldToken: try Token(stored: message.oldToken), newToken: try Token(stored: message.newToken),
            revokeAt: Instant(bits: message.revokeAt), changes: try KeyTerms(message.changes),
            cleared: try KeyField.list(message.cleared))
    }
}

extension CredentialRevoked {
    var message: Keyledger_V1_CredentialRevoked {
        .with {
            $0.token = .init(token.hash.bytes)
            $0.revokeAt = revokeAt.bits
        }
    }

    init(_ message: Keyledger_V1_CredentialRevoked) throws(SchemaError) {
        self.init(token: try Token(stored: message.token), revokeAt: Instant(bits: message.revokeAt))
    }
}

extension KeyField {
    var message: Keyledger_V1_KeyField { Keyledger_V1_KeyField(rawValue: Int(rawValue)) ?? .unspecified }

    static func list(_ messages: [Keyledger_V1_KeyField]) throws(SchemaError) -> [KeyField] {
        var fields: [KeyField] = []
        for message in messages {
            guard let field = UInt32(exactly: message.rawValue).flatMap(KeyField.init(rawValue:)) else {
                throw SchemaError(.unknownField, "key field \(message.rawValue) is not known to this version. Upgrade keyledger.")
            }
            fields.append(field)
        }
        return fields
    }
}
