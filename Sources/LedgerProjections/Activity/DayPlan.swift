import LedgerDomain
import LedgerSchema

/// How rows of UTC days and quarters make up local days.
///
/// Each UTC day is given whole to the local day that has most of it, its *home*. The quarters of it that belong elsewhere are read one by
/// one, counted there, and taken away from home: of a zone five hours off a fifth of the quarters, of UTC none.
struct DayPlan {
    /// Quarters that do not belong to their UTC day's home.
    struct Exception: Equatable {
        var quarters: Range<Int32>
        /// Where they belong; negative: outside of the plan.
        var day: Int32
        var home: Int32
    }

    /// The first UTC day.
    let firstDay: Int32
    /// By UTC day, the index of the local day that it is given to; negative: none.
    let homes: [Int32]
    /// In order.
    let exceptions: [Exception]

    /// - Parameters:
    ///   - days: local dates in days since 1970-01-01; indexes count from the first.
    ///   - isJoined: all of them are one day.
    init(_ rules: TimeZoneRules, _ days: ClosedRange<Int>, isJoined: Bool = false) throws(TimeZoneError) {
        let stretches = try rules.stretches(of: days)
        let perDay = Int(Quarter.perDay)
        guard let first = stretches.first?.quarters.lowerBound, let last = stretches.last?.quarters.upperBound else {
            (firstDay, homes, exceptions) = (0, [], [])
            return
        }
        let utcDays = first.flooredQuotient(by: perDay)...(last - 1).flooredQuotient(by: perDay)
        var homes: [Int32] = []
        var exceptions: [Exception] = []
        var rest = stretches[...]
        for day in utcDays {
            let pieces = Self.pieces(of: day * perDay..<(day + 1) * perDay, &rest) { isJoined ? 0 : Int32($0 - days.lowerBound) }
            let home = Self.home(of: pieces)
            homes.append(home)
            for piece in pieces where piece.day != home {
                exceptions.append(Exception(quarters: piece.quarters, day: piece.day, home: home))
            }
        }
        (firstDay, self.homes, self.exceptions) = (Int32(utcDays.lowerBound), homes, exceptions)
    }

    /// Of rows of local days.
    ///
    /// - Parameters: as in ``init(_:_:isJoined:)``.
    init(ofLocalDays days: ClosedRange<Int>, isJoined: Bool) {
        firstDay = Int32(days.lowerBound)
        homes = days.map { isJoined ? 0 : Int32($0 - days.lowerBound) }
        exceptions = []
    }

    var isEmpty: Bool { homes.isEmpty }
    var lastDay: Int32 { firstDay + Int32(homes.count) - 1 }

    @inline(__always)
    func home(ofUTCDay day: Int32) -> Int32 {
        let index = Int(day) - Int(firstDay)
        return index >= 0 && index < homes.count ? homes[index] : -1
    }

    /// The exception that a quarter belongs to.
    func exception(at quarter: Int32) -> Exception? {
        var low = 0
        var high = exceptions.count
        while low < high {
            let middle = (low + high) / 2
            if exceptions[middle].quarters.upperBound <= quarter { low = middle + 1 } else { high = middle }
        }
        return low < exceptions.count && exceptions[low].quarters.contains(quarter) ? exceptions[low] : nil
    }

    private typealias Piece = (quarters: Range<Int32>, day: Int32)

    /// A UTC day divided by local days, what lies outside included.
    private static func pieces(
        of day: Range<Int>, _ stretches: inout ArraySlice<LocalDayStretch>, _ index: (Int) -> Int32
    ) -> [Piece] {
        var pieces: [Piece] = []
        func append(_ quarters: Range<Int>, _ day: Int32) {
            guard !quarters.isEmpty else { return }
            let part = Int32(quarters.lowerBound)..<Int32(quarters.upperBound)
            if let last = pieces.last, last.day == day {
                pieces[pieces.count - 1].quarters = last.quarters.lowerBound..<part.upperBound
            } else {
                pieces.append((part, day))
            }
        }
        var at = day.lowerBound
        while let stretch = stretches.first, stretch.quarters.lowerBound < day.upperBound {
            let part = stretch.quarters.clamped(to: day)
            append(at..<max(at, part.lowerBound), -1)
            append(part, index(stretch.day))
            at = max(at, part.upperBound)
            if stretch.quarters.upperBound > day.upperBound { break }
            stretches.removeFirst()
        }
        append(at..<day.upperBound, -1)
        return pieces
    }

    private static func home(of pieces: [Piece]) -> Int32 {
        var shares: [Int32: Int] = [:]
        for piece in pieces { shares[piece.day, default: 0] += piece.quarters.count }
        return shares.max { ($0.value, $0.key) < ($1.value, $1.key) }?.key ?? -1
    }
}
