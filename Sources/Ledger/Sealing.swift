import LedgerDomain
import LedgerSchema
import MerkleTree

/// A draft with everything that an event needs beside what was decided: ids, the mark of its command, commitments and their
/// openings, its place in the chain of its key.
struct Sealing {
    /// More than a link takes in a leaf.
    private static let linkSize = 96
    /// More than one refused item takes in a leaf.
    private static let refusalSize = 12

    private(set) var envelope: Envelope
    let event: Event
    let slots: Slots
    let keyID: KeyID?
    private let openings: [Opening]

    init(_ draft: EventDraft, _ actor: Actor, _ request: CommandRequest, _ moment: Instant, _ environment: LedgerEnvironment) {
        self.init(draft, actor, moment, environment, origin: request.origin, note: request.note, source: request.source)
    }

    init(
        _ draft: EventDraft, _ actor: Actor, _ moment: Instant, _ environment: LedgerEnvironment, origin: OriginSlot? = nil,
        note: NoteSlot? = nil, source: Source = Source()
    ) {
        slots = Slots(
            identity: draft.identity, content: draft.content, origin: origin.flatMap { $0.isEmpty ? nil : $0 },
            note: note.flatMap { $0.isEmpty ? nil : $0 })
        openings = slots.encoded.map { item in
            // Identity and content are the key's user's, origin and note the actor's.
            let subject = item.slot <= .content ? draft.subject : actor.subject
            return Opening(slot: item.slot, subject: subject, nonce: environment.randomBytes(32), content: item.content)
        }
        envelope = Envelope(
            recordedAt: moment, eventID: EventID(time: moment, random: environment.random128()), actor: actor, source: source,
            commitments: openings.map { SlotCommitment(slot: $0.slot, commitment: $0.commitment) })
        event = draft.event
        keyID = draft.keyID
    }

    /// Whether the event can be stored, whatever its place in its command and in the chain of its key, with so many refused items.
    func fits(_ request: CommandRequest, refusals: Int) -> Bool {
        var copy = self
        copy.envelope.command = CommandMark(
            id: .zero, index: .max, count: .max, idempotency: request.idempotency?.key ?? [],
            requestDigest: request.idempotency?.digest ?? [], item: .max, items: .max)
        let record = copy.record
        guard (try? record.stored()) != nil else { return false }
        return record.leaf.count <= Record.maximumLeafSize - Self.linkSize - refusals * Self.refusalSize
    }

    /// Names the command that the event belongs to.
    mutating func mark(_ mark: CommandMark) { envelope.command = mark }

    /// Continues the chain of the draft's key; `nil` begins one.
    mutating func link(to state: KeyState?) {
        guard let keyID else { return }
        envelope.link = KeyLink(
            keyID: keyID, revision: (state?.revision ?? 0) + 1, previousPosition: state?.lastPosition ?? .none,
            previousLeafHash: state?.lastLeafHash ?? .zero)
    }

    var record: Record { Record(leaf: EventCodec.encode(event, envelope), openings: openings) }
}
