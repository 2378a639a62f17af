"""A real server in a temporary folder, and a client that keeps its connection: what tools/kill and tools/demo stand on."""
import http.client
import json
import os
import random
import secrets
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent


def binary():
    """The program to try: KEYLEDGER_BINARY, else what `tools/run` builds."""
    path = Path(os.environ.get("KEYLEDGER_BINARY") or ROOT / ".build/release/keyledger").resolve()
    if not os.access(path, os.X_OK):
        sys.exit(f"{path} is not there. Build it with `swift build -c release`, or name another in KEYLEDGER_BINARY.")
    return str(path)


def command_line(*arguments, timeout=120):
    """Runs the program and gives its exit status, standard output and standard error; it sees none of the caller's settings."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("KEYLEDGER_", "LITELLM_"))}
    done = subprocess.run([binary(), *map(str, arguments)], capture_output=True, text=True, timeout=timeout, env=environment)
    return done.returncode, done.stdout, done.stderr


def free_port():
    """A port that nothing listens on, below those that the system gives to outgoing connections: it is still free after a restart."""
    while True:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


class LostConnection(Exception):
    """The server went away before it answered: the request may have been done or not."""


class Client:
    """One connection that is kept alive. A request that gets no answer raises LostConnection and is never sent again by itself."""

    def __init__(self, url, secret, timeout=20, parse_float=float):
        self.secret = secret
        self.parse_float = parse_float
        self.connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=timeout)
        self.used_at = time.monotonic()

    def request(self, method, path, body=None, headers=None, secret=None):
        """Status, decoded body (None if empty) and headers of the answer. Bytes are sent as they are."""
        status, text, headers = self.exchange(method, path, body, headers, secret)
        return status, self.decoded(text), headers

    def decoded(self, text):
        try:
            return json.loads(text, parse_float=self.parse_float) if text else None
        except ValueError:
            return text.decode(errors="replace")

    def exchange(self, method, path, body=None, headers=None, secret=None):
        """Status, body and headers of the answer, as they came."""
        fields = {"Authorization": f"Bearer {secret or self.secret}", "Content-Type": "application/json", **(headers or {})}
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        if data is None:
            del fields["Content-Type"]
        # The server closes what was idle for 75 s.
        if time.monotonic() - self.used_at > 60:
            self.connection.close()
        try:
            self.connection.request(method, path, data, fields)
            answer = self.connection.getresponse()
            text = answer.read()
            self.used_at = time.monotonic()
            return answer.status, text, answer.headers
        except (OSError, http.client.HTTPException) as error:
            self.connection.close()
            raise LostConnection(f"{method} {path}: {error!r}") from None

    def get(self, path, **options):
        return self.request("GET", path, **options)

    def post(self, path, body=None, **options):
        return self.request("POST", path, body, **options)

    def close(self):
        self.connection.close()


class Server:
    """`keyledger serve` over a folder that outlives it; if not told otherwise, on a port of its own choice."""

    def __init__(self, folder, listen="127.0.0.1:0", options=()):
        self.folder, self.listen, self.options = Path(folder), listen, options
        self.data = self.folder / "data"
        self.secret_file = self.folder / "master.key"
        self.ready_file = self.folder / "ready"
        self.log_file = self.folder / "server.log"
        self.process = None
        self.url = ""
        self.folder.mkdir(exist_ok=True)
        if not self.secret_file.exists():
            descriptor = os.open(self.secret_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with open(descriptor, "w") as file:
                file.write("sk-" + secrets.token_urlsafe(24) + "\n")
        self.secret = self.secret_file.read_text().strip()

    def spawn(self):
        """Starts the process without waiting for it."""
        self.ready_file.unlink(missing_ok=True)
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("KEYLEDGER_", "LITELLM_"))}
        with open(self.log_file, "ab") as log:
            self.process = subprocess.Popen(
                [binary(), "serve", "--data", self.data, "--listen", self.listen, "--master-key-file", self.secret_file,
                 "--ready-file", self.ready_file, *self.options],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment)

    def start(self, timeout=60):
        """Starts the server; it answers when this returns."""
        self.spawn()
        deadline = time.monotonic() + timeout
        while not self.ready_file.exists():
            status = self.process.poll()
            if status is not None:
                raise RuntimeError(f"the server ended with {status} while it started; its last words:\n{self.last_words()}")
            if time.monotonic() > deadline:
                raise RuntimeError(f"the server was not ready after {timeout} s; its last words:\n{self.last_words()}")
            time.sleep(0.002)
        self.url = self.ready_file.read_text().strip()
        return self

    def client(self, **options):
        return Client(self.url, self.secret, **options)

    def kill(self):
        """`kill -9`."""
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()

    def stop(self, timeout=20):
        """SIGTERM; the exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout)

    def last_words(self, lines=12):
        text = self.log_file.read_text(errors="replace") if self.log_file.exists() else ""
        return "\n".join(text.splitlines()[-lines:])
