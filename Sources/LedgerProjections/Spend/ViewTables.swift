package import LMDB
import LedgerSchema

/// The tables of what charges make (`Schemas/storage.md`), in one generation's folder.
package struct ViewTables: Sendable {
    /// A table by the number that the digest and `storage.md` give it.
    package enum Kind: UInt8, Sendable, CaseIterable {
        /// day (4) ‖ rollup → metrics.
        case days = 1
        /// quarter (4) ‖ rollup → metrics.
        case quarters = 2
        /// tag (3 or 19) ‖ day (4) ‖ rollup → metrics.
        case tagDays = 3
        case tagQuarters = 4
        /// subject (8) ‖ day (4) ‖ rollup → metrics.
        case endUserDays = 5
        case endUserQuarters = 6
        /// flags (1) ‖ team (16) ‖ user (8) ‖ day (4) ‖ rollup → metrics.
        case overrideDays = 7
        case overrideQuarters = 8
        /// key_id (16) → what was spent with the key, and its limits.
        case keySpend = 9
        /// key_id (16) ‖ limit (9) ‖ window start (8) → last reset's position (8) ‖ sum (16).
        case windows = 10
        /// token (32) of an unknown credential → total (16) ‖ count (8) ‖ last occurred_at (8).
        case tokenSpend = 11
        /// hour (4) ‖ hash of the charge id (16) → position (8).
        case chargeIDs = 12
        /// quarter (4) ‖ first position (8) → last position (8) ‖ count (8).
        case runs = 13
        /// position (8) of a reset of all keys → recorded_at (8) ‖ amount (16).
        case resets = 14
        /// hash of a text (16) → the text.
        case texts = 15
    }

    package let meta: Table
    private let tables: [Table]
    /// The tables of report zones; `nil` for a reader of a folder that was made without.
    let zones: ZoneTables?

    package static var names: [String] { Kind.allCases.map { "\($0)" } + ["meta"] }
    /// Tables that a folder may lack until its writer opens it.
    package static var optionalNames: [String] { RollupKind.allCases.map(\.zoneDays) }

    package init(_ environment: Environment) {
        meta = environment.table("meta")
        tables = Kind.allCases.map { environment.table("\($0)") }
        zones = ZoneTables(environment)
    }

    package subscript(_ kind: Kind) -> Table { tables[Int(kind.rawValue) - 1] }
}

extension ViewTables {
    /// Sums the digest of every row anew.
    package func recomputedDigest(in transaction: inout some Transaction & ~Copyable & ~Escapable) throws -> ViewDigest {
        var digest = ViewDigest()
        for kind in Kind.allCases {
            try transaction.scan(self[kind]) { key, value in
                digest.add(kind.rawValue, key: key, value: value)
                return .continue
            }
        }
        return digest
    }
}
