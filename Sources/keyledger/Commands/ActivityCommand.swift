import ArgumentParser
import Ledger

/// `keyledger activity`
struct ActivityCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "activity",
        abstract: "What was spent, by day, key, team, user, model, provider or tag.",
        discussion: """
            Sums are exact. A key is shown under its last name, with its rotations in one; a charge with two tags counts in both. Without --from \
            the last 30 days. Zones are those of the system's tzdata.
              keyledger activity
              keyledger activity --by key --from 2026-11-01 --to 2026-11-30
              keyledger activity --by team --tz Europe/Berlin --csv > november.csv
              keyledger activity --by model --json | jq -r '.rows[].name'
            """)

    @Option(name: .long, help: "day, key, team, user, model, provider or tag.") var by = ActivityDimension.day
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
            Terminal.output(csv ? answer.csv : answer.text)
        }
    }

    private func question(at moment: Instant) -> ActivityQuestion {
        // East of UTC tomorrow may have begun.
        let today = CivilDate(daysSince1970: moment.daysSince1970 + (tz == nil ? 0 : 1))
        let last = to.flatMap { CivilDate($0) } ?? today
        let first = from.flatMap { CivilDate($0) } ?? CivilDate(daysSince1970: last.daysSince1970 - Self.defaultDays + 1)
        return ActivityQuestion(dimension: by, from: min(first, last), to: last, zone: tz)
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
