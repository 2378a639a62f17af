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
}

/// A request field that stands in no term, as the JSON text that the caller sent.
public struct ContentField: Hashable, Sendable {
    public var name: String
    public var json: String

    public init(name: String, json: String) {
        self.name = name
        self.json = json
    }
}

public struct ContentSlot: Hashable, Sendable {
    /// In the order in which they were first sent.
    public var fields: [ContentField]

    public init(fields: [ContentField] = []) { self.fields = fields }

    /// The JSON text of a field.
    public subscript(name: String) -> String? {
        get { fields.first { $0.name == name }?.json }
        set {
            guard let place = fields.firstIndex(where: { $0.name == name }) else {
                if let newValue { fields.append(ContentField(name: name, json: newValue)) }
                return
            }
            if let newValue { fields[place].json = newValue } else { fields.remove(at: place) }
        }
    }
}

public struct OriginSlot: Hashable, Sendable {
    public var ip: String?
    public var userAgent: String?

    public init(ip: String? = nil, userAgent: String? = nil) {
        self.ip = ip
        self.userAgent = userAgent
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
