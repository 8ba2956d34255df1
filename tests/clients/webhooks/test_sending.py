"""Messages sent to a real receiver, and what keeps them from going where they must not."""

import socket
import ssl
import time
from collections.abc import Iterator
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest
from tests.mail_server import make_certificate
from tests.receivers import Receiver as Listening
from tests.receivers import listening

from tilisilta.clients.webhooks.sending import Answer, Sender, can_be_sent_to
from tilisilta.domain.receivers import Address, Allowed, Fault, Receiver, parse_receiver

pytestmark = pytest.mark.once

TRIAL = Allowed(networks=(ip_network("127.0.0.1"),), this_machine=True)


@pytest.fixture(scope="module")
def server() -> Iterator[Listening]:
    with listening() as receiver:
        yield receiver


@pytest.fixture
def there(server: Listening) -> Listening:
    """The receiver, as if nothing had come yet."""
    server.received.clear()
    server.statuses.clear()
    server.headers.clear()
    server.body, server.dribbles = b"", False
    return server


def receiver_at(url: str) -> Receiver:
    parsed = parse_receiver(url)
    assert isinstance(parsed, Receiver)
    return parsed


def posted(url: str, *, allowed: Allowed = TRIAL, all_seconds: float = 5.0) -> Answer:
    sender = Sender(allowed=allowed, all_seconds=all_seconds)
    return sender.send(receiver_at(url), b'{"a":1}', {"webhook-id": "m"})


def test_posts_the_body_with_its_headers(there: Listening) -> None:
    answer = posted(there.url("/hook?token=abc"))

    assert answer == Answer(status=204)
    [came] = there.received
    assert (came.path, came.body) == ("/hook?token=abc", b'{"a":1}')
    assert came.headers["content-type"] == "application/json"
    assert came.headers["webhook-id"] == "m"
    assert came.headers["host"] == f"127.0.0.1:{there.port}"


def test_follows_no_redirect(there: Listening) -> None:
    there.statuses, there.headers = [307], {"Location": there.url("/elsewhere")}

    assert posted(there.url()).status == 307
    assert len(there.received) == 1


def test_hands_on_how_long_to_wait(there: Listening) -> None:
    there.statuses, there.headers = [429], {"Retry-After": "120"}

    assert posted(there.url()) == Answer(status=429, retry_after_seconds=120)


def test_reads_no_more_than_a_little_of_the_answer(there: Listening) -> None:
    there.statuses, there.body = [500], b"secret " * 1_000_000

    answer = posted(there.url())

    assert answer == Answer(status=500)


def test_does_not_wait_for_one_that_answers_a_byte_at_a_time(there: Listening) -> None:
    there.dribbles = True
    begun = time.monotonic()

    answer = posted(there.url(), all_seconds=0.3)

    assert answer.status is None
    assert answer.error
    assert time.monotonic() - begun < 3


@pytest.mark.parametrize(
    "url",
    [
        "https://[::1]x/T0ken",
        "https://256.1.1.1/T0ken",
        "https://0177.0.0.1/T0ken",
    ],
)
def test_refuses_an_address_that_what_sends_cannot_read(url: str) -> None:
    assert posted(url) == Answer(fault=Fault.NOT_AN_ADDRESS)


@pytest.mark.parametrize("url", ["https://[FD00::A]:443/", "https://Hooks.Example./", "https://a"])
def test_reads_an_address_as_it_was_checked_however_it_is_written(url: str) -> None:
    assert can_be_sent_to(receiver_at(url))


def test_says_only_of_what_kind_an_error_was() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/T0ken"

    assert posted(url) == Answer(error="ConnectError")


def test_connects_to_what_was_checked_though_the_name_changes(there: Listening) -> None:
    asked: list[str] = []

    def look_up(host: str, _port: int) -> tuple[Address, ...]:
        # As a name server of the attacker would: harmless first, and what it is after then.
        asked.append(host)
        return (ip_address("127.0.0.1" if len(asked) == 1 else "169.254.169.254"),)

    sender = Sender(allowed=TRIAL, look_up=look_up)
    answer = sender.send(receiver_at(f"http://receiver.example:{there.port}/hook"), b"{}", {})

    assert answer == Answer(status=204)
    assert asked == ["receiver.example"]
    assert there.received[0].headers["host"] == f"receiver.example:{there.port}"


@pytest.mark.parametrize(
    ("name", "answer"),
    [("receiver.example", Answer(status=204)), ("other.example", Answer(error="ConnectError"))],
)
def test_checks_the_certificate_for_the_name_though_it_connects_to_an_address(
    tmp_path: Path, name: str, answer: Answer
) -> None:
    make_certificate(tmp_path, "receiver.example")
    sender = Sender(
        allowed=TRIAL,
        look_up=lambda _host, _port: (ip_address("127.0.0.1"),),
        authorities=ssl.create_default_context(cafile=tmp_path / "certificate.pem"),
    )

    with listening(tmp_path) as there:
        sent = sender.send(receiver_at(f"https://{name}:{there.port}/hook"), b"{}", {})

    assert sent == answer
    assert len(there.received) == (1 if answer.status else 0)


def test_tries_the_next_address_where_one_cannot_be_connected_to(there: Listening) -> None:
    sender = Sender(
        allowed=Allowed(networks=(ip_network("127.0.0.0/8"),), this_machine=True),
        look_up=lambda _host, _port: (ip_address("127.0.0.9"), ip_address("127.0.0.1")),
    )
    answer = sender.send(receiver_at(f"http://receiver.example:{there.port}/hook"), b"{}", {})

    assert answer == Answer(status=204)


def test_sends_nothing_to_this_machine_unless_that_is_allowed(there: Listening) -> None:
    listed_only = Allowed(networks=(ip_network("127.0.0.1"),))

    assert posted(there.url(), allowed=Allowed()) == Answer(fault=Fault.NOT_ALLOWED)
    assert posted(there.url(), allowed=listed_only) == Answer(fault=Fault.NOT_ALLOWED)
    assert not there.received


def test_of_many_addresses_tries_no_more_than_there_is_time_for() -> None:
    with socket.socket() as full:
        # Its queue of one is taken, so that others wait for an answer that never comes.
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        port = full.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)):
            sender = Sender(
                allowed=TRIAL,
                look_up=lambda _host, _port: (ip_address("127.0.0.1"),) * 50,
                all_seconds=0.4,
            )
            begun = time.monotonic()
            answer = sender.send(receiver_at(f"http://receiver.example:{port}/hook"), b"{}", {})

    assert answer.status is None
    assert time.monotonic() - begun < 2


def test_goes_through_the_proxy_or_connects_to_what_was_checked(
    there: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An exception with a port is read in two ways: by one of them nothing would be checked."""
    monkeypatch.setenv("http_proxy", f"127.0.0.1:{there.port}")
    monkeypatch.setenv("no_proxy", "localhost:9")
    sender = Sender(allowed=Allowed(), look_up=lambda _host, _port: ())

    answer = sender.send(receiver_at("http://localhost:9/hook"), b"{}", {})

    assert answer == Answer(status=204)
    assert there.received[0].headers["host"] == "localhost:9"
