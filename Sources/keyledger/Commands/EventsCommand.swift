import ArgumentParser
import Glibc
import JSONText
import Ledger

/// `keyledger events`
struct EventsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events",
        abstract: "Print the log, one line for each event.",
        discussion: """
              keyledger events
              keyledger events --from 1200 --limit 50
              keyledger events --follow --json | jq -r 'select(.type=="KeyDeleted") | .key_id'
            """)

    @Option(name: .long, help: ArgumentHelp("The first position.", valueName: "position")) var from: UInt64 = 1
    @Option(name: .long, help: ArgumentHelp("At most so many events.", valueName: "n")) var limit: UInt64?
    @Flag(name: [.customShort("f"), .long], help: "Wait for further events, until interrupted.") var follow = false
    @OptionGroup var data: DataOptions
    @OptionGroup var output: OutputOptions

    private static let pageSize = 500
    private static let pollNanoseconds: UInt64 = 200_000_000

    func validate() throws {
        guard from >= 1 else { throw ValidationError("Positions begin at 1.") }
    }

    func run() async throws {
        let ledger = try Ledger.open(data.folder, Ledger.Options(access: .readOnly))
        defer { ledger.close() }
        let names = EventNames(ledger)
        if follow { signal(SIGINT) { _ in _exit(0) } }
        var next = Position(from)
        var left = limit ?? .max
        while left > 0 {
            let page = try ledger.events(from: next, limit: Int(min(UInt64(Self.pageSize), left)))
            for event in page { print(event, names) }
            left -= UInt64(page.count)
            if let last = page.last { next = last.position.next }
            guard page.isEmpty else { continue }
            guard follow else { return }
            try await Task.sleep(nanoseconds: Self.pollNanoseconds)
        }
    }

    private func print(_ event: RecordedEvent, _ names: EventNames) {
        Terminal.output(
            output.isJSON ? JSONValue.object(EventJSON.object(event, names)).serialized() : EventLine.text(event, names))
    }
}
