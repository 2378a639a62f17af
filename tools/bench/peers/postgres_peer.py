#!/usr/bin/env python3
"""PostgreSQL with LiteLLM's tables. usage: postgres_peer.py FOLDER; commands on standard input.

The server runs in a temporary folder as an unprivileged user and listens on a socket in it alone; it flushes each commit, and its
settings are Debian's but for the memory that a server of this size would be given.
"""
import glob
import os
import pwd
import re
import shutil
import subprocess
import sys
import time

from charges import COLUMNS, GROUP_BY
from peer import Missing, remove, serve, size_of, temporary_folder

SETTINGS = {
    "listen_addresses": "''",
    "fsync": "on",
    "synchronous_commit": "on",
    "shared_buffers": "1GB",
    "work_mem": "256MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "8GB",
    "max_parallel_workers_per_gather": str(os.cpu_count()),
    "max_connections": "100",
}

DAILY = """
CREATE TABLE "LiteLLM_DailyUserSpend" (
    id text PRIMARY KEY, user_id text, date text NOT NULL, api_key text NOT NULL, model text, model_group text,
    custom_llm_provider text, mcp_namespaced_tool_name text, endpoint text,
    prompt_tokens bigint DEFAULT 0, completion_tokens bigint DEFAULT 0, cache_read_input_tokens bigint DEFAULT 0,
    cache_creation_input_tokens bigint DEFAULT 0, compression_saved_tokens bigint DEFAULT 0,
    compression_savings_spend double precision DEFAULT 0, prompt_caching_savings_spend double precision DEFAULT 0,
    gateway_injected_caching_savings_spend double precision DEFAULT 0, autorouter_savings_spend double precision DEFAULT 0,
    spend double precision DEFAULT 0, api_requests bigint DEFAULT 0, successful_requests bigint DEFAULT 0,
    failed_requests bigint DEFAULT 0, total_response_time_ms bigint DEFAULT 0, timed_requests bigint DEFAULT 0,
    created_at timestamp DEFAULT now(), updated_at timestamp DEFAULT now());
CREATE UNIQUE INDEX ON "LiteLLM_DailyUserSpend"
    (user_id, date, api_key, model, custom_llm_provider, mcp_namespaced_tool_name, endpoint);
CREATE INDEX ON "LiteLLM_DailyUserSpend" (date);
CREATE INDEX ON "LiteLLM_DailyUserSpend" (user_id, date);
CREATE INDEX ON "LiteLLM_DailyUserSpend" (api_key);
CREATE INDEX ON "LiteLLM_DailyUserSpend" (model);
CREATE INDEX ON "LiteLLM_DailyUserSpend" (mcp_namespaced_tool_name);
CREATE INDEX ON "LiteLLM_DailyUserSpend" (endpoint);
"""

TABLES = DAILY + """
CREATE TABLE "LiteLLM_VerificationToken" (token text PRIMARY KEY, key_alias text, spend double precision DEFAULT 0,
    user_id text, team_id text);
CREATE TABLE "LiteLLM_SpendLogs" (
    request_id text PRIMARY KEY, call_type text NOT NULL, api_key text DEFAULT '' NOT NULL, spend double precision DEFAULT 0,
    total_tokens integer DEFAULT 0, prompt_tokens integer DEFAULT 0, completion_tokens integer DEFAULT 0,
    "startTime" timestamp(3) NOT NULL, "endTime" timestamp(3) NOT NULL, request_duration_ms integer, model text DEFAULT '' NOT NULL,
    model_group text DEFAULT '', custom_llm_provider text DEFAULT '', "user" text DEFAULT '', team_id text, status text,
    metadata jsonb DEFAULT '{}', request_tags jsonb DEFAULT '[]');
CREATE INDEX ON "LiteLLM_SpendLogs" ("startTime");
CREATE INDEX ON "LiteLLM_SpendLogs" ("startTime", request_id);
CREATE INDEX ON "LiteLLM_SpendLogs" ("user");
"""

CHARGE = r"""
\set key random(1, {keys})
\set model random(1, 8)
BEGIN;
INSERT INTO "LiteLLM_SpendLogs" (request_id, call_type, api_key, spend, total_tokens, prompt_tokens, completion_tokens, "startTime",
    "endTime", request_duration_ms, model, model_group, custom_llm_provider, "user", status)
    VALUES (gen_random_uuid()::text, 'acompletion', md5(:key::text) || md5(:key::text), 0.008, 300, 200, 100, now(), now(), 900,
    'model-' || :model, 'group-' || :model, 'openai', 'user-' || :key, 'success');
UPDATE "LiteLLM_VerificationToken" SET spend = spend + 0.008 WHERE token = md5(:key::text) || md5(:key::text);
INSERT INTO "LiteLLM_DailyUserSpend" AS daily (id, user_id, date, api_key, model, model_group, custom_llm_provider,
    mcp_namespaced_tool_name, endpoint, prompt_tokens, completion_tokens, spend, api_requests, successful_requests,
    total_response_time_ms, timed_requests)
    VALUES (gen_random_uuid()::text, 'user-' || :key, to_char(now(), 'YYYY-MM-DD'), md5(:key::text) || md5(:key::text), 'model-' || :model,
    'group-' || :model, 'openai', '', '/chat/completions', 200, 100, 0.008, 1, 1, 900, 1)
    ON CONFLICT (user_id, date, api_key, model, custom_llm_provider, mcp_namespaced_tool_name, endpoint) DO UPDATE SET
    prompt_tokens = daily.prompt_tokens + 200, completion_tokens = daily.completion_tokens + 100, spend = daily.spend + 0.008,
    api_requests = daily.api_requests + 1, successful_requests = daily.successful_requests + 1,
    total_response_time_ms = daily.total_response_time_ms + 900, timed_requests = daily.timed_requests + 1, updated_at = now();
COMMIT;
"""

# What LiteLLM asks for one day range of all keys, which its Python then sums up by day and name; as it reads rows, so do we.
ACTIVITY = """
SELECT date, api_key, model, model_group, custom_llm_provider, mcp_namespaced_tool_name, endpoint, sum(spend), sum(prompt_tokens),
    sum(completion_tokens), sum(cache_read_input_tokens), sum(cache_creation_input_tokens), sum(api_requests),
    sum(successful_requests), sum(failed_requests), sum(total_response_time_ms), sum(timed_requests)
FROM "LiteLLM_DailyUserSpend" WHERE date >= '{first}' AND date <= '{last}'
GROUP BY date, api_key, model, model_group, custom_llm_provider, mcp_namespaced_tool_name, endpoint ORDER BY date DESC
"""


class Postgres:
    def __init__(self, folder):
        self.parent = folder
        self.folder = None
        self.user = None

    def version(self):
        return re.search(r"[\d.]+", subprocess.run([self.program("postgres"), "--version"], capture_output=True, text=True).stdout)[0]

    def program(self, name):
        def found():
            return sorted(glob.glob(f"/usr/lib/postgresql/*/bin/{name}")) or [path for path in [shutil.which(name)] if path]

        if not found():
            if os.geteuid() != 0 or not shutil.which("apt-get"):
                raise Missing("PostgreSQL is not installed: apt-get install postgresql")
            for command in (["update"], ["install", "-y", "--no-install-recommends", "postgresql"]):
                subprocess.run(["apt-get", "-q", *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if not found():
            raise Missing("PostgreSQL cannot be installed here")
        return found()[-1]

    def run(self, *arguments, **options):
        """Runs a program as the server's user."""
        if os.geteuid() == 0:
            arguments = ("setpriv", f"--reuid={self.user}", f"--regid={pwd.getpwnam(self.user).pw_gid}", "--clear-groups", *arguments)
        done = subprocess.run(arguments, capture_output=True, text=True, cwd="/", **options)
        if done.returncode != 0:
            raise Missing(f"{os.path.basename(arguments[0])} failed: {(done.stderr or done.stdout).strip()[-400:]}")
        return done.stdout

    def start(self):
        """A server over an empty database with LiteLLM's tables."""
        self.close()
        initdb = self.program("initdb")
        users = [entry.pw_name for entry in pwd.getpwall()]
        self.user = "postgres" if "postgres" in users else "nobody"
        self.folder = temporary_folder(self.parent, "postgres")
        self.data = self.folder + "/data"
        if os.geteuid() == 0:
            os.chown(self.folder, pwd.getpwnam(self.user).pw_uid, -1)
        self.run(initdb, "-D", self.data, "-A", "trust", "-U", "bench", "-E", "UTF8", "--locale=C")
        with open(self.data + "/postgresql.auto.conf", "a") as settings:
            settings.writelines(f"{name} = {value}\n" for name, value in {**SETTINGS, "unix_socket_directories": f"'{self.folder}'"}.items())
        self.run(self.program("pg_ctl"), "-D", self.data, "-w", "-l", self.folder + "/log", "start")
        self.sql(TABLES)
        return 1

    def sql(self, text):
        return self.run(self.program("psql"), *self.target(), "-qAtX", "-v", "ON_ERROR_STOP=1", "-c", text).strip()

    def target(self):
        return "-h", self.folder, "-U", "bench", "-d", "postgres"

    def charges(self, clients, seconds, keys):
        """Charges a second: three writes in a transaction for each."""
        keys = int(keys)
        if int(self.sql('SELECT count(*) FROM "LiteLLM_VerificationToken"')) == 0:
            self.sql(f'INSERT INTO "LiteLLM_VerificationToken" SELECT md5(i::text) || md5(i::text), \'alias-\' || i, 0, \'user-\' || i,'
                     f" 'team-' || i / 100 FROM generate_series(1, {keys}) AS i")
            self.sql("VACUUM ANALYZE")
        script = self.folder + "/charge.sql"
        with open(script, "w") as file:
            file.write(CHARGE.format(keys=keys))
        output = self.run(
            self.program("pgbench"), *self.target()[:4], "-n", "-M", "prepared", "-c", clients, "-j", str(os.cpu_count()), "-T",
            str(max(1, round(float(seconds)))), "-f", script, "postgres")
        return float(re.search(r"tps = ([\d.]+)", output)[1])

    def load(self, csv):
        """Reads the charges of a CSV file into a table; rows and bytes."""
        columns = ", ".join(f"{name} {kind.postgres}" for name, kind in COLUMNS.items())
        self.sql(f"DROP TABLE IF EXISTS charges; CREATE UNLOGGED TABLE charges ({columns}); COPY charges FROM '{csv}' (FORMAT csv)")
        self.sql("VACUUM ANALYZE charges")
        return int(self.sql("SELECT count(*) FROM charges")), int(self.sql("SELECT pg_total_relation_size('charges')"))

    def group(self):
        """Seconds to group the charges into daily rows, and how many rows those are."""
        return self.into_table("daily", GROUP_BY.format(charges="charges", day="occurred_at / 86400"))

    def index(self):
        """Seconds to make an index of the charges' ids."""
        start = time.monotonic()
        self.sql("DROP INDEX IF EXISTS ids; CREATE UNIQUE INDEX ids ON charges (request_id)")
        return time.monotonic() - start

    def into_table(self, name, query):
        start = time.monotonic()
        self.sql(f"DROP TABLE IF EXISTS {name}; CREATE UNLOGGED TABLE {name} AS {query}")
        return time.monotonic() - start, int(self.sql(f"SELECT count(*) FROM {name}"))

    def daily(self):
        """Fills LiteLLM's daily table from the charges; rows and bytes."""
        self.sql("""
            INSERT INTO "LiteLLM_DailyUserSpend" (id, user_id, date, api_key, model, model_group, custom_llm_provider,
                mcp_namespaced_tool_name, endpoint, prompt_tokens, completion_tokens, spend, api_requests, successful_requests,
                failed_requests, total_response_time_ms, timed_requests)
            SELECT gen_random_uuid()::text, 'user-' || left(api_key, 4), to_char(to_timestamp(occurred_at) AT TIME ZONE 'UTC',
                'YYYY-MM-DD'), api_key, model, model_group, provider, '', endpoint, sum(prompt_tokens), sum(completion_tokens),
                sum(spend) / 1e12, count(*), sum(1 - failed), sum(failed), sum(duration_ms), sum(1 - failed)
            FROM charges GROUP BY api_key, 3, model, model_group, provider, endpoint""")
        self.sql('VACUUM ANALYZE "LiteLLM_DailyUserSpend"')
        return (int(self.sql('SELECT count(*) FROM "LiteLLM_DailyUserSpend"')),
                int(self.sql("""SELECT pg_total_relation_size('"LiteLLM_DailyUserSpend"')""")))

    def activity(self, first, last):
        """Seconds to ask for the daily rows of a range of days and to receive them, and how many there are."""
        output = self.folder + "/rows"
        start = time.monotonic()
        self.run(self.program("psql"), *self.target(), "-qAtX", "-o", output, "-c", ACTIVITY.format(first=first, last=last))
        seconds = time.monotonic() - start
        with open(output, "rb") as rows:
            return seconds, sum(1 for _ in rows)

    def bytes(self):
        return size_of(self.data)

    def close(self):
        if not self.folder:
            return
        if os.path.exists(self.data + "/postmaster.pid"):
            self.run(self.program("pg_ctl"), "-D", self.data, "-w", "-m", "immediate", "stop")
        remove(self.folder)
        self.folder = None


serve(Postgres, sys.argv[1])
