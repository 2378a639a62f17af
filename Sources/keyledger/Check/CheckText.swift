import JSONText
import Ledger
import LedgerHTTP

/// What a check found: what was looked at, and where it stopped.
enum CheckText {
    static func text(_ report: CheckReport, _ folder: String) -> String {
        var list = FieldList()
        list.add("log id", report.logID)
        list.add("format", String(report.format))
        let logVerdict = report.log.failure == nil ? "" : ", then stopped"
        list.add("log", "\(report.log.events) events, \(report.log.lifecycleEvents) of them in chains of keys\(logVerdict)")
        list.add("commitments", String(report.log.openings))
        list.add("tree", "\(report.log.treeNodes) nodes, root \(report.log.root.hex)")
        if let keys = report.keys {
            list.add("key tables", "\(keys.rows) rows, folded to position \(keys.foldedTo) of \(keys.head)")
            list.add("digest", keys.digest)
            if keys.failure != nil { list.add("fresh fold", keys.freshDigest) }
        } else {
            list.add("key tables", "not looked at")
        }
        add(report.views, to: &list)
        let title =
            report.failure.map { Style.bad("INTEGRITY VIOLATION") + " in \(printable(folder)): \($0)" } ?? Style.good("OK")
            + "  \(printable(folder))"
        let rows = (report.views?.differences ?? []).prefix(mostRows).map { "  \(printable($0.description))" }
        return ([title, list.text(indent: 2)] + rows).joined(separator: "\n")
    }

    private static let mostRows = 20

    private static func add(_ views: SpendViewReport?, to list: inout FieldList) {
        guard let views else { return list.add("views of spend", "not looked at") }
        guard let generation = views.generation else {
            if views.failure != nil { return list.add("views of spend", "cannot be opened") }
            return list.add(
                "views of spend", "missing: `keyledger rebuild --view activity`, or the next start of a server, makes them of the log")
        }
        guard !views.isOfAnotherVersion else {
            return list.add(
                "views of spend", "filled by version \(views.version) of the fold, not compared: run `keyledger rebuild --view activity`")
        }
        list.add("views of spend", "generation \(generation), \(views.rows) rows, folded to position \(views.foldedTo) of \(views.head)")
        if !views.digest.isEmpty { list.add("digest", views.digest) }
        if views.failure != nil, !views.freshDigest.isEmpty { list.add("fresh fold", views.freshDigest) }
    }

    static func json(_ report: CheckReport, _ folder: String) -> String {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("ok", report.failure == nil)
            writer.member("failure", report.failure)
            writer.member("folder", folder)
            writer.member("log_id", report.logID)
            writer.member("format", report.format)
            writer.name("log")
            writer.object { writer in
                writer.member("events", report.log.events)
                writer.member("lifecycle_events", report.log.lifecycleEvents)
                writer.member("commitments", report.log.openings)
                writer.member("tree_nodes", report.log.treeNodes)
                writer.member("root", report.log.root.hex)
                writer.member("stopped_at", report.log.failure?.position?.value)
            }
            writer.name("keys")
            write(report.keys, to: &writer)
            writer.name("views")
            write(report.views, to: &writer)
        }
        return writer.text
    }

    private static func write(_ keys: ViewReport?, to writer: inout JSONWriter) {
        guard let keys else { return writer.null() }
        writer.object { writer in
            writer.member("rows", keys.rows)
            writer.member("folded_to", keys.foldedTo)
            writer.member("digest", keys.digest)
            writer.member("claimed_digest", keys.claimedDigest)
            writer.member("fresh_digest", keys.freshDigest)
        }
    }

    private static func write(_ views: SpendViewReport?, to writer: inout JSONWriter) {
        guard let views else { return writer.null() }
        writer.object { writer in
            writer.member("missing", views.generation == nil && views.failure == nil)
            writer.member("generation", views.generation)
            writer.member("version", views.generation == nil ? nil : views.version)
            writer.member("compared", !views.freshDigest.isEmpty)
            writer.member("rows", views.rows)
            writer.member("folded_to", views.foldedTo)
            writer.member("digest", views.digest)
            writer.member("claimed_digest", views.claimedDigest)
            writer.member("fresh_digest", views.freshDigest)
            writer.name("differences")
            writer.array { for difference in views.differences { ViewAnswer.write(difference, to: &$0) } }
        }
    }
}
