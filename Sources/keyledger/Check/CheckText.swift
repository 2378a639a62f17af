import JSONText
import Ledger

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
        let title =
            report.failure.map { Style.bad("INTEGRITY VIOLATION") + " in \(printable(folder)): \($0)" } ?? Style.good("OK")
            + "  \(printable(folder))"
        return title + "\n" + list.text(indent: 2)
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
            guard let keys = report.keys else { return writer.null() }
            writer.object { writer in
                writer.member("rows", keys.rows)
                writer.member("folded_to", keys.foldedTo)
                writer.member("digest", keys.digest)
                writer.member("claimed_digest", keys.claimedDigest)
                writer.member("fresh_digest", keys.freshDigest)
            }
        }
        return writer.text
    }
}
