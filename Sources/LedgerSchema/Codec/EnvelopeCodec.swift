import FoundationEssentials
import MerkleTree
import SwiftProtobuf

extension Envelope {
    var message: Keyledger_V1_Leaf {
        var leaf = Keyledger_V1_Leaf()
        leaf.recordedAt = recordedAt.bits
        if let eventID { leaf.eventID = .init(eventID.uuid.bytes) }
        if let actor { leaf.actor = actor.message }
        if let source, source != Source() { leaf.source = source.message }
        if let command { leaf.command = command.message }
        leaf.slots = commitments.sorted { $0.slot < $1.slot }.map { item in
            .with {
                $0.slot = UInt32(item.slot.rawValue)
                $0.commitment = .init(item.commitment.bytes)
            }
        }
        if let caller { leaf.caller = caller.message }
        if let link { leaf.link = link.message }
        return leaf
    }

    init(_ leaf: Keyledger_V1_Leaf) throws(SchemaError) {
        var commitments: [SlotCommitment] = []
        for item in leaf.slots {
            guard let slot = UInt8(exactly: item.slot).flatMap(SlotKind.init(rawValue:)) else {
                throw SchemaError(.unknownField, "slot \(item.slot) is not known to this version. Upgrade keyledger.")
            }
            guard commitments.last.map({ $0.slot < slot }) ?? true else {
                throw SchemaError(.malformed, "the slots of a leaf are not in ascending order. The file is damaged; restore a backup.")
            }
            commitments.append(SlotCommitment(slot: slot, commitment: try Hash32(stored: item.commitment, name: "a commitment")))
        }
        self.init(
            recordedAt: Instant(bits: leaf.recordedAt),
            eventID: leaf.eventID.isEmpty ? nil : EventID(try UUIDv7(stored: leaf.eventID, name: "event_id")),
            actor: leaf.hasActor ? try Actor(leaf.actor) : nil,
            source: leaf.hasSource ? Source(requestID: leaf.source.requestID, traceparent: leaf.source.traceparent) : nil,
            command: leaf.hasCommand ? try CommandMark(leaf.command) : nil,
            commitments: commitments,
            caller: leaf.hasCaller ? CredentialReference(leaf.caller) : nil,
            link: leaf.hasLink ? try KeyLink(leaf.link) : nil)
    }
}

extension Actor {
    var message: Keyledger_V1_Actor {
        .with {
            $0.type = Keyledger_V1_ActorType(rawValue: Int(kind.rawValue)) ?? .unspecified
            $0.subject = subject
            if let credential { $0.credential = credential.message }
            $0.role = role.message
        }
    }

    init(_ message: Keyledger_V1_Actor) throws(SchemaError) {
        guard let kind = UInt8(exactly: message.type.rawValue).flatMap(Kind.init(rawValue:)) else {
            throw SchemaError(.unknownField, "actor type \(message.type.rawValue) is not known to this version. Upgrade keyledger.")
        }
        self.init(
            kind: kind, subject: message.subject,
            credential: message.hasCredential ? CredentialReference(message.credential) : nil, role: try Role(message.role))
    }
}

extension Source {
    var message: Keyledger_V1_Source {
        .with {
            $0.requestID = requestID
            $0.traceparent = traceparent
        }
    }
}

extension CommandMark {
    var message: Keyledger_V1_Command {
        .with {
            $0.id = .init(id.bytes)
            $0.index = index
            $0.count = count
            $0.idempotency = .init(idempotency)
            $0.requestDigest = .init(requestDigest)
            $0.refused = refused.map { refusal in
                .with {
                    $0.item = refusal.item
                    $0.code = refusal.code
                }
            }
            $0.item = item
            $0.items = items == 1 ? 0 : items
        }
    }

    init(_ message: Keyledger_V1_Command) throws(SchemaError) {
        self.init(
            id: try UUIDv7(stored: message.id, name: "command id"), index: message.index, count: message.count,
            idempotency: [UInt8](message.idempotency), requestDigest: [UInt8](message.requestDigest),
            refused: message.refused.map { Refusal(item: $0.item, code: $0.code) }, item: message.item,
            items: message.items == 0 ? 1 : message.items)
    }
}

extension KeyLink {
    var message: Keyledger_V1_KeyLink {
        .with {
            $0.keyID = .init(keyID.uuid.bytes)
            $0.revision = revision
            $0.prevPosition = previousPosition.value
            $0.prevLeafHash = .init(previousLeafHash.bytes)
        }
    }

    init(_ message: Keyledger_V1_KeyLink) throws(SchemaError) {
        guard message.hasPrevPosition else {
            throw SchemaError(.malformed, "a key's link names no previous position. The file is damaged; restore a backup.")
        }
        self.init(
            keyID: KeyID(try UUIDv7(stored: message.keyID, name: "key_id")), revision: message.revision,
            previousPosition: Position(message.prevPosition),
            previousLeafHash: try Hash32(stored: message.prevLeafHash, name: "prev_leaf_hash"))
    }
}
