import LedgerSchema
import MerkleTree

extension Draw {
    /// An envelope as an event of that type has it, with commitments to the openings.
    mutating func envelope(for type: EventType, _ openings: [Opening]) -> Envelope {
        var envelope = Envelope(recordedAt: time())
        envelope.commitments = openings.map { SlotCommitment(slot: $0.slot, commitment: $0.commitment) }
        guard type != .spendRecorded else {
            envelope.caller = maybe { $0.reference() }
            return envelope
        }
        envelope.eventID = EventID(id())
        envelope.actor = actor()
        envelope.source = maybe {
            Source(requestID: $0.word(), traceparent: $0.pick(["", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"]))
        }
        envelope.command = maybe { $0.mark() }
        if type.isLifecycle { envelope.link = link(isFirst: type == .keyCreated || type == .keyImported) }
        return envelope
    }

    private mutating func actor() -> Actor {
        switch presence == .all ? .key : pick([Actor.Kind.system, .master, .key, .operator]) {
        case .system: .system
        case .master: .master
        case .operator: .operator
        case .key:
            Actor(
                kind: .key, subject: maybe { $0.number() } ?? 0, credential: reference(),
                role: presence == .all ? .proxyAdmin : pick(Role.allCases))
        }
    }

    private mutating func mark() -> CommandMark {
        var mark = CommandMark(id: id())
        mark.count = UInt32.random(in: 1...3, using: &random)
        mark.index = UInt32.random(in: 0..<mark.count, using: &random)
        mark.idempotency = maybe { Array($0.hash().bytes.prefix(16)) } ?? []
        mark.requestDigest = mark.idempotency.isEmpty ? [] : [1] + hash().bytes
        mark.refused = list { CommandMark.Refusal(item: $0.small(), code: $0.small()) }
        mark.item = maybe { $0.small() } ?? 0
        mark.items = maybe { $0.small() } ?? 1
        return mark
    }

    private mutating func link(isFirst: Bool) -> KeyLink {
        let keyID = KeyID(id())
        guard !isFirst else { return KeyLink(keyID: keyID, revision: 1, previousPosition: .none, previousLeafHash: .zero) }
        return KeyLink(keyID: keyID, revision: UInt64(small()) + 1, previousPosition: Position(number()), previousLeafHash: hash())
    }

    /// Slots as an event of that type may have them.
    mutating func slots(for type: EventType) -> Slots {
        switch type {
        case .spendRecorded: Slots()
        case .keyCreated, .keyImported, .keyUpdated, .keyRegenerated:
            Slots(
                identity: maybe { $0.identity() }, content: maybe { $0.content() }, origin: maybe { $0.origin() }, note: maybe { $0.note() }
            )
        case .subjectNamed: Slots(identity: IdentitySlot(name: word()))
        default: Slots(origin: maybe { $0.origin() }, note: maybe { $0.note() })
        }
    }

    mutating func openings(_ slots: Slots) -> [Opening] {
        slots.encoded.map { Opening(slot: $0.slot, subject: maybe { $0.number() } ?? 0, nonce: hash().bytes, content: $0.content) }
    }

    private mutating func identity() -> IdentitySlot {
        IdentitySlot(alias: maybe { $0.text() }, keyName: maybe { _ in "sk-...x4Qa" }, email: maybe { _ in "a@example.org" }, name: nil)
    }

    private mutating func content() -> ContentSlot {
        ContentSlot(
            fields: [ContentField(name: "metadata", json: "{\"a\": 1.0}")] + list { ContentField(name: $0.word(), json: $0.text()) })
    }

    private mutating func origin() -> OriginSlot { OriginSlot(ip: maybe { _ in "192.0.2.7" }, userAgent: maybe { $0.text() }) }

    private mutating func note() -> NoteSlot {
        NoteSlot(
            reason: maybe { $0.text() }, changeRef: maybe { $0.word() }, onBehalfOf: maybe { $0.word() }, actorName: maybe { $0.word() })
    }
}
