"""A receipt leaves in time or not at all, even if connecting takes long."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import httpx2
import pytest
from tests.clients.procountor.acting import client_of, soon

from tilisilta.clients.procountor.deadlines import Deadline
from tilisilta.clients.procountor.errors import ProcountorUnavailable

BOOKED = b"""{"id": 1, "status": "UNFINISHED", "name": "Palkat #A1B2C3D4", "version": "1",
"receiptDate": "2026-06-30", "transactions": []}"""


class Handler(BaseHTTPRequestHandler):
    bodies: ClassVar[list[bytes]] = []

    def do_POST(self) -> None:
        self.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.send_header("Content-Length", str(len(BOOKED)))
        self.end_headers()
        self.wfile.write(BOOKED)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # its name
        """Log nothing."""


@dataclass(kw_only=True)
class SlowToConnect(httpx2.BaseTransport):
    """The real transport, which is reached only when ``connects_after`` has passed."""

    connects_after: Deadline
    network: httpx2.HTTPTransport = field(default_factory=httpx2.HTTPTransport)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        while not self.connects_after.has_passed():
            threading.Event().wait(0.01)
        return self.network.handle_request(request)

    def close(self) -> None:
        self.network.close()


@pytest.fixture
def address() -> Iterator[str]:
    Handler.bodies.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        serving = threading.Thread(target=server.serve_forever, args=(0.01,))
        serving.start()
        yield f"http://127.0.0.1:{server.server_port}/api"
        server.shutdown()
        serving.join()


class TestPostLedgerReceipt:
    def test_reaches_a_real_server(self, address: str) -> None:
        transport = httpx2.HTTPTransport()

        with client_of(transport, api_url=address) as client:
            booked = client.post_ledger_receipt(b"{}", not_after=soon())

        assert booked.ledger_receipt_id == 1
        assert Handler.bodies == [b"{}"]

    def test_does_not_leave_when_connecting_took_too_long(self, address: str) -> None:
        not_after = Deadline.in_seconds(0.05)
        transport = SlowToConnect(connects_after=not_after)

        with (
            client_of(transport, api_url=address) as client,
            pytest.raises(ProcountorUnavailable, match="too late"),
        ):
            client.post_ledger_receipt(b"{}", not_after=not_after)

        assert Handler.bodies == []
