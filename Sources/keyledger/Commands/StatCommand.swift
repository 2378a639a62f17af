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
        Terminal.output(output.isJSON ? json(ledger, figures) : text(ledger, figures))
    }

    private func text(_ ledger: Ledger, _ figures: LedgerStatistics) -> String {
        var list = FieldList()
        list.add("folder", printable(ledger.folder))
        list.add("log id", ledger.logID.description)
        list.add("head", "\(figures.head) at \(figures.headRecordedAt)")
        list.add("keys", "\(figures.livingKeys) living, \(figures.deletedKeys) deleted")
        list.add("key tables", "set \(figures.liveSet), digest \(figures.keysDigest)")
        list.add("bytes used", "\(figures.mapUsedBytes) of a map of \(figures.mapSizeBytes), pages of \(figures.pageSizeBytes)")
        let age = figures.oldestReaderAgeNanoseconds.map { ", the oldest since \($0 / 1_000_000) ms" } ?? ""
        list.add("readers", "\(figures.readersInUse)\(age)")
        return list.text()
    }

    private func json(_ ledger: Ledger, _ figures: LedgerStatistics) -> String {
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
        }
        return writer.text
    }
}
