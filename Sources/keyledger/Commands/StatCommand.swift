import ArgumentParser
import JSONText
import Ledger

/// `keyledger stat`
struct StatCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stat",
        abstract: "Figures of the ledger: head, keys, digest, sizes.",
        discussion: """
              keyledger stat
              keyledger stat --json | jq .head
            """)

    @OptionGroup var data: DataOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let ledger = try Ledger.open(data.folder, Ledger.Options(access: .readOnly))
        defer { ledger.close() }
        let figures = try ledger.statistics()
        let zones = try ledger.reportZones()
        Terminal.output(output.isJSON ? json(ledger, figures, zones) : text(ledger, figures, zones))
    }

    private func text(_ ledger: Ledger, _ figures: LedgerStatistics, _ zones: [ReportZoneState]) -> String {
        var list = FieldList()
        list.add("folder", printable(ledger.folder))
        list.add("log id", ledger.logID.description)
        list.add("head", "\(figures.head) at \(figures.headRecordedAt)")
        list.add("keys", "\(figures.livingKeys) living, \(figures.deletedKeys) deleted")
        list.add("key tables", "set \(figures.liveSet), digest \(figures.keysDigest)")
        list.add("bytes used", "\(figures.mapUsedBytes) of a map of \(figures.mapSizeBytes), pages of \(figures.pageSizeBytes)")
        let age = figures.oldestReaderAgeNanoseconds.map { ", the oldest since \($0 / 1_000_000) ms" } ?? ""
        list.add("readers", "\(figures.readersInUse)\(age)")
        if !zones.isEmpty {
            list.add("report zones", zones.map { $0.name + ($0.isComplete ? "" : " (not ready)") }.joined(separator: ", "))
        }
        return list.text()
    }

    private func json(_ ledger: Ledger, _ figures: LedgerStatistics, _ zones: [ReportZoneState]) -> String {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("folder", ledger.folder)
            writer.member("log_id", ledger.logID.description)
            writer.member("head", figures.head.value)
            writer.member("head_recorded_at", figures.headRecordedAt.description)
            writer.member("living_keys", figures.livingKeys)
            writer.member("deleted_keys", figures.deletedKeys)
            writer.member("keys_digest", figures.keysDigest)
            writer.member("keys_set", figures.liveSet)
            writer.member("map_used_bytes", figures.mapUsedBytes)
            writer.member("map_size_bytes", figures.mapSizeBytes)
            writer.member("page_size_bytes", figures.pageSizeBytes)
            writer.member("readers", figures.readersInUse)
            writer.member("oldest_reader_age_nanoseconds", figures.oldestReaderAgeNanoseconds)
            writer.name("report_zones")
            writer.array { for zone in zones { Self.write(zone, to: &$0) } }
        }
        return writer.text
    }

    private static func write(_ zone: ReportZoneState, to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("name", zone.name)
            writer.member("ready", zone.isComplete)
        }
    }
}
