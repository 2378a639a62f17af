import FoundationEssentials
import SwiftProtobuf

extension Slots {
    /// The bytes of each slot that is carried, in ascending order of slot.
    package var encoded: [(slot: SlotKind, content: [UInt8])] {
        var list: [(slot: SlotKind, content: [UInt8])] = []
        if let identity { list.append((.identity, identity.encoded)) }
        if let content { list.append((.content, content.encoded)) }
        if let origin { list.append((.origin, origin.encoded)) }
        if let note { list.append((.note, note.encoded)) }
        return list
    }

    /// Reads the plain openings; sealed ones count as gone.
    package init(_ openings: [Opening]) throws(SchemaError) {
        self.init()
        for opening in openings where opening.form == .plain {
            switch opening.slot {
            case .identity: identity = try IdentitySlot(encoded: opening.content)
            case .content: content = try ContentSlot(encoded: opening.content)
            case .origin: origin = try OriginSlot(encoded: opening.content)
            case .note: note = try NoteSlot(encoded: opening.content)
            }
        }
    }
}

extension IdentitySlot {
    package var encoded: [UInt8] {
        Keyledger_V1_IdentitySlot.with {
            if let alias { $0.alias = alias }
            if let keyName { $0.keyName = keyName }
            if let email { $0.email = email }
            if let name { $0.name = name }
        }.bytes
    }

    package init(encoded: [UInt8]) throws(SchemaError) {
        let message = try Keyledger_V1_IdentitySlot(reading: encoded, name: "identity slot")
        self.init(
            alias: message.hasAlias ? message.alias : nil, keyName: message.hasKeyName ? message.keyName : nil,
            email: message.hasEmail ? message.email : nil, name: message.hasName ? message.name : nil)
    }
}

extension ContentSlot {
    package var encoded: [UInt8] {
        Keyledger_V1_ContentSlot.with { message in
            message.fields = fields.map { field in
                .with {
                    $0.name = field.name
                    $0.json = field.json
                }
            }
        }.bytes
    }

    package init(encoded: [UInt8]) throws(SchemaError) {
        let message = try Keyledger_V1_ContentSlot(reading: encoded, name: "content slot")
        self.init(fields: message.fields.map { ContentField(name: $0.name, json: $0.json) })
    }
}

extension OriginSlot {
    package var encoded: [UInt8] {
        Keyledger_V1_OriginSlot.with {
            if let ip { $0.ip = ip }
            if let userAgent { $0.userAgent = userAgent }
        }.bytes
    }

    package init(encoded: [UInt8]) throws(SchemaError) {
        let message = try Keyledger_V1_OriginSlot(reading: encoded, name: "origin slot")
        self.init(ip: message.hasIp ? message.ip : nil, userAgent: message.hasUserAgent ? message.userAgent : nil)
    }
}

extension NoteSlot {
    package var encoded: [UInt8] {
        Keyledger_V1_NoteSlot.with {
            if let reason { $0.reason = reason }
            if let changeRef { $0.changeRef = changeRef }
            if let onBehalfOf { $0.onBehalfOf = onBehalfOf }
            if let actorName { $0.actorName = actorName }
        }.bytes
    }

    package init(encoded: [UInt8]) throws(SchemaError) {
        let message = try Keyledger_V1_NoteSlot(reading: encoded, name: "note slot")
        self.init(
            reason: message.hasReason ? message.reason : nil, changeRef: message.hasChangeRef ? message.changeRef : nil,
            onBehalfOf: message.hasOnBehalfOf ? message.onBehalfOf : nil, actorName: message.hasActorName ? message.actorName : nil)
    }
}
