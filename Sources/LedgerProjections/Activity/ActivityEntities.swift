import LedgerSchema

/// Users, teams and so on by small numbers, and which of them the query wants.
struct ActivityEntities {
    private let query: ActivityQuery
    private let directory: any ActivityDirectory
    private let wanted: Set<[UInt8]>?
    private let excluded: Set<[UInt8]>
    private var names = ActivityNames()
    private var bySubject: [UInt64: Int32] = [:]
    /// By index.
    private var isWanted: [Bool] = []
    /// What stands for none; negative until a charge has none, and where the query does not count those.
    private(set) var unassigned: Int32 = -1

    init(_ query: ActivityQuery, _ directory: any ActivityDirectory) throws {
        self.query = query
        self.directory = directory
        wanted = query.entities.map { Set($0.map { Array($0.utf8) }) }
        excluded = Set(query.excluded.map { Array($0.utf8) })
    }

    var texts: [String] { names.texts }

    /// Whether the query counts what is laid to an entity.
    @inline(__always)
    func wants(_ index: Int32) -> Bool { index >= 0 && isWanted[Int(index)] }

    /// The entity that a key's own charges are laid to; negative where the charge itself says, and where the query counts none.
    mutating func index(of label: KeyLabel) throws -> Int32 {
        switch query.entity {
        case .user: try label.user.map { try index(ofSubject: $0) } ?? none()
        case .team: try label.teamID.map { try index(of: $0) } ?? none()
        case .organization: try label.organizationID.map { try index(of: $0) } ?? none()
        case .agent: try label.agentID.map { try index(of: $0) } ?? none()
        case .tag, .customer: -1
        }
    }

    mutating func index(ofSubject number: UInt64) throws -> Int32 {
        if number == 0 { return try none() }
        if let known = bySubject[number] { return known }
        let index = try index(of: try directory.subjectName(number))
        bySubject[number] = index
        return index
    }

    mutating func index(of name: String) throws -> Int32 {
        let index = names.index(of: name)
        if Int(index) == isWanted.count {
            let bytes = Array(name.utf8)
            isWanted.append((wanted?.contains(bytes) ?? true) && !excluded.contains(bytes))
        }
        return index
    }

    private mutating func none() throws -> Int32 {
        if unassigned < 0, query.includesUnassigned { unassigned = try index(of: ActivityName.unassigned) }
        return unassigned
    }
}
