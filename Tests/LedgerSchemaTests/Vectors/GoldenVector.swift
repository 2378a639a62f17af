import JSONText
import LedgerSchema
import MerkleTree

/// One leaf as a released version wrote it, and what is to be read from it. Lies in `Schemas/vectors/`.
struct GoldenVector {
    var name: String
    var leaf: [UInt8]
    var leafHash: Hash32
    var fields: JSONValue
    var openings: [Opening]
    var record: [UInt8]

    init(name: String, _ sample: Sample, _ description: LeafDescription) throws {
        self.name = name
        leaf = sample.leaf
        leafHash = MerkleTree.leafHash(leaf)
        fields = try description.describe(leaf)
        openings = sample.openings
        record = try sample.record.stored().record
    }

    var json: JSONValue {
        [
            "name": .string(name), "leaf": .string(Hex.text(leaf)), "leaf_hash": .string(leafHash.hex), "fields": fields,
            "openings": .array(openings.map(\.json)), "record": .string(Hex.text(record)),
        ]
    }

    struct Unreadable: Error {
        var what: String
    }

    init(_ json: JSONValue) throws {
        guard let name = json["name"]?.string, let leaf = json["leaf"]?.string.flatMap(Hex.bytes), let fields = json["fields"],
            let hash = json["leaf_hash"]?.string.flatMap({ Hash32(hex: $0) }), let record = json["record"]?.string.flatMap(Hex.bytes)
        else { throw Unreadable(what: "a vector lacks a member") }
        (self.name, self.leaf, self.fields, self.leafHash, self.record) = (name, leaf, fields, hash, record)
        openings = try (json["openings"]?.array ?? []).map(Opening.init(json:))
    }
}

extension Opening {
    var json: JSONValue {
        [
            "slot": JSONValue(slot.rawValue), "subject": JSONValue(subject), "nonce": .string(Hex.text(nonce)),
            "content": .string(Hex.text(content)), "text": .string(String(describing: readable)), "commitment": .string(commitment.hex),
        ]
    }

    /// What the content says.
    private var readable: String {
        guard let slots = try? Slots([self]) else { return "unreadable" }
        if let identity = slots.identity { return identity.words }
        if let content = slots.content { return content.fields.map { "\($0.name)=\($0.json)" }.joined(separator: ", ") }
        if let origin = slots.origin { return "ip=\(origin.ip ?? "-"), user_agent=\(origin.userAgent ?? "-")" }
        guard let note = slots.note else { return "" }
        return
            "reason=\(note.reason ?? "-"), change_ref=\(note.changeRef ?? "-"), on_behalf_of=\(note.onBehalfOf ?? "-"), actor_name=\(note.actorName ?? "-")"
    }

    init(json: JSONValue) throws {
        guard let slot = json["slot"]?.integer.flatMap({ UInt8(exactly: $0) }).flatMap(SlotKind.init(rawValue:)),
            let subject = json["subject"]?.decimalText.flatMap({ UInt64($0) }), let nonce = json["nonce"]?.string.flatMap(Hex.bytes),
            let content = json["content"]?.string.flatMap(Hex.bytes)
        else { throw GoldenVector.Unreadable(what: "an opening lacks a member") }
        self.init(slot: slot, subject: subject, nonce: nonce, content: content)
        guard json["commitment"]?.string == commitment.hex else { throw GoldenVector.Unreadable(what: "an opening has another commitment") }
        guard json["text"]?.string == readable else { throw GoldenVector.Unreadable(what: "an opening says something else") }
    }
}

extension IdentitySlot {
    fileprivate var words: String { "alias=\(alias ?? "-"), key_name=\(keyName ?? "-"), email=\(email ?? "-"), name=\(name ?? "-")" }
}
