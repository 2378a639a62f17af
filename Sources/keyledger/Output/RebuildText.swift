import JSONText

/// What a rebuild found, for people: from the answer that a server gives too.
struct RebuildText {
    private static let mostRows = 20

    let view: RebuildCommand.View
    let answer: JSONObject
    /// The operator wanted the fresh rows whatever the old ones were.
    private let isReplaced: Bool

    init(_ view: RebuildCommand.View, _ answer: JSONObject, isReplaced: Bool) {
        (self.view, self.answer, self.isReplaced) = (view, answer, isReplaced)
    }

    private enum Outcome {
        case same
        case missing
        /// What could not be compared was replaced.
        case unreadable(String)
        case otherVersion(String)
        case differs
    }

    private var outcome: Outcome {
        if let reason = answer["unreadable"]?.string { return .unreadable(reason) }
        if view == .activity, answer["old_version"] == .null { return .missing }
        if let old = answer["old_version"]?.decimalText, old != answer["new_version"]?.decimalText { return .otherVersion(old) }
        return answer["old_digest"]?.string == answer["new_digest"]?.string ? .same : .differs
    }

    private var isSwapped: Bool { answer["swapped"]?.bool == true }

    /// Nothing differed that should not, or the operator has settled it.
    var isWell: Bool {
        if case .differs = outcome { return isReplaced && isSwapped }
        return true
    }

    var text: String {
        var list = FieldList()
        list.add("events", answer["events"]?.decimalText)
        list.add("digest", answer["new_digest"]?.string)
        let title: String
        switch outcome {
        case .same: title = Style.good("Rebuilt \(view.rawValue): same digest")
        case .missing: title = Style.good("Rebuilt \(view.rawValue): there were none before")
        case .unreadable(let reason):
            title = Style.warning("Rebuilt \(view.rawValue): the old ones could not be read")
            list.add("before", printable(reason))
        case .otherVersion(let old):
            title = Style.good("Rebuilt \(view.rawValue): filled by version \(answer["new_version"]?.decimalText ?? "") now")
            list.add("before", "version \(old), digest \(answer["old_digest"]?.string ?? "")")
        case .differs:
            title = (isWell ? Style.warning : Style.bad)("Rebuilt \(view.rawValue): digests differ")
            list.add("before", answer["old_digest"]?.string.flatMap { $0.isEmpty ? nil : $0 } ?? "unreadable")
        }
        list.add("kept", answer["kept_folder"]?.string.map(printable))
        return ([title, list.text(indent: 2)] + changes + rows).joined(separator: "\n")
    }

    private var changes: [String] {
        (answer["changes"]?.array ?? []).map { change in
            let parts = ["added", "removed", "changed"].compactMap { name in
                change[name]?.decimalText.flatMap { $0 == "0" ? nil : "\($0) \(name)" }
            }
            return "  \(change["table"]?.string ?? ""): rows \(parts.joined(separator: ", "))"
        }
    }

    private var rows: [String] {
        let differences = answer["differences"]?.array ?? []
        let more = differences.count > Self.mostRows ? ["  … and more; --json names up to \(differences.count)."] : []
        return differences.prefix(Self.mostRows).map { "  \(DifferenceText.line($0))" } + more
    }

    /// What to do about a difference; `nil` if there is none.
    func remedy(_ folder: String) -> String? {
        guard !isWell else { return nil }
        switch view {
        case .keys where isSwapped:
            return "The old key tables were not what the log comes to. The fresh tables answer now. "
                + "Run `keyledger fsck \(folder)` to see whether the log itself is well."
        case .keys:
            return "The old key tables were not what the log comes to. They are still in use. "
                + "Stop the server and run `keyledger rebuild` again."
        case .activity:
            return "The views of spend are not what the log comes to; they still answer, and the fresh ones are kept beside them. "
                + "See the rows above, stop the server and run `keyledger rebuild --view activity --replace`."
        }
    }
}

/// A row of the views that is not what it should be, in one line.
enum DifferenceText {
    static func line(_ difference: JSONValue) -> String {
        let (table, row) = (difference["table"]?.string ?? "", difference["row"]?.string ?? "")
        let (found, expected) = (difference["found"]?.string ?? "no row", difference["expected"]?.string ?? "none")
        return printable("\(table): \(row): found \(found), expected \(expected)")
    }
}
