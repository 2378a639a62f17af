package import FoundationEssentials
package import MerkleTree
import SwiftProtobuf

extension Instant {
    /// As fixed64 in a message: the two's-complement bits.
    package var bits: UInt64 { UInt64(bitPattern: nanoseconds) }
    package init(bits: UInt64) { self.init(nanoseconds: Int64(bitPattern: bits)) }
}

extension Role {
    var message: Keyledger_V1_Role { Keyledger_V1_Role(rawValue: Int(rawValue)) ?? .none }

    init(_ message: Keyledger_V1_Role) throws(SchemaError) {
        guard let role = UInt8(exactly: message.rawValue).flatMap(Role.init(rawValue:)) else {
            throw SchemaError(.unknownField, "role \(message.rawValue) is not known to this version. Upgrade keyledger.")
        }
        self = role
    }
}

extension Amount {
    package init(stored bytes: Data) throws(SchemaError) {
        guard let amount = Amount(bigEndianBytes: [UInt8](bytes)) else {
            throw SchemaError(.malformed, "an amount has \(bytes.count) bytes, not 16. The file is damaged; restore a backup.")
        }
        self = amount
    }
}

extension Hash32 {
    package init(stored bytes: Data, name: String) throws(SchemaError) {
        guard let hash = Hash32([UInt8](bytes)) else {
            throw SchemaError(.malformed, "\(name) has \(bytes.count) bytes, not 32. The file is damaged; restore a backup.")
        }
        self = hash
    }
}

extension UUIDv7 {
    package init(stored bytes: Data, name: String) throws(SchemaError) {
        guard let id = UUIDv7(bytes: [UInt8](bytes)) else {
            throw SchemaError(.malformed, "\(name) has \(bytes.count) bytes, not 16. The file is damaged; restore a backup.")
        }
        self = id
    }
}

extension CredentialReference {
    package var message: Keyledger_V1_CredentialReference {
        .with {
            $0.position = position.value
            $0.ordinal = ordinal
        }
    }

    package init(_ message: Keyledger_V1_CredentialReference) {
        self.init(position: Position(message.position), ordinal: message.ordinal)
    }
}
