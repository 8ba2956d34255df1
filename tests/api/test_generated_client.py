"""A client generated from the OpenAPI document works, and every answer is as the document says."""

import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from types import ModuleType
from typing import Any
from uuid import uuid4

import httpx
import pytest
from django.test import Client
from openapi_schema_validator import OAS31Validator
from tests.api.conftest import Program
from tests.bureau import Clock, a_company, a_linked_company, csv_file, deliver, monthly_lines
from tests.clients.files.samples_of_payments import a_group, a_payment, a_payment_file

from procountor_sandbox.app import Sandbox
from tilisilta.api.service import api
from tilisilta.models import Sending

pytestmark = [pytest.mark.django_db, pytest.mark.once]
NAME = "tilisilta_client"
READING: tuple[tuple[Any, ...], ...] = (
    ("tokens", "show_me"),
    ("companies", "list_companies"),
    ("companies", "show_company", 1001),
    ("journals", "list_journals"),
    ("journals", "list_problems"),
    ("journals", "list_receipts"),
    ("months", "show_reconciliation", 1001, "2026-06"),
    ("months", "show_status"),
    ("closing", "compare_month", "2026-06"),
    ("closing", "list_signatures", 1001, "2026-06"),
    ("closing", "show_net_pay", 1001, "2026-06"),
    ("archives", "list_archives", "2026-06"),
    ("archives", "save_archive", 1001, "2026-06"),
    ("reasons", "list_reasons", "2026-06"),
    ("reasons", "show_fix", "2026-06", "N04"),
    ("links", "list_links"),
    ("links", "show_link", 1001),
    ("links", "list_profiles"),
    ("links", "list_drift"),
    ("onboarding", "list_onboardings"),
    ("trails", "list_receipts_of_year", 1001),
    ("users", "list_users"),
    ("users", "list_templates"),
    ("accounts", "list_accounts"),
    ("accounts", "list_connections"),
    ("runs", "list_debtors"),
    ("runs", "list_runs"),
    ("runs", "show_synchronisation"),
    ("runs", "synchronise"),
    ("audit_log", "list_entries"),
    ("notices", "list_notices"),
    ("webhooks", "list_webhooks"),
    ("rules", "show_rules"),
)

OF_A_JOURNAL = (
    ("journals", "show_journal"),
    ("trails", "list_lines"),
    ("sending", "show_withdrawn"),
    ("sending", "show_difference"),
    ("settling", "list_doubts"),
    ("settling", "list_settlements"),
    ("settling", "look"),
    ("rules", "show_rule"),
)


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Generate the client as its users would, and let it be imported."""
    folder = tmp_path_factory.mktemp("client")
    (folder / "openapi.json").write_text(json.dumps(api.get_openapi_schema()))
    # Its formatter would only make it slower.
    (folder / "config.yaml").write_text("post_hooks: []\n")
    subprocess.run(
        [
            *(sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none"),
            *("--path", "openapi.json", "--config", "config.yaml"),
            *("--output-path", NAME, "--fail-on-warning"),
        ],
        cwd=folder,
        check=True,
        capture_output=True,
    )
    sys.path.insert(0, str(folder))
    yield NAME
    sys.path.remove(str(folder))
    for name in [one for one in sys.modules if one.partition(".")[0] == NAME]:
        del sys.modules[name]


class _InProcess(httpx.BaseTransport):
    """Answers requests in the thread of the test, which alone sees what it has stored."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        headers = {name: value for name, value in request.headers.items() if name != "content-type"}
        response = Client(raise_request_exception=False).generic(
            request.method,
            request.url.raw_path.decode(),
            request.read(),
            request.headers.get("Content-Type", ""),
            headers=headers,
        )
        return httpx.Response(
            response.status_code, headers=dict(response.headers), content=response.content
        )


class Told:
    """The generated client, and every answer that it got."""

    def __init__(self, package: str, secret: str) -> None:
        self.package = package
        self.answers: list[httpx.Response] = []
        client = importlib.import_module(f"{package}.client")
        self.client = client.AuthenticatedClient(
            base_url="http://127.0.0.1:8000",
            token=secret,
            httpx_args={
                "transport": _InProcess(),
                "event_hooks": {"response": [self.answers.append]},
            },
        )

    def call(self, tag: str, operation: str, *values: object, **more: object) -> Any:
        module = importlib.import_module(f"{self.package}.api.{tag}.{operation}")
        return module.sync(*values, client=self.client, **more)

    @property
    def models(self) -> ModuleType:
        return importlib.import_module(f"{self.package}.models")


def faults_in(answer: httpx.Response, schema: dict[str, Any]) -> list[str]:
    """Return where an answer is not what the document says of its operation and status."""
    path, method = answer.request.url.path, answer.request.method.lower()
    described = next(
        operations[method]["responses"]
        for route, operations in schema["paths"].items()
        if method in operations and _fits(route, path)
    )
    content = described[str(answer.status_code)]["content"]
    if "application/octet-stream" in content:
        return []
    expected = content[answer.headers["Content-Type"].partition(";")[0]]["schema"]
    whole = {**expected, "components": schema["components"]}
    return [error.message for error in OAS31Validator(whole).iter_errors(answer.json())]


def _fits(route: str, path: str) -> bool:
    parts, asked = route.split("/"), path.split("/")
    return len(parts) == len(asked) and all(
        part.startswith("{") or part == one for part, one in zip(parts, asked, strict=True)
    )


class TestGeneratedClient:
    def test_does_a_month(self, package: str, program: Program, procountor: Sandbox) -> None:
        """Import, preview, send, compare, close and withdraw, as a program of a bureau would."""
        a_linked_company()
        a_company(1002, "Toinen Oy")
        told = Told(package, program.secret)
        models, types = told.models, importlib.import_module(f"{package}.types")
        file = types.File(
            payload=_opened(csv_file(monthly_lines(6))), file_name="june.csv", mime_type="text/csv"
        )

        taken = told.call(
            "importing",
            "import_file",
            body=models.ImportFileMultiPartBodyParams(file=file, company=1001),
        )
        reference = taken.journals[0].reference
        preview = told.call("journals", "preview", reference)
        wanted = models.JournalToCheckAndSend(digest=preview.digest)
        sent = told.call("sending", "send_one", reference, body=wanted, idempotency_key="june")
        deliver(Sending.objects.get(), Clock())
        compared = told.call("months", "compare", 1001, "2026-06")
        month = told.call("months", "show_month", "2026-06")
        plan = told.call("sending", "show_withdrawal", reference)
        reason = models.ToWithdraw(reason="wrong month", digest=plan.digest)
        told.call("sending", "list_ready", "2026-06")
        together = models.ToSendTogether(journals=[models.JournalToSend(reference=reference)])
        joint = told.call("sending", "send", body=together)
        told.call("sending", "show_sending", joint.id)
        told.call("sending", "list_journals_of_sending", joint.id)
        told.call("sending", "send_month", "2026-06", body=models.MonthToSend(as_stored=True))
        withdrawn = told.call("sending", "withdraw", reference, body=reason)
        missing = told.call("companies", "show_company", 9999)
        for tag, operation, *values in READING:
            told.call(tag, operation, *values)
        for tag, operation in OF_A_JOURNAL:
            told.call(tag, operation, reference)
        for tag, operation, body in (
            ("settling", "settle_doubt", models.Said(ledger_receipt_id=1, is_ours=True)),
            (
                "settling",
                "settle",
                models.ToSettle(settled_as=models.ToSettleSettledAs.SENT, reason="by hand"),
            ),
            ("settling", "unsettle", models.Because(reason="it was not")),
            ("sending", "send_difference", models.ToBookDifference(reason="overtime")),
        ):
            told.call(tag, operation, reference, body=body)
        _set_up(told)
        told.call("trails", "find", q=reference)
        everywhere = models.ToFix(as_stored=True)
        told.call("reasons", "fix", "2026-06", "N04", body=everywhere)
        signing = models.ToSign(reason="paid by another bank")
        told.call("closing", "sign", 1001, "2026-06", body=signing)
        told.call("closing", "unsign", 1001, "2026-06", body=models.ToUnsign(reason="not yet"))
        _net_pay(told)
        _with_two_persons(told, reference)
        told.call("journals", "check", reference)
        told.call("importing", "say_another_payroll", reference)
        hidden = models.ToMask(text="Salaries of May", reason="asked for")
        assert told.call("journals", "mask", reference, body=hidden).status == 422

        assert sent.state == "queued"
        assert (compared.outcome, month.companies[0].company) == ("equal", 1001)
        assert withdrawn.state == "withdrawing"
        assert (missing.status, missing.code) == (404, "E29")
        schema = json.loads(json.dumps(api.get_openapi_schema()))
        faults = [(one.request.url.path, faults_in(one, schema)) for one in told.answers]
        assert [(path, found) for path, found in faults if found] == []
        operations = [name for one in schema["paths"].values() for name in one]
        assert len({(one.request.method, _route(one, schema)) for one in told.answers}) == len(
            operations
        )


def _set_up(told: Told) -> None:
    """Onboard a list, and change and end a link."""
    models, types = told.models, importlib.import_module(f"{told.package}.types")
    listed = types.File(payload=_opened(b"company\n1001\n"), file_name="companies.csv")
    listed = told.call("onboarding", "take_in", body=models.TakeInFileParams(file=listed))
    rows = models.RowsToLink(as_stored=True)
    told.call("onboarding", "link_rows", listed.id, body=rows)
    for operation in ("show_onboarding", "list_rows", "look_into", "remove"):
        told.call("onboarding", operation, listed.id)
    changes = models.LinksToChange(companies=[1001], unmap=["5035"], dry_run=True)
    told.call("links", "change", body=changes)
    end = models.ToEndLink(ends_on=date(2030, 1, 1), reason="moved")
    told.call("links", "end", 1001, body=end)
    told.call("links", "make_link", 1002, body=models.LinkToMake(account="tili-1001"))
    told.call("links", "make", body=models.ProfileToMake(name="standard"))
    wanted = models.ProfileToChange(profile="standard", dry_run=True)
    assert told.call("links", "change_rules", body=wanted).journals == 0
    removal = models.ProfileToRemove(profile="standard")
    assert told.call("links", "remove_rules", body=removal).name == "standard"
    _webhook(told)


def _net_pay(told: Told) -> None:
    """Tick net pay off, take it back, and compare it with a payment file."""
    models, types = told.models, importlib.import_module(f"{told.package}.types")
    month = 1001, "2026-06"
    told.call("closing", "tick_net_pay", *month, body=models.ToTick(amount="1006.00"))
    told.call("closing", "untick_net_pay", *month)
    content = a_payment_file(a_group(a_payment("1006.00"))).encode()
    file = types.File(payload=_opened(content), file_name="palkat.xml")
    body = models.AddPaymentFileFileParams(file=file)
    added = told.call("closing", "add_payment_file", *month, body=body)
    told.call("closing", "take_payment_file_out", *month, added.files[0].id)
    assert told.call("closing", "fetch_payment_files", *month).code == "E89"


def _webhook(told: Told) -> None:
    """Make, try and end a webhook whose receiver is in no network that is allowed."""
    models = told.models
    wanted = models.WebhookToMake(
        name="robot", format_=models.Format.JSON, address="https://hooks.example/b"
    )
    made = told.call("webhooks", "make_webhook", body=wanted)
    assert told.call("webhooks", "check_webhook", made.id).state == "failed"
    change = models.WebhookToChange(name="payroll robot", all_debtors=True)
    assert told.call("webhooks", "alter_webhook", made.id, body=change).secret is None
    assert told.call("webhooks", "renew_webhook_secret", made.id).secret != made.secret
    for operation in ("list_messages", "end_webhook"):
        told.call("webhooks", operation, made.id)


def _with_two_persons(told: Told, reference: str) -> None:
    """Ask for what two persons do; nothing is proposed."""
    models = told.models
    wanted = models.ProposalToRelease(reference=reference, digest="0" * 64)
    released = told.call("sending", "release_proposals", body=models.ToRelease(journals=[wanted]))
    assert (released.status, released.code) == (409, "S31")
    assert told.call("sending", "list_proposals").proposals == []
    why = models.ToSendBack(reason="Tarkista.")
    told.call("sending", "send_proposal_back", reference, body=why)
    told.call("sending", "take_proposal_back", reference)
    told.call("sending", "stop_sending", uuid4())


def _route(answer: httpx.Response, schema: dict[str, Any]) -> str:
    routes = sorted(schema["paths"], key=lambda route: str(route).count("{"))
    return next(str(route) for route in routes if _fits(route, answer.request.url.path))


def _opened(content: bytes) -> Any:
    import io  # noqa: PLC0415

    return io.BytesIO(content)
