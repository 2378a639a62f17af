"""What the proxy in front of LiteLLM has to send where. Used by tools/test-integrations."""
from gateway_checks import bearer, expect
from ledger_process import ROOT

# Answered by both: LiteLLM's stay LiteLLM's, and the ledger's are asked at its own address.
OPERATORS = ("/livez", "/readyz", "/health/", "/metrics", "/openapi.json", "/auth/gateway", "/v1/clock/", "/v1/rebuild", "/v1/reconcile")
LITELLM = ("/", "/health/readiness", "/v1/models", "/v1/chat/completions", "/chat/completions", "/v1/messages", "/v1/responses",
           "/model/info", "/keys", "/keyboard", "/spending", "/globally", "/user/dailyx", "/ui/key/list", "/v1/key", "/v2/key/infos", "/v2/model/info",
           "/v1/spendings", "/x/key/info", "/metrics", "/livez", "/credentials", "/v1/rebuild")
LEDGER = ("/audit", "/audit/1", "/key/info?key=sk-a-key-in-a-query", "/team/key/bulk_update", "/team/spend/report", "/user/spend/report",
          "/organization/spend/report", "//key/info", "/%6bey/info", "/v1/../key/info")


def served_paths():
    """What the ledger answers, from its description."""
    lines = (ROOT / "Schemas/openapi.yaml").read_text().splitlines()
    paths = [line.strip().rstrip(":").strip("'\"") for line in lines if line.startswith("  /") and line.rstrip().endswith(":")]
    return [path.replace("{", "").replace("}", "") for path in paths if not path.startswith(OPERATORS)]


def check_split(gateway, secret):
    for path in LITELLM:
        answer = gateway.ask("GET", path, bearer(secret))
        expect(answer.status == 200 and answer.json.get("upstream") == "protected", f"{path} should reach LiteLLM", answer)
        expect(answer.json["path"] == path, f"{path} at LiteLLM", answer.json["path"])
    for path in (*served_paths(), *LEDGER):
        answer = gateway.ask("GET", path, bearer(secret))
        expect("X-KeyLedger-Position" in answer.headers, f"{path} should reach the ledger (see tools/integrations/litellm-split)", answer)
    work(gateway, secret)


def work(gateway, secret):
    """A script of a LiteLLM operator, through the proxy."""
    def post(path, body):
        answer = gateway.ask("POST", path, [*bearer(secret), ("Content-Type", "application/json")], body)
        expect(answer.status == 200, f"POST {path}", answer)
        return answer.json

    key = post("/key/generate", b'{"key_alias": "of-%s"}' % gateway.name.encode())["key"]
    info = gateway.ask("GET", f"/key/info?key={key}", bearer(secret))
    expect(info.status == 200 and info.json["info"]["key_alias"] == f"of-{gateway.name}", "/key/info of a key just made", info)
    new = post(f"/key/{key}/regenerate", b'{"grace_period": "1h"}')["key"]
    post("/key/block", b'{"key": "%s"}' % new.encode())
    told = post("/v1/chat/completions", b"x" * (2 << 20))
    expect(told["body_bytes"] == 2 << 20, "2 MiB at LiteLLM", told["body_bytes"])
    gateway.secrets = [key, new, "sk-a-key-in-a-query"]


def check_split_without_ledger(gateway):
    """Without the ledger model calls go on, and its answers are not LiteLLM's."""
    answer = gateway.ask("GET", "/v1/models", [("X-Api-Key", "sk-whatever")])
    expect(answer.status == 200, "/v1/models without the ledger", answer)
    for path in (f"/key/info?key={gateway.secrets[0]}", f"/key/{gateway.secrets[0]}/regenerate"):
        answer = gateway.ask("GET", path, [("X-Api-Key", gateway.secrets[1])])
        expect(answer.status in (502, 504), f"{path} without the ledger", answer)
