#!/usr/bin/env python3
"""UmaDB, an event store server: appends events over its own protocol. usage: umadb_peer.py FOLDER; commands on standard input."""
import os
import socket
import subprocess
import sys
import threading
import time

from peer import Missing, remove, serve, temporary_folder


class UmaDB:
    def __init__(self, folder):
        try:
            import umadb
        except ImportError as error:
            raise Missing(error)
        self.umadb = umadb
        self.parent = folder
        self.server = None
        self.folder = None

    def version(self):
        from importlib.metadata import version

        return version("umadb")

    def start(self):
        """A server over an empty store."""
        self.close()
        self.folder = temporary_folder(self.parent, "umadb")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            address = f"127.0.0.1:{probe.getsockname()[1]}"
        program = os.path.join(os.path.dirname(sys.executable), "umadb")
        self.server = subprocess.Popen(
            [program, "--listen", address, "--db-path", self.folder + "/events"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.url = "http://" + address
        for _ in range(200):
            try:
                self.umadb.Client(self.url).head()
                return 1
            except Exception:
                if self.server.poll() is not None:
                    break
                time.sleep(0.05)
        raise Missing("the UmaDB server does not start here")

    def append(self, callers, batch, seconds, size):
        """Events a second that so many callers append in batches, each event of so many bytes with a type and no tag."""
        callers, batch, seconds, size = int(callers), int(batch), float(seconds), int(size)
        counts = [0] * callers
        failures = []
        clients = [self.umadb.Client(self.url) for _ in range(callers)]
        events = [self.umadb.Event("SpendRecorded", os.urandom(size), []) for _ in range(batch)]
        end = time.monotonic() + seconds

        def call(index):
            try:
                while time.monotonic() < end:
                    clients[index].append(events)
                    counts[index] += batch
            except Exception as error:
                failures.append(error)

        threads = [threading.Thread(target=call, args=(index,)) for index in range(callers)]
        start = time.monotonic()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if failures:
            raise Missing(f"UmaDB refused an append: {failures[0]}")
        return sum(counts) / (time.monotonic() - start)

    def close(self):
        if self.server:
            self.server.terminate()
            self.server.wait()
            self.server = None
        if self.folder:
            remove(self.folder)
            self.folder = None


serve(UmaDB, sys.argv[1])
