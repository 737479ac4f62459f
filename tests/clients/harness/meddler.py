"""A proxy that meddles: between a client and a server, it notes what is asked and changes what is answered."""

import http.client
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple
from urllib.parse import unquote, urlsplit


class Asked(NamedTuple):
    """A request on its way; the path is decoded once."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Answer(NamedTuple):
    """What goes back instead of, or made of, what the server answered. `cut` ends the connection after so many bytes."""

    status: int
    body: bytes
    headers: dict[str, str] = {}
    cut: int | None = None


class Meddler:
    """A context manager. `before` may answer in the server's place, `after` may change what it answered."""

    def __init__(
        self,
        url: str,
        before: Callable[[Asked], Answer | None] = lambda _asked: None,
        after: Callable[[Asked, Answer], Answer] = lambda _asked, answer: answer,
    ):
        self.upstream = urlsplit(url)
        self.before, self.after = before, after
        self.asked: list[Asked] = []
        handler = type("Handler", (_Handler,), {"meddler": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.host = self.url.removeprefix("http://")
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)

    def __enter__(self) -> "Meddler":
        self.thread.start()
        return self

    def __exit__(self, *_exception) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(10)

    def paths(self, method: str) -> list[str]:
        """What was asked for by this method."""
        return [asked.path for asked in self.asked if asked.method == method]

    def forward(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Answer:
        """What the server itself answers."""
        connection = http.client.HTTPConnection(self.upstream.hostname, self.upstream.port, timeout=60)
        try:
            kept = {name: value for name, value in headers.items() if name not in ("host", "connection")}
            connection.request(method, target, body or None, kept)
            response = connection.getresponse()
            kept = {n.lower(): v for n, v in response.getheaders()}
            return Answer(response.status, response.read(), {"content-type": kept.get("content-type", "text/plain")})
        finally:
            connection.close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    meddler: Meddler

    def _handle(self):
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(headers.get("content-length", 0)))
        asked = Asked(self.command, unquote(self.path), headers, body)
        self.meddler.asked.append(asked)
        answer = self.meddler.before(asked)
        if answer is None:
            try:
                answer = self.meddler.forward(self.command, self.path, headers, body)
            except OSError:
                # Nobody is there any more, and nobody answers.
                self.close_connection = True
                return
            answer = self.meddler.after(asked, answer)
        self.send_response(answer.status)
        for name, value in ({"content-length": str(len(answer.body))} | answer.headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body[: answer.cut])
        if answer.cut is not None:
            self.close_connection = True

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _handle

    def log_message(self, *_arguments):
        """Quiet: what was asked is in `asked`."""
