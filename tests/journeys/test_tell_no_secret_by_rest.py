"""A whole life by REST, from the consent to a refusal, in which nothing secret is told anywhere."""

import json
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2
import pytest
from django.conf import settings as django_settings
from django.db import connection as database
from django.test import Client
from django.utils import timezone
from pytest_django import Settings
from tests.bureau import Clock, an_account, answer_of_nmbrs, fetch_everything, link_to, send

from nmbrs_sandbox.faults import Fault, FaultKind
from nmbrs_sandbox.traps import Trap
from tilisilta.errors import TilisiltaError
from tilisilta.management.cli import main
from tilisilta.models import Company, Journal, NmbrsCompany, NmbrsConnection, NmbrsGrant
from tilisilta.services.fetching.connections import check_connection
from tilisilta.services.fetching.grants import GrantTokens
from tilisilta.services.users import create_first_administrator

if TYPE_CHECKING:
    from nmbrs_sandbox.app import Sandbox as Nmbrs
    from procountor_sandbox.app import Sandbox as Procountor

pytestmark = [pytest.mark.django_db, pytest.mark.once]

NEW = "/settings/integrations/nmbrs/rest/consent?name=Kirnu&first_year=2026&domain="
BACK = "/settings/integrations/nmbrs/consented"
EMPLOYEE = "Tuisku Tallentamaton"
IDENTITY_CODE = "010190-999R"
OF_EMPLOYEES = (EMPLOYEE, IDENTITY_CODE)
_TOKENS = re.compile(r'"(?:access|refresh)_token": ?"([^"]+)"')
_PLACES = re.compile(r'(?:href|src)="(/[^"#]*)')


@dataclass
class Wire:
    """Carries calls to the stand-in, adds a person to all that comes back, and remembers both."""

    inner: httpx2.BaseTransport
    requests: list[httpx2.Request] = field(default_factory=list)
    given: set[str] = field(default_factory=set)

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        answer = self.inner.handle_request(request)
        content = answer.read()
        self.given |= set(_TOKENS.findall(content.decode(errors="replace")))
        if request.url.path.startswith("/api/"):
            content = with_a_person(content)
        headers = {
            name: value
            for name, value in answer.headers.items()
            if name.lower() in {"content-type", "location", "retry-after"}
        }
        return httpx2.Response(answer.status_code, content=content, headers=headers)

    @property
    def own_secrets(self) -> set[str]:
        """Return what is secret of the installation and of the consent."""
        return {
            django_settings.NMBRS_CLIENT_SECRET,
            django_settings.NMBRS_SUBSCRIPTION_KEY,
            *self.given,
        }


def with_a_person(content: bytes) -> bytes:
    """Return an answer with an employee in every object of JSON and line of XML."""
    if content.lstrip().startswith(b"<"):
        person = f"<employee>{EMPLOYEE}</employee><ssn>{IDENTITY_CODE}</ssn></line>"
        return content.replace(b"</line>", person.encode())
    try:
        return json.dumps(_with_a_person(json.loads(content))).encode()
    except ValueError:
        return content


def _with_a_person(value: Any) -> Any:
    if isinstance(value, list):
        return [_with_a_person(one) for one in value]
    if not isinstance(value, dict):
        return value
    person = {"employeeName": EMPLOYEE, "bsn": IDENTITY_CODE}
    said = {name: _with_a_person(one) for name, one in value.items()}
    # What a refusal says of the call may quote its values.
    said |= {name: f"{said[name]} {EMPLOYEE} {IDENTITY_CODE}" for name in {"detail"} & said.keys()}
    return {**said, **person}


@pytest.fixture
def wire(nmbrs: "Nmbrs", settings: Settings) -> Wire:
    made = Wire(httpx2.WSGITransport(app=nmbrs))
    settings.NMBRS_TRANSPORT = httpx2.MockTransport(made)
    return made


@pytest.fixture
def log() -> Iterator[list[str]]:
    """Everything that any logger writes, with its tracebacks; of ours and of HTTP all levels."""
    lines: list[str] = []
    form = logging.Formatter("%(name)s %(levelname)s %(message)s")

    class Keeping(logging.Handler):
        """Keeps each record as it would be written."""

        def emit(self, record: logging.LogRecord) -> None:
            """Keep a record, and what it was made of."""
            lines.append(f"{form.format(record)} {record.args!r}")

    loggers = [logging.getLogger(name) for name in _NAMES]
    levels = [(logger, logger.level) for logger in loggers]
    handler = Keeping(level=1)
    logging.getLogger().addHandler(handler)
    for logger in loggers:
        logger.setLevel(1)
    yield lines
    logging.getLogger().removeHandler(handler)
    for logger, level in levels:
        logger.setLevel(level)


_NAMES = ("tilisilta", "httpx2", "httpcore2")


@pytest.fixture
def person() -> Client:
    # At its start the web part expects collected static files.
    Path(django_settings.STATIC_ROOT).mkdir(exist_ok=True)
    client = Client(raise_request_exception=False)
    client.force_login(create_first_administrator("aino", "a bridge over the river"))
    return client


def stored() -> str:
    """Return everything that all tables hold, as it is stored."""
    texts = []
    with database.cursor() as cursor:
        for table in database.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608  # a name of our own table
            texts += [repr(row) for row in cursor.fetchall()]
    return "\n".join(texts)


def pages(person: Client, *, most: int = 150) -> str:
    """Return all pages that links lead to, from the overview on."""
    waiting, seen, texts = ["/", "/settings/integrations/nmbrs", "/audit"], set[str](), []
    while waiting and len(seen) < most:
        place = waiting.pop(0)
        if place in seen or "/static/" in place or "logout" in place or "/consent" in place:
            continue
        seen.add(place)
        response = person.get(place, follow=True)
        if "html" in response.headers.get("Content-Type", ""):
            texts.append(f"{place}\n{response.text}")
            waiting += [unescape(found) for found in _PLACES.findall(response.text)]
    assert len(seen) > 20
    return "\n".join(texts)


def commands(capsys: pytest.CaptureFixture[str]) -> str:
    """Return what commands write that have to do with Nmbrs."""
    capsys.readouterr()
    for words in (
        ["nmbrs", "list"],
        ["nmbrs", "list", "--json"],
        ["nmbrs", "test"],
        ["nmbrs", "test", "--json"],
        ["status"],
        ["doctor"],
        ["audit"],
    ):
        main(words)
    written = capsys.readouterr()
    return written.out + written.err


def assert_untold(text: str, secrets: set[str], *, where: str) -> None:
    told = [secret for secret in {*secrets, *OF_EMPLOYEES} if secret in text]
    at = text.find(told[0]) if told else 0
    assert not told, f"{where}: {text[max(0, at - 300) : at + 100]}"


def expire() -> NmbrsGrant:
    NmbrsGrant.objects.update(access_token_expires_at=timezone.now())
    return NmbrsGrant.objects.select_related("connection").get()


class TestAWholeLifeByRest:
    def test_tells_nothing_secret(
        self,
        nmbrs: "Nmbrs",
        procountor: "Procountor",
        wire: Wire,
        person: Client,
        log: list[str],
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        errors: list[str] = []

        # Consent, fetch, link, send.
        leads = person.get(NEW).headers["Location"]
        back = answer_of_nmbrs(nmbrs, leads)
        told = person.get(BACK, back, follow=True).text
        once = {back["code"], back["state"]}
        told += person.get(BACK, back, follow=True).text
        told += person.get(BACK, {**back, "state": "another"}).text
        told += person.get(BACK, {"error": f"x {EMPLOYEE}", "state": back["state"]}).text
        fetch_everything()
        link_to(Company.objects.get(number=1001), an_account())
        june = Journal.objects.get(company__number=1001, run_number="6")
        send(june, Clock(now=timezone.now()))
        told += pages(person) + commands(capsys)

        # A renewal, refusals of all kinds, and at last an answer that is lost.
        GrantTokens(expire()).current()
        for code in ("40033", "40102", "40303", "40304", "40305", "40404", "42908", "42909"):
            nmbrs.faults.add(Fault(kind=FaultKind.REFUSAL, operation="rest/*", code=code, times=50))
            NmbrsConnection.objects.update(state="working")
            NmbrsCompany.objects.update(wants_all_journals=True)
            fetch_everything()
            check_connection(NmbrsConnection.objects.get())
            told += person.get("/settings/integrations/nmbrs/1/rest", follow=True).text
            nmbrs.faults.clear()
        nmbrs.traps.on(Trap.OTHER_JOURNAL)
        NmbrsConnection.objects.update(state="working")
        NmbrsCompany.objects.update(wants_all_journals=True)
        fetch_everything()
        told += pages(person)
        nmbrs.faults.add(Fault(kind=FaultKind.CONNECTION_LOST, operation="identity/token"))
        try:
            GrantTokens(expire()).current()
        except TilisiltaError as error:
            errors += [repr(error), str(error), repr(getattr(error, "facts", ""))]
        told += pages(person) + commands(capsys)

        secrets = wire.own_secrets
        assert len(wire.given) >= 4
        assert_untold(told, secrets | {back["code"]}, where="pages and commands")
        assert_untold("\n".join(log), secrets | once, where="log")
        assert_untold("\n".join(errors), secrets | once, where="errors")
        assert_untold(stored(), secrets | once, where="tables")
        assert_untold(leads, secrets, where="address of the consent")
        for request in wire.requests:
            assert_untold(str(request.url), secrets | once, where="addresses")
            assert request.url.host == "nmbrs.invalid" or request.url.host in (
                django_settings.NMBRS_REST_URL + django_settings.NMBRS_IDENTITY_URL
            )
            if request.url.path.startswith("/identity"):
                assert "X-Subscription-Key" not in request.headers
                assert "Authorization" not in request.headers
        assert not [one for one in wire.requests if "employee" in one.url.path]

    def test_tells_nothing_in_the_traceback_of_a_fault_of_ours(
        self,
        nmbrs: "Nmbrs",
        wire: Wire,
        person: Client,
        log: list[str],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        back = answer_of_nmbrs(nmbrs, person.get(NEW).headers["Location"])
        person.get(BACK, back, follow=True)
        grant = expire()

        def fails(*_: object, **__: object) -> None:
            raise RuntimeError("a fault of ours")

        monkeypatch.setattr("tilisilta.services.fetching.grants.store_tokens", fails)
        with pytest.raises(RuntimeError):
            GrantTokens(grant).current()
        # As if that process had died: another one would wait a minute for it otherwise.
        begun = timezone.now() - timedelta(minutes=3)
        NmbrsGrant.objects.update(renewal_began_at=begun)
        answer = person.post(f"/settings/integrations/nmbrs/{grant.connection_id}/rest/test")
        monkeypatch.setattr("tilisilta.services.fetching.consents.store_tokens", fails)
        other = NEW.replace("Kirnu", "Toinen")
        again = answer_of_nmbrs(nmbrs, person.get(other).headers["Location"])
        failed = person.get(BACK, again)

        assert failed.status_code == 500
        assert "a fault of ours" in "\n".join(log)
        secrets = wire.own_secrets | {back["code"], again["code"], again["state"]}
        assert_untold("\n".join(log), secrets, where="log")
        assert_untold(answer.text + failed.text, secrets, where="pages")
        assert_untold(stored(), secrets, where="tables")
