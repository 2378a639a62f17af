import JSONText
import Ledger

/// A rebuild that a running server is asked for: it is watched, and an interrupted command cuts it short.
struct ServerRebuild {
    private static let path = "/v1/rebuild"
    private static let timeoutSeconds: Int64 = 24 * 3_600
    private static let lookNanoseconds: UInt64 = 1_000_000_000

    let service: ServiceOptions
    let url: String
    let view: RebuildCommand.View

    func run() async throws -> JSONObject {
        let client = try service.client(url, ChangeNote())
        let body: JSONObject = ["view": .string(view.rawValue)]
        guard view == .activity else {
            return try await client.send("POST", Self.path, body: body, timeoutSeconds: Self.timeoutSeconds)
        }
        let isSilent = service.output.isJSON
        do {
            return try await Interruption.watching({ await Self.cancel(client) }) {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    defer { group.cancelAll() }
                    if !isSilent { group.addTask { await Self.watch(client) } }
                    return try await client.send("POST", Self.path, body: body, timeoutSeconds: Self.timeoutSeconds)
                }
            }
        } catch let error as CommandError where error.code == LedgerError.Code.cancelled.rawValue {
            throw CommandError.failed(error.message, code: error.code)
        }
    }

    private static func cancel(_ client: ServerClient) async {
        do { _ = try await client.send("DELETE", path) } catch { Terminal.note("keyledger: the rebuild goes on: \(error)") }
    }

    /// Shows how far the server is. What cannot be asked is not shown: the rebuild's own answer tells what is wrong.
    private static func watch(_ client: ServerClient) async {
        var line = ViewProgressLine("rebuild activity", isSilent: false)
        defer { line.end() }
        while (try? await Task.sleep(nanoseconds: lookNanoseconds)) != nil {
            guard let answer = try? await client.send("GET", path), let phase = answer["phase"]?.string else { continue }
            line.show(phase, count(answer["done"]), of: phase == ViewRebuildProgress.Phase.loading.rawValue ? 0 : count(answer["of"]))
        }
    }

    private static func count(_ value: JSONValue?) -> UInt64 { UInt64(clamping: value?.integer ?? 0) }
}
