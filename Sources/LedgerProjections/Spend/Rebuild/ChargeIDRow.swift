import LedgerSchema

/// A row of the charge ids as numbers, in the order of the table; of rows with one key the first position comes first.
struct ChargeIDRow: Sendable {
    /// As it is stored: UTC hour with the sign bit flipped.
    var hour: UInt64
    var high: UInt64
    var low: UInt64
    var position: UInt64

    static let empty = ChargeIDRow(hour: 0, high: 0, low: 0, position: 0)

    @inline(__always)
    func precedes(_ other: ChargeIDRow) -> Bool {
        if hour != other.hour { return hour < other.hour }
        if high != other.high { return high < other.high }
        if low != other.low { return low < other.low }
        return position < other.position
    }

    @inline(__always)
    func hasKey(of other: ChargeIDRow) -> Bool { high == other.high && low == other.low && hour == other.hour }
}

extension ChargeIDRow {
    init(_ identity: ChargeIdentity, _ position: Position) {
        self.init(hour: UInt64(ViewKey.sortable(identity.hour)), high: identity.high, low: identity.low, position: position.value)
    }
}
