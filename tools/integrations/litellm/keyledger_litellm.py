"""Makes a LiteLLM proxy ask KeyLedger who may call, and tell it what each call cost. One file, to lie beside config.yaml; see README.md.

`custom_auth` asks the ledger about the key of each request. `logger` keeps the charge of each call in an outbox on disk (SQLite, flushed)
and sends it from there until the ledger has answered. Settings are environment variables:

KEYLEDGER_URL                    where the ledger answers, e.g. http://127.0.0.1:4100
KEYLEDGER_GATEWAY_KEY[_FILE]     a key of the ledger with role `gateway`, or a file that holds it
KEYLEDGER_OUTBOX                 folder of the outbox, on a local disk; all worker processes of the proxy share it
KEYLEDGER_RECORD_BEFORE_ANSWER   what a client's answer waits for: `outbox` (default) the charge is flushed in the outbox; `ledger` the
                                 ledger has flushed it, else 503; `either` the ledger, or the outbox where the ledger cannot be reached;
                                 `off` nothing
KEYLEDGER_VERIFY_TIMEOUT         seconds to wait for a verdict (5)
KEYLEDGER_RECORD_TIMEOUT         seconds that an answer waits for its charge (10)

Not here yet: a cache of verdicts that follows the ledger's events (each request asks), and `--shadow`.
"""
import asyncio
import atexit
import fcntl
import hashlib
import hmac
import json
import logging
import os
import re
import sqlite3
import sys
import threading
import time
import types
import uuid
from collections import OrderedDict
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path

import httpx
import litellm
from litellm.integrations.custom_logger import CustomLogger
from litellm.proxy._types import LitellmUserRoles, ProxyException, UserAPIKeyAuth

log = logging.getLogger("keyledger")

# MARK: Settings


@dataclass(frozen=True)
class Settings:
    url: str
    secret: str = field(repr=False)
    outbox: Path
    wait_for: str
    verify_timeout: float
    record_timeout: float

    @classmethod
    def read(cls, environment):
        """The settings, or a ValueError that says what is wrong: the proxy then does not start."""

        def needed(name):
            if value := environment.get(name, "").strip():
                return value
            raise ValueError(f"{name} is not set. See the head of keyledger_litellm.py.")

        def seconds(name, default):
            value = float(environment.get(name) or default)
            if not 0 < value <= 3600:
                raise ValueError(f"{name} must be seconds, more than 0 and at most 3600.")
            return value

        secret_file = environment.get("KEYLEDGER_GATEWAY_KEY_FILE")
        secret = Path(secret_file).read_text().strip() if secret_file else needed("KEYLEDGER_GATEWAY_KEY")
        wait_for = environment.get("KEYLEDGER_RECORD_BEFORE_ANSWER", "").strip().lower() or "outbox"
        wait_for = {"true": "ledger", "1": "ledger", "false": "off", "0": "off"}.get(wait_for, wait_for)
        if wait_for not in ("off", "outbox", "ledger", "either"):
            raise ValueError("KEYLEDGER_RECORD_BEFORE_ANSWER must be one of outbox, ledger, either, off.")
        return cls(needed("KEYLEDGER_URL").rstrip("/"), secret, Path(needed("KEYLEDGER_OUTBOX")), wait_for,
                   seconds("KEYLEDGER_VERIFY_TIMEOUT", 5), seconds("KEYLEDGER_RECORD_TIMEOUT", 10))


# LiteLLM loads this file once for each name that its configuration takes from it; what a process has once lives here.
_process = sys.modules.setdefault("keyledger_litellm.process", types.ModuleType("keyledger_litellm.process"))
_process.__dict__.setdefault("lock", threading.RLock())


def once(name, make):
    """What `make` gives, made once per process, also after a fork."""
    with _process.lock:
        made = _process.__dict__.setdefault("made", {})
        if (name, os.getpid()) not in made:
            made[name, os.getpid()] = make()
        return made[name, os.getpid()]


def settings():
    return once("settings", lambda: Settings.read(os.environ))


# MARK: Which key a request carries

HEADERS = ("x-litellm-api-key", "authorization", "api-key", "x-api-key", "x-goog-api-key", "ocp-apim-subscription-key")
# What Claude Code and Claude Desktop present for their own sign-in; the gateway's key then stands in x-api-key.
FOREIGN = "sk-ant-oat"
SCHEMES = ("Bearer ", "bearer ", "Basic ")


class Refusal(ProxyException):
    """An answer in LiteLLM's shape of errors; `verdict` is the ledger's word, told in a header."""

    def __init__(self, status, kind, message, param=None, verdict=None, retry_after=None):
        headers = {"x-keyledger-code": verdict} if verdict else {}
        if retry_after:
            headers["retry-after"] = str(retry_after)
        super().__init__(message=message, type=kind, param=param, code=status, headers=headers)


def without_scheme(value):
    """What follows `Bearer` or its like, or None without one."""
    if value.startswith("AWS4-HMAC-SHA256"):
        found = re.search(r"Credential=Bearer ([^/, ]+)", value)
        return found.group(1) if found else ""
    for scheme in SCHEMES:
        if value.startswith(scheme):
            while value.startswith(scheme):
                value = value[len(scheme):]
            return value
    return "" if value in ("Bearer", "bearer", "Basic") else None


def is_foreign(value):
    bare = without_scheme(value)
    return (value if bare is None else bare).startswith(FOREIGN)


def presented(headers, otherwise=None):
    """The secret that a request presents: of the first header that is there, even if it is bad, but for another service's sign-in.

    `headers` has `getlist`. `otherwise` is what LiteLLM found elsewhere, such as in the query of Google's routes.
    """
    for name in HEADERS:
        values = headers.getlist(name)
        if len(values) > 1:
            raise Refusal(400, "bad_request_error", f"The header '{name}' stands in the request more than once. Send it once.", name)
        if not values or (name == "authorization" and is_foreign(values[0])):
            continue
        value = values[0]
        if name in ("x-litellm-api-key", "authorization"):
            bare = without_scheme(value)
            value = bare if bare is not None else value if name == "x-litellm-api-key" else ""
        if not value:
            raise Refusal(401, "auth_error", "Authentication Error, Malformed API Key passed in. Ensure Key has `Bearer ` prefix.")
        return value
    if otherwise and not is_foreign(otherwise):
        return otherwise
    raise Refusal(401, "auth_error", "Authentication Error, No api key passed in.")


# MARK: Verdicts

TOKEN = re.compile("[0-9a-f]{64}")
UNKNOWN_KEY = (401, "token_not_found_in_db", "Authentication Error, Invalid API key provided.", "key")
REFUSALS = {
    "NOT_FOUND": UNKNOWN_KEY,
    "DELETED": UNKNOWN_KEY,
    "REVOKED": UNKNOWN_KEY,
    "GRACE_ENDED": UNKNOWN_KEY,
    "MALFORMED": (401, "auth_error", "Authentication Error, LiteLLM Virtual Key expected: a key begins with 'sk-'.", None),
    "BLOCKED": (401, "auth_error", "Authentication Error, Key is blocked. Update via `/key/unblock` if you're an admin.", None),
    "EXPIRED": (401, "expired_key", "Authentication Error - Expired Key.", None),
    "BUDGET_EXCEEDED": (422, "budget_exceeded", "Budget has been exceeded!", None),
    "MODEL_NOT_ALLOWED": (403, "key_model_access_denied", "This API key may not use the requested model.", "model"),
}


def refused(verdict):
    """The answer for a verdict that is not good; one that is not known here refuses too."""
    code = str(verdict.get("code"))
    status, kind, message, param = REFUSALS.get(code, (401, "auth_error", "Authentication Error, the key is not good.", None))
    if code == "BUDGET_EXCEEDED" and verdict.get("max_budget") is not None:
        message += f" Key={verdict.get('alias') or ''} Max budget: {verdict['max_budget']}"
    return Refusal(status, kind, message, param, verdict=code)


def unavailable(message):
    return Refusal(503, "no_db_connection", message, retry_after=1)


class Ledger:
    """Asks for verdicts, over connections that are kept, one set of them for each event loop."""

    def __init__(self, settings):
        self.settings = settings
        self.clients = {}

    def client(self):
        loop = asyncio.get_running_loop()
        if loop not in self.clients:
            self.clients = {known: client for known, client in self.clients.items() if not known.is_closed()}
            self.clients[loop] = httpx.AsyncClient(
                base_url=self.settings.url, timeout=self.settings.verify_timeout, trust_env=False,
                headers={"Authorization": f"Bearer {self.settings.secret}"},
                limits=httpx.Limits(max_connections=200, max_keepalive_connections=100, keepalive_expiry=30))
        return self.clients[loop]

    async def verdict(self, secret, model=None):
        """What `/v1/keys/verify` says now. 503 as an error if it says nothing: nobody is let in unasked."""
        question = {"key": secret} if model is None else {"key": secret, "model": model}
        try:
            answer = await self.ask(question)
        except (httpx.HTTPError, OSError) as error:
            log.error("the ledger cannot be reached: %s", type(error).__name__)
            raise unavailable("The key ledger cannot be reached. Try again.") from None
        if answer.status_code != 200:
            log.error("the ledger gave no verdict: status %d", answer.status_code)
            if answer.status_code in (401, 403):
                raise unavailable("The key ledger does not accept this proxy: its operator must give it a key with role gateway.")
            raise unavailable("The key ledger gives no verdict. Try again.")
        try:
            verdict = answer.json()
        except ValueError:
            verdict = None
        if not isinstance(verdict, dict) or (verdict.get("valid") is True and not TOKEN.fullmatch(str(verdict.get("token")))):
            raise unavailable("The key ledger gives no verdict. Try again.")
        return verdict

    async def ask(self, question):
        try:
            return await self.client().post("/v1/keys/verify", json=question)
        except (httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError):
            # A kept connection may have ended with the ledger's last restart; a question may be asked again.
            return await self.client().post("/v1/keys/verify", json=question)


def ledger():
    return once("ledger", lambda: Ledger(settings()))


# MARK: Authorisation

async def custom_auth(request, api_key):
    """`general_settings.custom_auth`: who sends a request. Raises ProxyException for whoever may not."""
    from litellm.proxy import proxy_server

    general = proxy_server.general_settings or {}
    if not (general.get("custom_auth_run_common_checks") and getattr(litellm, "enable_post_custom_auth_checks", False)):
        # Without them LiteLLM checks neither the models nor the roles of who is let in here.
        raise Refusal(500, "internal_server_error", "The proxy is not set up: config.yaml needs custom_auth_run_common_checks: true"
                      " (general_settings) and enable_post_custom_auth_checks: true (litellm_settings).")
    bare = without_scheme(api_key) if api_key else None
    found = api_key if bare is None else bare
    secret = found if general.get("litellm_key_header_name") and found else presented(request.headers, found)
    marks = {"keyledger": {"request": uuid.uuid4().hex, "named": bool(request.headers.get("x-litellm-call-id"))}}
    if proxy_server.master_key and hmac.compare_digest(secret.encode(), proxy_server.master_key.encode()):
        return UserAPIKeyAuth(api_key=hashlib.sha256(secret.encode()).hexdigest(), user_role=LitellmUserRoles.PROXY_ADMIN, metadata=marks)
    if not secret.startswith("sk-"):
        raise refused({"code": "MALFORMED"})
    verdict = await ledger().verdict(secret, model_asked_for(request))
    if verdict.get("valid") is not True:
        raise refused(verdict)
    return authorised(verdict, marks)


def model_asked_for(request):
    """The one model that a request names, in its body or its path; None where it names none or several: LiteLLM judges those."""
    from litellm.proxy.auth.auth_utils import get_model_from_request, get_request_route
    from litellm.proxy.common_utils.http_parsing_utils import _safe_get_request_parsed_body

    body = _safe_get_request_parsed_body(request) or {}
    model = get_model_from_request(dict(body), get_request_route(request=request)) or request.query_params.get("model")
    return model if isinstance(model, str) and 0 < len(model) <= 512 else None


def authorised(verdict, marks):
    """LiteLLM's description of a key. Budgets are the ledger's to judge: given here, LiteLLM would keep counters of its own."""
    return UserAPIKeyAuth(
        api_key=verdict["token"], key_alias=verdict.get("alias"), user_id=verdict.get("user_id"), team_id=verdict.get("team_id"),
        org_id=verdict.get("organization_id"), models=verdict.get("models") or [], rpm_limit=verdict.get("rpm_limit"),
        tpm_limit=verdict.get("tpm_limit"), max_parallel_requests=verdict.get("max_parallel_requests"),
        user_role=LitellmUserRoles.INTERNAL_USER, metadata={**(verdict.get("metadata") or {}), **marks})


# MARK: Charges

PICODOLLAR = Decimal("1e-12")
LONGEST_TEXT, MOST_TAGS, MOST_TAG_BYTES = 256, 64, 8192


def amount(value):
    """A float's shortest decimal text, to 10⁻¹² dollars as the ledger keeps it; never computed with as a float."""
    return Decimal(float.__repr__(value) if isinstance(value, float) else str(value or 0)).quantize(PICODOLLAR, ROUND_HALF_EVEN)


def decimal_text(value):
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def cost_parts(breakdown, spend):
    """The parts of a cost if they sum to it exactly, else None."""
    if not breakdown:
        return None
    try:
        given = {name: amount(breakdown.get(f"{name}_cost")) for name in ("input", "output", "cache_read", "cache_creation")}
        other = sum(map(amount, (breakdown.get("additional_costs") or {}).values()), amount(breakdown.get("tool_usage_cost")))
        other += amount(breakdown.get("guardrail_cost")) + amount(breakdown.get("margin_total_amount"))
        other -= amount(breakdown.get("discount_amount"))
        cached = given["cache_read"] + given["cache_creation"]
        # Some versions of LiteLLM count what was cached among the input, others beside it.
        for prompt in (given["input"], given["input"] - cached):
            parts = {"input": prompt, "output": given["output"], "cache_read": given["cache_read"], "cache_write": given["cache_creation"],
                     "other": other}
            if sum(parts.values()) == spend and all(part >= 0 for part in parts.values()):
                return {name: decimal_text(value) for name, value in parts.items() if value} or None
    except ArithmeticError:
        pass
    return None


def text(value):
    """A text that the ledger surely takes: a caller must not get a charge refused by a name that is too long or no Unicode."""
    if value in (None, ""):
        return None
    return str(value).encode("utf-8", "replace")[:LONGEST_TEXT].decode("utf-8", "ignore") or None


def tags(values):
    result, size = [], 0
    for value in (text(value) for value in values or []):
        if value is None or value in result:
            continue
        size += len(value.encode())
        if len(result) == MOST_TAGS or size > MOST_TAG_BYTES:
            break
        result.append(value)
    return result


def count(value):
    return int(value) if isinstance(value, (int, float)) and 0 < value <= 10_000_000_000 else 0


def endpoint(payload, metadata):
    from litellm.proxy.route_llm_request import ROUTE_ENDPOINT_MAPPING

    return ROUTE_ENDPOINT_MAPPING.get(payload.get("call_type")) or metadata.get("user_api_key_request_route")


def cache_tokens(usage):
    details = usage.get("prompt_tokens_details") or {}
    read = usage.get("cache_read_input_tokens") or details.get("cached_tokens")
    return count(read), count(usage.get("cache_creation_input_tokens") or details.get("cache_creation_tokens"))


def charge(payload, charge_id, token, failed=False):
    """The charge of a StandardLoggingPayload, as `/v1/spend` reads it. The same payload gives the same charge."""
    metadata = payload.get("metadata") or {}
    usage = metadata.get("usage_object") or {}
    try:
        spend = amount(payload.get("response_cost"))
    except ArithmeticError:
        # The ledger says that it is no amount, and the charge is kept aside.
        spend = Decimal("NaN")
    read, written = cache_tokens(usage)
    started, ended = payload.get("startTime") or time.time(), payload.get("endTime") or 0
    tool = (metadata.get("mcp_tool_call_metadata") or {}).get("name")
    result = {
        "request_id": charge_id, "token": token, "spend": decimal_text(spend), "occurred_at": started,
        "cost": cost_parts(payload.get("cost_breakdown"), spend),
        "prompt_tokens": count(payload.get("prompt_tokens")), "completion_tokens": count(payload.get("completion_tokens")),
        "cache_read_input_tokens": read, "cache_creation_input_tokens": written,
        "model": text(payload.get("model")), "model_group": text(payload.get("model_group")),
        "provider": text(payload.get("custom_llm_provider")), "endpoint": text(endpoint(payload, metadata)),
        "call_type": text(payload.get("call_type")), "mcp_tool": text(tool), "end_user": text(payload.get("end_user")),
        "tags": tags(payload.get("request_tags")), "status": "failure" if failed else "success",
        "duration_ms": count((ended - started) * 1000),
    }
    return {name: value for name, value in result.items() if value is not None}


def failure_payload(request, key):
    """A StandardLoggingPayload of a request that failed, of what LiteLLM has put beside the request's own members.

    None if no provider was called: what the proxy refuses by itself, however often, leaves nothing in the ledger. What it costs is what a
    stream that broke off has used.
    """
    started, usage = request.get("first_api_call_start_time"), request.get("combined_usage_object")
    # A caller's own member of that name is JSON, and no date.
    if not isinstance(started, datetime) or "keyledger" not in (key.metadata or {}):
        return None
    known = request.get("standard_logging_object") or {}
    metadata = request.get("metadata") or request.get("litellm_metadata") or {}
    # A usage without attributes is JSON, and the caller's own; so is the cost then.
    is_used = hasattr(usage, "prompt_tokens")
    return {
        "startTime": started.timestamp(), "endTime": time.time(), "call_type": request.get("call_type"),
        "model": known.get("model") or request.get("model"), "model_group": known.get("model_group") or request.get("model"),
        "custom_llm_provider": known.get("custom_llm_provider"), "response_cost": request.get("response_cost") if is_used else 0,
        "prompt_tokens": usage.prompt_tokens if is_used else 0, "completion_tokens": usage.completion_tokens if is_used else 0,
        "end_user": key.end_user_id or known.get("end_user"), "request_tags": known.get("request_tags") or metadata.get("tags"),
        "metadata": {"user_api_key_hash": key.api_key, "user_api_key_request_route": key.request_route},
    }


# MARK: Outbox

SCHEMA = """
CREATE TABLE IF NOT EXISTS pending (
    place INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, owner TEXT NOT NULL, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS pending_by_owner ON pending (owner, place);
CREATE TABLE IF NOT EXISTS aside (
    place INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, at TEXT NOT NULL, result TEXT NOT NULL, reason TEXT NOT NULL,
    body TEXT NOT NULL);
"""


class Call:
    """What has become of one charge: `stored` ends after the outbox's flush, `tried` with the first attempt to send it, `sent` with the
    ledger's word for it."""

    def __init__(self):
        self.stored, self.tried, self.sent = Future(), Future(), Future()
        self.response = None
        self.is_charged = False


def settle(future, value):
    if not future.done():
        future.set_result(value)


class Outbox:
    """Charges on disk until the ledger has answered for them.

    One thread stores what comes, several charges a flush; another one sends. Each process sends what it stored, and takes over what
    belongs to processes that are no more, which the lock that each holds on a file of its own tells.
    """

    MOST_CHARGES, MOST_BYTES = 1_000, 4 << 20
    FIRST_PAUSE, LONGEST_PAUSE, ADOPTION_PAUSE = 0.1, 5.0, 2.0

    def __init__(self, settings, post=None):
        self.settings = settings
        self.folder = settings.outbox
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.owner = uuid.uuid4().hex
        self.own_file = self.hold_owner_file()
        self.waiting, self.calls = [], {}
        self.lock = threading.Condition()
        self.wake = threading.Event()
        self.failing = self.unreachable = self.closing = False
        self.post = post or self.post_over_http
        self.client = None
        with Transaction(self.connect()) as connection:
            for statement in SCHEMA.split(";"):
                connection.execute(statement)
        connection.close()
        for run in (self.store_for_ever, self.send_for_ever):
            threading.Thread(target=run, name=f"keyledger {run.__name__}", daemon=True).start()
        atexit.register(self.close)

    def connect(self, synchronous="FULL"):
        connection = sqlite3.connect(self.folder / "outbox.sqlite", timeout=30, isolation_level=None, check_same_thread=False)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute(f"PRAGMA synchronous={synchronous}")
        return connection

    # Storing

    def put(self, charge_id, body, call=None):
        """Hands a charge over; `call.stored` tells when it is flushed. A charge whose id waits already is the same charge."""
        entry = (charge_id, json.dumps(body, separators=(",", ":")), call or Call())
        with self.lock:
            if not self.closing:
                self.waiting.append(entry)
                self.lock.notify()
                return
        # The process ends and its threads with it: what comes late is stored here and now.
        self.store(self.connect(), [entry])

    def store_for_ever(self):
        connection = None
        while True:
            with self.lock:
                while not self.waiting:
                    self.lock.wait()
                entries = list(self.waiting)
            try:
                connection = connection or self.connect()
                self.store(connection, entries)
            except Exception as error:  # Whatever it is, the charges wait and the next try comes.
                self.failing = True
                log.error("the outbox cannot be written, %d charges wait in memory: %s", len(entries), error)
                connection = None
                time.sleep(1)
                continue
            self.failing = False
            with self.lock:
                del self.waiting[:len(entries)]
                self.lock.notify_all()

    def store(self, connection, entries):
        if self.settings.wait_for in ("ledger", "either"):
            with self.lock:
                for charge_id, _, call in entries:
                    self.calls[charge_id] = call
        with Transaction(connection):
            connection.executemany("INSERT OR IGNORE INTO pending (id, owner, body) VALUES (?, ?, ?)",
                                   [(charge_id, self.owner, body) for charge_id, body, _ in entries])
        for _, _, call in entries:
            settle(call.stored, True)
        self.wake.set()

    def set_aside(self, connection, charge_id, result, reason, body):
        log.error("a charge is not in the ledger and kept aside: %s %s (%s)", result, charge_id, reason)
        connection.execute("INSERT INTO aside (id, at, result, reason, body) VALUES (?, ?, ?, ?, ?)",
                           (charge_id, time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), result, reason, body))

    def close(self):
        """Waits until what was handed over is stored; what was not sent is sent by the next process."""
        with self.lock:
            self.closing = True
            self.lock.wait_for(lambda: not self.waiting, timeout=5)
            if self.waiting:
                log.error("the process ends with %d charges that could not be stored", len(self.waiting))

    # Sending

    def send_for_ever(self):
        connection, pause, adopted_at = None, 0, 0.0
        while True:
            try:
                # A removal that a crash undoes is only sent once more, and known: it needs no flush of its own.
                connection = connection or self.connect("NORMAL")
                if time.monotonic() - adopted_at > self.ADOPTION_PAUSE:
                    self.adopt(connection)
                    adopted_at = time.monotonic()
                self.wake.clear()
                batch = self.batch(connection)
                if not batch:
                    self.wake.wait(self.ADOPTION_PAUSE)
                    continue
                results = self.results(batch)
            except sqlite3.Error as error:
                log.error("the outbox cannot be read: %s", error)
                connection, batch, results = None, [], None
            if results is None:
                self.tell_of_try(batch)
                pause = min(self.LONGEST_PAUSE, max(self.FIRST_PAUSE, pause * 2))
                time.sleep(pause)
                continue
            pause = 0
            try:
                self.finish(connection, batch, results)
            except sqlite3.Error as error:
                log.error("the outbox cannot be tidied, charges are sent once more: %s", error)
                connection = None
                time.sleep(1)

    def tell_of_try(self, batch):
        with self.lock:
            calls = [self.calls.get(charge_id) for _, charge_id, _ in batch]
        for call in calls:
            if call is not None:
                settle(call.tried, True)

    def batch(self, connection):
        rows, size = [], 0
        for row in connection.execute("SELECT place, id, body FROM pending WHERE owner = ? ORDER BY place LIMIT ?",
                                      (self.owner, self.MOST_CHARGES)):
            size += len(row[2])
            if rows and size > self.MOST_BYTES:
                break
            rows.append(row)
        return rows

    def results(self, batch):
        """The ledger's word for each charge, or None if it gave none and must be asked again."""
        try:
            status, answer = self.post("\n".join(body for _, _, body in batch).encode())
        except Exception as error:  # Whatever it is, the charges stay and are sent again.
            return self.no_answer(type(error).__name__, len(batch))
        results = answer.get("results") if isinstance(answer, dict) else None
        if status in (200, 409, 422) and isinstance(results, list) and [type(one) for one in results] == [dict] * len(batch):
            self.unreachable = False
            return results
        if status in (400, 413, 422):
            if len(batch) > 1:
                middle = len(batch) // 2
                halves = [self.results(batch[:middle]), self.results(batch[middle:])]
                return None if None in halves else halves[0] + halves[1]
            self.unreachable = False
            return [{"result": "rejected", "error": {"code": f"status {status}"}}]
        return self.no_answer(f"status {status}", len(batch))

    def no_answer(self, reason, number):
        if not self.unreachable:
            log.error("the ledger takes no charges (%s): they wait in the outbox, %d of them in this try", reason, number)
        self.unreachable = True

    def post_over_http(self, lines):
        self.client = self.client or httpx.Client(
            base_url=self.settings.url, timeout=30, trust_env=False,
            headers={"Authorization": f"Bearer {self.settings.secret}", "Content-Type": "application/x-ndjson"},
            limits=httpx.Limits(keepalive_expiry=30))
        answer = self.client.post("/v1/spend", content=lines)
        try:
            return answer.status_code, answer.json()
        except ValueError:
            return answer.status_code, None

    def finish(self, connection, batch, results):
        words = []
        with Transaction(connection):
            for (place, charge_id, body), result in zip(batch, results):
                word = result.get("result")
                words.append((charge_id, word))
                if word not in ("recorded", "duplicate"):
                    reason = result.get("error") or {}
                    self.set_aside(connection, charge_id, str(word), f"{reason.get('code')}: {reason.get('message', '')}", body)
                connection.execute("DELETE FROM pending WHERE place = ?", (place,))
        with self.lock:
            calls = [(self.calls.pop(charge_id, None), word) for charge_id, word in words]
        for call, word in calls:
            if call is not None:
                settle(call.sent, word)
                settle(call.tried, True)

    # Whose charges

    def hold_owner_file(self):
        """Shows that this process lives, by a lock that ends with it. The file has its name only once it is locked."""
        unnamed = self.folder / f"{self.owner}.new"
        descriptor = os.open(unnamed, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        unnamed.rename(self.folder / f"{self.owner}.owner")
        return descriptor

    def adopt(self, connection):
        """Takes over the charges of processes that are no more."""
        for (owner,) in connection.execute("SELECT DISTINCT owner FROM pending WHERE owner <> ?", (self.owner,)).fetchall():
            if not self.is_alive(owner):
                with Transaction(connection):
                    connection.execute("UPDATE pending SET owner = ? WHERE owner = ?", (self.owner, owner))
        for file in self.folder.glob("*.owner"):
            if file.stem != self.owner and not self.is_alive(file.stem):
                file.unlink(missing_ok=True)

    def is_alive(self, owner):
        try:
            descriptor = os.open(self.folder / f"{owner}.owner", os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return False
        except BlockingIOError:
            return True
        finally:
            os.close(descriptor)


class Transaction:
    """Writes as a whole or not at all."""

    def __init__(self, connection):
        self.connection = connection

    def __enter__(self):
        self.connection.execute("BEGIN IMMEDIATE")
        return self.connection

    def __exit__(self, kind, *_):
        if kind is None:
            self.connection.execute("COMMIT")
        elif self.connection.in_transaction:
            self.connection.execute("ROLLBACK")


def outbox():
    return once("outbox", lambda: Outbox(settings()))


# MARK: The logger

class NotRecorded(Refusal):
    """The call was made but its charge is not where it must be before the answer; it is still recorded later."""

    def __init__(self):
        super().__init__(503, "no_db_connection", "The charge of this call could not be recorded in time.", retry_after=1)


# LiteLLM leaves out loggers for callers that send `no-log`, but for those whose class has this prefix.
class _PROXY_KeyLedgerLogger(CustomLogger):
    """`litellm_settings.callbacks`: one charge for each call, under its `litellm_call_id`.

    LiteLLM tells of a call's success once, also where attempts before it failed; of a failure when the whole request has failed. A charge
    is known by the call and by the mark that `custom_auth` gave the request, if the caller chose the call's id: nobody may let two calls
    pass for one. Should LiteLLM tell of another response under the same call, it is another charge, its id followed by the response's.
    """

    MOST_CALLS = 10_000

    def __init__(self):
        super().__init__()
        self.calls = OrderedDict()
        self.lock = threading.Lock()
        self.settings = settings()

    @property
    def outbox(self):
        return outbox()

    def call(self, key):
        with self.lock:
            call = self.calls.setdefault(key, Call())
            self.calls.move_to_end(key)
            while len(self.calls) > self.MOST_CALLS:
                self.calls.popitem(last=False)
            return call

    @staticmethod
    def call_key(call_id, metadata):
        marks = (metadata or {}).get("keyledger") or {}
        call_id = text(call_id) or marks.get("request") or uuid.uuid4().hex
        return f"{call_id}/{marks['request']}" if marks.get("named") else call_id

    def record(self, payload, key, failed=False):
        token = str((payload.get("metadata") or {}).get("user_api_key_hash") or "")
        if not token:
            log.warning("a call without a key is not charged: %s", key)
            return
        if not TOKEN.fullmatch(token):
            token = hashlib.sha256(token.encode()).hexdigest()
        charge_id, call = key, self.call(key)
        response = re.sub("_cache_hit.*$", "", str(payload.get("id") or ""))
        with self.lock:
            if call.is_charged:
                if failed or response == call.response:
                    return
                charge_id, call = f"{key}/{text(response)}", None
            else:
                call.is_charged, call.response = True, response
        self.outbox.put(charge_id, charge(payload, charge_id, token, failed), call)

    # Events of LiteLLM

    async def async_pre_call_hook(self, user_api_key_dict, cache, data, call_type):
        if self.outbox.failing:
            raise unavailable("The proxy cannot keep charges: its outbox cannot be written.")
        if isinstance(model := data.get("model"), list) or (isinstance(model, str) and "," in model):
            # LiteLLM would call each of them and tell of the cost of one.
            raise Refusal(400, "invalid_request_error", "Name one model: what several cost cannot be told apart.", "model")
        return data

    async def async_log_success_event(self, kwargs, response_obj, start_time, end_time):
        payload = kwargs.get("standard_logging_object") or {}
        metadata = payload.get("metadata") or {}
        self.record(payload, self.call_key(payload.get("litellm_call_id") or kwargs.get("litellm_call_id"),
                                           metadata.get("user_api_key_auth_metadata")))

    async def async_post_call_failure_hook(self, request_data, original_exception, user_api_key_dict, traceback_str=None):
        payload = failure_payload(request_data, user_api_key_dict)
        # A call whose charge was late has one.
        if payload is None or isinstance(original_exception, NotRecorded):
            return
        key = self.call_key(request_data.get("litellm_call_id"), user_api_key_dict.metadata)
        # An id apart: should the provider's answer come to be told after all, its charge must not be taken for this one.
        if not self.call(key).is_charged:
            self.record(payload, f"{key}/failed", failed=True)

    # Before the answer

    async def async_post_call_success_hook(self, data, user_api_key_dict, response):
        known = data.get("litellm_logging_obj")
        if known is None or self.settings.wait_for == "off":
            return
        release = getattr(known, "enqueue_deferred_logging", None)
        if callable(release):
            # With guardrails LiteLLM tells of the call only after these hooks; they have passed by now.
            known.enqueue_deferred_logging = None
            release()
        await self.recorded(data, user_api_key_dict)

    async def async_post_call_streaming_iterator_hook(self, user_api_key_dict, response, request_data):
        held = []
        async for chunk in response:
            if held or (self.settings.wait_for != "off" and is_last(chunk)):
                held.append(chunk)
            else:
                yield chunk
        if self.settings.wait_for != "off":
            if getattr(request_data.get("litellm_logging_obj"), "_on_deferred_stream_complete", None):
                # As above: with guardrails, which have seen the whole stream by now.
                from litellm.proxy.utils import ProxyLogging

                ProxyLogging.fire_deferred_stream_logging(request_data)
            await self.recorded(request_data, user_api_key_dict)
        for chunk in held:
            yield chunk

    async def recorded(self, data, user_api_key_dict):
        """Waits until the call's charge is where the settings want it. Raises NotRecorded."""
        call = self.call(self.call_key(data.get("litellm_call_id"), user_api_key_dict.metadata))
        ends_at = time.monotonic() + self.settings.record_timeout
        if not await ended(call.stored, ends_at):
            raise NotRecorded()
        if self.settings.wait_for == "outbox":
            return
        if self.settings.wait_for == "either":
            await ended(call.tried, 0 if self.outbox.unreachable else ends_at)
            if not call.sent.done():
                return
        if await ended(call.sent, ends_at) not in ("recorded", "duplicate"):
            raise NotRecorded()


async def ended(future, ends_at):
    """The future's value, or None at that moment. Leaves the future as it is."""
    try:
        return await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(future)), max(0.001, ends_at - time.monotonic()))
    except asyncio.TimeoutError:
        return None


LAST_EVENT = re.compile(rb"(^|\n)(event: ?(message_stop|response\.completed)|data: ?\[DONE\])")


def is_last(chunk):
    """Whether a chunk tells the client that the answer is complete; it and what follows it are held back."""
    if isinstance(chunk, (bytes, str)):
        return LAST_EVENT.search(chunk if isinstance(chunk, bytes) else chunk.encode()) is not None
    kind = chunk.get("type") if isinstance(chunk, dict) else getattr(chunk, "type", None)
    if str(getattr(kind, "value", kind)) in ("message_stop", "response.completed"):
        return True
    choices = getattr(chunk, "choices", None) or []
    return any(getattr(choice, "finish_reason", None) for choice in choices)


logger = once("logger", _PROXY_KeyLedgerLogger)
# What an earlier process left behind is sent now, not with the first call.
outbox()
