import Ledger

/// For people: right-aligned numbers, points below each other, and a bar as long as each row's share of the greatest.
extension ActivityTable {
    private static let barWidth = 20
    private static let leastBarWidth = 4
    private static let noKey = " (no key)"
    private static let deleted = " (deleted)"
    private static let figureNames = ["SPEND", "REQUESTS", "FAILED", "TOKENS IN", "OUT"]

    /// - Parameter width: of the terminal; the bar goes first where it is narrow, then ids and names are cut. `nil`: as wide as it gets.
    func text(width: Int?) -> String {
        let range = Style.faint("\(question.from) to \(question.to), \(question.zone.map(printable) ?? "UTC"): ")
        guard !rows.isEmpty else { return range + "no charges" }
        let sum = "\(total.spend.decimalText) USD in \(total.requests) request\(total.requests == 1 ? "" : "s")"
        let twice = question.dimension == .tag ? "; a charge with two tags counts in both" : ""
        return table(width) + "\n" + range + sum + twice
    }

    private func table(_ width: Int?) -> String {
        var own = [ownNames] + rows.map(ownCells)
        let figures = [Self.figureNames] + pointsAligned(rows.map(\.sums.figures))
        var barWidth = Self.barWidth
        if let width {
            let natural = Self.width(own) + 2 + Self.width(figures)
            barWidth = min(barWidth, width - natural - 2)
            if natural > width { Self.shorten(&own, by: natural - width) }
        }
        let greatest = rows.map(\.sums.spend).max() ?? .zero
        let bars = [""] + rows.map { barWidth < Self.leastBarWidth ? "" : Self.bar($0.sums.spend, of: greatest, width: barWidth) }
        let columns = ownNames.count..<ownNames.count + Self.figureNames.count
        var table = TextTable(own[0] + figures[0] + [bars[0]], rightAligned: columns)
        for row in rows.indices { table.add(own[row + 1] + figures[row + 1] + [bars[row + 1]]) }
        return table.text
    }

    private var ownNames: [String] { [question.dimension.rawValue.uppercased()] + (question.dimension == .key ? ["TEAM", "KEY_ID"] : []) }

    private func ownCells(_ row: Row) -> [String] {
        guard let key = row.key else { return [row.name.map(printable) ?? "-"] }
        let note = key.exists == nil ? Self.noKey : key.exists == false ? Self.deleted : ""
        return [(row.name.map(printable) ?? "-") + note, key.teamID.map(printable) ?? "-", key.id]
    }

    /// Amounts with spaces behind them, so that right-aligned ones have their points below each other.
    private func pointsAligned(_ figures: [[String]]) -> [[String]] {
        func fraction(_ amount: String) -> Int { amount.firstIndex(of: ".").map { amount[$0...].count } ?? 0 }
        let longest = figures.map { fraction($0[0]) }.max() ?? 0
        return figures.map { [$0[0] + String(repeating: " ", count: longest - fraction($0[0]))] + $0.dropFirst() }
    }

    private static func width(_ rows: [[String]]) -> Int {
        let columns = rows.first?.indices ?? 0..<0
        return columns.map { width(rows, $0) }.reduce(0, +) + 2 * max(0, columns.count - 1)
    }

    private static func width(_ rows: [[String]], _ column: Int) -> Int { rows.map { $0[column].count }.max() ?? 0 }

    /// Cuts ids at their beginning, where those of one time are alike, then names and teams at their end. What is said of a key stays.
    private static func shorten(_ rows: inout [[String]], by excess: Int) {
        var excess = excess
        for (column, least, keepsEnd) in [(2, 13, true), (0, 16, false), (1, 8, false)] where rows[0].indices.contains(column) && excess > 0
        {
            let width = width(rows, column)
            let target = max(least, width - excess)
            for row in rows.indices where rows[row][column].count > target {
                let cell = rows[row][column]
                let end = keepsEnd ? String(cell.suffix(target - 1)) : [noKey, deleted].first { cell.hasSuffix($0) } ?? ""
                rows[row][column] = cell.prefix(target - 1 - end.count) + "…" + end
            }
            excess -= max(0, width - target)
        }
    }

    /// In eighths of a character.
    private static func bar(_ amount: Amount, of greatest: Amount, width: Int) -> String {
        guard amount > .zero else { return "" }
        let longest = Int128(width * 8)
        let eighths = Int(min(longest, max(1, amount.picodollars / max(1, greatest.picodollars / longest))))
        let parts = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]
        return String(repeating: "█", count: eighths / 8) + parts[eighths % 8]
    }
}
