"""Reads payment files (pain.001) into sums per day and currency.

Names and account numbers of people are read past: only the text of the elements below is ever
collected, and all of them are numbers, days and the id of the file.
"""

import hashlib
import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from xml.parsers import expat

from tilisilta.clients.files.encodings import decode_xml
from tilisilta.clients.files.findings import Findings, refused, showable
from tilisilta.clients.files.outcomes import FileRefused, PaymentFileRefused
from tilisilta.clients.files.raw import MOST_LINES, MOST_XML_DEPTH
from tilisilta.clients.files.readers import reader_of
from tilisilta.clients.files.reading import MOST_MEGABYTES
from tilisilta.domain.journals import is_whole_cents
from tilisilta.domain.ledger_sums import ZERO
from tilisilta.domain.payment_files import PaymentMessage, summed
from tilisilta.domain.problems import ProblemCode

_MESSAGES = ("CstmrCdtTrfInitn", "pain.001.001.02")
"""The element of the message: the latter is that of version 2."""
_MESSAGE_ID = "GrpHdr/MsgId"
_COUNT, _CONTROL_SUM = "NbOfTxs", "CtrlSum"
_GROUP, _PAYMENT = "PmtInf", "PmtInf/CdtTrfTxInf"
_DAYS = ("PmtInf/ReqdExctnDt", "PmtInf/ReqdExctnDt/Dt", "PmtInf/ReqdExctnDt/DtTm")
_AMOUNTS = ("PmtInf/CdtTrfTxInf/Amt/InstdAmt", "PmtInf/CdtTrfTxInf/Amt/EqvtAmt/Amt")
_CONTROLS = tuple(f"{at}/{name}" for at in ("GrpHdr", _GROUP) for name in (_COUNT, _CONTROL_SUM))
_READ = frozenset({_MESSAGE_ID, *_CONTROLS, *_DAYS, *_AMOUNTS})
_KNOWN = frozenset(
    path.rsplit("/", depth)[0] for path in _READ for depth in range(path.count("/") + 1)
)
_VERSION = re.compile(r"pain\.001\.\d{3}\.\d{2}")
_OTHER_KIND = re.compile(r"(?:pain|camt|pacs)\.\d{3}")
_AMOUNT = re.compile(r"\+?(?:[0-9]{1,20}(?:\.[0-9]{0,20})?|\.[0-9]{1,20})")
_WHOLE = re.compile(r"[0-9]{1,15}")
_CURRENCY = re.compile(r"[A-Z]{3}")
# A day of XML may be followed by a time and a zone, which the bank's day does not depend on.
_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[TZ+-].*)?")
_SEPARATOR = " "


def read_payment_file(content: bytes) -> PaymentMessage:
    """Return the sums of a payment file.

    Raises ``PaymentFileRefused`` for anything that is not one, for a damaged one, and for one
    whose numbers and control sums contradict its payments.
    """
    try:
        if len(content) > MOST_MEGABYTES * 1024 * 1024:
            raise refused(ProblemCode.FILE_TOO_LARGE, limit=MOST_MEGABYTES)
        reader = reader_of(content)
        if reader is None:
            raise refused(ProblemCode.FILE_EMPTY)
        if reader.kind != "xml":
            raise refused(ProblemCode.NO_PAYMENT_FILE, kind=reader.kind)
        # Some banks' programs begin a file with an empty line, which XML does not allow.
        return _Reading().read(decode_xml(content).lstrip())
    except FileRefused as error:
        raise PaymentFileRefused(error.problems) from error


class _Control:
    """What a header says of its payments, beside what they are."""

    def __init__(self, element: str) -> None:
        self.element = element
        self.line = 0
        self.said: dict[str, Decimal] = {}
        self.payments = 0
        self.amount = ZERO

    def add(self, amount: Decimal) -> None:
        self.payments += 1
        self.amount += amount

    def check(self, findings: Findings) -> None:
        for name, counted in ((_COUNT, Decimal(self.payments)), (_CONTROL_SUM, self.amount)):
            said = self.said.get(name)
            if said is not None and said != counted:
                findings.add(
                    ProblemCode.PAYMENTS_CONTRADICT,
                    line=self.line,
                    element=f"{self.element}/{name}",
                    said=_plain(said),
                    counted=_plain(counted),
                    reason="count" if name == _COUNT else "sum",
                )


class _Reading:
    """One walk through a payment file."""

    def __init__(self) -> None:
        self._findings = Findings(fact_name="element")
        self._is_sound = True
        self._parser = expat.ParserCreate(namespace_separator=_SEPARATOR)
        self._parser.buffer_text = True
        self._parser.StartDoctypeDeclHandler = self._forbid
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        # The path below the message of each open element; ``None`` outside and where unknown.
        self._open: list[str | None] = []
        self._document = ""
        self._namespace: str | None = None
        self._root = ""
        self._texts: list[str] = []
        self._currency = ""
        self._message_id = ""
        self._whole = _Control("GrpHdr")
        self._group = _Control(_GROUP)
        self._day: date | None = None
        self._day_text = ""
        self._group_amounts: list[tuple[str, Decimal]] = []
        self._payment_amounts = 0
        self._payments: list[tuple[date, str, Decimal]] = []

    def read(self, text: str) -> PaymentMessage:
        try:
            self._parser.Parse(text, True)
        except expat.ExpatError as error:
            raise refused(
                ProblemCode.PAYMENT_FILE_DAMAGED, line=error.lineno, reason="malformed"
            ) from error
        if self._namespace is None:
            raise self._is_another()
        self._check(self._whole)
        if not self._message_id:
            self._wrong(_MESSAGE_ID, "missing")
        if not self._whole.payments and self._is_sound:
            self._wrong("CdtTrfTxInf", "missing")
        self._findings.refuse()
        version = _VERSION.search(self._namespace)
        return PaymentMessage(
            message_digest=hashlib.sha256(self._message_id.encode()).hexdigest(),
            version=version[0] if version else "",
            sums=summed(self._payments),
        )

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        namespace, _, local = name.rpartition(_SEPARATOR)
        self._root = self._root or local
        if len(self._open) >= MOST_XML_DEPTH:
            raise refused(ProblemCode.PAYMENT_FILE_DAMAGED, reason="malformed")
        path = self._path_of(namespace, local)
        self._open.append(path)
        self._parser.CharacterDataHandler = None
        if path is None:
            return
        if path in _READ:
            self._texts.clear()
            self._parser.CharacterDataHandler = self._texts.append
            if path in _AMOUNTS:
                self._currency = attributes.get("Ccy", "")
        elif path == _GROUP:
            self._begin_group()
        elif path == _PAYMENT:
            self._payment_amounts = 0
        elif path == "GrpHdr":
            self._whole.line = self._parser.CurrentLineNumber

    def _path_of(self, namespace: str, local: str) -> str | None:
        above = self._open[-1] if self._open else None
        if above is not None:
            path = f"{above}/{local}" if above else local
            return path if path in _KNOWN else None
        if local == "Document":
            self._document = namespace
        elif local in _MESSAGES and _may_be_ours(namespace):
            if self._namespace is not None:
                raise refused(ProblemCode.NO_PAYMENT_FILE, kind="several")
            self._namespace = namespace
            return ""
        return None

    def _end(self, _name: str) -> None:
        path = self._open.pop()
        self._parser.CharacterDataHandler = None
        if path is None:
            return
        if path in _READ:
            self._take(path, "".join(self._texts).strip())
            self._texts.clear()
        elif path == _PAYMENT:
            self._end_payment()
        elif path == _GROUP:
            self._end_group()

    def _take(self, path: str, text: str) -> None:
        if path == _MESSAGE_ID:
            if self._message_id:
                self._wrong(path, "twice")
            self._message_id = text
        elif path in _DAYS:
            self._take_day(text)
        elif path in _AMOUNTS:
            self._take_amount(path, text)
        else:
            self._take_control(path, text)

    def _take_control(self, path: str, text: str) -> None:
        header, _, name = path.rpartition("/")
        control = self._whole if header == "GrpHdr" else self._group
        if not (_WHOLE if name == _COUNT else _AMOUNT).fullmatch(text) or name in control.said:
            self._wrong(path, "unreadable", text)
            return
        control.said[name] = Decimal(text)

    def _take_day(self, text: str) -> None:
        # Version 9 has the day in an element of its own, and no text around it.
        if not text and self._day is not None:
            return
        if self._day is not None:
            self._wrong(_DAYS[0], "twice")
        if match := _DAY.fullmatch(text):
            try:
                self._day = date.fromisoformat(match[1])
            except ValueError:
                self._day = None
        self._day_text = text

    def _take_amount(self, path: str, text: str) -> None:
        self._payment_amounts += 1
        if not _AMOUNT.fullmatch(text):
            self._wrong(path, "unreadable", text)
            return
        amount = Decimal(text)
        if not is_whole_cents(amount) or not amount:
            self._wrong(path, "cents", text)
        elif not _CURRENCY.fullmatch(self._currency):
            self._wrong(f"{path}/@Ccy", "unreadable", self._currency)
        else:
            self._group_amounts.append((self._currency, amount))

    def _end_payment(self) -> None:
        if self._payment_amounts != 1:
            self._wrong("Amt", "twice" if self._payment_amounts else "missing")
        if self._whole.payments + len(self._group_amounts) > MOST_LINES:
            raise refused(ProblemCode.PAYMENT_FILE_DAMAGED, reason="too-many", limit=MOST_LINES)

    def _begin_group(self) -> None:
        self._group = _Control(_GROUP)
        self._group.line = self._parser.CurrentLineNumber
        self._group_amounts = []
        self._day, self._day_text = None, ""

    def _end_group(self) -> None:
        if self._day is None:
            self._wrong(_DAYS[0], "unreadable" if self._day_text else "missing", self._day_text)
        for currency, amount in self._group_amounts:
            self._group.add(amount)
            self._whole.add(amount)
            if self._day is not None:
                self._payments.append((self._day, currency, amount))
        self._check(self._group)

    def _check(self, control: _Control) -> None:
        # A value that cannot be read is not counted, and would make every sum disagree.
        if self._is_sound:
            control.check(self._findings)

    def _wrong(self, path: str, reason: str, text: str = "") -> None:
        # A text may be a name that stands in the wrong place.
        shown = showable(text)
        self._is_sound = False
        self._findings.add(
            ProblemCode.PAYMENT_VALUE_WRONG,
            line=self._parser.CurrentLineNumber,
            element=path.rpartition("/")[2],
            reason=reason,
            **({"value": shown} if shown else {}),
        )

    def _is_another(self) -> FileRefused:
        kind = _OTHER_KIND.search(self._document)
        found = kind[0] if kind else "html" if self._root.casefold() == "html" else "xml"
        return refused(ProblemCode.NO_PAYMENT_FILE, kind=found)

    def _forbid(self, *_: object) -> None:
        line = self._parser.CurrentLineNumber
        raise refused(ProblemCode.PAYMENT_FILE_DAMAGED, line=line, reason="forbidden")


def _may_be_ours(namespace: str) -> bool:
    """Return whether that namespace is of pain.001, or of nothing else that is known."""
    return bool(_VERSION.search(namespace)) or not _OTHER_KIND.search(namespace)


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}" if value == value.to_integral_value() else f"{value:f}"
