import LedgerSchema
import Synchronization

/// Secrets that this process made, held in memory for a while, so that a retry gets its first answer whole (DESIGN.md section 7).
final class RecentSecrets: Sendable {
    static let keptNanoseconds: Int64 = 10 * 60 * 1_000_000_000
    static let most = 10_000

    fileprivate struct State {
        var secrets: [Token: String] = [:]
        /// In the order in which they were made.
        var ages: [(token: Token, until: Int64)] = []
        var first = 0
    }

    private let state = Mutex(State())

    func remember(_ secret: String, uptime: Int64) {
        let token = Token(secret: secret)
        state.withLock { state in
            state.forget(before: uptime)
            state.secrets[token] = secret
            state.ages.append((token, uptime + Self.keptNanoseconds))
        }
    }

    func secret(of token: Token, uptime: Int64) -> String? {
        state.withLock { state in
            state.forget(before: uptime)
            return state.secrets[token]
        }
    }
}

extension RecentSecrets.State {
    fileprivate mutating func forget(before uptime: Int64) {
        while first < ages.count, ages[first].until <= uptime || ages.count - first > RecentSecrets.most {
            secrets[ages[first].token] = nil
            first += 1
        }
        if first > RecentSecrets.most {
            ages.removeFirst(first)
            first = 0
        }
    }
}
