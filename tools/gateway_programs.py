"""Real gateways, each with its recipe of tools/integrations on a free port in a temporary folder. Used by tools/test-integrations."""
import http.client
import json
import os
import re
import shutil
import subprocess
import time
from pathlib import Path

from ledger_process import ROOT, free_port

RECIPES = ROOT / "tools/integrations"
UNPACKED = ROOT / ".build/gateways"
PATIENCE_SECONDS = 90


class Problem(Exception):
    pass


def find_program(name):
    """Debian's program as tools/setup --test has unpacked it, else one that is installed; None if there is neither."""
    places = [str(UNPACKED / place) for place in ("usr/sbin", "usr/bin")]
    return shutil.which(name, path=os.pathsep.join([*places, os.environ.get("PATH", ""), "/usr/sbin"]))


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def __str__(self):
        return f"{self.status}, {dict(self.headers)}, {self.body[:400]!r}"

    @property
    def json(self):
        try:
            return json.loads(self.body)
        except ValueError:
            raise Problem(f"not JSON: {self}") from None


class Client:
    """Sends the headers as they are given: twice, in any writing, none of its own but Host."""

    def __init__(self, port):
        self.port = port

    def connection(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)

    def ask(self, method, path, headers=(), body=None, connection=None):
        own = connection or self.connection()
        try:
            answer = self.send(own, method, path, headers, body)
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            if own is not connection:
                own.close()

    @staticmethod
    def send(connection, method, path, headers=(), body=None):
        """A body of parts is sent in chunks."""
        chunked = isinstance(body, list)
        connection.putrequest(method, path, skip_accept_encoding=True)
        for name, value in headers:
            connection.putheader(name, value)
        if chunked:
            connection.putheader("Transfer-Encoding", "chunked")
        elif body is not None:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders()
        try:
            for part in body if chunked else [body or b""]:
                connection.send(b"%x\r\n%s\r\n" % (len(part), part) if chunked else part)
            if chunked:
                connection.send(b"0\r\n\r\n")
        except ConnectionError:
            # Who refuses a request may close before its body has come; the answer is there.
            pass
        return connection.getresponse()


class Gateway(Client):
    """One program with one recipe."""

    def __init__(self, name, program, recipe):
        super().__init__(free_port())
        self.name, self.program, self.recipe = name, program, RECIPES / recipe
        self.process = None

    def start(self, folder, ledger_port, upstream_port):
        self.folder = folder / self.name
        self.folder.mkdir()
        self.ports = {"8080": str(self.port), "4100": str(ledger_port), "4000": str(upstream_port)}
        command, settings = getattr(self, self.program)()
        unpacked = [str(path) for path in UNPACKED.glob("usr/lib/*-linux-gnu")]
        settings = {**os.environ, **settings, "HOME": str(self.folder), "LD_LIBRARY_PATH": os.pathsep.join(unpacked)}
        with open(self.folder / "output.log", "wb") as log:
            self.process = subprocess.Popen(
                [find_program(self.program), *map(str, command)], cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env=settings)

    def written(self, name):
        """A file of the recipe with this test's ports and folder put in."""
        text = re.sub(r"\b(8080|4100|4000)\b", lambda match: self.ports[match[0]], (self.recipe / name).read_text())
        path = self.folder / name
        path.write_text(text.replace("/var/log/nginx", str(self.folder)))
        return path

    def nginx(self):
        recipe = self.written(next(path.name for path in self.recipe.glob("*.conf")))
        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        folders = "".join(f"{kind}_temp_path {self.folder}/{kind};\n" for kind in kinds)
        user = "user root;\n" if os.geteuid() == 0 else ""
        main = self.folder / "main.conf"
        main.write_text(f"{user}daemon off;\nworker_processes 2;\npid {self.folder}/pid;\nerror_log {self.folder}/error.log;\n"
                        f"events {{}}\nhttp {{\n{folders}access_log {self.folder}/access.log;\ninclude {recipe};\n}}\n")
        return ["-p", self.folder, "-e", self.folder / "error.log", "-c", main], {}

    def caddy(self):
        recipe = self.written("Caddyfile")
        # The administrator's address is the machine's, where this one would meet others.
        recipe.write_text(recipe.read_text().replace("\n{\n", "\n{\n\tadmin off\n", 1))
        settings = {"XDG_CONFIG_HOME": str(self.folder), "XDG_DATA_HOME": str(self.folder)}
        return ["run", "--adapter", "caddyfile", "--config", recipe], settings

    def haproxy(self):
        self.written("keyledger.lua")
        recipe = self.written("haproxy.cfg")
        # Such names are the machine's, not the folder's.
        recipe.write_text(recipe.read_text().replace("abns@keyledger", f"abns@keyledger-{self.port}"))
        return ["-db", "-f", recipe], {}

    def envoy(self):
        return ["-c", self.written("envoy.yaml"), "--concurrency", "1", "--disable-hot-restart", "--use-dynamic-base-id"], {}

    def wait(self, path, status):
        """Until it answers, as expected."""
        deadline, last = time.monotonic() + PATIENCE_SECONDS, "nothing"
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise Problem(f"{self.name} ended with {self.process.returncode} while it started:\n{self.last_words()}")
            try:
                last = self.ask("GET", path)
                if last.status == status:
                    return
            except (OSError, http.client.HTTPException) as error:
                last = error
            time.sleep(0.02)
        raise Problem(f"{self.name} does not answer {status}; the last answer was {last}\n{self.last_words()}")

    def last_words(self):
        return "\n".join(f"    {path.name}: {line[:300]}" for path in sorted(self.folder.rglob("*.log"))
                         for line in path.read_text(errors="replace").splitlines()[-5:])

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
