"""Random charges and random lives of keys, as requests: what tools/test-spend sends."""
import datetime
import hashlib
import json
import time

from spend_model import DAY, EPOCH, SECOND, Charge, dollars, pico, rfc3339, zone_named

ZONES = ["UTC", "Asia/Kathmandu", "Australia/Lord_Howe", "America/New_York", "Europe/Berlin"]
QUARTER = 900 * SECOND

MODELS = [
    "openai/gpt-4o", "openai/gpt-4o-mini", "anthropic/claude-sonnet-4-5", "bedrock/mistral.l\u00e4rge:0", "models/☃ \"quoted\" \\ back"]
GROUPS = ["mock-gpt", "mock-claude", "gruppe-ü", "openai/gpt-4o"]
PROVIDERS = ["openai", "anthropic", "bedrock"]
ENDPOINTS = ["/chat/completions", "/embeddings", "/v1/messages"]
CALL_TYPES = ["acompletion", "aembedding"]
TOOLS = ["github/search", "fs/read"]
TAGS = ["red", "blue", "a tag / with: signs & \"marks\"", "größe", "User-Agent: curl/7.88.1", "t" * 200]
END_USERS = ["ada@example.com", "customer 7", "顧客", "x"]
SIMPLE_AMOUNTS = [
    "0.1", "0.2", "0.3", "0.008", "0.048", "1e-12", "0.000000000001", "0", "0.0", "1E-6", "2.5e-1", "1", "0.1000", "12.345678901234"]
ROUNDED_AMOUNTS = [
    "0.0000000000005", "0.0000000000015", "1.0000000000025", "0.1000000000000000055511151231257827", "3e-13", "0.30000000000000004"]
BAD_VALUES = [
    ("spend", ['"-0.1"', "-1e-12", '"NaN"', '"1.0.0"', "true", '""', "null", '"0x10"', "[]", '"∞"']),
    ("spend", ['"9223372.036854775808"', "1e30", '"1e400"', "123456789012345678901234567890"]),
    ("occurred_at", ['"yesterday"', '"2026-13-01T00:00:00Z"', '"2026-01-01"', "[]", "true", '"2026-02-30T00:00:00Z"']),
    ("prompt_tokens", ["-1", "1.5", '"many"', "1e30"]),
    ("status", ['"perhaps"']),
    ("tags", ['"red"', "[1]", "{}"]),
    ("token", ['"abc"', '"' + "g" * 64 + '"', "7", '"' + "A" * 63 + '"']),
]
LARGEST = "9223372.036854775807"


def token_of(secret):
    return hashlib.sha256(secret.encode()).hexdigest()


def transitions(now, days=380):
    """The moments in the last year at which one of the zones changed its clocks."""
    found = []
    for name in ZONES:
        zone = zone_named(name)
        hours = range((now - days * DAY) // (3600 * SECOND), now // (3600 * SECOND))
        before = None
        for hour in hours:
            offset = (EPOCH + datetime.timedelta(hours=hour)).astimezone(zone).utcoffset()
            if before is not None and offset != before:
                found.append(hour * 3600 * SECOND)
            before = offset
    return found


class Moments:
    """When charges say they happened: now, beside a change of the key, days ago, and at every edge that days and windows have."""

    def __init__(self, random, days):
        self.random, self.days = random, days
        now = time.time_ns()
        self.edges = [hour + second * SECOND for hour in transitions(now) for second in (-3600, -1, 0, 1, 3599, 3600)]
        for back in range(days):
            midnight = now - now % DAY - back * DAY
            # Midnight of the zones, and quarter-hours of UTC.
            self.edges += [midnight - minutes * 60 * SECOND for minutes in (0, 345, 660, 630, -300, -240, 60, 120)]
        self.edges = [edge for edge in self.edges if edge < now]

    def one(self, changes):
        random, now = self.random, time.time_ns()
        kind = random.random()
        if kind < 0.30 or (kind < 0.60 and not changes):
            return now - random.randrange(5_000_000)
        if kind < 0.60:
            return random.choice(changes) + random.choice([0, -1, 1, -1_000_000, 1_000_000, random.randrange(-20_000_000, 20_000_000)])
        if kind < 0.68:
            return now - random.randrange(2 * DAY)
        if kind < 0.80:
            return random.choice(self.edges) + random.choice([0, -1, 1, random.randrange(-QUARTER, QUARTER)])
        if kind < 0.82:
            return now + random.randrange(200 * SECOND)
        if kind < 0.86:
            return now - now % QUARTER - random.randrange(200) * QUARTER - random.choice([0, 1])
        return now - random.randrange(self.days * DAY)


class Sent:
    """A charge, its JSON members as they were sent, and what must come of it."""

    __slots__ = ("charge", "members", "result", "of", "path", "position")

    def __init__(self, charge, members, result="recorded", of=None, path="/v1/spend"):
        self.charge, self.members, self.result, self.of, self.path, self.position = charge, members, result, of, path, None

    @property
    def text(self):
        return "{" + ",".join(f'"{name}":{text}' for name, text in self.members.items()) + "}"

    @property
    def is_plain(self):
        """Whether the charge says all that is sent, so that it can be sent in another form."""
        return self.result in ("recorded", "duplicate")


class Protobuf:
    """A charge as `SpendCharge` of Schemas/keyledger/v1/ingest.proto, after its length."""

    COST = ["input", "output", "cache_read", "cache_write", "other"]

    @classmethod
    def delimited(cls, sent):
        charge, is_defaulted = sent.charge, "occurred_at" not in sent.members
        body = cls.texts([(1, charge.request_id)])
        if charge.producer:
            body += cls.texts([(2, charge.producer[0])]) + cls.number(4, charge.producer[1])
        body += cls.block(5, bytes.fromhex(charge.token)) + cls.signed(7, charge.amount)
        if not is_defaulted:
            body += cls.varint(8 << 3 | 1) + charge.occurred.to_bytes(8, "little", signed=True)
        body += cls.numbers([(9, charge.prompt), (10, charge.completion)])
        names = charge.model, charge.model_group, charge.provider, charge.endpoint, charge.call_type
        body += cls.texts(enumerate(names, 11))
        body += cls.numbers([(16, charge.cache_read), (17, charge.cache_write)])
        body += cls.texts([(18, charge.mcp_tool), (19, charge.end_user), *((20, tag) for tag in charge.tags)])
        body += cls.number(21, 1) if charge.failed else b""
        body += cls.numbers([(22, charge.duration)])
        if charge.cost is not None:
            body += cls.block(23, b"".join(cls.signed(index, charge.cost.get(name, 0)) for index, name in enumerate(cls.COST, 1)))
        body += cls.texts([(24, charge.user), (25, charge.team)])
        return cls.varint(len(body)) + body

    @staticmethod
    def varint(value):
        result = bytearray()
        while value > 127:
            result.append(value & 127 | 128)
            value >>= 7
        return bytes(result) + bytes([value])

    @classmethod
    def number(cls, field, value):
        return cls.varint(field << 3) + cls.varint(value)

    @classmethod
    def numbers(cls, pairs):
        return b"".join(cls.number(field, value) for field, value in pairs if value is not None)

    @classmethod
    def signed(cls, field, value):
        return cls.number(field, value << 1 if value >= 0 else (-value << 1) - 1)

    @classmethod
    def block(cls, field, value):
        return cls.varint(field << 3 | 2) + cls.varint(len(value)) + value

    @classmethod
    def texts(cls, pairs):
        return b"".join(cls.block(field, text.encode()) for field, text in pairs if text)


def quoted(value):
    return json.dumps(value, ensure_ascii=False)


class Charger:
    """Makes charges upon the keys of a book; what it makes comes from its seed, the moments and the keys there are."""

    def __init__(self, name, random, moments, book):
        self.name, self.random, self.moments, self.book = name, random, moments, book
        self.count = self.sequence = 0
        self.again = []

    def batch(self, size):
        """Charges of one request, most of them new."""
        if size >= 10 and self.random.random() < 0.1:
            return self.backlog(size)
        result, taken = [], set()
        while len(result) < size:
            kind = self.random.random()
            sent = None
            if kind < 0.04 and self.again:
                sent = self.repeated()
            elif kind < 0.055 and self.again:
                sent = self.conflicting()
            elif kind < 0.065:
                sent = self.refused()
            elif kind < 0.07 and self.again:
                sent = self.same_id_in_another_hour()
            sent = sent or self.new(alone=size == 1)
            # What is to be repeated stands in an earlier request, so that its position is known.
            if sent.of is not None and id(sent.of) in taken:
                continue
            taken.add(id(sent))
            result.append(sent)
            if sent.result == "recorded" and size > 1 and self.random.random() < 0.02:
                result.append(Sent(sent.charge, sent.members, "duplicate", sent))
        return result

    def backlog(self, size):
        """What a gateway sends that was cut off for two days: the charges of one key as they happened, its changes between them."""
        holder, now = self.book.pick(self.random), time.time_ns()
        edges = [moment + step for moment in holder[2] for step in (-1, 0)]
        moments = self.random.choices(edges, k=size // 4) if edges else []
        moments += (now - self.random.randrange(2 * DAY) for _ in range(size - len(moments)))
        return [self.new(holder=holder, moment=moment) for moment in sorted(moments)]

    def acknowledged(self, sent):
        """Keeps some of what was recorded, to send it again later."""
        if sent.result == "recorded" and sent.charge.request_id and "occurred_at" in sent.members and not sent.charge.adjusts:
            if len(self.again) < 400:
                self.again.append(sent)
            elif self.random.random() < 0.05:
                self.again[self.random.randrange(400)] = sent

    # MARK: New charges

    def new(self, alone=False, holder=None, moment=None, numbered=True):
        """A number that is drawn has to be sent: its producer may not leave it out."""
        random, members = self.random, {}
        secret, token, changes = holder or self.book.pick(random)
        charge = Charge(token=token, tags=[], failed=random.random() < 0.08)
        self.identify(charge, members, numbered and random.random() < 0.12)
        self.name_key(members, secret, token)
        if moment or not (alone or charge.producer) or random.random() >= 0.3:
            charge.occurred = moment or self.moments.one(changes)
            members["occurred_at"] = self.written_moment(charge.occurred)
        self.price(charge, members)
        self.count_tokens(charge, members)
        self.describe(charge, members)
        names = list(members)
        random.shuffle(names)
        return Sent(charge, {name: members[name] for name in names})

    def name_key(self, members, secret, token):
        members.pop("key", None)
        members.pop("token", None)
        if secret and self.random.random() < 0.6:
            members["key"] = quoted(secret)
        else:
            members["token"] = quoted(token)

    def identify(self, charge, members, is_numbered):
        if is_numbered:
            self.sequence += 1
            charge.producer = (self.name, self.sequence)
            members["producer"], members["producer_seq"] = quoted(self.name), str(self.sequence)
        else:
            self.count += 1
            charge.request_id = f"{self.name}-{self.count}" + self.random.choice(["", "", "", "/ä", " \"x\"", "-" + "y" * 60])
            members["request_id"] = quoted(charge.request_id)

    def written_moment(self, moment):
        seconds, rest = divmod(moment, SECOND)
        kind = self.random.random()
        if kind < 0.5:
            return quoted(rfc3339(moment))
        if kind < 0.6:
            local = EPOCH + datetime.timedelta(seconds=seconds + 345 * 60)
            return quoted(f"{local:%Y-%m-%dT%H:%M:%S}.{rest:09}+05:45")
        return f"{seconds}.{rest:09}"

    def price(self, charge, members):
        random, kind = self.random, self.random.random()
        if kind < 0.5:
            text = random.choice(SIMPLE_AMOUNTS)
        elif kind < 0.6:
            text = random.choice(ROUNDED_AMOUNTS)
        elif kind < 0.605:
            text = LARGEST
        else:
            text = dollars(random.randrange(10 ** random.randint(1, 15)))
        charge.amount = pico(text)
        members["spend"] = quoted(text) if random.random() < 0.5 else text
        if random.random() < 0.2:
            self.split(charge, members)

    def split(self, charge, members):
        names = self.random.sample(Protobuf.COST, self.random.randint(1, 5))
        parts, left = {}, charge.amount
        for name in names[:-1]:
            parts[name] = self.random.randint(0, left)
            left -= parts[name]
        parts[names[-1]] = left
        charge.cost = parts
        written = (f'"{name}":{quoted(dollars(part)) if self.random.random() < 0.5 else dollars(part)}' for name, part in parts.items())
        members["cost"] = "{" + ",".join(written) + "}"

    def count_tokens(self, charge, members):
        for field, name, share in (
            ("prompt", "prompt_tokens", 0.9), ("completion", "completion_tokens", 0.8), ("cache_read", "cache_read_input_tokens", 0.3),
            ("cache_write", "cache_creation_input_tokens", 0.2), ("duration", "duration_ms", 0.7),
        ):
            if self.random.random() < share:
                value = self.random.randrange(10 ** self.random.randint(1, 6))
                setattr(charge, field, value)
                members[name] = str(value)

    def describe(self, charge, members):
        random = self.random
        for field, name, choices, share in (
            ("model", "model", MODELS, 0.95), ("model_group", "model_group", GROUPS, 0.8), ("provider", "provider", PROVIDERS, 0.9),
            ("endpoint", "endpoint", ENDPOINTS, 0.85), ("call_type", "call_type", CALL_TYPES, 0.5), ("mcp_tool", "mcp_tool", TOOLS, 0.1),
            ("end_user", "end_user", END_USERS, 0.25), ("team", "team_id", ["team-0", "team-guest"], 0.04),
            ("user", "user_id", ["user-0", "user-guest"], 0.04),
        ):
            if random.random() < share:
                value = random.choice(choices)
                setattr(charge, field, value)
                members[name] = quoted(value)
        if random.random() < 0.3:
            tags = random.choices(TAGS, k=random.randint(1, 3))
            charge.tags = sorted(set(tags))
            members["tags"] = quoted(tags)
        if charge.failed or random.random() < 0.5:
            members["status"] = quoted("failure" if charge.failed else "success")

    def correction(self):
        """An administrator's, of either sign."""
        sent = self.new(numbered=False)
        sent.path, sent.charge.adjusts = "/v1/spend/adjust", True
        sent.charge.amount = self.random.randint(-10**13, 10**12)
        sent.charge.cost, sent.charge.failed, sent.charge.duration = None, False, None
        for name in ("cost", "status", "duration_ms"):
            sent.members.pop(name, None)
        sent.members |= {"spend": quoted(dollars(sent.charge.amount)), "reason": quoted("a price was wrong")}
        if self.random.random() < 0.5:
            sent.charge.model = None
            sent.members.pop("model", None)
        return sent

    # MARK: Charges that come again, and what is refused

    def repeated(self):
        """The same charge once more; the same content may be written in other words."""
        first = self.random.choice(self.again)
        members = dict(first.members)
        if self.random.random() < 0.5:
            members["occurred_at"] = self.written_moment(first.charge.occurred)
            members["spend"] = quoted(dollars(first.charge.amount))
            members["status"] = quoted("failure" if first.charge.failed else "success")
            self.name_key(members, None, first.charge.token)
            members = dict(sorted(members.items()))
        return Sent(first.charge, members, "duplicate", first)

    def conflicting(self):
        """Another charge under the same id, of the same hour."""
        first = self.random.choice(self.again)
        members, change = dict(first.members), self.random.randrange(6)
        if change == 0:
            members.pop("cost", None)
            members["spend"] = quoted(dollars(first.charge.amount - 1 if first.charge.amount else 1))
        elif change == 1:
            members["model"] = quoted("another-model")
        elif change == 2:
            members["prompt_tokens"] = str((first.charge.prompt or 0) + 1)
        elif change == 3:
            members["tags"] = quoted([*first.charge.tags, "one more"])
        elif change == 4:
            members.pop("key", None)
            members["token"] = quoted(token_of(f"sk-of-another-key-{self.name}"))
        else:
            hour = first.charge.occurred - first.charge.occurred % (3600 * SECOND)
            members["occurred_at"] = self.written_moment(hour + (first.charge.occurred - hour + 1) % (3600 * SECOND))
        return Sent(first.charge, members, "conflict", first)

    def same_id_in_another_hour(self):
        """The hour belongs to the identity: this is another charge."""
        first = self.random.choice(self.again)
        sent = self.new()
        if sent.charge.producer or not sent.charge.occurred:
            return sent
        moment = first.charge.occurred - self.random.randint(1, 9) * 3600 * SECOND
        self.count += 1  # An hour is used once for an id: the second may be taken already.
        sent.charge.request_id, sent.charge.occurred = first.charge.request_id, moment
        sent.members["request_id"], sent.members["occurred_at"] = first.members["request_id"], self.written_moment(moment)
        hours = self.book.hours_of(first.charge)
        if moment // (3600 * SECOND) in hours:
            return None
        hours.add(moment // (3600 * SECOND))
        return sent

    def refused(self):
        sent = self.new()
        members, kind = sent.members, self.random.random()
        if kind < 0.1:
            members["occurred_at"] = quoted(rfc3339(time.time_ns() + self.random.randint(3600, 10_000_000) * SECOND))
        elif kind < 0.2:
            members["cost"] = '{"input":' + quoted(dollars(sent.charge.amount + 1)) + "}"
        elif kind < 0.3:
            members.pop("key", None), members.pop("token", None)
        elif kind < 0.4 and sent.charge.request_id:
            members.pop("request_id")
        else:
            name, values = self.random.choice(BAD_VALUES)
            members.pop({"spend": "cost", "token": "key"}.get(name), None)
            members[name] = self.random.choice(values)
        return Sent(sent.charge, members, "rejected")


# MARK: Lives

DURATIONS = ["2s", "5s", "45s", "1m", "1h", "hourly", "1d", "daily", "3d", "7d", "weekly", "2w", "30d", "1mo", "monthly"]
AMOUNTS = ["0.1", "0.048", "1", "5", "25.5", "1000", "0.000000000001", "100000000"]


class Entry:
    """A key as its charges see it: its secrets, and when it changed."""

    def __init__(self, alias, secret):
        self.alias, self.secrets, self.changes = alias, [secret], []
        self.key_id, self.deleted = None, False
        # Few, so that they come back: a budget's period and the models that have one.
        self.periods, self.models = [], []

    @property
    def secret(self):
        return self.secrets[-1]


class Book:
    """All keys that there are or will be."""

    def __init__(self, random, keys):
        self.entries = []
        # Charged before they are anybody's; most become a key's secret later.
        self.later = [self.new_secret(random) for _ in range(max(3, keys // 20))]
        self.never = [token_of(f"sk-never-a-key-{number}") for number in range(3)]
        self.used_hours = {}

    @staticmethod
    def new_secret(random):
        return f"sk-{random.getrandbits(128):032x}"

    def pick(self, random):
        """A secret or None, its token, and the moments at which its key changed."""
        kind = random.random()
        entries = self.entries
        if kind < 0.03 or not entries:
            later = self.later
            if later and kind < 0.02:
                secret = random.choice(later)
                return secret, token_of(secret), []
            return None, random.choice(self.never), []
        entry = entries[random.randrange(len(entries))]
        if entry.deleted and random.random() < 0.6:
            entry = entries[random.randrange(len(entries))]
        secret = random.choice(entry.secrets) if random.random() < 0.25 else entry.secret
        return secret, token_of(secret), entry.changes

    def hours_of(self, charge):
        hours = self.used_hours.setdefault(charge.request_id, set())
        hours.add(charge.occurred // (3600 * SECOND))
        return hours


class Step:
    """One request that changes keys, and what it makes of the book."""

    def __init__(self, path, body, done=None):
        self.path, self.body, self.done = path, body, done or (lambda answer: None)


class Lives:
    """Random lives: each step is one request."""

    def __init__(self, random, book, keys):
        self.random, self.book, self.keys = random, book, keys
        self.aliases = 0

    def alias(self):
        self.aliases += 1
        return f"alias {self.aliases}" if self.random.random() < 0.8 else f"ключ-{self.aliases}"

    def step(self):
        random = self.random
        living = [entry for entry in self.book.entries if not entry.deleted]
        if len(living) < 2 or (len(self.book.entries) < self.keys and random.random() < 0.4):
            return self.create()
        entry, kind = random.choice(living), random.random()
        if kind < 0.10:
            return self.update(entry, {"key_alias": self.alias()})
        if kind < 0.30:
            return self.update(entry, self.somebody(partly=True))
        if kind < 0.50:
            return self.update(entry, self.budgets(entry))
        if kind < 0.70:
            return self.rotate(entry)
        if kind < 0.76:
            return Step(random.choice(["/key/block", "/key/unblock"]), {"key": entry.secret})
        if kind < 0.84:
            return self.delete(entry)
        if kind < 0.90:
            return Step(f"/key/{token_of(entry.secret)}/reset_spend", {"reset_to": 0})
        if kind < 0.92:
            return Step("/global/spend/reset", {})
        if kind < 0.96:
            return self.update(entry, {"spend": float(random.choice(AMOUNTS))})
        return self.update(entry, {"key_alias": self.alias(), **self.somebody(partly=True), **self.budgets(entry)})

    def somebody(self, partly=False):
        random, fields = self.random, {}
        for name, most in (("team_id", 5), ("user_id", 6), ("organization_id", 2), ("agent_id", 2)):
            if not partly or random.random() < 0.5:
                number = random.randrange(most + 1)
                fields[name] = None if number == most else f"{name[:-3]}-{number}"
        return fields or {"team_id": f"team-{random.randrange(5)}"}

    def budgets(self, entry):
        random, fields = self.random, {}
        if not entry.periods:
            entry.periods = random.sample(DURATIONS, 4)
            entry.models = random.sample(["mock-gpt", MODELS[0], "gruppe-ü"], 2)
        if random.random() < 0.4:
            fields["max_budget"] = float(random.choice(AMOUNTS)) if random.random() < 0.5 else None
        if random.random() < 0.6:
            fields["budget_duration"] = random.choice(entry.periods) if random.random() < 0.8 else None
        if random.random() < 0.5:
            limits = random.sample(entry.periods, random.randint(0, 2))
            fields["budget_limits"] = [{"budget_duration": text, "max_budget": float(random.choice(AMOUNTS))} for text in limits] or None
        if random.random() < 0.4:
            fields["model_max_budget"] = {
                model: {"budget_limit": float(random.choice(AMOUNTS)), "time_period": random.choice(entry.periods)}
                for model in random.sample(entry.models, random.randint(0, 2))} or None
        return fields or {"max_budget": 7.5}

    def create(self, alias=None):
        book, random = self.book, self.random
        if book.later and random.random() < 0.3:
            secret = book.later.pop(random.randrange(len(book.later)))
        else:
            secret = book.new_secret(random)
        body = {"key": secret, "key_alias": alias or self.alias(), **self.somebody()}
        entry = Entry(body["key_alias"], secret)
        if random.random() < 0.7:
            body |= {name: value for name, value in self.budgets(entry).items() if value is not None}
        if random.random() < 0.1:
            body["spend"] = float(random.choice(AMOUNTS))
        if random.random() < 0.05:
            body["duration"] = "1s"

        def done(answer):
            entry.key_id = answer["key_id"]
            book.entries.append(entry)
        return Step("/key/generate", body, done)

    def update(self, entry, fields):
        return Step("/key/update", {"key": self.random.choice(entry.secrets) if self.random.random() < 0.2 else entry.secret, **fields})

    def rotate(self, entry):
        secret = self.book.new_secret(self.random)
        body = {"key": entry.secret, "new_key": secret, "grace_period": self.random.choice(["1h", "1h", "1s", "0s"])}
        if self.random.random() < 0.2:
            body |= {"key_alias": self.alias(), **self.somebody(partly=True)}
        return Step("/key/regenerate", body, lambda answer: entry.secrets.append(secret))

    def delete(self, entry):
        def done(answer):
            entry.deleted = True
        return Step("/key/delete", {"keys": [entry.secret]}, done)
