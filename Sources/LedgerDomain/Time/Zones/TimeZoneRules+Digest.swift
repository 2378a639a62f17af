package import MerkleTree

extension TimeZoneRules {
    /// SHA-256 of the rules, without the zone's name: other tzdata, other digest.
    package var digest: Hash32 {
        var numbers = [Int64(firstOffset), Int64(transitions.count)]
        for transition in transitions { numbers += [transition.second, Int64(transition.offset)] }
        if let recurring {
            numbers.append(Int64(recurring.standardOffset))
            if let summer = recurring.summer { numbers += [Int64(summer.offset)] + summer.begin.numbers + summer.end.numbers }
        }
        var bytes: [UInt8] = []
        for number in numbers {
            for shift in stride(from: 56, through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: number >> Int64(shift))) }
        }
        return Hash32.sha256(bytes)
    }

    /// Whether its days are always those of UTC.
    package var isUTC: Bool {
        firstOffset == 0 && transitions.allSatisfy { $0.offset == 0 }
            && recurring.map { $0.standardOffset == 0 && $0.summer == nil } ?? true
    }
}

extension YearlyMoment {
    fileprivate var numbers: [Int64] {
        let day: [Int] =
            switch day {
            case .weekday(let weekday, let week, let month): [0, weekday, week, month]
            case .julian(let day): [1, day]
            case .ordinal(let day): [2, day]
            }
        return (day + [secondOfDay]).map { Int64($0) }
    }
}
