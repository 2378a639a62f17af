"""Asks a server for every figure that charges make, and compares each with what tools/spend_model.py has computed."""
import hashlib
import json
import time
import urllib.parse

from ledger_process import command_line
from spend_lists import Finding, Lists
from spend_model import DIMENSIONS, NO_METRICS, Report, Totals, View, day_in, dollars, exact_pico, nanoseconds, summed
from spend_play import ZONES

ENTITIES = ["user", "team", "tag", "customer", "organization", "agent"]
# The plain names of what a row of activity counts, in the model's order.
COUNTED = [
    "spend", "prompt_tokens", "completion_tokens", "cache_read_input_tokens", "cache_creation_input_tokens", "successful_requests",
    "failed_requests", "total_response_time_ms", "timed_requests"]
WITHOUT_SOURCE = [
    "flat_cost", "ptu_hours", "compression_saved_tokens", "compression_savings_spend", "prompt_caching_savings_spend",
    "gateway_injected_caching_savings_spend", "autorouter_savings_spend"]
# What a stored charge says in the log's print, and the model's name of it.
TEXTS = ["request_id", "model", "model_group", "provider", "endpoint", "call_type", "mcp_tool", "end_user"]
NUMBERS = {
    "prompt_tokens": "prompt", "completion_tokens": "completion", "cache_read_input_tokens": "cache_read",
    "cache_creation_input_tokens": "cache_write", "duration_ms": "duration"}


def told(metrics):
    """The metrics of an answer as the model counts them; what follows from others must follow."""
    value = {name: exact_pico(metrics[name]) if name == "spend" else metrics[name] for name in COUNTED}
    follow = {
        "total_tokens": value["prompt_tokens"] + value["completion_tokens"],
        "api_requests": value["successful_requests"] + value["failed_requests"], **dict.fromkeys(WITHOUT_SOURCE, 0)}
    for name, wanted in follow.items():
        if metrics[name] != wanted:
            raise Finding(f"{name} is {metrics[name]}, not {wanted}: {metrics}")
    return [value[name] for name in COUNTED]


def told_in_total(metadata):
    names = [*COUNTED, "api_requests", "total_tokens", *WITHOUT_SOURCE]
    return told({name: metadata[name if name.startswith("total_") else f"total_{name}"] for name in names})


def first_difference(wanted, found, path=""):
    """Where two nested maps differ first, in words; None if they are equal."""
    if wanted == found:
        return None
    if not isinstance(wanted, dict) or not isinstance(found, dict):
        return f"{path}: expected {in_words(wanted)}, found {in_words(found)}"
    for name in sorted({*wanted, *found}, key=str):
        if name not in found:
            return f"{path}/{name} is missing; expected {in_words(wanted[name])}"
        if name not in wanted:
            return f"{path}/{name} should not be there: {in_words(found[name])}"
        difference = first_difference(wanted[name], found[name], f"{path}/{name}")
        if difference:
            return difference
    return None


def in_words(value):
    if isinstance(value, list) and len(value) == len(COUNTED):
        parts = [f"{name}={dollars(number) if name == 'spend' else number}" for name, number in zip(COUNTED, value) if number]
        return "{" + ", ".join(parts) + "}"
    text = str(value)
    return text if len(text) < 400 else text[:400] + " …"


class Figures:
    def __init__(self, model, server, random):
        self.model, self.server, self.random = model, server, random
        self.digests = {}
        self.totals = {}
        self.counts = {}
        self.lists = Lists(self)

    def summary(self):
        return ", ".join(f"{count} {name}" for name, count in self.counts.items()) + " equal to the last digit"

    def count(self, name, by=1):
        self.counts[name] = self.counts.get(name, 0) + by

    def get(self, client, path, **query):
        return client.decoded(self.get_bytes(client, path, **query))

    @staticmethod
    def get_bytes(client, path, **query):
        query = {name: value for name, value in query.items() if value is not None}
        full = path + ("?" + urllib.parse.urlencode(query) if query else "")
        status, answer, _ = client.exchange("GET", full)
        if status != 200:
            raise Finding(f"GET {full} was answered with {status}: {answer[:1500]!r}")
        return answer

    def expect(self, what, wanted, found):
        difference = first_difference(wanted, found)
        if difference:
            raise Finding(f"{what}: {difference}")

    # MARK: The log

    def read_log(self):
        status, out, errors = command_line("events", "--data", self.server.data, "--from", self.model.head + 1, "--json", timeout=600)
        if status != 0:
            raise Finding(f"`keyledger events` ended with {status}: {errors}")
        for line in out.splitlines():
            try:
                self.model.take_event(json.loads(line))
            except (KeyError, ValueError) as error:
                raise Finding(f"the log: {error!r}: {line}") from error

    def check_event(self, event, charge):
        """The stored charge says what was sent, and which revision was in force."""
        data = event["data"]
        try:
            found = {
                "spend": exact_pico(data["spend"]), "occurred_at": nanoseconds(data["occurred_at"]), "revision": data["revision"],
                "tags": sorted(data.get("tags", ())), "failed": data["status"] == "failure", **{name: data.get(name) for name in TEXTS},
                **{name: data.get(name) for name in NUMBERS}}
            if "cost" in data:
                found["cost"] = {name: exact_pico(part) for name, part in data["cost"].items()}
        except (KeyError, ValueError) as error:
            raise Finding(f"a stored charge: {error!r}: {json.dumps(event)}") from error
        wanted = {
            "spend": charge.amount, "occurred_at": charge.occurred, "revision": charge.revision, "tags": charge.tags,
            "failed": bool(charge.failed),
            **{name: getattr(charge, name) for name in TEXTS},
            **{name: getattr(charge, field) if name == "duration_ms" else getattr(charge, field) or 0 for name, field in NUMBERS.items()}}
        if charge.cost is not None:
            wanted["cost"] = {name: charge.cost.get(name, 0) for name in ("input", "output", "cache_read", "cache_write", "other")}
        self.expect(f"the stored charge {json.dumps(event)}", wanted, found)
        self.count("stored charges")

    # MARK: Keys

    def glance(self, client, number):
        """Some keys, those that changed last among them, at once: nothing waits for a fold."""
        keys = sorted(self.model.keys.values(), key=lambda key: key.last.position)
        for key in [*keys[-number:], *self.random.sample(keys, min(number, len(keys)))]:
            self.key(client, key)

    def key(self, client, key):
        windows = key.windows()
        models = [None, *(limit.name for limit in windows.limits.values() if limit.kind == "model")]
        for _ in range(20):
            before = time.time_ns()
            info = self.get(client, "/key/info", key=key.current)["info"]
            verdicts = {model: self.verdict(client, key, model) for model in models}
            after = time.time_ns()
            # A window that ends meanwhile is asked for again.
            if all(limit.period.window(before) == limit.period.window(after) for limit in windows.limits.values()):
                break
        self.key_figures(key, windows, before, info)
        for model, verdict in verdicts.items():
            self.remaining(key, windows, before, model, verdict)

    def verdict(self, client, key, model):
        status, verdict, _ = client.post("/v1/keys/verify", {"token": key.current, **({"model": model} if model else {})})
        if status != 200:
            raise Finding(f"/v1/keys/verify of {key.current} was answered with {status}: {verdict}")
        return verdict

    def remaining(self, key, windows, now, model, verdict):
        """What is left of the budget that has least left, that of the model asked for among them, and the verdict that follows."""
        limits = [limit for limit in windows.limits.values() if limit.budget is not None and (limit.kind != "model" or limit.name == model)]
        left = [limit.budget - windows.spent(limit, now) for limit in limits]
        found = None if verdict["remaining_budget"] is None else exact_pico(verdict["remaining_budget"])
        wanted = min(left) if left else None
        if found != wanted:
            raise Finding(f"key {key.key_id} (token {key.current}, model {model}) has {wanted} left, but {found} is told: {verdict}")
        code = "BUDGET_EXCEEDED" if left and min(left) <= 0 else "VALID"
        if verdict["code"] in ("VALID", "BUDGET_EXCEEDED") and verdict["code"] != code:
            raise Finding(f"the verdict on {key.current}, which has {wanted} left, is {verdict}")
        self.count("remaining budgets")

    def key_figures(self, key, windows, now, info):
        limits = list(windows.limits.values())
        main = windows.limits["main", ""]
        wanted = {
            "spend": windows.spent(main, now), "total_spend": self.model.total(key), "budget_reset_at": main.period.window(now)[1],
            "budget_limits": {limit.name: limit.period.window(now)[1] for limit in limits if limit.kind == "window"},
        }
        found = {
            "spend": exact_pico(info["spend"]), "total_spend": exact_pico(info["total_spend"]),
            "budget_reset_at": info["budget_reset_at"] and nanoseconds(info["budget_reset_at"]),
            "budget_limits": {item["budget_duration"]: nanoseconds(item["reset_at"]) for item in info["budget_limits"] or ()},
        }
        self.expect(f"key {key.key_id} ({key.last.alias}, token {key.current})", wanted, found)
        self.count("keys' spend, totals and windows")

    def all_keys(self, client):
        for key in self.model.keys.values():
            self.key(client, key)

    # MARK: Daily activity

    def all(self, client, when):
        self.all_keys(client)
        for entity in ENTITIES:
            self.activity(client, View("UTC", entity), when)
        for zone in [*ZONES, 345, -480, 840]:
            if zone != "UTC":
                self.activity(client, View(zone, "team"), when)
        self.activity(client, View("UTC", "team", joined=True), when)
        self.activity(client, View("UTC", "organization", upto=self.random.randrange(self.model.head // 2, self.model.head)), when)
        self.lists.all(client)

    def again(self, client, when):
        """The same once more, some of the reports at a time: what was equal must be the same, byte by byte."""
        self.all_keys(client)
        for view in self.random.sample(sorted(self.digests, key=str), 5):
            digest, count = self.digests[view]
            if self.digest(self.page(client, view, number + 1) for number in range(count)) != digest:
                # The difference has to be named.
                self.activity(client, view, when)
                raise Finding(f"{when} {view} is told otherwise")
            self.count("reports once more")

    def activity(self, client, view, when):
        report, what = Report(self.model, view), f"{view}, {when}"
        labels, total, pages, dates = {}, list(NO_METRICS), [], []
        while True:
            page = self.page(client, view, len(pages) + 1)
            pages.append(hashlib.sha256(page).digest())
            answer = client.decoded(page)
            for row in answer["results"]:
                day = self.day(row, labels)
                dates.append(row["date"])
                self.expect(f"{what}, {row['date']}", report.days.get(row["date"]), day)
                total = summed([total, day["metrics"][""]])
                self.count("rows of daily activity", sum(len(cells) for dimension in DIMENSIONS for cells in day[dimension].values()))
            if not answer["metadata"]["has_more"]:
                break
        self.expect(f"{what}, the days, the last one first", sorted(report.days, reverse=True), dates)
        self.expect(f"{what}, the total", total, told_in_total(answer["metadata"]))
        self.expect(f"{what}, what keys are called", {name: {report.label(name)} for name in report.latest}, labels)
        self.digests[view] = hashlib.sha256(b"".join(pages)).hexdigest(), len(pages)
        if view == View("UTC", view.entity):
            self.totals[view.entity] = Totals(report)

    @staticmethod
    def digest(pages):
        return hashlib.sha256(b"".join(hashlib.sha256(page).digest() for page in pages)).hexdigest()

    @staticmethod
    def day(row, labels):
        """A day of an answer as the model has it; notes what its keys are called."""
        found = {"metrics": {"": told(row["metrics"])}}
        for dimension in DIMENSIONS:
            rows = found[dimension] = {}
            for name, entry in row["breakdown"][dimension].items():
                cells = rows[name] = {"": told(entry["metrics"])}
                keys = {name: entry} if dimension == "api_keys" else entry["api_key_breakdown"]
                for key, item in keys.items():
                    if dimension != "api_keys":
                        cells[key] = told(item["metrics"])
                    said = item["metadata"]
                    labels.setdefault(key, set()).add((said["key_alias"], said["team_id"], said["user_id"], said["key_exists"]))
        return found

    def range_of(self, zone):
        return day_in(zone, self.model.first_moment), day_in(zone, self.model.last_moment)

    def page(self, client, view, number):
        """One page of a report over all days there are, as bytes."""
        start, end = self.range_of(view.zone)
        zone = {} if view.zone == "UTC" else {"timezone": -view.zone} if isinstance(view.zone, int) else {"tz": view.zone}
        # In a few pages, each of them small enough to be read at once; of users no more rows may be asked for.
        size = min(len(self.model.charges) // 5 + 1, 1000 if view.entity == "user" else 100_000)
        return self.get_bytes(
            client, f"/{view.entity}/daily/activity", start_date=start, end_date=end, page=number, page_size=size, **zone,
            group_by="key_id" if view.joined else None, as_of=view.upto)
