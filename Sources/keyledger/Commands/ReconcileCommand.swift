import ArgumentParser
import JSONText
import Ledger
import LedgerHTTP

/// `keyledger reconcile`
struct ReconcileCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reconcile",
        abstract: "Compare the sums of the views of spend with the log.",
        discussion: """
            Sums every metric over all rows of days, over all rows of quarter-hours and over the charges in the log, up to the same position, \
            and compares what was spent with each key, its windows included. Each row that differs is named. Reads only, beside a running \
            server too. Exit status 0 if everything is equal, 3 if not.

            A server compares by itself, once an hour unless `serve --reconcile-interval` says otherwise.
              keyledger reconcile
              keyledger reconcile --json | jq .difference_count
              keyledger reconcile --url http://127.0.0.1:4100
            """)

    @OptionGroup var service: ServiceOptions

    private static let serverTimeoutSeconds: Int64 = 24 * 3_600
    private static let mostRows = 20

    func run() async throws {
        let answer = try await reconcile()
        Terminal.output(service.output.isJSON ? JSONValue.object(answer).serialized() : text(answer))
        guard answer["clean"]?.bool == true else {
            throw CommandError(
                .integrity, code: "views_differ", "The views of spend are not what the log says. Run `keyledger rebuild --view activity`.")
        }
    }

    private func reconcile() async throws -> JSONObject {
        if let url = service.url {
            return try await service.client(url, ChangeNote()).send("POST", "/v1/reconcile", timeoutSeconds: Self.serverTimeoutSeconds)
        }
        let ledger = try Ledger.open(service.data.folder, Ledger.Options(access: .readOnly))
        defer { ledger.close() }
        let line = SharedProgressLine(ViewProgressLine("reconcile", isSilent: service.output.isJSON))
        let report = try await ledger.reconcile { line.show($0) }
        line.end()
        var writer = JSONWriter()
        ViewAnswer.write(report, head: ledger.head.position, to: &writer)
        return try JSONValue.parse(writer.bytes).object ?? JSONObject()
    }

    private func text(_ answer: JSONObject) -> String {
        func count(_ name: String) -> String { answer[name]?.decimalText ?? "0" }
        let isClean = answer["clean"]?.bool == true
        let title =
            isClean
            ? Style.good("OK") + "  the views of spend are what the log says"
            : Style.bad("DIFFERENT") + "  \(count("difference_count")) rows of the views of spend are not what the log says"
        var list = FieldList()
        let (days, keys) = (count("days"), count("keys"))
        list.add(
            "compared",
            "\(days) day\(days == "1" ? "" : "s") and \(keys) key\(keys == "1" ? "" : "s"), up to position \(count("position")) of "
                + count("head"))
        var table = TextTable(["SUM", "LOG", "DAYS", "QUARTERS", ""], rightAligned: 1..<4)
        for sum in answer["sums"]?.array ?? [] {
            let figures = ["log", "days", "quarters"].map { sum[$0]?.string ?? "" }
            table.add([sum["metric"]?.string ?? ""] + figures + [Set(figures).count == 1 ? "" : Style.bad("different")])
        }
        let lines = table.text.split(separator: "\n").map { "  \($0)" }
        return ([title, list.text(indent: 2)] + lines + rows(answer)).joined(separator: "\n")
    }

    private func rows(_ answer: JSONObject) -> [String] {
        let differences = answer["differences"]?.array ?? []
        let more = differences.count > Self.mostRows ? ["  … and more; --json names up to \(differences.count)."] : []
        return differences.prefix(Self.mostRows).map { "  \(DifferenceText.line($0))" } + more
    }
}
