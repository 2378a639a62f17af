import FoundationEssentials
public import MerkleTree
import SwiftProtobuf

/// What opens a slot's commitment: its random `nonce` and the slot's bytes. It stands outside the leaf, so that it can go
/// one day while every proof still holds.
public struct Opening: Hashable, Sendable {
    /// Length of a nonce in bytes.
    public static let nonceSize = 32

    public enum Form: UInt8, Sendable, Hashable {
        case plain = 0
        /// Encrypted under the subject's key.
        case sealed = 1
    }

    public var slot: SlotKind
    public var form: Form
    /// The subject that the text belongs to; 0 if none.
    public var subject: UInt64
    /// 32 random bytes. The fixed length is part of the proof: with another one the same hash would fit other text.
    public var nonce: [UInt8]
    public var content: [UInt8]

    public init(slot: SlotKind, form: Form = .plain, subject: UInt64, nonce: [UInt8], content: [UInt8]) {
        self.slot = slot
        self.form = form
        self.subject = subject
        self.nonce = nonce
        self.content = content
    }

    /// SHA-256(0x40 ‖ slot ‖ nonce ‖ content), DESIGN.md section 6.
    public var commitment: Hash32 {
        Hash32.sha256([0x40, slot.rawValue] + nonce + content)
    }

    /// Whether this is what was committed to. Never true of a sealed opening, whose text is not here.
    public func opens(_ item: SlotCommitment) -> Bool {
        form == .plain && slot == item.slot && nonce.count == Self.nonceSize && commitment == item.commitment
    }

    package static func encode(_ openings: [Opening]) -> [UInt8] {
        guard !openings.isEmpty else { return [] }
        let message = Keyledger_V1_Openings.with { $0.openings = openings.map(\.message) }
        return message.bytes
    }

    package static func decode(_ bytes: some Sequence<UInt8>) throws(SchemaError) -> [Opening] {
        let message = try Keyledger_V1_Openings(reading: Array(bytes), name: "openings")
        var openings: [Opening] = []
        for item in message.openings { openings.append(try Opening(item)) }
        return openings
    }

    /// One opening alone, as the openings table holds it.
    package var encoded: [UInt8] { message.bytes }

    package init(encoded bytes: [UInt8]) throws(SchemaError) {
        try self.init(try Keyledger_V1_Opening(reading: bytes, name: "opening"))
    }

    private var message: Keyledger_V1_Opening {
        .with {
            $0.slot = UInt32(slot.rawValue)
            $0.form = form == .sealed ? .sealed : .plain
            $0.subject = subject
            $0.nonce = .init(nonce)
            $0.content = .init(content)
        }
    }

    private init(_ message: Keyledger_V1_Opening) throws(SchemaError) {
        guard let slot = UInt8(exactly: message.slot).flatMap(SlotKind.init(rawValue:)) else {
            throw SchemaError(.unknownField, "slot \(message.slot) is not known to this version. Upgrade keyledger.")
        }
        guard let form = UInt8(exactly: message.form.rawValue).flatMap(Form.init(rawValue:)) else {
            throw SchemaError(.unknownField, "opening form \(message.form.rawValue) is not known to this version. Upgrade keyledger.")
        }
        guard form == .sealed || message.nonce.count == Self.nonceSize else {
            throw SchemaError(
                .malformed,
                "an opening's nonce has \(message.nonce.count) bytes, not \(Self.nonceSize). The file is damaged; restore a backup.")
        }
        self.init(slot: slot, form: form, subject: message.subject, nonce: [UInt8](message.nonce), content: [UInt8](message.content))
    }
}
