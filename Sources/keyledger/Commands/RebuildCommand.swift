import ArgumentParser
import JSONText
import Ledger
import LedgerHTTP

/// `keyledger rebuild`
struct RebuildCommand: AsyncParsableCommand {
    enum View: String, ExpressibleByArgument, CaseIterable {
        case keys, activity
    }

    static let configuration = CommandConfiguration(
        commandName: "rebuild",
        abstract: "Fold the views of the log anew and compare.",
        discussion: """
            keys: the tables of keys and secrets. activity: everything that charges make, such as daily sums, budgets and charge ids. The old \
            ones answer until the fresh ones take their place, on a running server too; what is interrupted changes nothing.

            Two folds of one log are equal. If the old ones have another digest they are damaged, and the exit status is 3. Key tables: with no \
            server running they are replaced all the same; a running server keeps them and has to be stopped for it. Activity: both are \
            kept, the rows that differ are named, and the old ones go on to answer until --replace says otherwise. Where another version of \
            this program filled them, they are replaced and the changes are printed.
              keyledger rebuild
              keyledger rebuild --view activity
              keyledger rebuild --view keys --url http://127.0.0.1:4100
            """)

    @Option(name: .long, help: "Which view: keys or activity. (default: all)") var view: View?
    @Flag(name: .customLong("replace"), help: "Activity of a stopped ledger: let the fresh rows answer whatever the old digest is.")
    var replaces = false
    @OptionGroup var service: ServiceOptions

    func validate() throws {
        guard replaces else { return }
        guard view == .activity else { throw ValidationError("--replace goes with --view activity.") }
        guard service.givenURL == nil else { throw ValidationError("--replace is for a ledger that no server has open.") }
    }

    func run() async throws {
        var reports: [RebuildText] = []
        for view in view.map({ [$0] }) ?? View.allCases {
            let report = RebuildText(view, try await rebuild(view), isReplaced: replaces)
            reports.append(report)
            if !service.output.isJSON { Terminal.output(report.text) }
        }
        if service.output.isJSON { Terminal.output(json(reports)) }
        guard reports.allSatisfy(\.isWell) else {
            throw CommandError(
                .integrity, code: "digest_differs", reports.compactMap { $0.remedy(service.data.folder) }.joined(separator: " "))
        }
    }

    /// One view as it is, several by their names.
    private func json(_ reports: [RebuildText]) -> String {
        if view != nil, let only = reports.first { return JSONValue.object(only.answer).serialized() }
        var all = JSONObject()
        for report in reports { all[report.view.rawValue] = .object(report.answer) }
        return JSONValue.object(all).serialized()
    }

    private func rebuild(_ view: View) async throws -> JSONObject {
        if !replaces, let url = service.url { return try await ServerRebuild(service: service, url: url, view: view).run() }
        switch try await FolderAccess.forWriting(service.data.folder, { try await rebuildFolder(view) }) {
        case .held(let answer): return answer
        case .server(let url):
            guard !replaces else {
                throw CommandError(
                    .conflict, code: "locked", "A server at \(url) has the ledger open. Stop it, then run this again.")
            }
            return try await ServerRebuild(service: service, url: url, view: view).run()
        }
    }

    private func rebuildFolder(_ view: View) async throws -> JSONObject {
        let (folder, replaces, isSilent) = (service.data.folder, replaces, service.output.isJSON)
        switch view {
        case .keys:
            var line = ProgressLine("rebuild keys", isSilent: isSilent)
            defer { line.end() }
            let report = try Ledger.rebuild(folder) { line.show($0.folded, of: $0.head) }
            return try Self.object { ViewAnswer.write(report, to: &$0) }
        case .activity:
            let report = try await Interruption.run { isInterrupted in
                var line = ViewProgressLine("rebuild activity", isSilent: isSilent)
                defer { line.end() }
                return try Ledger.rebuildViews(folder, replaces: replaces, isCancelled: isInterrupted, progress: { line.show($0) })
            }
            return try Self.object { ViewAnswer.write(report, to: &$0) }
        }
    }

    private static func object(_ write: (inout JSONWriter) -> Void) throws -> JSONObject {
        var writer = JSONWriter()
        write(&writer)
        return try JSONValue.parse(writer.bytes).object ?? JSONObject()
    }
}
