import FoundationEssentials
import MerkleTree
import SwiftProtobuf

extension LedgerOpened {
    var message: Keyledger_V1_LedgerOpened {
        .with {
            $0.logID = .init(logID.uuid.bytes)
            $0.incarnation = incarnation
            $0.originName = originName
            $0.format = format
            $0.publicKey = .init(publicKey.bytes)
        }
    }

    init(_ message: Keyledger_V1_LedgerOpened) throws(SchemaError) {
        self.init(
            logID: LogID(try UUIDv7(stored: message.logID, name: "log_id")), incarnation: message.incarnation,
            originName: message.originName, format: message.format, publicKey: try Hash32(stored: message.publicKey, name: "public_key"))
    }
}

extension SpendReset {
    var message: Keyledger_V1_SpendReset {
        .with {
            if let keyID { $0.keyID = .init(keyID.uuid.bytes) } else { $0.allKeys = true }
            $0.resetTo = .init(resetTo.bigEndianBytes)
        }
    }

    init(_ message: Keyledger_V1_SpendReset) throws(SchemaError) {
        switch message.target {
        case .keyID(let id): self.init(keyID: KeyID(try UUIDv7(stored: id, name: "key_id")), resetTo: try Amount(stored: message.resetTo))
        case .allKeys(true): self.init(keyID: nil, resetTo: try Amount(stored: message.resetTo))
        default: throw SchemaError(.malformed, "SpendReset names no target. The file is damaged; restore a backup.")
        }
    }
}

extension SubjectNamed {
    var message: Keyledger_V1_SubjectNamed {
        .with {
            $0.number = number
            $0.kind = Keyledger_V1_SubjectKind(rawValue: Int(kind.rawValue)) ?? .unspecified
        }
    }

    init(_ message: Keyledger_V1_SubjectNamed) throws(SchemaError) {
        guard let kind = UInt8(exactly: message.kind.rawValue).flatMap(Kind.init(rawValue:)) else {
            throw SchemaError(.unknownField, "subject kind \(message.kind.rawValue) is not known to this version. Upgrade keyledger.")
        }
        self.init(number: message.number, kind: kind)
    }
}

extension ClockAccepted {
    var message: Keyledger_V1_ClockAccepted {
        .with {
            $0.wallClock = wallClock.bits
            $0.headRecordedAt = headRecordedAt.bits
        }
    }

    init(_ message: Keyledger_V1_ClockAccepted) {
        self.init(wallClock: Instant(bits: message.wallClock), headRecordedAt: Instant(bits: message.headRecordedAt))
    }
}

extension Token {
    init(stored bytes: Data) throws(SchemaError) {
        self.init(hash: try Hash32(stored: bytes, name: "a token"))
    }
}
