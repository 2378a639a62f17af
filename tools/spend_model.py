"""What charges make of keys, computed a second time: whole numbers, `decimal` and `zoneinfo`, nothing of the program's own.

The model takes the log's events of keys, as `keyledger events --json` prints them, and the charges as they were sent together with the
positions that the answers gave them. All money is in whole 10⁻¹² USD, all moments in whole nanoseconds since 1970.
"""
import calendar
import datetime
import operator
import re
from decimal import ROUND_HALF_EVEN, Context, Decimal
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

EXACT = Context(prec=200, rounding=ROUND_HALF_EVEN)
SECOND = 1_000_000_000
DAY = 86_400 * SECOND
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
EVER = -(1 << 80)  # The start of the one window of a budget that never starts afresh.


def pico(amount):
    """10⁻¹² USD, half-even beyond."""
    return int(EXACT.quantize(EXACT.scaleb(Decimal(amount), 12), Decimal(1)))


def exact_pico(amount):
    """10⁻¹² USD of an answer, which has no digit beyond them."""
    scaled = EXACT.scaleb(Decimal(amount), 12)
    if scaled != scaled.to_integral_value():
        raise ValueError(f"{amount} has digits beyond 10⁻¹²")
    return int(scaled)


def dollars(amount):
    return f"{EXACT.scaleb(Decimal(amount), -12):f}"


TIME = re.compile(r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:Z|\+00:00)")


def nanoseconds(text):
    parts = TIME.fullmatch(text)
    if not parts:
        raise ValueError(f"{text!r} is no time")
    seconds = calendar.timegm(tuple(int(part) for part in parts.groups()[:6]))
    return seconds * SECOND + int((parts[7] or "0").ljust(9, "0"))


def rfc3339(moment):
    seconds, fraction = divmod(moment, SECOND)
    text = (EPOCH + datetime.timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{text}.{fraction:09}Z"


@lru_cache(None)
def zone_named(name):
    return ZoneInfo(name)


def day_in(zone, moment):
    """The civil date of a moment: in a zone by its name, or `offset` minutes east of UTC."""
    return _day_of_second(zone, moment // SECOND)


@lru_cache(1 << 20)
def _day_of_second(zone, seconds):
    moment = EPOCH + datetime.timedelta(seconds=seconds)
    if isinstance(zone, int):
        return (moment + datetime.timedelta(minutes=zone)).date().isoformat()
    return moment.astimezone(zone_named(zone)).date().isoformat()


# MARK: Windows of budgets

WORDS = {"hourly": "1h", "daily": "1d", "weekly": "1w", "monthly": "1mo"}
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 7 * 86_400}


class Period:
    """How often a budget starts afresh, as it was set at a moment. None: never."""

    def __init__(self, text, set_at):
        self.text = text
        if text is None:
            return
        number, unit = re.fullmatch(r"(\d+)(mo|[smhdw])", WORDS.get(text, text)).groups()
        self.monthly = unit == "mo" or (unit == "d" and number == "30")
        self.length = 0 if self.monthly else int(number) * UNITS[unit] * SECOND
        midnight = set_at - set_at % DAY
        # 1970-01-01 was a Thursday.
        self.anchor = midnight - (midnight // DAY + 3) % 7 * DAY if self.length == 7 * DAY else midnight

    def window(self, moment):
        """Start and end of the window that holds a moment; the end is None where there is none."""
        if self.text is None:
            return EVER, None
        if not self.monthly:
            start = moment - (moment - self.anchor) % self.length
            return start, start + self.length
        date = EPOCH + datetime.timedelta(seconds=moment // SECOND)
        following = (date.year + date.month // 12, date.month % 12 + 1)
        return tuple(calendar.timegm((year, month, 1, 0, 0, 0)) * SECOND for year, month in ((date.year, date.month), following))


class Limit:
    """One budget of a key: its main one, one of budget_limits, or one of a model."""

    def __init__(self, kind, name, period, budget):
        self.id, self.kind, self.name, self.period, self.budget = (kind, name), kind, name, period, budget

    def window(self, moment):
        return (self.id, *self.period.window(moment))


def holds(window, moment):
    _, start, end = window
    return start <= moment and (end is None or moment < end)


def limits_after(limits, data, moment):
    """The budgets in force after an event of a key, the main one first."""
    # None: cleared.
    said = {name: data.get(name) for name in (*data, *data.get("cleared", ()))}
    main, others = limits[0], {kind: [limit for limit in limits if limit.kind == kind] for kind in ("window", "model")}
    if "budget_duration" in said:
        main = Limit("main", "", Period(said["budget_duration"], moment), main.budget)
    if "max_budget" in said:
        main = Limit("main", "", main.period, said["max_budget"] and pico(said["max_budget"]))
    if "budget_limits" in said:
        others["window"] = [limit_of("window", item["budget_duration"], item, moment) for item in said["budget_limits"] or ()]
    if "model_budgets" in said or "model_max_budget" in said:
        others["model"] = [limit_of("model", item["model"], item, moment) for item in said.get("model_budgets") or ()]
    return [main, *others["window"], *others["model"]]


def limit_of(kind, name, item, moment):
    return Limit(kind, name, Period(item.get("budget_duration"), moment), pico(item["max_budget"]))


MOST_LEFT = 16


class Windows:
    """The sums of one key's windows, folded event by event in the order of the log. A window is (limit's id, start, end)."""

    def __init__(self):
        self.limits = {}
        # After which reset, and how much.
        self.sums = {}
        # Windows of limits that were given other periods or taken away: they count until they end.
        self.left = []
        self.resets, self.reset_to, self.reset_at = 0, 0, None

    def define(self, limits, at):
        """Other terms: a window that was not counted begins with what its limit's window of now has, that of a new limit with nothing."""
        old = {limit.id: limit.window(at) for limit in self.limits.values()}
        new = {limit.id: limit.window(at) for limit in limits}
        for limit, window in new.items():
            if window not in old.values() and window not in self.left and window not in self.sums:
                self.set(window, self.sum(old[limit]) if limit in old else 0)
        going_on = [window for window in [*self.left, *old.values()] if holds(window, at) and window not in new.values()]
        self.left = going_on[-MOST_LEFT:]
        self.limits = {limit.id: limit for limit in limits}

    def charge(self, charge):
        counted = [limit.window(charge.occurred) for limit in self.limits.values()]
        for window in counted + [window for window in self.left if holds(window, charge.occurred)]:
            kind, name = window[0]
            if kind != "model" or name in (charge.model, charge.model_group):
                self.set(window, self.sum(window) + charge.amount)

    def reset(self, to, at):
        """Every window that holds this moment begins anew at an amount, every other one and those of models at nothing."""
        self.resets, self.reset_to, self.reset_at = self.resets + 1, to, at

    def set(self, window, amount):
        self.sums[window] = (self.resets, amount)

    def sum(self, window):
        resets, amount = self.sums.get(window, (0, 0))
        if resets == self.resets:
            return amount
        return self.reset_to if holds(window, self.reset_at) and window[0][0] != "model" else 0

    def spent(self, limit, at):
        return self.sum(limit.window(at))


# MARK: Charges and keys

class Charge:
    """One charge as it was sent. `occurred` is None until the log tells when a charge without a time was recorded."""

    __slots__ = (
        "request_id", "producer", "token", "amount", "cost", "occurred", "prompt", "completion", "cache_read", "cache_write",
        "model", "model_group", "provider", "endpoint", "call_type", "mcp_tool", "tags", "end_user", "failed", "duration", "user", "team",
        "adjusts", "position", "recorded", "key", "revision")

    def __init__(self, **fields):
        for name in self.__slots__:
            setattr(self, name, fields.pop(name, None))
        if fields:
            raise TypeError(f"a charge has no {', '.join(fields)}")

    def metrics(self):
        succeeded = not self.failed and not self.adjusts
        timed = succeeded and self.duration is not None
        return (
            self.amount, self.prompt or 0, self.completion or 0, self.cache_read or 0, self.cache_write or 0, int(succeeded),
            int(bool(self.failed) and not self.adjusts), self.duration if timed else 0, int(timed))


NO_METRICS = (0,) * 9


def add(sums, name, metrics):
    held = sums.get(name)
    sums[name] = list(map(operator.add, held, metrics)) if held else list(metrics)


def summed(rows):
    total = NO_METRICS
    for row in rows:
        total = list(map(operator.add, total, row))
    return list(total)


class Revision:
    """What a key was called and whose it was, from a moment on."""

    __slots__ = ("position", "recorded", "alias", "team_id", "user_id", "organization_id", "agent_id")

    def __init__(self, before=None):
        for name in self.__slots__:
            setattr(self, name, getattr(before, name, None))


class Key:
    def __init__(self, key_id):
        self.key_id = key_id
        self.revisions = []
        self.tokens = []
        self.current = None
        self.deleted_at = None
        self.limits = [Limit("main", "", Period(None, 0), None)]
        # What changes the sums of its windows, as (position, kind, …).
        self.changes = []
        self.charges = []

    @property
    def last(self):
        return self.revisions[-1]

    def revision_at(self, moment, position):
        """The revision in force at a moment, as it was known at a position; before the first one the first."""
        best = 1
        for number, revision in enumerate(self.revisions, 1):
            if revision.position < position and revision.recorded <= moment:
                best = number
        return best

    def windows(self):
        """The windows after all that has happened."""
        windows = Windows()
        steps = self.changes + [(charge.position, "charge", charge) for charge in self.charges]
        for step in sorted(steps, key=lambda step: step[0]):
            getattr(windows, step[1])(*step[2:])
        return windows


class Model:
    def __init__(self):
        self.keys = {}
        self.key_of_token = {}
        self.since = {}
        self.unknown = {}
        self.charges = {}
        self.charge_events = {}
        self.recorded = {}
        self.head = 0
        self.last_recorded = 0
        # Of all charges, when the first and the last one happened.
        self.first_moment = self.last_moment = None

    # MARK: The log

    def take_event(self, event):
        position, moment = event["position"], nanoseconds(event["recorded_at"])
        if position != self.head + 1:
            raise ValueError(f"position {self.head} is followed by {position}")
        if moment < self.last_recorded:
            raise ValueError(f"recorded time goes back at position {position}")
        self.head, self.last_recorded = position, moment
        kind, data = event["type"], event.get("data") or {}
        if kind in ("SpendRecorded", "SpendAdjusted"):
            self.charge_events[position] = event
            self.recorded[position] = moment
        elif kind == "SpendReset":
            keys = [self.keys[data["key_id"]]] if data.get("key_id") else self.keys.values()
            for key in keys:
                key.changes.append((position, "reset", pico(data.get("reset_to") or "0"), moment))
        elif "revision" in event:
            self.take_life(event, kind, data, position, moment)

    def take_life(self, event, kind, data, position, moment):
        key = self.keys.setdefault(event["key_id"], Key(event["key_id"]))
        revision = Revision(key.revisions[-1] if key.revisions else None)
        revision.position, revision.recorded = position, moment
        for name in ("team_id", "user_id", "organization_id", "agent_id"):
            if name in data:
                setattr(revision, name, data[name])
            elif name in data.get("cleared", ()):
                setattr(revision, name, None)
        if "identity" in event:
            revision.alias = event["identity"].get("alias")
        key.revisions.append(revision)
        for name in ("token", "new_token"):
            if kind != "CredentialRevoked" and name in data:
                self.introduce(key, data[name], position)
        if kind == "KeyDeleted":
            key.deleted_at = position
        key.limits = limits_after(key.limits, data, moment)
        key.changes.append((position, "define", key.limits, moment))

    def introduce(self, key, token, position):
        key.tokens.append(token)
        key.current = token
        self.key_of_token[token] = key
        self.since[token] = position

    # MARK: Charges

    def take_charge(self, charge, position):
        """A charge that was acknowledged at a position which the log has told."""
        if position in self.charges:
            both = self.charges[position].request_id, charge.request_id
            raise ValueError(f"two charges are said to be at position {position}: {both}")
        self.charges[position] = charge
        charge.position, charge.recorded = position, self.recorded[position]
        if charge.occurred is None:
            charge.occurred = charge.recorded
        self.first_moment = min(self.first_moment or charge.occurred, charge.occurred)
        self.last_moment = max(self.last_moment or charge.occurred, charge.occurred)
        key = self.key_of_token.get(charge.token)
        if key and self.since[charge.token] < position:
            charge.key, charge.revision = key, key.revision_at(charge.occurred, position)
            key.charges.append(charge)
        else:
            charge.revision = 0
            self.unknown.setdefault(charge.token, []).append(charge)

    # MARK: What is asked of keys

    def total(self, key):
        late = (charge for token in key.tokens for charge in self.unknown.get(token, ()))
        return sum(charge.amount for charge in key.charges) + sum(charge.amount for charge in late)

    # MARK: Activity

    def holder(self, charge, upto):
        """The key that a charge is shown under and its revision then: that of an unknown token which has become a key's is its first."""
        if charge.key:
            return charge.key, charge.revision
        key = self.key_of_token.get(charge.token)
        return (key, 1) if key and self.since[charge.token] <= upto else (None, 0)

    def names(self, charge, upto):
        """What the holder of a charge was called and whose it was."""
        key, number = self.holder(charge, upto)
        return key.revisions[number - 1] if key else Revision()

    def entities(self, charge, entity, upto):
        """To whom a charge is laid: of users also to none, of the others only to those that it has."""
        revision = self.names(charge, upto)
        if entity == "user":
            return [charge.user or revision.user_id]
        if entity == "tag":
            return sorted(set(charge.tags or ()))
        owners = {
            "team": charge.team or revision.team_id, "organization": revision.organization_id, "agent": revision.agent_id,
            "customer": charge.end_user}
        return [owners[entity]] if owners[entity] else []


class View(NamedTuple):
    """Which report of daily activity: in a zone (a name, or minutes east of UTC), with a key's credentials joined, as of a position."""

    zone: str | int
    entity: str
    joined: bool = False
    upto: int | None = None

    def __str__(self):
        rotations = ", rotations joined" if self.joined else ""
        return f"{self.entity} activity in {self.zone}{rotations}" + (f" as of {self.upto}" if self.upto else "")


DIMENSIONS = ("models", "model_groups", "providers", "endpoints", "mcp_servers", "api_keys", "entities")


class Report:
    """The days of one view."""

    def __init__(self, model, view):
        self.view, self.upto = view, view.upto or model.head
        self.days = {}
        self.latest = {}
        for position, charge in model.charges.items():
            if position <= self.upto:
                self.take(model, charge)
        for day in self.days.values():
            self.finish(day)

    def take(self, model, charge):
        entities = model.entities(charge, self.view.entity, self.upto)
        if not entities:
            return
        key, revision = model.holder(charge, self.upto)
        name = key.key_id if key and self.view.joined else charge.token
        metrics = charge.metrics()
        model_name = charge.model or ("adjustment" if charge.adjusts else "unknown-model")
        date = day_in(self.view.zone, charge.occurred)
        day = self.days.get(date) or self.days.setdefault(date, {dimension: {} for dimension in DIMENSIONS})
        # What is not told by entity has a charge as often as it has entities: once, except for tags.
        for value in entities:
            add(day["models"].setdefault(model_name, {}), name, metrics)
            add(day["model_groups"].setdefault(charge.model_group or "unknown-model-group", {}), name, metrics)
            add(day["providers"].setdefault(charge.provider or "unknown", {}), name, metrics)
            if charge.endpoint:
                add(day["endpoints"].setdefault(charge.endpoint, {}), name, metrics)
            if charge.mcp_tool:
                add(day["mcp_servers"].setdefault(charge.mcp_tool, {}), name, metrics)
            add(day["api_keys"].setdefault(name, {}), "", metrics)
            add(day["entities"].setdefault(value or "Unassigned", {}), name, metrics)
        if revision > self.latest.get(name, (None, -1))[1]:
            self.latest[name] = (key, revision)

    @staticmethod
    def finish(day):
        """The sums of each row and of the day, under no key's name."""
        for dimension in DIMENSIONS:
            if dimension != "api_keys":
                for cells in day[dimension].values():
                    cells[""] = summed(cells.values())
        day["metrics"] = {"": summed(cells[""] for cells in day["api_keys"].values())}

    def label(self, name):
        """Alias, team, user of a key as it was last in this report's days, and whether it is there still."""
        key, revision = self.latest[name]
        if key is None:
            return (None, None, None, False)
        names = key.revisions[revision - 1]
        return (names.alias, names.team_id, names.user_id, not key.deleted_at or key.deleted_at > self.upto)


class Totals:
    """The sums of a report's rows over all its days, and of each dimension's rows by day."""

    def __init__(self, report):
        self.labels = {name: report.label(name) for name in report.latest}
        self.days = {date: day["metrics"][""] for date, day in sorted(report.days.items())}
        self.total = summed(self.days.values())
        self.by_day = {
            dimension: {date: {value: cells[""] for value, cells in report.days[date][dimension].items()} for date in self.days}
            for dimension in DIMENSIONS}

    def rows(self, dimension):
        sums = {}
        for rows in self.by_day[dimension].values():
            for value, metrics in rows.items():
                add(sums, value, metrics)
        return sums
