/// The offsets of a time zone from UTC through time, as the system's database tells them (RFC 8536).
///
/// All moments are seconds since 1970-01-01T00:00:00Z, offsets are seconds east of UTC.
public struct TimeZoneRules: Hashable, Sendable {
    /// A change of the offset; the new one holds from `second` on.
    public struct Transition: Hashable, Sendable {
        public var second: Int64
        public var offset: Int
    }

    /// `Europe/Berlin`.
    public let name: String
    /// Before the first transition.
    let firstOffset: Int
    /// In order.
    let transitions: [Transition]
    /// What holds after the last transition.
    let recurring: RecurringTransitions?

    /// The offset at a moment.
    public func offset(at second: Int64) -> Int {
        if let last = transitions.last, second >= last.second {
            return recurring?.offset(at: second) ?? last.offset
        }
        guard let place = indexOfTransition(atOrBefore: second) else {
            return transitions.isEmpty ? recurring?.offset(at: second) ?? firstOffset : firstOffset
        }
        return transitions[place].offset
    }

    /// The first moment after `second` from which another rule of the database holds; its offset may be the same. `nil` if there is none.
    public func nextTransition(after second: Int64) -> Int64? {
        let place = indexOfTransition(atOrBefore: second).map { $0 + 1 } ?? 0
        if place < transitions.count { return transitions[place].second }
        return recurring?.nextTransition(after: second)
    }

    private func indexOfTransition(atOrBefore second: Int64) -> Int? {
        var low = 0
        var high = transitions.count
        while low < high {
            let middle = (low + high) / 2
            if transitions[middle].second <= second { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? nil : low - 1
    }
}
