"""What Envoy's ext_authz and Traefik's ForwardAuth send to the ledger, byte by byte, with what their recipes let through.

Envoy's form is that of Envoy 1.40, seen on the wire: the client's method, the prefix before its path and query, small letters, a length
of 0 and no body whatever the client sends. Traefik's is that of its middlewares/auth/forward.go: GET, the address as it stands, the
listed headers, X-Forwarded-… . Both keep their connections. Used by tools/test-integrations.
"""
import http.client
import socket
from types import SimpleNamespace
from urllib.parse import urlsplit

from gateway_checks import CREDENTIALS, NAMES, UNKNOWN, bearer, expect
from gateway_programs import PATIENCE_SECONDS, RECIPES, Answer

HOST = "gateway.example:8080"


class Connection:
    """Bytes out, an answer in, on one connection."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS)

    def exchange(self, lines, method):
        self.socket.sendall("".join(f"{line}\r\n" for line in [*lines, ""]).encode())
        answer = http.client.HTTPResponse(self.socket, method=method)
        answer.begin()
        return Answer(answer.status, answer.headers, answer.read())

    def close(self):
        self.socket.close()


class Envoy:
    name = "Envoy's exchange"

    def __init__(self, yaml):
        text = yaml.safe_load((RECIPES / "envoy/envoy.yaml").read_text())
        filters = text["static_resources"]["listeners"][0]["filter_chains"][0]["filters"][0]["typed_config"]["http_filters"]
        asked = next(each["typed_config"] for each in filters if each["name"] == "envoy.filters.http.ext_authz")
        self.allowed = {pattern["exact"] for pattern in asked["allowed_headers"]["patterns"]}
        self.prefix = asked["http_service"]["path_prefix"]
        told = asked["http_service"]["authorization_response"]
        self.upstream, self.client, self.success = (told[f"allowed_{whom}"]["patterns"] for whom in (
            "upstream_headers", "client_headers", "client_headers_on_success"))
        expect(asked["failure_mode_allow"] is False, "Envoy's recipe has to refuse without the ledger")

    def request(self, method, path, headers):
        fields = [(name.lower(), value) for name, value in headers if name.lower() in self.allowed]
        return method, [
            f"{method} {self.prefix}{path} HTTP/1.1", f"host: {HOST}", "content-length: 0",
            "x-request-id: e19c0ea0-82c2-4c08-9e29-f63c719b0842", *(f"{name}: {value}" for name, value in fields), "x-envoy-internal: true", "x-forwarded-for: 10.0.0.7",
            "x-envoy-expected-rq-timeout-ms: 5000"]

    def to_service(self, answer):
        return self.chosen(answer, self.upstream)

    def to_client(self, answer):
        return self.chosen(answer, self.success if answer.status == 200 else self.client)

    @staticmethod
    def chosen(answer, patterns):
        return {name.lower(): value for name, value in answer.headers.items()
                if any(name.lower() == each.get("exact") or name.lower().startswith(each.get("prefix", "\0")) for each in patterns)}


class Traefik:
    name = "Traefik's exchange"

    def __init__(self, yaml):
        middlewares = yaml.safe_load((RECIPES / "traefik/keyledger.yaml").read_text())["http"]["middlewares"]
        asked = middlewares["keyledger"]["forwardAuth"]
        self.path = urlsplit(asked["address"]).path
        self.allowed = {name.lower() for name in asked["authRequestHeaders"]}
        self.taken = {name.lower() for name in asked["authResponseHeaders"]}
        changed = middlewares["keyledger-own-names"]["headers"]["customRequestHeaders"]
        removed = {name.lower() for name, value in changed.items() if value == ""}
        expect("connection" in removed, "Traefik's recipe has to remove Connection: it may name the ledger's headers")
        for name in NAMES:
            both = {f"x-keyledger-{name.lower()}", f"x_keyledger_{name.lower().replace('-', '_')}"}
            expect(both <= removed, f"Traefik's recipe has to remove a client's {name}")

    def request(self, method, path, headers):
        fields = [(http_case(name), value) for name, value in headers if name.lower() in self.allowed]
        return "GET", [
            f"GET {self.path} HTTP/1.1", "Host: 127.0.0.1:4100", "User-Agent: Go-http-client/1.1",
            *(f"{name}: {value}" for name, value in fields), "X-Forwarded-For: 10.0.0.7", f"X-Forwarded-Host: {HOST}", f"X-Forwarded-Method: {method}", "X-Forwarded-Proto: http",
            f"X-Forwarded-Uri: {path}", "Accept-Encoding: gzip"]

    def to_service(self, answer):
        return {name.lower(): value for name, value in answer.headers.items() if name.lower() in self.taken}

    @staticmethod
    def to_client(answer):
        """Of a refusal everything, of a verdict that is good nothing."""
        return {} if answer.status == 200 else {name.lower(): value for name, value in answer.headers.items()}


def http_case(name):
    return "-".join(part.capitalize() for part in name.split("-"))


def check_exchanges(port, keys):
    """The verdicts on every kind of key, on one connection for each program. False if the recipes cannot be read here."""
    try:
        import yaml
    except ImportError:
        return False
    for program in (Envoy(yaml), Traefik(yaml)):
        connection = Connection(port)
        check(SimpleNamespace(program=program, connection=connection), keys)
        connection.close()
    return True


def check(side, keys):
    good = [(name, f"Bearer {keys.good}" if name == "Authorization" else keys.good) for name in CREDENTIALS]
    cases = [(f"the key in {name}", 200, "VALID", [(name, value)]) for name, value in good] + [
        ("a secret in its grace", 200, "DEPRECATED", bearer(keys.old)),
        ("no key", 401, "NOT_FOUND", []),
        ("an unknown key", 401, "NOT_FOUND", bearer(UNKNOWN)),
        ("two keys", 401, "MALFORMED", bearer(keys.good) + bearer(UNKNOWN)),
        ("a blocked key", 403, "BLOCKED", bearer(keys.blocked)),
        ("a key over its budget", 403, "BUDGET_EXCEEDED", bearer(keys.spent)),
    ]
    extra = [("Content-Type", "application/json"), ("Content-Length", "5"), ("Expect", "100-continue"), ("Cookie", "a=b"),
             ("Upgrade", "websocket"), ("X-KeyLedger-Model", "forged")]
    for method in ("GET", "POST", "HEAD", "OPTIONS", "DELETE"):
        for path in ("/", "/v1/chat/completions?stream=true", "/a%20b//c/%2e%2e/?key=x&y=%2F"):
            for story, status, code, headers in cases:
                asked_with, lines = side.program.request(method, path, [*extra, *headers])
                answer = side.connection.exchange(lines, asked_with)
                story = f"{side.program.name}, {method} {path}, {story}"
                expect(answer.status == status and answer.headers["X-KeyLedger-Code"] == code and not answer.body, story, answer)
                check_handed_on(side.program, keys, story, answer)


def check_handed_on(program, keys, story, answer):
    to_service, to_client, code = program.to_service(answer), program.to_client(answer), answer.headers["X-KeyLedger-Code"]
    expect({f"x-keyledger-{name.lower()}" for name in NAMES} <= set(to_service), f"{story}: what the service is told", to_service)
    if code == "VALID":
        wanted = {f"x-keyledger-{name}": value for name, value in keys.identity.items()}
        expect(wanted.items() <= to_service.items(), f"{story}: who it is", to_service)
    if code == "DEPRECATED":
        told = {**to_service, **to_client}
        expect(told.get("deprecation", "").startswith("@") and told.get("sunset"), f"{story}: until when", told)
    if answer.status != 200:
        expect(to_client.get("x-keyledger-code") == code, f"{story}: what the client is told", to_client)
