import ArgumentParser
import Ledger

/// `keyledger activity`
struct ActivityCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "activity",
        abstract: "What was spent, by day, key, team, user, model, provider or tag.",
        discussion: """
            Sums are exact. A key is shown under the last name that it had when it was charged, with its rotations in one and deleted keys too; \
            a charge with two tags counts in both. Without --from the last 30 days. Zones are those of the system's tzdata. A table is \
            fitted to the terminal; COLUMNS says otherwise. In --csv a name that a spreadsheet would run as a formula has an apostrophe \
            before it; --json has it as it is.
              keyledger activity
              keyledger activity --by key --from 2026-11-01 --to 2026-11-30
              keyledger activity --by team --tz Europe/Berlin --csv > november.csv
              keyledger activity --by model --json | jq -r '.rows[].name'
            """)

    @Option(name: .long, help: "What a row is: day, key, team, user, model, provider or tag.") var by = ActivityDimension.day
    @Option(name: .long, help: ArgumentHelp("The first day, as 2026-11-01.", valueName: "date")) var from: String?
    @Option(name: .long, help: ArgumentHelp("The last day, which is included. (default: today)", valueName: "date")) var to: String?
    @Option(name: .long, help: ArgumentHelp("Whose midnight ends a day: Europe/Berlin. (default: UTC)", valueName: "zone")) var tz: String?
    @Flag(name: .long, help: "Write comma-separated values.") var csv = false
    @OptionGroup var service: ServiceOptions

    private static let defaultDays = 30

    func validate() throws {
        for (text, option) in [(from, "--from"), (to, "--to")] {
            if let text, CivilDate(text) == nil { throw ValidationError("\(option) needs a date such as 2026-11-01.") }
        }
        if let first = from.flatMap({ CivilDate($0) }), let last = to.flatMap({ CivilDate($0) }), last < first {
            throw ValidationError("--to is before --from.")
        }
        if csv, service.output.isJSON { throw ValidationError("--json and --csv exclude each other.") }
    }

    func run() async throws {
        let question = question(at: LedgerEnvironment.system.now())
        let answer = try await service.read { try await $0.activity(question) }
        if service.output.isJSON {
            Terminal.output(answer.json)
        } else {
            Terminal.output(csv ? answer.csv : answer.text(width: Terminal.outputWidth))
        }
    }

    private func question(at moment: Instant) -> ActivityQuestion {
        let first = from.flatMap { CivilDate($0) }
        let last = to.flatMap { CivilDate($0) } ?? max(today(at: moment), first ?? .init(daysSince1970: 0))
        return ActivityQuestion(
            dimension: by, from: first ?? CivilDate(daysSince1970: last.daysSince1970 - Self.defaultDays + 1), to: last, zone: tz)
    }

    private func today(at moment: Instant) -> CivilDate {
        // A zone that this machine does not know may be one of the server's; whoever reads the rows refuses one that is none.
        let rules = tz.flatMap { try? TimeZoneDatabase.system.rules(named: $0) }
        let seconds = moment.nanoseconds / 1_000_000_000
        let local = moment.adding(seconds: Int64(rules?.offset(at: seconds) ?? 0)) ?? moment
        return CivilDate(daysSince1970: local.daysSince1970)
    }
}

/// What a table of activity has a row for.
enum ActivityDimension: String, ExpressibleByArgument, CaseIterable, Sendable {
    case day, key, team, user, model, provider, tag
}

struct ActivityQuestion: Sendable {
    var dimension: ActivityDimension
    /// Both included.
    var from: CivilDate
    var to: CivilDate
    /// `nil`: UTC.
    var zone: String?
}
