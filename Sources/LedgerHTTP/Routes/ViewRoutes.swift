import Hummingbird
import JSONText
import Ledger

/// What an operator does with the views: fold them anew, compare them with the log.
struct ViewRoutes: Sendable {
    private static let rebuildPath = "/v1/rebuild"
    private static let reconcilePath = "/v1/reconcile"

    let ledger: Ledger
    let authenticator: Authenticator
    let metrics: LedgerMetrics

    func add(to router: Router<LedgerRequestContext>) {
        router.post("\(Self.rebuildPath)") { _, context in try await rebuild(context) }
        router.get("\(Self.rebuildPath)") { _, context in try progress(context) }
        router.delete("\(Self.rebuildPath)") { _, context in try cancel(context) }
        router.post("\(Self.reconcilePath)") { _, context in try await reconcile(context) }
    }

    /// `{"view": "keys" | "activity"}`: folds the view anew while reads and writes go on, and swaps it in.
    private func rebuild(_ context: LedgerRequestContext) async throws -> Response {
        _ = try authenticator.administrator(context, Self.rebuildPath)
        let view = try BodyFields.optionalObject(context.bodyBytes)?["view"] ?? .null
        do {
            switch view.isNull ? ViewAnswer.keys : view.string {
            case ViewAnswer.keys:
                let report = try await ledger.rebuildKeys()
                return .json { ViewAnswer.write(report, to: &$0) }
            case ViewAnswer.activity:
                let report = try await ledger.rebuildViews()
                return .json { ViewAnswer.write(report, to: &$0) }
            default:
                throw APIError.badRequest("The views are \"keys\" and \"activity\".", param: "view", code: "unknown_view")
            }
        } catch let error as LedgerError { throw APIError(error) }
    }

    /// How far the rebuild of `activity` is.
    private func progress(_ context: LedgerRequestContext) throws -> Response {
        _ = try authenticator.reader(context, Self.rebuildPath)
        let progress = ledger.viewRebuildProgress
        return .json { writer in
            writer.object { writer in
                writer.member("view", ViewAnswer.activity)
                writer.member("running", progress != nil)
                guard let progress else { return }
                writer.member("phase", progress.phase.rawValue)
                writer.member("done", progress.done)
                writer.member("of", progress.of == 0 ? nil : progress.of)
            }
        }
    }

    /// Cuts the rebuild of `activity` short.
    private func cancel(_ context: LedgerRequestContext) throws -> Response {
        _ = try authenticator.administrator(context, Self.rebuildPath)
        let isCancelled = ledger.cancelViewRebuild()
        return .json { $0.object { $0.member("cancelled", isCancelled) } }
    }

    private func reconcile(_ context: LedgerRequestContext) async throws -> Response {
        _ = try authenticator.reader(context, Self.reconcilePath)
        do {
            let report = try await metrics.reconcile(ledger)
            return .json { ViewAnswer.write(report, head: ledger.head.position, to: &$0) }
        } catch let error as LedgerError { throw APIError(error) }
    }
}
