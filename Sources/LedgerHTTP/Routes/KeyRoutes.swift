import HTTPTypes
import Hummingbird
import JSONText
import Ledger

/// LiteLLM's key routes over a ledger.
struct KeyRoutes: Sendable {
    let ledger: Ledger
    let settings: HTTPSettings
    let authenticator: Authenticator

    init(ledger: Ledger, settings: HTTPSettings) {
        self.ledger = ledger
        self.settings = settings
        authenticator = Authenticator(ledger: ledger, masterToken: settings.masterToken)
    }

    func add(to router: Router<LedgerRequestContext>) {
        router.post("/key/generate") { try await generate($0, $1, "/key/generate", isServiceAccount: false) }
        router.post("/key/service-account/generate") {
            try await generate($0, $1, "/key/service-account/generate", isServiceAccount: true)
        }
        router.post("/key/update") { try await update($0, $1) }
        router.post("/key/bulk_update") { try await bulkUpdate($0, $1) }
        router.post("/key/regenerate") { try await regenerate($0, $1, "/key/regenerate") }
        router.post("/key/{key}/regenerate") { try await regenerate($0, $1, "/key/{key}/regenerate") }
        router.post("/key/block") { try await block($0, $1) }
        router.post("/key/unblock") { try await unblock($0, $1) }
        router.post("/key/delete") { try await delete($0, $1) }
        router.post("/key/health") { _, context in
            _ = try authenticator.caller(context)
            return Response.json(KeyAnswer.healthy())
        }
        router.get("/key/info") { _, context in try info(context) }
        router.post("/v2/key/info") { _, context in try infoV2(context) }
        router.get("/key/list") { _, context in try await context.offload { try list(context) } }
        router.get("/key/aliases") { _, context in try await context.offload { try aliases(context) } }
    }
}
