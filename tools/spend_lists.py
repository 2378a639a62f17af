"""Compares the lists and sums of spend over all keys with what tools/spend_model.py has computed."""
from spend_model import add, day_in, exact_pico, nanoseconds, rfc3339

SPEND, SUCCEEDED, FAILED = 0, 5, 6
TOKENS = (1, 2)
MILLISECOND = 1_000_000
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
# So many days of a long history are listed, charge by charge.
MOST_DAYS = 60
MOST_CHARGES = 20_000


class Finding(Exception):
    """Something that must not be."""


def requests(metrics):
    return metrics[SUCCEEDED] + metrics[FAILED]


def tokens(metrics):
    return sum(metrics[index] for index in TOKENS)


def spends(rows):
    return {name: metrics[SPEND] for name, metrics in rows.items()}


def counted(rows):
    return {name: (requests(metrics), metrics[SPEND]) for name, metrics in rows.items()}


def in_words(date):
    """`Nov 21`."""
    return f"{MONTHS[int(date[5:7]) - 1]} {date[8:]}"


class Lists:
    def __init__(self, figures):
        self.figures, self.model = figures, figures.model

    def all(self, client):
        self.sums(client)
        self.days_and_owners(client)
        self.counts(client)
        self.charges(client)

    def get(self, client, path, **query):
        return self.figures.get(client, path, **query)

    def expect(self, path, wanted, found):
        self.figures.expect(path, wanted, found)
        self.figures.count("lists")

    def dates(self):
        first, last = self.figures.range_of("UTC")
        return {"start_date": first, "end_date": last}

    @staticmethod
    def named(rows, name, *values):
        """Rows of an answer by their name: the one value of each, or several; an amount is one of spend."""
        def value(row, field):
            return exact_pico(row[field]) if "spend" in field else row[field]
        return {row[name]: value(row, values[0]) if len(values) == 1 else tuple(value(row, field) for field in values) for row in rows}

    # MARK: Sums

    def sums(self, client):
        user, dates = self.figures.totals["user"], self.dates()
        self.expect("/global/spend", user.total[SPEND], exact_pico(self.get(client, "/global/spend")["spend"]))
        models = self.get(client, "/global/spend/models", limit=1000, **dates)
        self.expect("/global/spend/models", spends(user.rows("models")), self.named(models, "model", "total_spend"))
        providers = self.get(client, "/global/spend/provider", **dates)
        self.expect("/global/spend/provider", spends(user.rows("providers")), self.named(providers, "provider", "spend"))
        keys = self.get(client, "/global/spend/keys", **dates)
        wanted = {name: (user.labels[name][0], spend) for name, spend in spends(user.rows("api_keys")).items()}
        self.expect("/global/spend/keys", wanted, self.named(keys, "api_key", "key_alias", "total_spend"))
        users = spends(user.rows("entities"))
        users.pop("Unassigned", None)
        self.expect("/spend/users", users, self.named(self.get(client, "/spend/users"), "user_id", "spend"))

    def days_and_owners(self, client):
        user, team, dates = self.figures.totals["user"], self.figures.totals["team"], self.dates()
        days = self.get(client, "/global/spend/logs", **dates)
        self.expect("/global/spend/logs", spends(user.days), self.named(days, "date", "spend"))
        wanted = {date: spends(rows) for date, rows in team.by_day["entities"].items()}
        for date, metrics in self.without_team().items():
            wanted.setdefault(date, {})["Unassigned"] = metrics[SPEND]
        teams = self.get(client, "/global/spend/teams", **dates)
        by_day = {day.pop("date"): {name: exact_pico(spend) for name, spend in day.items()} for day in teams["daily_spend"]}
        self.expect("/global/spend/teams by day", wanted, by_day)
        totals = {name: sum(rows.get(name, 0) for rows in wanted.values()) for name in {name for rows in wanted.values() for name in rows}}
        found = self.named(teams["total_spend_per_team"], "team_id", "total_spend")
        self.expect("/global/spend/teams", totals, found)

    def without_team(self):
        """Of each day what no team is charged for."""
        sums = {}
        for charge in self.model.charges.values():
            if not self.model.entities(charge, "team", self.model.head):
                add(sums, day_in("UTC", charge.occurred), charge.metrics())
        return sums

    def counts(self, client):
        user, dates = self.figures.totals["user"], self.dates()
        tags = counted(self.figures.totals["tag"].rows("entities"))
        for path in ["/global/spend/tags", "/spend/tags"]:
            found = self.named(self.get(client, path, **dates), "individual_request_tag", "log_count", "total_spend")
            self.expect(path, tags, found)
        self.expect("/global/spend/all_tag_names", sorted(tags), sorted(self.get(client, "/global/spend/all_tag_names")["tag_names"]))
        _, end_users, _ = client.post("/global/spend/end_users", {"startTime": dates["start_date"], "endTime": dates["end_date"]})
        wanted = counted(self.figures.totals["customer"].rows("entities"))
        self.expect("/global/spend/end_users", wanted, self.named(end_users, "end_user", "total_count", "total_spend"))
        self.requests("/global/activity", self.get(client, "/global/activity", **dates), user.days)
        groups = {answer["model"]: answer for answer in self.get(client, "/global/activity/model", **dates)}
        self.expect("/global/activity/model", sorted(user.rows("model_groups")), sorted(groups))
        for group, answer in groups.items():
            days = {date: rows[group] for date, rows in user.by_day["model_groups"].items() if group in rows}
            self.requests(f"/global/activity/model of {group}", answer, days)

    def requests(self, what, answer, days):
        wanted = [(in_words(date), requests(metrics), tokens(metrics)) for date, metrics in days.items()]
        self.expect(what, wanted, [(day["date"], day["api_requests"], day["total_tokens"]) for day in answer["daily_data"]])
        total = sum(row[1] for row in wanted), sum(row[2] for row in wanted)
        self.expect(f"{what}, the sum", total, (answer["sum_api_requests"], answer["sum_total_tokens"]))

    # MARK: Charges

    def charges(self, client):
        """Each charge of all days, or of some days where there are many, the last one first."""
        days = {}
        for charge in self.model.charges.values():
            days.setdefault(day_in("UTC", charge.occurred), []).append(charge)
        listed = 0
        for date in self.figures.random.sample(sorted(days), min(MOST_DAYS, len(days))):
            if listed + len(days[date]) <= MOST_CHARGES:
                listed += len(days[date])
                self.charges_of(client, date, days[date])

    def charges_of(self, client, date, charges):
        found, number = [], 1
        while True:
            answer = self.get(client, "/spend/logs/v2", start_date=date, end_date=date, page=number, page_size=1000)
            found += answer["data"]
            if number >= answer["total_pages"]:
                break
            number += 1
        ordered = sorted(charges, key=lambda charge: (charge.occurred, charge.position), reverse=True)
        what = f"/spend/logs/v2 of {date}"
        self.figures.expect(what, [charge.position for charge in ordered], [row["metadata"]["position"] for row in found])
        for charge, row in zip(ordered, found):
            self.figures.expect(f"{what}, position {charge.position}", self.listed(charge), self.told(row))
        self.figures.count("listed charges", len(found))

    def listed(self, charge):
        """A charge as the list must tell it."""
        names, (key, _) = self.model.names(charge, self.model.head), self.model.holder(charge, self.model.head)
        start = charge.occurred - charge.occurred % MILLISECOND
        end = charge.occurred + (charge.duration or 0) * MILLISECOND
        return {
            "request_id": charge.request_id or f"{charge.producer[0]}-0-{charge.producer[1]}", "api_key": charge.token,
            "spend": charge.amount, "prompt_tokens": charge.prompt or 0, "completion_tokens": charge.completion or 0,
            "total_tokens": (charge.prompt or 0) + (charge.completion or 0), "startTime": start, "endTime": end - end % MILLISECOND,
            "request_duration_ms": charge.duration, "call_type": charge.call_type or "",
            "model": charge.model or ("adjustment" if charge.adjusts else ""), "model_group": charge.model_group or "",
            "custom_llm_provider": charge.provider or "", "user": charge.user or names.user_id or "",
            "team_id": charge.team or names.team_id, "organization_id": names.organization_id, "agent_id": names.agent_id,
            "end_user": charge.end_user or "", "status": "failure" if charge.failed else "success", "tags": charge.tags,
            "mcp_namespaced_tool_name": charge.mcp_tool, "alias": names.alias, "endpoint": charge.endpoint,
            "cache": (charge.cache_read or 0, charge.cache_write or 0), "key_id": key and key.key_id,
            "recorded_at": rfc3339(charge.recorded), "adjustment": bool(charge.adjusts),
        }

    @staticmethod
    def told(row):
        """A row of the list as `listed` names things."""
        said = row["metadata"]
        names = [
            "request_id", "api_key", "prompt_tokens", "completion_tokens", "total_tokens", "request_duration_ms", "call_type", "model",
            "model_group", "custom_llm_provider", "user", "team_id", "organization_id", "agent_id", "end_user", "status",
            "mcp_namespaced_tool_name"]
        usage = said["additional_usage_values"]
        return {
            **{name: row[name] for name in names}, "spend": exact_pico(row["spend"]), "startTime": nanoseconds(row["startTime"]),
            "endTime": nanoseconds(row["endTime"]), "tags": sorted(row["request_tags"]), "alias": said["user_api_key_alias"],
            "endpoint": said["endpoint"], "cache": (usage["cache_read_input_tokens"], usage["cache_creation_input_tokens"]),
            "key_id": said["key_id"], "recorded_at": said["recorded_at"], "adjustment": said["adjustment"],
        }
