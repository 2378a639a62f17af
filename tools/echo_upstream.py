"""A service to stand behind a gateway: it tells what has reached it. Used by tools/test-integrations; its server by tools/trial-litellm too."""
import hashlib
import http.server
import json
import sys
import threading
from urllib.parse import urlsplit


class EchoUpstream:
    """Answers every request with what it got; /status/N with that status; /stream in parts, each but the first after its release."""

    PARTS = (b"data: first\n\n", b"data: second\n\n", b"data: last\n\n")

    def __init__(self, name):
        self.name, self.paths = name, []
        self.releases = {part: threading.Event() for part in self.PARTS}
        self.releases[self.PARTS[0]].set()
        upstream = self

        class Handler(EchoHandler):
            echo = upstream

        self.server = EchoServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self):
        for release in self.releases.values():
            release.set()
        self.server.shutdown()
        self.server.server_close()


class EchoServer(http.server.ThreadingHTTPServer):
    request_queue_size = 128

    def handle_error(self, request, client_address):
        """A gateway that ends resets the connections that it has kept."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class EchoHandler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 120
    disable_nagle_algorithm = True
    echo = None

    def handle_any(self):
        body = self.read_body()
        self.echo.paths.append(self.path)
        path = urlsplit(self.path).path
        if path.endswith("/stream"):
            return self.stream()
        status = int(path.rpartition("/")[2]) if "/status/" in path else 200
        told = {"upstream": self.echo.name, "method": self.command, "path": self.path, "headers": self.headers.items(),
                "body_bytes": len(body), "body_sha256": hashlib.sha256(body).hexdigest()}
        self.answer(status, json.dumps(told).encode())

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = handle_any

    def read_body(self):
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return body

    def answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def stream(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for part, release in self.echo.releases.items():
            release.wait(120)
            self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
            self.wfile.flush()
        self.wfile.write(b"0\r\n\r\n")

    def log_message(self, *_):
        """The test tells what went wrong."""
