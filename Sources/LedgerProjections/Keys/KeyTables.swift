package import LMDB
import LedgerDomain
import LedgerSchema
import MerkleTree

/// The tables that hold all key state (`Schemas/storage.md`). They exist twice; the meta row `keys.live` names the set that
/// answers, the other is filled by a rebuild.
package struct KeyTables: Sendable {
    package enum SetName: String, Sendable, CaseIterable {
        case a
        case b

        package var other: SetName { self == .a ? .b : .a }
    }

    /// A table of the view, by the number that its digest and `storage.md` give it.
    package enum Kind: UInt8, Sendable, CaseIterable {
        /// key_id (16) → gate ‖ row ‖ texts.
        case keys = 1
        /// token (32) → credential row.
        case credentials = 2
        /// key_id (16) ‖ number (4) → token (32): every credential that the key ever had.
        case keyCredentials = 3
        /// class (1) ‖ alias ‖ 0x00 ‖ key_id (16) → identity commitment (32).
        case aliases = 4
        /// dimension (1) ‖ hash (16) ‖ class (1) ‖ created_at (8) ‖ key_id (16) → expires (8) ‖ blocked (1).
        case listings = 5
        /// dimension (1) ‖ hash (16) ‖ class (1) → count (8); dimension 0xff counts the aliases of living keys.
        case counts = 6
        /// revoke_at (8) ‖ token (32) → key_id (16): superseded credentials by their end.
        case superseded = 7
        /// key_id (16) ‖ revision (8) → position (8).
        case revisions = 8
        /// idempotency (16) → position (8) of the command's first event.
        case commands = 9
        /// number (8) → position (8) ‖ kind (1) ‖ name.
        case subjects = 10
        /// SHA-256(name) (32) → number (8) ‖ identity commitment (32).
        case subjectNames = 11
        /// kind (1) ‖ number (4) → name.
        case names = 12
        /// SHA-256(producer) (32) → epoch (4) ‖ next number (8) ‖ numbers ahead of it, a bit each.
        case producers = 13
    }

    package let set: SetName
    let log: Table
    private let tables: [Table]

    package static var names: [String] { SetName.allCases.flatMap { set in Kind.allCases.map { name($0, set) } } }

    private static func name(_ kind: Kind, _ set: SetName) -> String { "\(kind).\(set.rawValue)" }

    package init(_ environment: Environment, set: SetName) {
        self.set = set
        log = environment.table("meta")
        tables = Kind.allCases.map { environment.table(Self.name($0, set)) }
    }

    package subscript(_ kind: Kind) -> Table { tables[Int(kind.rawValue) - 1] }
}

/// What lists keys: all of them, or those with one value of a dimension.
package enum ListingDimension: Hashable, Sendable {
    case all
    case team(String)
    case subject(UInt64)
    case organization(String)
    case project(String)
    case agent(String)

    /// dimension (1) ‖ first 16 bytes of SHA-256 of the value.
    var prefix: [UInt8] {
        switch self {
        case .all: [0] + [UInt8](repeating: 0, count: 16)
        case .team(let id): Self.prefix(1, Array(id.utf8))
        case .subject(let number): Self.prefix(2, number.bigEndianBytes)
        case .organization(let id): Self.prefix(3, Array(id.utf8))
        case .project(let id): Self.prefix(4, Array(id.utf8))
        case .agent(let id): Self.prefix(5, Array(id.utf8))
        }
    }

    private static func prefix(_ number: UInt8, _ value: [UInt8]) -> [UInt8] {
        [number] + Hash32.sha256(value).bytes.prefix(16)
    }

    /// Everything that lists a key with these terms.
    static func of(_ terms: KeyTerms) -> [ListingDimension] {
        var list: [ListingDimension] = [.all]
        if let id = terms.teamID { list.append(.team(id)) }
        if let number = terms.subject { list.append(.subject(number)) }
        if let id = terms.organizationID { list.append(.organization(id)) }
        if let id = terms.projectID { list.append(.project(id)) }
        if let id = terms.agentID { list.append(.agent(id)) }
        return list
    }
}

/// Living keys and deleted ones are listed apart, and so are the aliases that living keys hold and those of the past.
package enum KeyClass: UInt8, Sendable {
    case living = 0
    case past = 1
}

extension UInt64 {
    /// The integer's bytes, most significant first, without an allocation.
    var bigEndianBytes: [8 of UInt8] { [8 of UInt8] { UInt8(truncatingIfNeeded: self >> UInt64(56 - 8 * $0)) } }
}

extension FixedWidthInteger {
    /// The integer's bytes, most significant first.
    package var bigEndianBytes: [UInt8] {
        (0..<Self.bitWidth / 8).map { UInt8(truncatingIfNeeded: self >> (Self.bitWidth - 8 - 8 * $0)) }
    }
}
