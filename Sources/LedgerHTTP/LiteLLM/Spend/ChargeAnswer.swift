import JSONText
import Ledger

/// Charges as LiteLLM's rows of spend logs. Fields that this ledger has no source for are null or empty.
enum ChargeAnswer {
    static func write(_ listed: ListedCharge, to writer: inout JSONWriter) {
        let charge = listed.charge
        let milliseconds = charge.durationMilliseconds ?? 0
        let (nanoseconds, overflow) = Int64(clamping: milliseconds).multipliedReportingOverflow(by: 1_000_000)
        let end = (overflow ? nil : charge.occurredAt.adding(nanoseconds: nanoseconds)) ?? charge.occurredAt
        writer.object { writer in
            writer.member("request_id", listed.requestID)
            writer.member("call_type", listed.callType ?? "")
            writer.member("api_key", listed.token.hex)
            writer.member("spend", raw: Amount(picodollars: Int128(charge.amount)).liteLLMText)
            writer.member("total_tokens", listed.totalTokens)
            writer.member("prompt_tokens", charge.tokens.prompt)
            writer.member("completion_tokens", charge.tokens.completion)
            writer.member("startTime", time(charge.occurredAt))
            writer.member("endTime", time(end))
            writer.member("request_duration_ms", charge.durationMilliseconds)
            writer.nullMember("completionStartTime")
            writer.member("model", listed.model ?? "")
            writer.member("model_id", "")
            writer.member("model_group", listed.modelGroup ?? "")
            writer.member("custom_llm_provider", listed.provider ?? "")
            writer.member("api_base", "")
            writer.member("user", listed.userID ?? "")
            writeMetadata(listed, to: &writer)
            writer.member("cache_hit", "")
            writer.member("cache_key", "")
            writer.name("request_tags")
            writer.array { for tag in listed.tags { $0.string(tag) } }
            writeOwners(listed, to: &writer)
        }
    }

    private static func writeOwners(_ listed: ListedCharge, to writer: inout JSONWriter) {
        writer.member("team_id", listed.teamID)
        writer.member("organization_id", listed.organizationID)
        writer.member("end_user", listed.endUser ?? "")
        writer.nullMember("requester_ip_address")
        for name in ["messages", "response"] { writer.member(name, raw: "{}") }
        writer.nullMember("session_id")
        writer.member("status", listed.charge.failed ? "failure" : "success")
        writer.member("mcp_namespaced_tool_name", listed.mcpTool)
        writer.member("agent_id", listed.agentID)
        writer.member("proxy_server_request", raw: "{}")
    }

    /// What LiteLLM keeps there, and what this ledger adds.
    private static func writeMetadata(_ listed: ListedCharge, to writer: inout JSONWriter) {
        let charge = listed.charge
        writer.name("metadata")
        writer.object { writer in
            writer.member("user_api_key", listed.token.hex)
            writer.member("user_api_key_alias", listed.alias)
            writer.member("user_api_key_team_id", listed.teamID)
            writer.member("user_api_key_user_id", listed.userID)
            writer.member("user_api_key_org_id", listed.organizationID)
            writer.name("additional_usage_values")
            writer.object { writer in
                writer.member("cache_read_input_tokens", charge.tokens.cacheRead)
                writer.member("cache_creation_input_tokens", charge.tokens.cacheWrite)
            }
            writer.member("endpoint", listed.endpoint)
            writer.member("key_id", listed.keyID?.description)
            writer.member("position", listed.position.value)
            writer.member("recorded_at", listed.recordedAt.rfc3339(fraction: .nanoseconds))
            writer.member("adjustment", listed.isAdjustment)
        }
    }

    private static func time(_ instant: Instant) -> String { instant.rfc3339(fraction: .milliseconds, zone: .offset) }

    /// One object for each day: what each key, user and model spent.
    static func summary(_ report: ActivityReport, to writer: inout JSONWriter) {
        writer.array { writer in
            for day in report.days.reversed() {
                writer.object { writer in
                    for share in day.keys { writer.member(report.keys[share.key].name, raw: share.metrics.spend.liteLLMText) }
                    writer.member("startTime", day.date.description)
                    writer.member("spend", raw: day.metrics.spend.liteLLMText)
                    writeSpend("users", day[.entities], to: &writer)
                    writeSpend("models", day[.models], to: &writer)
                }
            }
        }
    }

    private static func writeSpend(_ name: String, _ entries: [ActivityReport.Entry], to writer: inout JSONWriter) {
        writer.name(name)
        writer.object { for entry in entries { $0.member(entry.name, raw: entry.metrics.spend.liteLLMText) } }
    }
}
