import JSONText
import Ledger

/// Bodies of LiteLLM's routes of global spend.
enum GlobalSpendAnswer {
    static func byDay(_ report: ActivityReport, to writer: inout JSONWriter) {
        writer.array { writer in
            for day in report.days.reversed() {
                writer.object { writer in
                    writer.member("date", day.date.description)
                    writer.member("spend", raw: day.metrics.spend.liteLLMText)
                }
            }
        }
    }

    /// - Parameter keyName: the display form of a key's secret.
    static func keys(
        _ keys: some Sequence<ActivityReport.Key>, to writer: inout JSONWriter, keyName: (ActivityReport.Key) throws -> String?
    ) rethrows {
        try writer.array { writer in
            for key in keys {
                let name = try keyName(key)
                writer.object { writer in
                    writer.member("api_key", key.name)
                    writer.member("key_alias", key.alias)
                    writer.member("key_name", name)
                    writer.member("total_spend", raw: key.metrics.spend.liteLLMText)
                }
            }
        }
    }

    static func teams(_ report: ActivityReport, to writer: inout JSONWriter) {
        writer.object { writer in
            writer.name("daily_spend")
            writer.array { writer in
                for day in report.days.reversed() {
                    writer.object { writer in
                        writer.member("date", day.date.description)
                        // A team that is called so has no place beside the date; below it has.
                        for team in day[.entities] where team.name != "date" {
                            writer.member(team.name, raw: team.metrics.spend.liteLLMText)
                        }
                    }
                }
            }
            let teams = ActivityLists(report: report).entitiesBySpend
            writer.name("teams")
            writer.array { for team in teams { $0.string(team.name) } }
            writer.name("total_spend_per_team")
            writer.array { writer in
                for team in teams {
                    writer.object { writer in
                        writer.member("team_id", team.name)
                        writer.member("total_spend", raw: team.metrics.spend.liteLLMText)
                    }
                }
            }
        }
    }

    /// Entries of one dimension over a whole range, the highest spend first.
    static func entriesBySpend(_ report: ActivityReport, _ dimension: ActivityQuery.Dimension) -> [ActivityReport.Entry] {
        (report.days.first?[dimension] ?? []).sorted { $0.metrics.ranks(before: $1.metrics, $0.name, $1.name) }
    }

    static func entries(
        _ entries: some Sequence<ActivityReport.Entry>, name: String, spend: String, to writer: inout JSONWriter
    ) {
        writer.array { writer in
            for entry in entries {
                writer.object { writer in
                    writer.member(name, entry.name)
                    writer.member(spend, raw: entry.metrics.spend.liteLLMText)
                }
            }
        }
    }

    static func tags(_ tags: some Sequence<ActivityReport.Entity>, to writer: inout JSONWriter) {
        writer.array { writer in
            for tag in tags {
                writer.object { writer in
                    writer.member("individual_request_tag", tag.name)
                    writer.member("log_count", tag.metrics.requests)
                    writer.member("total_spend", raw: tag.metrics.spend.liteLLMText)
                }
            }
        }
    }

    static func endUsers(_ endUsers: some Sequence<ActivityReport.Entity>, to writer: inout JSONWriter) {
        writer.array { writer in
            for endUser in endUsers {
                writer.object { writer in
                    writer.member("end_user", endUser.name)
                    writer.member("total_count", endUser.metrics.requests)
                    writer.member("total_spend", raw: endUser.metrics.spend.liteLLMText)
                }
            }
        }
    }

    // MARK: Requests and tokens

    static func activity(_ report: ActivityReport, to writer: inout JSONWriter) {
        writer.object { writer in
            writer.name("daily_data")
            writer.array { writer in
                for day in report.days.reversed() {
                    writer.object { writer in
                        writer.member("date", day.date.monthAndDay)
                        writeCounts(day.metrics, to: &writer)
                    }
                }
            }
            writeSums(report.totals, to: &writer)
        }
    }

    static func modelActivity(_ report: ActivityReport, to writer: inout JSONWriter) {
        // By bytes: names that look alike are different names.
        var byModel: [[UInt8]: [(date: CivilDate, metrics: ActivityMetrics)]] = [:]
        for day in report.days.reversed() {
            for entry in day[.modelGroups] { byModel[Array(entry.name.utf8), default: []].append((day.date, entry.metrics)) }
        }
        let models = byModel.map { name, days in
            (name: String(decoding: name, as: UTF8.self), days: days, total: ActivityMetrics.sum(of: days.map(\.metrics)))
        }
        let sorted = models.sorted { left, right in
            left.total.requests == right.total.requests ? left.name.precedes(right.name) : left.total.requests > right.total.requests
        }
        writer.array { writer in
            for model in sorted {
                writer.object { writer in
                    writer.member("model", model.name)
                    writer.name("daily_data")
                    writer.array { writer in
                        for day in model.days {
                            writer.object { writer in
                                writer.member("model_group", model.name)
                                writer.member("date", day.date.monthAndDay)
                                writeCounts(day.metrics, to: &writer)
                            }
                        }
                    }
                    writeSums(model.total, to: &writer)
                }
            }
        }
    }

    private static func writeCounts(_ metrics: ActivityMetrics, to writer: inout JSONWriter) {
        writer.member("api_requests", metrics.requests)
        writer.member("total_tokens", metrics.totalTokens)
    }

    private static func writeSums(_ metrics: ActivityMetrics, to writer: inout JSONWriter) {
        writer.member("sum_api_requests", metrics.requests)
        writer.member("sum_total_tokens", metrics.totalTokens)
    }
}

extension ActivityReport.Entity {
    /// Its id, or what stands for none.
    var name: String { id ?? ActivityName.unassigned }
}
