"""What every gateway in front of a service has to do: pass the good, refuse the rest, and believe no client who it is."""
import hashlib
import http.client
import os
import signal

from gateway_programs import PATIENCE_SECONDS, Problem

NAMES = ("Code", "Key-Id", "Alias", "Team", "User", "Status", "Position")
CREDENTIALS = ("X-Litellm-Api-Key", "Authorization", "Api-Key", "X-Api-Key", "X-Goog-Api-Key", "Ocp-Apim-Subscription-Key")
UNKNOWN = "sk-nobody-has-this-one"


def bearer(secret):
    return [("Authorization", f"Bearer {secret}")]


def expect(condition, story, answer=""):
    if not condition:
        raise Problem(f"{story}: {answer}")


class Keys:
    """Keys in each situation."""

    def __init__(self, server):
        self.server, self.secrets = server, [UNKNOWN]
        self.good, key_id = self.make(key_alias="nächtlich 100%", team_id="t-1", user_id="ada")
        self.identity = {
            "code": "VALID", "key-id": key_id, "alias": "n%C3%A4chtlich 100%25", "team": "t-1", "user": "ada", "status": "active"}
        self.old, _ = self.make(key_alias="old")
        self.secrets.append(self.post("/key/regenerate", {"key": self.old, "grace_period": "1h"})["key"])
        self.blocked, _ = self.make(blocked=True)
        self.spent, _ = self.make(max_budget=0)

    def post(self, path, body):
        client = self.server.client(timeout=PATIENCE_SECONDS)
        status, answer, _ = client.post(path, body)
        client.close()
        expect(status == 200, f"POST {path}", f"{status} {answer}")
        return answer

    def make(self, **fields):
        answer = self.post("/key/generate", fields)
        self.secrets.append(answer["key"])
        return answer["key"], answer["key_id"]


class Passing:
    """What a good key may do."""

    def __init__(self, gateway, keys):
        self.gateway, self.keys = gateway, keys

    def run(self):
        self.identity()
        self.forgeries()
        self.credentials()
        self.grace()
        self.bodies()
        self.methods()
        self.own_refusals()

    def told(self, method="GET", path="/v1/models", headers=None, body=None, secret=None, connection=None):
        """What reached the service."""
        path = f"/{self.gateway.name}{path}"
        answer = self.gateway.ask(method, path, [*bearer(secret or self.keys.good), *(headers or [])], body, connection)
        expect(answer.status == 200, f"{method} {path} with a good key", answer)
        return answer.json

    def check_identity(self, headers, story):
        for name in NAMES:
            found = [value for key, value in headers if key.lower().replace("_", "-") == f"x-keyledger-{name.lower()}"]
            wanted = self.keys.identity.get(name.lower(), found[0] if found else None)
            expect(found == [wanted], f"{story}: X-KeyLedger-{name} at the service", found)
        expect(not any("forged" in value for _, value in headers), f"{story}: forged headers at the service", headers)

    def identity(self):
        told = self.told(path="/v1/a%20b/%2e/c?x=1&y=%2F")
        expect(told["path"] == f"/{self.gateway.name}/v1/a%20b/%2e/c?x=1&y=%2F", "the path at the service", told["path"])
        self.check_identity(told["headers"], "a plain request")

    def forgeries(self):
        """A client's own headers under the ledger's names, in any writing, alone, twice, and named as those of the connection."""
        own = [f"X-KeyLedger-{name}" for name in (*NAMES, "Model", "Reason")]
        forms = {"as they are": own, "twice": own + own, "in small letters": [name.lower() for name in own],
                 "with _": [name.replace("-", "_") for name in own], "with one _": [name.replace("-", "_", 1) for name in own],
                 "with the last -": ["_".join(name.split("-", 1)) for name in own] + [name[::-1].replace("-", "_", 1)[::-1] for name in own]}
        for story, names in forms.items():
            self.check_identity(self.told(headers=[(name, "forged") for name in names])["headers"], story)
        hop = [*bearer(self.keys.good), ("Connection", ", ".join(["keep-alive", *own]))]
        answer = self.gateway.ask("GET", "/v1/models", hop)
        if answer.status != 400:
            self.check_identity(answer.json["headers"], "named in Connection")
        answer = self.gateway.ask("GET", "/v1/models", [*bearer(self.keys.good), ("Deprecation", "forged"), ("Sunset", "forged")])
        expect("Deprecation" not in answer.headers and "Sunset" not in answer.headers, "a request with Deprecation", answer)

    def credentials(self):
        for name in CREDENTIALS:
            value = f"Bearer {self.keys.good}" if name == "Authorization" else self.keys.good
            answer = self.gateway.ask("GET", "/v1/models", [(name, value)])
            expect(answer.status == 200, f"the key in {name}", answer)
        answer = self.gateway.ask("GET", "/v1/models", [("Authorization", "Bearer sk-ant-oat01-x"), ("X-Api-Key", self.keys.good)])
        expect(answer.status == 200, "the key in X-Api-Key beside another service's token", answer)
        # More than the ledger takes. A gateway may have a limit of its own.
        cookies = [("Cookie", f"c{number}=" + "x" * 6_000) for number in range(3)]
        answer = self.gateway.ask("GET", "/v1/models", [*bearer(self.keys.good), *cookies])
        expect(answer.status in (200, 400), "18 kB of cookies", answer)

    def grace(self):
        answer = self.gateway.ask("GET", "/v1/models", bearer(self.keys.old))
        code = [value for name, value in answer.json["headers"] if name.lower() == "x-keyledger-code"]
        expect(answer.status == 200 and code == ["DEPRECATED"], "a secret in its grace", answer)
        for name, start in (("Deprecation", "@"), ("Sunset", "")):
            found = answer.headers.get_all(name, [])
            expect(len(found) == 1 and found[0].startswith(start) and found[0], f"{name} for a secret in its grace", answer)

    def bodies(self):
        whole = os.urandom(3 << 20)
        parts = [whole[at : at + 100_000] for at in range(0, len(whole), 100_000)]
        for story, body, headers in (("3 MiB", whole, []), ("3 MiB in chunks", parts, []), ("an empty body", b"", []),
                                     ("a small one, announced", b"hello", [("Expect", "100-continue")])):
            told = self.told("POST", "/v1/chat/completions", headers, body)
            sent = b"".join(body) if isinstance(body, list) else body
            expect(told["body_sha256"] == hashlib.sha256(sent).hexdigest(), f"{story} at the service", f"{told['body_bytes']} bytes")

    def methods(self):
        connection = self.gateway.connection()
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
            told = self.told(method, body=b"{}" if method[0] == "P" else None, connection=connection)
            expect(told["method"] == method, f"{method} at the service", told["method"])
        connection.close()
        answer = self.gateway.ask("HEAD", "/v1/models", bearer(self.keys.good))
        expect(answer.status == 200, "HEAD", answer)

    def own_refusals(self):
        """What the service itself refuses comes as it said it."""
        for status in (400, 401, 403, 404, 429, 500, 503):
            answer = self.gateway.ask("GET", f"/status/{status}", bearer(self.keys.good))
            expect(answer.status == status and answer.json.get("upstream") == "protected", f"the service's own {status}", answer)


class Refusals:
    """Who is refused, how, and that the service does not hear of it."""

    def __init__(self, gateway, keys, upstream):
        self.gateway, self.keys, self.upstream = gateway, keys, upstream

    def run(self):
        keys = self.keys
        self.refused(401, "auth_error", "NOT_FOUND", "no key", [])
        self.refused(401, "auth_error", "NOT_FOUND", "an unknown key", bearer(UNKNOWN))
        self.refused(401, "auth_error", "MALFORMED", "no scheme", [("Authorization", keys.good)])
        both = [("x-litellm-api-key", UNKNOWN), *bearer(keys.good)]
        self.refused(401, "auth_error", "NOT_FOUND", "a bad key that counts before a good one", both)
        self.refused(401, "auth_error", "NOT_FOUND", "a key in the query alone", [], f"/v1/models?key={keys.good}")
        self.refused(403, "permission_error", "BLOCKED", "a blocked key", bearer(keys.blocked))
        self.refused(429, "budget_exceeded", "BUDGET_EXCEEDED", "a key over its budget", bearer(keys.spent))
        self.refused(401, "auth_error", "NOT_FOUND", "claims to be good", [("X-KeyLedger-Code", "VALID"), ("X-KeyLedger-Status", "active")])
        for name, value in bearer(keys.good) + [("X-Api-Key", keys.good)]:
            answer = self.gateway.ask("GET", "/two-keys", [(name, value), (name, value)])
            expect(answer.status in (400, 401) and "/two-keys" not in self.upstream.paths, f"{name} twice", answer)
        for path in ("/auth/gateway", "/keyledger/verdict", "/keyledger/401", "/livez", "/readyz"):
            self.refused(401, "auth_error", "NOT_FOUND", f"{path}, without a key", [], path, below=False)
        self.block()

    def refused(self, status, kind, code, story, headers, path="/v1/refused", below=True):
        path = f"/{self.gateway.name}{path}" if below else path
        for method, body in (("GET", None), ("POST", b"x" * 2_000), ("POST", [b"x" * 1_000, b"y" * 1_000]), ("OPTIONS", None)):
            before = len(self.upstream.paths)
            answer = self.gateway.ask(method, path, headers, body)
            if path == "/keyledger/verdict" and answer.status == 404:
                continue
            expect(answer.status == status, f"{story}, {method}: should be {status}", answer)
            error = answer.json.get("error", {})
            expect(error.get("type") == kind and error.get("code") == str(status) and error.get("message"), f"{story}: the body", answer)
            expect(answer.headers["Content-Type"].startswith("application/json"), f"{story}: the type of the body", answer)
            expect(answer.headers.get("X-KeyLedger-Code") == code, f"{story}: should be {code}", answer)
            expect(("WWW-Authenticate" in answer.headers) == (status == 401), f"{story}: WWW-Authenticate", answer)
            expect(path not in self.upstream.paths[before:], f"{story}: the service has heard of it", path)

    def block(self):
        """A block holds for the very next request, on a connection that was good before."""
        secret, _ = self.keys.make(key_alias=f"of-{self.gateway.name}")
        connection = self.gateway.connection()
        for path, status in ((None, 200), ("/key/block", 403), ("/key/unblock", 200)):
            if path:
                self.keys.post(path, {"key": secret})
            answer = self.gateway.ask("GET", "/v1/models", bearer(secret), connection=connection)
            expect(answer.status == status, f"after {path}", answer)
        connection.close()


class Outage:
    """The ledger hangs, dies and comes back."""

    def __init__(self, keys, upstream, server):
        self.keys, self.upstream, self.server = keys, upstream, server

    def run(self, each, guards, meanwhile):
        self.server.process.send_signal(signal.SIGSTOP)
        # Until its last thread stands still.
        os.waitid(os.P_PID, self.server.process.pid, os.WSTOPPED)
        each(lambda gateway: self.refuses(gateway, "a ledger that hangs", [bearer(self.keys.good)]), guards)
        self.server.kill()
        presented = [bearer(self.keys.good), [("X-Api-Key", self.keys.good)], [("X-KeyLedger-Code", "VALID")], []]
        each(lambda gateway: self.refuses(gateway, "no ledger", presented), guards)
        meanwhile()
        self.server.start()
        each(lambda gateway: self.passes(gateway), guards)

    def refuses(self, gateway, story, presented):
        for number, headers in enumerate(presented):
            path = f"/{gateway.name}/outage/{number}?key={self.keys.good}"
            answer = gateway.ask("POST" if number % 2 else "GET", path, headers, b"{}" if number % 2 else None)
            expect(answer.status == 503 and answer.json["error"]["type"] == "service_unavailable", f"{story}: should be 503", answer)
            expect(answer.headers.get("Retry-After") == "1", f"{story}: Retry-After", answer)
            expect(not any(seen.startswith(path) for seen in self.upstream.paths), f"{story}: the service has heard of it", path)

    def passes(self, gateway):
        try:
            answer = gateway.ask("GET", "/v1/models", bearer(self.keys.good))
        except http.client.HTTPException as error:
            raise Problem(f"the ledger is back: {error!r}") from None
        expect(answer.status == 200, "the ledger is back", answer)
