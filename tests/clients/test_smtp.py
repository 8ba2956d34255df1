"""Mails handed to a real mail server, which answers, refuses, and falls silent."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pytest
from tests.mail_server import PASSWORD, USER, make_certificate
from tests.mail_server import MailServer as RealServer

from tilisilta.clients.smtp import (
    SENT,
    Failure,
    MailConnection,
    MailServer,
    Outcome,
    Security,
)

pytestmark = pytest.mark.once

SENDER, RECIPIENT = "tilisilta@bureau.example", "aino@bureau.example"


@pytest.fixture
def box(running_mail_server: tuple[RealServer, Path]) -> RealServer:
    """The mail server without any settings, which clients do not read."""
    running_mail_server[0].forget()
    return running_mail_server[0]


@pytest.fixture
def server(box: RealServer, running_mail_server: tuple[RealServer, Path]) -> MailServer:
    _box, folder = running_mail_server
    return MailServer(
        host="127.0.0.1",
        port=box.port,
        user=USER,
        password=PASSWORD,
        ca_file=str(folder / "certificate.pem"),
        timeout_seconds=2,
        limit_seconds=2,
    )


def a_mail(text: str = "Hei\n.\n..piste\n") -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = "Tilisilta: päivän ilmoitukset"
    message.set_content(text, cte="quoted-printable")
    return message


def send(server: MailServer, *recipients: str) -> list[Outcome]:
    with MailConnection(server) as connection:
        return [
            connection.send(a_mail(), sender=SENDER, recipient=one)
            for one in recipients or (RECIPIENT,)
        ]


def test_arrives_as_it_was_written_over_starttls_with_a_log_in(
    server: MailServer, box: RealServer
) -> None:
    outcomes = send(server, RECIPIENT, "eino@bureau.example")

    assert outcomes == [SENT, SENT]
    assert box.texts == ["Hei\n.\n..piste\n"] * 2
    assert box.recipients == [RECIPIENT, "eino@bureau.example"]


def test_one_that_is_refused_leaves_the_others(server: MailServer, box: RealServer) -> None:
    box.refused["gone@bureau.example"] = "550 5.1.1 no such user"
    box.refused["full@bureau.example"] = "452 4.2.2 mailbox full"

    outcomes = send(server, "gone@bureau.example", "full@bureau.example", RECIPIENT)

    assert outcomes == [
        Outcome(failure=Failure.RECIPIENT_REFUSED, reply=550),
        Outcome(failure=Failure.BUSY, reply=452),
        SENT,
    ]


def test_one_that_cannot_be_said_to_a_server_leaves_the_others(
    server: MailServer, box: RealServer
) -> None:
    outcomes = send(server, "aino@yritys-ä.example", RECIPIENT)

    assert outcomes == [Outcome(failure=Failure.RECIPIENT_REFUSED), SENT]


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ("451 try later", Outcome(failure=Failure.BUSY, reply=451)),
        ("554 not this", Outcome(failure=Failure.MESSAGE_REFUSED, reply=554)),
        ("421 closing", Outcome(failure=Failure.BUSY, reply=421, is_of_server=True)),
        (None, Outcome(failure=Failure.NO_ANSWER)),
    ],
)
def test_an_answer_to_the_mail_itself(
    server: MailServer, box: RealServer, answer: str | None, outcome: Outcome
) -> None:
    box.data_answers.append(answer)

    assert send(server, RECIPIENT, RECIPIENT) == [outcome, SENT]
    # The lost answer is the one case in which it has arrived although nobody said so.
    assert len(box.mails) == (2 if answer is None else 1)


def test_a_sender_that_is_refused_stops_all(server: MailServer, box: RealServer) -> None:
    box.refused_sender = "550 not your address"

    (outcome,) = send(server)

    assert outcome == Outcome(failure=Failure.SENDER_REFUSED, is_of_server=True, reply=550)


def test_nothing_goes_where_the_way_is_not_safe(
    server: MailServer, box: RealServer, tmp_path: Path
) -> None:
    make_certificate(tmp_path)
    others = replace(server, ca_file=str(tmp_path / "certificate.pem"))
    renamed = replace(server, host="localhost")
    wrong = replace(server, password="not-it")
    plain = replace(server, security=Security.TLS)

    failures = [send(one)[0].failure for one in (others, renamed, wrong, plain)]

    assert failures == [
        Failure.UNTRUSTED,
        Failure.UNTRUSTED,
        Failure.LOGIN_REFUSED,
        Failure.UNREACHABLE,
    ]
    assert not box.mails
    assert PASSWORD not in repr(server)


@contextmanager
def a_listener(answer: bytes, *, again_after: float = 0.0) -> Iterator[int]:
    """Run a server that says ``answer`` byte by byte, and nothing else."""
    stopped = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(5)

    def serve() -> None:
        with listener, listener.accept()[0] as one:
            for byte in answer:
                try:
                    one.sendall(bytes([byte]))
                except OSError:
                    return
                if stopped.wait(again_after):
                    return
            stopped.wait(5)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        stopped.set()
        thread.join()


def test_a_server_without_encryption_gets_neither_password_nor_mail(server: MailServer) -> None:
    with a_listener(b"220 old.example\r\n250 old.example\r\n") as port:
        (outcome,) = send(replace(server, port=port))

    assert outcome == Outcome(failure=Failure.NO_TLS, is_of_server=True)


@pytest.mark.parametrize("answer", [b"", b"220-slow" * 1000])
def test_a_slow_server_is_left(server: MailServer, answer: bytes) -> None:
    with a_listener(answer, again_after=0.01) as port:
        slow = replace(server, port=port, timeout_seconds=0.2, limit_seconds=0.3)
        (outcome,) = send(slow)

    assert outcome == Outcome(failure=Failure.UNREACHABLE, is_of_server=True)


def test_no_server_at_all(server: MailServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]

    assert send(replace(server, port=port))[0].failure is Failure.UNREACHABLE
