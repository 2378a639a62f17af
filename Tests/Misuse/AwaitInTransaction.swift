// error: parameter expecting synchronous function type
import LMDB

func misuse(_ environment: Environment, _ wait: @Sendable () async -> Void) async throws {
    try environment.write { txn in await wait() }
}
