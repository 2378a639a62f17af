#!/usr/bin/env python3
"""DuckDB over the same charges as Parquet. usage: duckdb_peer.py FOLDER; commands on standard input."""
import os
import sys
import time

from charges import COLUMNS, GROUP_BY
from peer import Missing, remove, serve, size_of, temporary_folder


class DuckDB:
    def __init__(self, folder):
        try:
            import duckdb
        except ImportError as error:
            raise Missing(error)
        self.duckdb = duckdb
        self.folder = temporary_folder(folder, "duckdb")
        self.database = duckdb.connect()
        self.database.execute(f"SET threads = {os.cpu_count()}")

    def version(self):
        return self.duckdb.__version__

    def load(self, csv):
        """Writes the charges of a CSV file as Parquet; rows and bytes."""
        self.path = self.folder + "/charges.parquet"
        types = ", ".join(f"'{name}': '{kind.duckdb}'" for name, kind in COLUMNS.items())
        self.database.execute(
            f"COPY (SELECT * FROM read_csv('{csv}', header = false, columns = {{{types}}})) TO '{self.path}' (FORMAT parquet)")
        count = self.database.execute(f"SELECT count(*) FROM '{self.path}'").fetchone()[0]
        return count, size_of(self.path)

    def group(self):
        """Seconds to group the charges into daily rows, and how many rows those are."""
        start = time.monotonic()
        self.database.execute(f"CREATE OR REPLACE TEMP TABLE daily AS {GROUP_BY.format(charges=repr(self.path), day='occurred_at // 86400')}")
        seconds = time.monotonic() - start
        return seconds, self.database.execute("SELECT count(*) FROM daily").fetchone()[0]

    def close(self):
        self.database.close()
        remove(self.folder)


serve(DuckDB, sys.argv[1])
