/// The members of a JSON object in the order in which their names first appeared.
///
/// A name that is set again keeps its place and takes the new value. Names are told apart by their bytes. Finding a name takes constant
/// time however many members there are. Two objects are equal when they have the same members in the same order.
public struct JSONObject: Sendable {
    /// A name and its value.
    public struct Member: Sendable {
        /// The name with all escapes resolved.
        public let name: String
        /// The value.
        public internal(set) var value: JSONValue
    }

    private var members: [Member] = []
    /// Place of each name; nil while so few members make a scan the quicker way.
    private var places: [Name: Int]?

    private static let greatestScan = 8

    /// An object without members.
    public init() {}

    /// The value of the member `name`. Setting nil removes the member, which takes time linear in their number.
    public subscript(name: String) -> JSONValue? {
        get { place(of: name).map { members[$0].value } }
        set {
            if let newValue { set(name, newValue) } else { removeValue(named: name) }
        }
    }

    /// The names in order.
    public var names: [String] { members.map(\.name) }

    /// Removes the member `name` and returns its value; nil if there is none.
    @discardableResult
    public mutating func removeValue(named name: String) -> JSONValue? {
        guard let place = place(of: name) else { return nil }
        let removed = members.remove(at: place)
        indexAll()
        return removed.value
    }

    private mutating func set(_ name: String, _ value: JSONValue) {
        if let place = place(of: name) {
            members[place].value = value
            return
        }
        members.append(Member(name: name, value: value))
        if places != nil {
            places?[Name(text: name)] = members.count - 1
        } else {
            indexAll()
        }
    }

    private func place(of name: String) -> Int? {
        if let places { return places[Name(text: name)] }
        return members.firstIndex { $0.name.hasSameBytes(as: name) }
    }

    private mutating func indexAll() {
        guard members.count > Self.greatestScan else {
            places = nil
            return
        }
        var fresh = [Name: Int](minimumCapacity: members.count * 2)
        for (place, member) in members.enumerated() { fresh[Name(text: member.name)] = place }
        places = fresh
    }
}

extension JSONObject: RandomAccessCollection {
    public var startIndex: Int { 0 }
    public var endIndex: Int { members.count }
    public subscript(position: Int) -> Member { members[position] }
}

extension JSONObject: Hashable {
    public static func == (left: JSONObject, right: JSONObject) -> Bool {
        left.members.count == right.members.count
            && zip(left.members, right.members).allSatisfy { $0.name.hasSameBytes(as: $1.name) && $0.value == $1.value }
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(members.count)
        for member in members {
            hasher.combine(member.name)
            hasher.combine(member.value)
        }
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        for (name, value) in elements { self[name] = value }
    }
}

/// A member name as a dictionary key: equal only if the bytes are. Equal bytes hash alike under String's own hash, so that may stay.
private struct Name: Hashable {
    let text: String

    static func == (left: Name, right: Name) -> Bool {
        left.text.hasSameBytes(as: right.text)
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(text)
    }
}
