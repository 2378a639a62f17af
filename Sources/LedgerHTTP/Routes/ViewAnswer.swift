package import JSONText
package import Ledger

/// What a rebuild or a comparison of views found, as the routes tell it and as the command line prints it.
package enum ViewAnswer {
    package static let keys = "keys"
    package static let activity = "activity"

    package static func write(_ report: RebuildReport, to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("view", keys)
            writer.member("events", report.events)
            writer.member("old_digest", report.oldDigest)
            writer.member("new_digest", report.newDigest)
            writer.member("swapped", report.isSwapped)
        }
    }

    package static func write(_ report: ViewRebuildReport, to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("view", activity)
            writer.member("events", report.position)
            writer.member("old_version", report.oldVersion)
            writer.member("new_version", report.newVersion)
            writer.member("old_digest", report.oldDigest)
            writer.member("new_digest", report.newDigest)
            writer.member("swapped", report.isSwapped)
            writer.member("unreadable", report.unreadable)
            writer.member("kept_folder", report.keptFolder)
            writer.name("changes")
            writer.array { for change in report.changes { write(change, to: &$0) } }
            writer.name("differences")
            writer.array { for difference in report.differences { write(difference, to: &$0) } }
        }
    }

    package static func write(_ report: SpendReconciliation, head: Position, to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("clean", report.isClean)
            writer.member("position", report.position)
            writer.member("head", head.value)
            writer.member("days", report.days)
            writer.member("keys", report.keys)
            writer.name("sums")
            writer.array { for sum in report.sums { write(sum, to: &$0) } }
            writer.member("difference_count", report.differenceCount)
            writer.name("differences")
            writer.array { for difference in report.differences { write(difference, to: &$0) } }
        }
    }

    private static func write(_ change: ViewTableChange, to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("table", change.table)
            writer.member("added", change.added)
            writer.member("removed", change.removed)
            writer.member("changed", change.changed)
        }
    }

    package static func write(_ difference: ViewDifference, to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("table", difference.table)
            writer.member("row", difference.row)
            writer.member("found", difference.found)
            writer.member("expected", difference.expected)
        }
    }

    /// Decimal strings: a sum may be larger than a JSON number carries.
    private static func write(_ sum: SpendReconciliation.Sum, to writer: inout JSONWriter) {
        func text(_ value: Int128) -> String {
            sum.metric == "spend" ? Amount(picodollars: value).decimalText : String(value)
        }
        writer.object { writer in
            writer.member("metric", sum.metric)
            writer.member("log", text(sum.log))
            writer.member("days", text(sum.days))
            writer.member("quarters", text(sum.quarters))
        }
    }
}
