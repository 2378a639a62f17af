import ArgumentParser
import JSONText

/// `keyledger spend record`
struct SpendRecord: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "record",
        abstract: "Record charges from a file or standard input.",
        discussion: """
            Takes what POST /v1/spend takes: one charge or an array of them as JSON, or, of any length, one charge a line. Each charge is counted \
            once under its id, so that the same file may be given again after an interruption. Exit status 2 if a charge was rejected, 5 if all \
            that were not recorded are conflicts: other charges stand under their ids.
              keyledger spend record charges.ndjson
              zcat charges.ndjson.gz | keyledger spend record - --url http://127.0.0.1:4100
              echo '{"request_id": "r-1", "token": "…", "spend": "0.008"}' | keyledger spend record
            """)

    @Argument(help: ArgumentHelp("The file; - or nothing for standard input.", valueName: "file")) var file = "-"
    @OptionGroup var service: ServiceOptions

    func run() async throws {
        var input = try ChargeInput(file)
        var summary = ChargeSummary()
        try await service.change(ChangeNote()) { service in
            while let batch = try input.next() { summary.add(try await service.record(batch.bytes, batch.format)) }
        }
        guard summary.count > 0 else { throw CommandError.usage("\(input.name) holds no charge.") }
        Terminal.output(service.output.isJSON ? summary.json : summary.text)
        if let error = summary.error { throw error }
    }
}
