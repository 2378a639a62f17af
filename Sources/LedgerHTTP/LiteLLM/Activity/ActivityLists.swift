import JSONText
import Ledger

/// Lists of keys and users over a whole range.
struct ActivityLists {
    /// Which metrics an entry shows.
    enum Form {
        case short
        case all
    }

    let report: ActivityReport

    /// The report's keys with their metrics, by spend, the highest first; one entry for each name.
    var keysBySpend: [ActivityReport.Key] {
        report.keys.sorted { $0.metrics.ranks(before: $1.metrics, $0.name, $1.name) }
    }

    /// Those whose alias, name or user contains a text, without regard to case.
    func keys(matching text: String) -> [ActivityReport.Key] {
        let bytes = Array(text.lowercased().utf8)
        return keysBySpend.filter { key in
            [key.name, key.alias, key.userID, key.keyID?.description].contains { name in
                name.map { Array($0.lowercased().utf8).contains(bytes) } ?? false
            }
        }
    }

    /// Those that sent most prompt tokens that no cache knew, the worst first.
    var keysByUncachedTokens: [ActivityReport.Key] {
        func uncached(_ key: ActivityReport.Key) -> Int64 {
            key.metrics.promptTokens - min(key.metrics.cacheReadTokens, key.metrics.promptTokens)
        }
        return report.keys.filter { uncached($0) > 0 }.sorted { left, right in
            uncached(left) == uncached(right) ? left.name.precedes(right.name) : uncached(left) > uncached(right)
        }
    }

    /// What the keys of one entry of a dimension spent on it, the highest first.
    func keys(of name: String, in dimension: ActivityQuery.Dimension) -> [ActivityReport.Key] {
        let shares = report.days.first?[dimension].first { $0.name.hasSameBytes(as: name) }?.keys ?? []
        let keys = shares.map { share in
            var key = report.keys[share.key]
            key.metrics = share.metrics
            return key
        }
        return keys.sorted { $0.metrics.ranks(before: $1.metrics, $0.name, $1.name) }
    }

    static func write(_ keys: some Sequence<ActivityReport.Key>, _ form: Form, to writer: inout JSONWriter) {
        writer.name("api_keys")
        writer.array { writer in
            for key in keys {
                writer.object { writer in
                    writer.member("api_key", key.name)
                    writer.name("metrics")
                    var metrics: [UInt8] = []
                    switch form {
                    case .short: MetricsText.appendShort(key.metrics, to: &metrics)
                    case .all: MetricsText.append(key.metrics, to: &metrics)
                    }
                    writer.raw(metrics)
                    writer.name("metadata")
                    writer.object { ActivityAnswer.write(key, to: &$0) }
                }
            }
        }
    }

    /// Users or other entities by spend, the highest first; none is the last of those that spent the same.
    var entitiesBySpend: [ActivityReport.Entity] {
        report.entities.sorted { left, right in
            guard left.metrics.spend == right.metrics.spend, left.id == nil || right.id == nil else {
                return left.metrics.ranks(before: right.metrics, left.id ?? "", right.id ?? "")
            }
            return left.id != nil && right.id == nil
        }
    }

    static func write(_ users: some Sequence<ActivityReport.Entity>, to writer: inout JSONWriter) {
        writer.name("users")
        writer.array { writer in
            for user in users {
                writer.object { writer in
                    writer.member("user_id", user.id)
                    writer.nullMember("user_email")
                    writer.nullMember("user_alias")
                    writer.member("spend", raw: user.metrics.spend.liteLLMText)
                    writer.member("prompt_tokens", user.metrics.promptTokens)
                    writer.member("completion_tokens", user.metrics.completionTokens)
                    writer.member("total_tokens", user.metrics.totalTokens)
                    writer.member("api_requests", user.metrics.requests)
                    writer.member("successful_requests", user.metrics.succeeded)
                    writer.member("failed_requests", user.metrics.failed)
                }
            }
        }
    }
}
