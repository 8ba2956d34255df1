"""Hands mails to a mail server by SMTP, and says what became of each.

The standard library speaks the protocol. What it does not have is here: one limit for all that a
mail takes, however slowly a server answers, and whether a mail may have arrived although nobody
said so. It raises nothing: every end of a try is an ``Outcome``.
"""

import smtplib
import socket
import ssl
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from enum import StrEnum
from types import TracebackType
from typing import Self

SERVICE_CLOSES = 421
_STARTS_DATA = 354


class Security(StrEnum):
    """How the way to the mail server is encrypted."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


class Failure(StrEnum):
    """Why a mail did not go."""

    UNREACHABLE = "unreachable"
    UNTRUSTED = "untrusted"
    NO_TLS = "no_tls"
    LOGIN_REFUSED = "login_refused"
    SENDER_REFUSED = "sender_refused"
    RECIPIENT_REFUSED = "recipient_refused"
    MESSAGE_REFUSED = "message_refused"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    """It may have arrived."""


@dataclass(frozen=True, kw_only=True)
class MailServer:
    """Where mails go, and how. The password is never shown.

    ``timeout_seconds`` is for one answer, ``limit_seconds`` for all that one mail takes.
    """

    host: str
    port: int
    security: Security = Security.STARTTLS
    user: str = ""
    password: str = field(default="", repr=False)
    ca_file: str = ""
    timeout_seconds: float = 20.0
    limit_seconds: float = 60.0


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of a mail: sent without a ``failure``.

    ``is_of_server`` says that others would not go either for now; ``reply`` is the number of the
    server's answer, whose text may have anything in it and is not kept.
    """

    failure: Failure | None = None
    is_of_server: bool = False
    reply: int | None = None

    @property
    def is_permanent(self) -> bool:
        """Return whether this one mail will never go."""
        return self.failure in {Failure.RECIPIENT_REFUSED, Failure.MESSAGE_REFUSED}


SENT = Outcome()


class _Watched(smtplib.SMTP):
    """A conversation that is cut off once its time is over."""

    limit_seconds = 60.0
    _timer: threading.Timer | None = None

    def watch(self) -> None:
        """Give what follows the whole limit."""
        self.unwatch()
        self._timer = threading.Timer(self.limit_seconds, self._cut)
        self._timer.daemon = True
        self._timer.start()

    def unwatch(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def getreply(self) -> tuple[int, bytes]:
        if self._timer is None:
            # The greeting, which is read while the conversation is being made.
            self.watch()
        return super().getreply()

    def _cut(self) -> None:
        # A time-out is for each piece of an answer, and a server may send it byte by byte.
        with suppress(OSError, AttributeError):
            self.sock.shutdown(socket.SHUT_RDWR)  # type: ignore[union-attr]


class _WatchedTls(_Watched, smtplib.SMTP_SSL):
    """The same over TLS from the first byte on."""


class MailConnection:
    """A conversation with a mail server for several mails, begun with the first of them."""

    def __init__(self, server: MailServer) -> None:
        self._server = server
        self._smtp: _Watched | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._close(politely=True)

    def send(self, message: EmailMessage, *, sender: str, recipient: str) -> Outcome:
        """Hand over ``message``. Another recipient's trouble leaves the conversation as it is."""
        smtp = self._smtp or self._open()
        if isinstance(smtp, Outcome):
            return smtp
        outcome = _hand_over(smtp, message.as_bytes(policy=SMTP), sender, recipient)
        is_lost = outcome.is_of_server or outcome.failure is Failure.NO_ANSWER
        if is_lost or (outcome.failure is not None and not _is_reset(smtp)):
            self._close(politely=False)
        return outcome

    def _open(self) -> "_Watched | Outcome":
        """Begin the conversation; return why it could not be begun."""
        try:
            smtp = _connected(self._server)
        except ssl.SSLCertVerificationError:
            return _of_server(Failure.UNTRUSTED)
        except smtplib.SMTPNotSupportedError:
            wants_tls = self._server.security is Security.STARTTLS
            return _of_server(Failure.NO_TLS if wants_tls else Failure.LOGIN_REFUSED)
        except smtplib.SMTPAuthenticationError as error:
            temporary = _is_temporary(error.smtp_code)
            failure = Failure.BUSY if temporary else Failure.LOGIN_REFUSED
            return _of_server(failure, error.smtp_code)
        except smtplib.SMTPResponseException as error:
            temporary = _is_temporary(error.smtp_code)
            failure = Failure.BUSY if temporary else Failure.UNREACHABLE
            return _of_server(failure, error.smtp_code if error.smtp_code > 0 else None)
        except (OSError, smtplib.SMTPException, ValueError):
            # OSError also covers an answer that is no TLS, and a server that does not answer.
            return _of_server(Failure.UNREACHABLE)
        self._smtp = smtp
        return smtp

    def _close(self, *, politely: bool) -> None:
        smtp, self._smtp = self._smtp, None
        if smtp is None:
            return
        with suppress(OSError, smtplib.SMTPException):
            if politely:
                smtp.watch()
                smtp.quit()
        smtp.unwatch()
        smtp.close()


def _connected(server: MailServer) -> _Watched:
    context = ssl.create_default_context(cafile=server.ca_file or None)

    class Tls(_WatchedTls):
        limit_seconds = server.limit_seconds

    class Plain(_Watched):
        limit_seconds = server.limit_seconds

    smtp: _Watched | None = None
    try:
        if server.security is Security.TLS:
            smtp = Tls(server.host, server.port, timeout=server.timeout_seconds, context=context)
        else:
            smtp = Plain(server.host, server.port, timeout=server.timeout_seconds)
        if server.security is Security.STARTTLS:
            smtp.starttls(context=context)
        if server.user:
            smtp.login(server.user, server.password)
    except BaseException:
        if smtp is not None:
            smtp.unwatch()
            smtp.close()
        raise
    return smtp


def _hand_over(smtp: _Watched, content: bytes, sender: str, recipient: str) -> Outcome:
    smtp.watch()
    try:
        before = _envelope(smtp, sender, recipient)
        if before is not None:
            return before
    except ValueError:
        # An address that cannot be said to a server: no trouble of the server's, nor of others.
        return Outcome(failure=Failure.RECIPIENT_REFUSED)
    except (OSError, smtplib.SMTPException):
        return _of_server(Failure.UNREACHABLE)
    try:
        # From here on the server may have it, whatever happens to the connection.
        smtp.send(_dotted(content))
        reply, _text = smtp.getreply()
    except (OSError, smtplib.SMTPException):
        return Outcome(failure=Failure.NO_ANSWER)
    finally:
        smtp.unwatch()
    return SENT if reply == 250 else _refused(reply, Failure.MESSAGE_REFUSED)


def _envelope(smtp: _Watched, sender: str, recipient: str) -> Outcome | None:
    """Name sender and recipient to the server; return why it refuses the mail, if it does."""
    smtp.ehlo_or_helo_if_needed()
    reply, _text = smtp.mail(sender)
    if reply != 250:
        return _of_server(Failure.BUSY if _is_temporary(reply) else Failure.SENDER_REFUSED, reply)
    reply, _text = smtp.rcpt(recipient)
    if reply not in {250, 251}:
        return _refused(reply, Failure.RECIPIENT_REFUSED)
    reply, _text = smtp.docmd("DATA")
    return None if reply == _STARTS_DATA else _refused(reply, Failure.MESSAGE_REFUSED)


def _dotted(content: bytes) -> bytes:
    """Return the content as it goes over the wire: its own lone dots doubled, and the last one."""
    lines = content.replace(b"\r\n", b"\n").split(b"\n")
    doubled = (b"." + line if line.startswith(b".") else line for line in lines)
    return b"\r\n".join(doubled).rstrip(b"\r\n") + b"\r\n.\r\n"


def _is_reset(smtp: _Watched) -> bool:
    """Return whether the conversation is ready for the next mail."""
    try:
        smtp.watch()
        return smtp.rset()[0] == 250
    except (OSError, smtplib.SMTPException):
        return False
    finally:
        smtp.unwatch()


def _is_temporary(reply: int) -> bool:
    return 400 <= reply < 500


def _of_server(failure: Failure, reply: int | None = None) -> Outcome:
    return Outcome(failure=failure, is_of_server=True, reply=reply)


def _refused(reply: int, failure: Failure) -> Outcome:
    if _is_temporary(reply):
        is_closing = reply == SERVICE_CLOSES
        return Outcome(failure=Failure.BUSY, is_of_server=is_closing, reply=reply)
    if not 500 <= reply < 600:
        # No answer that a mail server gives here.
        return _of_server(Failure.UNREACHABLE)
    return Outcome(failure=failure, reply=reply)
