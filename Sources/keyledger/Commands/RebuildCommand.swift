import ArgumentParser
import JSONText
import Ledger

/// `keyledger rebuild`
struct RebuildCommand: AsyncParsableCommand {
    enum View: String, ExpressibleByArgument, CaseIterable {
        case keys
    }

    static let configuration = CommandConfiguration(
        commandName: "rebuild",
        abstract: "Fold the views of the log anew and compare.",
        discussion: """
            The fresh tables take the place of the old ones. Exit status 3 if the old ones had another digest, which is damage: with no server \
            running they are replaced all the same; a running server, which goes on answering meanwhile, keeps them and has to be stopped for it.
              keyledger rebuild
              keyledger rebuild --view keys --url http://127.0.0.1:4100
            """)

    @Option(name: .long, help: "Which view: keys.") var view = View.keys
    @OptionGroup var service: ServiceOptions

    private static let serverTimeoutSeconds: Int64 = 24 * 3_600

    func run() async throws {
        let report = try await rebuild()
        let old = report["old_digest"]?.string ?? ""
        let new = report["new_digest"]?.string ?? ""
        let isSame = old == new
        if service.output.isJSON {
            Terminal.output(JSONValue.object(report).serialized())
        } else {
            var list = FieldList()
            list.add("events", report["events"]?.decimalText)
            list.add("digest", new)
            if !isSame { list.add("before", old.isEmpty ? "unreadable" : old) }
            let title = isSame ? Style.good("Rebuilt \(view.rawValue): same digest") : Style.bad("Rebuilt \(view.rawValue): digests differ")
            Terminal.output(title + "\n" + list.text(indent: 2))
        }
        guard isSame else { throw Self.difference(isSwapped: report["swapped"]?.bool == true, service.data.folder) }
    }

    private static func difference(isSwapped: Bool, _ folder: String) -> CommandError {
        let remedy =
            isSwapped
            ? "The fresh tables answer now. Run `keyledger fsck \(folder)` to see whether the log itself is well."
            : "They are still in use. Stop the server and run `keyledger rebuild` again."
        return CommandError(.integrity, code: "digest_differs", "The old tables were not what the log comes to. \(remedy)")
    }

    private func rebuild() async throws -> JSONObject {
        if let url = service.url { return try await ask(url) }
        switch try await FolderAccess.forWriting(service.data.folder, rebuildFolder) {
        case .held(let report): return report
        case .server(let url): return try await ask(url)
        }
    }

    private func ask(_ url: String) async throws -> JSONObject {
        let client = try service.client(url, ChangeNote())
        return try await client.send(
            "POST", "/v1/rebuild", body: ["view": .string(view.rawValue)], timeoutSeconds: Self.serverTimeoutSeconds)
    }

    private func rebuildFolder() throws -> JSONObject {
        var line = ProgressLine("rebuild \(view.rawValue)", isSilent: service.output.isJSON)
        let report = try Ledger.rebuild(service.data.folder) { line.show($0.folded, of: $0.head) }
        line.end()
        return [
            "events": JSONValue(report.events), "old_digest": .string(report.oldDigest), "new_digest": .string(report.newDigest),
            "swapped": .bool(report.isSwapped),
        ]
    }
}
