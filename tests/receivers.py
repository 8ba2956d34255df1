"""A receiver of webhooks for the tests: a real HTTP server of this machine that keeps it all."""

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any


@dataclass(kw_only=True)
class Received:
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(kw_only=True)
class Receiver:
    """What came in, and what is answered: the next of ``statuses``, or 204.

    ``dribbles`` makes it send a byte of its answer now and then, and never the end of it.
    """

    port: int = 0
    received: list[Received] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    dribbles: bool = False
    before_answer: Callable[[], None] | None = None
    ended: Event = field(default_factory=Event)

    def url(self, path: str = "/hook/T0ken") -> str:
        return f"http://127.0.0.1:{self.port}{path}"


@contextmanager
def listening(certificate: Path | None = None) -> Iterator[Receiver]:
    """Listen at a free port until the test is over; by https with the ``certificate`` in a folder.

    Nothing but requests that could be read counts as received.
    """
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", "0"))
            headers = {name.lower(): value for name, value in self.headers.items()}
            body = self.rfile.read(length)
            receiver.received.append(Received(path=self.path, headers=headers, body=body))
            if receiver.dribbles:
                self._dribble()
                return
            if receiver.before_answer:
                receiver.before_answer()
            self.send_response(receiver.statuses.pop(0) if receiver.statuses else 204)
            for name, value in receiver.headers.items():
                self.send_header(name, value)
            with suppress(OSError):
                # It need not be read to its end.
                self.end_headers()
                self.wfile.write(receiver.body)

        def _dribble(self) -> None:
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
            try:
                while not receiver.ended.wait(0.02):
                    self.wfile.write(b"a")
            except OSError:
                return

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate / "certificate.pem", certificate / "key.pem")
        server.socket = context.wrap_socket(server.socket, server_side=True)
    receiver.port = server.server_port
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield receiver
    finally:
        receiver.ended.set()
        server.shutdown()
        thread.join()
        server.server_close()
