import LedgerLog
package import LedgerSchema
package import MerkleTree

/// What makes two charges the same: the hour of occurred_at and the charge id.
package struct ChargeIdentity: FlatKey, Comparable {
    /// UTC hour, counted from 1970.
    package let hour: Int32
    /// The first 16 bytes of SHA-256 of the charge id.
    package let high: UInt64
    package let low: UInt64

    package init(id: String, occurredAt: Instant) {
        self.init(id: id, hour: Self.hour(of: occurredAt))
    }

    package init(id: String, hour: Int32) {
        self.init(hour: hour, hash: Hash32.sha256(id.utf8))
    }

    package init(hour: Int32, hash: Hash32) {
        self.hour = hour
        (high, low, _, _) = hash.bigEndianWords
    }

    package static func hour(of moment: Instant) -> Int32 {
        Int32(moment.nanoseconds.flooredQuotient(by: 3_600 * Instant.nanosecondsPerSecond))
    }

    package static func < (left: ChargeIdentity, right: ChargeIdentity) -> Bool {
        if left.hour != right.hour { return left.hour < right.hour }
        return left.high == right.high ? left.low < right.low : left.high < right.high
    }

    @inline(__always)
    package func hash(seed: UInt64) -> UInt64 { high ^ seed }
}

/// Where charges were recorded, by identity. Of two with one identity the first stands.
package struct ChargeIdentities: Sendable {
    private var index = FlatIndex<ChargeIdentity>()
    private var positions: [Position] = []

    package init() {}

    package var count: Int { positions.count }

    package subscript(_ identity: ChargeIdentity) -> Position? { index.number(of: identity).map { positions[$0] } }

    package mutating func insert(_ identity: ChargeIdentity, _ position: Position) {
        if index.insert(identity) == positions.count { positions.append(position) }
    }

    package func forEach(_ body: (ChargeIdentity, Position) throws -> Void) rethrows {
        for number in positions.indices { try body(index.keys[number], positions[number]) }
    }
}
