/// Columns of text, as wide as their widest cell.
struct TextTable {
    private var rows: [[String]]
    private let rightAligned: Range<Int>

    /// - Parameter rightAligned: the columns whose cells end alike, as numbers do.
    init(_ header: [String], rightAligned: Range<Int> = 0..<0) {
        rows = [header]
        self.rightAligned = rightAligned
    }

    mutating func add(_ row: [String]) { rows.append(row) }

    var text: String {
        var widths = [Int](repeating: 0, count: rows.first?.count ?? 0)
        for row in rows {
            for (column, cell) in row.enumerated() where column < widths.count { widths[column] = max(widths[column], cell.count) }
        }
        let lines = rows.enumerated().map { number, row in
            var line = row.enumerated().map { padded($1, to: widths[$0], atLeft: rightAligned.contains($0)) }.joined(separator: "  ")
            while line.last == " " { line.removeLast() }
            return number == 0 ? Style.strong(line) : line
        }
        return lines.joined(separator: "\n")
    }
}

/// Names on the left, values on the right.
struct FieldList {
    private var fields: [(name: String, value: String)] = []

    mutating func add(_ name: String, _ value: String?) {
        if let value { fields.append((name, value)) }
    }

    /// Lines, each after `indent` spaces.
    func text(indent: Int = 0) -> String {
        let width = fields.map(\.name.count).max() ?? 0
        let start = String(repeating: " ", count: indent)
        return fields.map { "\(start)\(Style.faint(padded($0.name, to: width)))  \($0.value)" }.joined(separator: "\n")
    }
}

func padded(_ text: String, to width: Int, atLeft: Bool = false) -> String {
    let spaces = String(repeating: " ", count: max(0, width - text.count))
    return atLeft ? spaces + text : text + spaces
}
