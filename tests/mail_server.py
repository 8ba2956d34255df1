"""A real mail server for the tests, which can be told to misbehave."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

if TYPE_CHECKING:
    from asyncio import Transport

USER, PASSWORD = "tilisilta", "kirje-salasana"


@dataclass(kw_only=True)
class MailServer:
    """What arrived, and how the next commands are answered.

    ``refused`` says with what a recipient is refused. ``data_answers`` are given to the next mails,
    which are stored nevertheless where the answer is ``None``: then the connection is lost.
    """

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    refused_sender: str = ""
    data_answers: list[str | None] = field(default_factory=list)

    async def handle_EHLO(  # noqa: N802  # named by aiosmtpd
        self, _server: SMTP, session: Session, _envelope: object, hostname: str, answers: list[str]
    ) -> list[str]:
        session.host_name = hostname
        return answers

    async def handle_MAIL(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.refused_sender:
            return self.refused_sender
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: object
    ) -> str:
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        answer = self.data_answers.pop(0) if self.data_answers else "250 OK"
        if answer is None or answer.startswith("250"):
            content = envelope.content
            raw = content if isinstance(content, bytes) else str(content).encode()
            message = message_from_bytes(raw, policy=policy.SMTP)
            self.mails.append(message)
            self.recipients += envelope.rcpt_tos
        if answer is None:
            cast("Transport", server.transport).abort()
        return answer or "250 OK"

    def forget(self) -> None:
        """Be as if just started."""
        self.mails, self.recipients, self.refused = [], [], {}
        self.refused_sender, self.data_answers = "", []

    @property
    def texts(self) -> list[str]:
        return [mail.get_content().replace("\r\n", "\n") for mail in self.mails]


def _checked(_server: object, _session: object, _envelope: object, _how: str, given: Any) -> Any:
    is_known = isinstance(given, LoginPassword) and (
        given.login.decode(),
        given.password.decode(),
    ) == (USER, PASSWORD)
    return AuthResult(success=is_known, handled=False)


@contextmanager
def a_mail_server(folder: Path) -> Iterator[MailServer]:
    """Run a mail server that demands STARTTLS and a log-in; trust ``certificate.pem`` for it."""
    make_certificate(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    with socket.create_server(("127.0.0.1", 0)) as free:
        box = MailServer(port=free.getsockname()[1])
    controller = Controller(
        box,
        hostname="127.0.0.1",
        port=box.port,
        tls_context=context,
        require_starttls=True,
        auth_required=True,
        authenticator=_checked,
    )
    controller.start()
    try:
        yield box
    finally:
        controller.stop()


def make_certificate(folder: Path, host: str = "127.0.0.1") -> None:
    """Write a certificate of ``host``, its own authority, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    is_address = host.replace(".", "").isdecimal()
    named = x509.IPAddress(ip_address(host)) if is_address else x509.DNSName(host)
    now = datetime.now(tz=UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([named]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
