"""The examples of ``docs/api.md``: each command is given, and its answer is as it stands there."""

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.bureau import (
    Clock,
    a_company,
    a_journal,
    a_linked_company,
    an_account,
    csv_file,
    deliver,
    monthly_lines,
)
from tests.clients.files.samples_of_payments import a_group, a_payment, a_payment_file

from procountor_sandbox.app import Sandbox
from tilisilta.domain.journals import Run
from tilisilta.models import Scope, Sending, User, UserTemplate
from tilisilta.services.api_tokens import create_token
from tilisilta.services.journals.importing import import_journal
from tilisilta.services.users import create_user

DOCUMENT = Path(__file__).parents[2] / "docs" / "api.md"
EXAMPLE = re.compile(r"```sh\n(.*?)```\n\n```json\n(.*?)```", re.DOTALL)
FILES = {
    "companies.csv": b"company;account\n1001;tili-1001\n1002;tili-1002\n",
    "june.csv": csv_file(monthly_lines(6)),
    "payments.xml": a_payment_file(a_group(a_payment("1006.50"))).encode(),
    "recalculated.csv": csv_file(monthly_lines(6, cents=50)),
}


def examples() -> list[tuple[str, Any]]:
    text = DOCUMENT.read_text(encoding="utf-8")
    return [(command, json.loads(answer)) for command, answer in EXAMPLE.findall(text)]


def give(command: str, *, token: str) -> Any:
    """Do what ``curl`` would do; an option that is not known here fails."""
    replaced = command.replace("\\\n", " ").replace("$TOKEN", token)
    words = iter(shlex.split(replaced.replace("$TILISILTA", "/api/v1"))[1:])
    method, address, headers, form, body = "", "", {}, {}, None
    for word in words:
        match word:
            case "-H":
                name, _, value = next(words).partition(": ")
                headers[name] = value
            case "-F":
                name, _, value = next(words).partition("=")
                form[name] = (
                    SimpleUploadedFile(value[1:], FILES[value[1:]]) if value[0] == "@" else value
                )
            case "--json":
                body = next(words)
            case "-X":
                method = next(words)
            case _:
                assert word.startswith("/"), word
                address = word
    client = Client()
    if form:
        return client.post(address, form, headers=headers).json()
    if body or method == "POST":
        return client.post(address, body or "", "application/json", headers=headers).json()
    return client.get(address, headers=headers).json()


def has(answer: Any, shown: Any) -> bool:
    """Return whether ``answer`` has all that is ``shown`` of it."""
    if isinstance(shown, dict):
        return all(name in answer and has(answer[name], value) for name, value in shown.items())
    if isinstance(shown, list):
        return len(answer) >= len(shown) and all(map(has, answer, shown))
    return bool(answer == shown)


@pytest.mark.once
@pytest.mark.django_db
def test_examples_of_the_document_work(administrator: User, procountor: Sandbox) -> None:
    company = a_linked_company()
    for run in ("7", "71"):
        a_journal(company, 7, run_number=run)
    lines = [("5035", "12.00", "2026-08-28"), ("2961", "-12.00", "2026-08-28")]
    import_journal(
        csv_file(lines, description="Palkka Meikäläinen"),
        file_name="august.csv",
        company=a_linked_company(1002),
        user=None,
        now=Clock().now,
        run=Run(year=2026, number="8"),
    )
    a_company(1003, an_account(1003).company_name)
    template = UserTemplate.objects.get(is_administrator=True)
    robot = create_user("robot", "a bridge over the river", template=template, user=administrator)
    made = create_token(
        robot,
        name="payroll robot",
        scopes=list(Scope),
        days=30,
        user=robot,
        now=Clock().now,
    )

    for command, shown in examples():
        answer = give(command, token=made.secret)

        assert has(answer, shown), (command, answer)
        for sending in Sending.objects.filter(finished_at=None, journal__state="queued"):
            deliver(sending, Clock())


def test_every_command_of_the_document_is_an_example() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")

    assert text.count("curl -") == len(examples()) > 9
