"""Charges as columns: the CSV file that the bench writes, in this order without a header."""
from typing import NamedTuple


class Kind(NamedTuple):
    postgres: str
    duckdb: str


TEXT = Kind("text", "VARCHAR")
WHOLE = Kind("bigint", "BIGINT")

COLUMNS = {
    "request_id": TEXT,
    "api_key": TEXT,
    # Seconds since 1970.
    "occurred_at": WHOLE,
    # 10⁻¹² USD.
    "spend": WHOLE,
    "prompt_tokens": WHOLE,
    "completion_tokens": WHOLE,
    "model": TEXT,
    "model_group": TEXT,
    "provider": TEXT,
    "endpoint": TEXT,
    "call_type": TEXT,
    "duration_ms": WHOLE,
    # 0 or 1.
    "failed": WHOLE,
}

# Daily rows as the ledger's view has them: totals by day, key and names.
GROUP_BY = """
SELECT {day} AS day, api_key, model, model_group, provider, endpoint, call_type, sum(spend) AS spend,
       sum(prompt_tokens) AS prompt_tokens, sum(completion_tokens) AS completion_tokens, sum(1 - failed) AS succeeded,
       sum(failed) AS failed, sum(duration_ms) AS duration_ms
FROM {charges}
GROUP BY 1, 2, 3, 4, 5, 6, 7
"""
