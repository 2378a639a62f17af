/// The four personal slots of an event. Their text stands outside the leaf, which holds a commitment for each.
public enum SlotKind: UInt8, Sendable, Hashable, CaseIterable, Comparable {
    case identity = 1
    case content = 2
    case origin = 3
    case note = 4

    public static func < (a: SlotKind, b: SlotKind) -> Bool { a.rawValue < b.rawValue }
}

public struct IdentitySlot: Hashable, Sendable {
    public var alias: String?
    /// Display form of the secret, `sk-...abcd`.
    public var keyName: String?
    public var email: String?
    /// The name that SubjectNamed introduces.
    public var name: String?

    public init(alias: String? = nil, keyName: String? = nil, email: String? = nil, name: String? = nil) {
        self.alias = alias
        self.keyName = keyName
        self.email = email
        self.name = name
    }

    public static func == (a: IdentitySlot, b: IdentitySlot) -> Bool {
        a.alias.hasSameBytes(as: b.alias) && a.keyName.hasSameBytes(as: b.keyName) && a.email.hasSameBytes(as: b.email)
            && a.name.hasSameBytes(as: b.name)
    }
}

/// A request field that stands in no term, as the JSON text that the caller sent.
public struct ContentField: Hashable, Sendable {
    public var name: String
    public var json: String

    public init(name: String, json: String) {
        self.name = name
        self.json = json
    }

    public static func == (a: ContentField, b: ContentField) -> Bool { a.name.hasSameBytes(as: b.name) && a.json.hasSameBytes(as: b.json) }
}

public struct ContentSlot: Hashable, Sendable {
    /// In the order in which they were first sent.
    public var fields: [ContentField]

    public init(fields: [ContentField] = []) { self.fields = fields }

    /// The JSON text of a field.
    public subscript(name: String) -> String? { fields.first { $0.name.hasSameBytes(as: name) }?.json }

    /// Sets fields, or takes them away where the text is `nil`; a field that is there keeps its place. Linear in all of them.
    public mutating func apply(_ changes: [(name: String, json: String?)]) {
        var texts: [(name: String, json: String?)] = fields.map { ($0.name, $0.json) }
        var places: [[UInt8]: Int] = [:]
        for (place, field) in fields.enumerated() { places[Array(field.name.utf8)] = place }
        for change in changes {
            let name = Array(change.name.utf8)
            if let place = places[name] {
                texts[place].json = change.json
            } else {
                places[name] = texts.count
                texts.append(change)
            }
        }
        fields = texts.compactMap { text in text.json.map { ContentField(name: text.name, json: $0) } }
    }
}

public struct OriginSlot: Hashable, Sendable {
    public var ip: String?
    public var userAgent: String?

    public init(ip: String? = nil, userAgent: String? = nil) {
        self.ip = ip
        self.userAgent = userAgent
    }

    public static func == (a: OriginSlot, b: OriginSlot) -> Bool {
        a.ip.hasSameBytes(as: b.ip) && a.userAgent.hasSameBytes(as: b.userAgent)
    }

    public var isEmpty: Bool { self == OriginSlot() }
}

public struct NoteSlot: Hashable, Sendable {
    public var reason: String?
    public var changeRef: String?
    public var onBehalfOf: String?
    public var actorName: String?

    public init(reason: String? = nil, changeRef: String? = nil, onBehalfOf: String? = nil, actorName: String? = nil) {
        self.reason = reason
        self.changeRef = changeRef
        self.onBehalfOf = onBehalfOf
        self.actorName = actorName
    }

    public static func == (a: NoteSlot, b: NoteSlot) -> Bool {
        a.reason.hasSameBytes(as: b.reason) && a.changeRef.hasSameBytes(as: b.changeRef) && a.onBehalfOf.hasSameBytes(as: b.onBehalfOf)
            && a.actorName.hasSameBytes(as: b.actorName)
    }

    public var isEmpty: Bool { self == NoteSlot() }
}

/// The slots that an event carries, each complete; `nil` is a slot that it does not carry, or whose text has gone.
public struct Slots: Hashable, Sendable {
    public var identity: IdentitySlot?
    public var content: ContentSlot?
    public var origin: OriginSlot?
    public var note: NoteSlot?

    public init(identity: IdentitySlot? = nil, content: ContentSlot? = nil, origin: OriginSlot? = nil, note: NoteSlot? = nil) {
        self.identity = identity
        self.content = content
        self.origin = origin
        self.note = note
    }
}
