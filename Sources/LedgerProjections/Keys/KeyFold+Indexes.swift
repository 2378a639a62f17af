import LMDB
import LedgerDomain
import LedgerSchema
import MerkleTree

extension KeyFold {
    /// Moves a key's entries in the alias and listing tables from where it stood to where it stands.
    mutating func index(_ before: KeyState?, _ after: KeyState, in transaction: inout WriteTransaction) throws {
        let (old, new) = (before.map(Entries.init), Entries(after))
        for (key, value) in old?.aliases ?? [:] where new.aliases[key] == nil {
            try delete(.aliases, key, in: &transaction)
            try put(.aliases, [KeyClass.past.rawValue] + key.dropFirst(), value, in: &transaction)
            if KeyTables.isCounted(alias: key) { try count(KeyTables.aliasCount, by: -1, in: &transaction) }
        }
        for (key, value) in new.aliases.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            try put(.aliases, key, value, in: &transaction)
            if old?.aliases[key] == nil, KeyTables.isCounted(alias: key) { try count(KeyTables.aliasCount, by: 1, in: &transaction) }
        }
        for (key, _) in old?.listings ?? [:] where new.listings[key] == nil {
            try delete(.listings, key, in: &transaction)
            try count(key, by: -1, in: &transaction)
        }
        for (key, value) in new.listings.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            try put(.listings, key, value, in: &transaction)
            if old?.listings[key] == nil { try count(key, by: 1, in: &transaction) }
        }
    }

    private mutating func count(_ listing: [UInt8], by step: Int, in transaction: inout WriteTransaction) throws {
        let key = Array(listing.prefix(18))
        let old = try transaction.copy(tables[.counts], key)?.reduce(0) { $0 << 8 | Int($1) } ?? 0
        let (new, overflow) = old.addingReportingOverflow(step)
        guard !overflow, new >= 0 else {
            throw FoldError(position: position, message: "a count of keys is damaged; run `keyledger rebuild`")
        }
        if new == 0 { return try delete(.counts, key, in: &transaction) }
        try put(.counts, key, UInt64(new).bigEndianBytes, in: &transaction)
    }

    /// Where a key stands in the tables that find it. An alias that a key has given up stays findable among the past ones.
    private struct Entries {
        var aliases: [[UInt8]: [UInt8]] = [:]
        var listings: [[UInt8]: [UInt8]] = [:]

        init(_ state: KeyState) {
            let kind: KeyClass = state.isDeleted ? .past : .living
            if let alias = state.alias {
                aliases[KeyTables.aliasPrefix(alias, kind) + state.keyID.bytes] = state.identityCommitment.bytes
            }
            let value = KeyTables.sortable(state.terms.expires ?? .distantFuture) + [state.isBlocked ? 1 : 0]
            for dimension in ListingDimension.of(state.terms) {
                listings[KeyTables.listingKey(dimension, kind, state.createdAt, state.keyID)] = value
            }
        }
    }
}
