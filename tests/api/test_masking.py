"""Masking by the API: what the page masks, by the same rights, and never the text itself."""

import logging

import pytest
from tests.api.conftest import PASSWORD, Program, program_of
from tests.bureau import NOW, a_linked_company, csv_file, monthly_lines

from procountor_sandbox.app import Sandbox
from tilisilta.models import (
    AuditEntry,
    Debtor,
    Journal,
    JournalLine,
    Right,
    Scope,
    User,
    UserTemplate,
)
from tilisilta.services.journals.importing import import_journal
from tilisilta.services.users import create_user

pytestmark = [pytest.mark.django_db, pytest.mark.once]
NAME = "Łucja Meikäläinen"
WANTED = {"text": NAME, "reason": "erasure requested"}


@pytest.fixture
def journal(procountor: Sandbox) -> Journal:
    content = csv_file(monthly_lines(6), description=f"Palkka {NAME}")
    return import_journal(
        content, file_name=f"{NAME}.csv", company=a_linked_company(), user=None, now=NOW
    ).journal


def address(journal: Journal) -> str:
    return f"/journals/{journal.reference}/masking"


def test_masks_the_text_everywhere_and_says_in_how_many_places(
    program: Program, journal: Journal, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="tilisilta")

    masked = program.post(address(journal), WANTED)
    again = program.post(address(journal), WANTED)

    assert (masked.status_code, masked.json()["lines"]) == (200, 2)
    assert (again.status_code, list(again.json()["faults"])) == (422, ["text"])
    texts = JournalLine.objects.values_list("description", flat=True)
    assert not any(NAME in text for text in texts)
    shown = program.get(f"/journals/{journal.reference}").json()
    assert shown["masked_at"] is not None
    entry = AuditEntry.objects.get(action="journal_masked")
    assert (entry.user, entry.facts["api_token"]) == (User.objects.get(), "robot 0")
    for text in (masked.text, again.text, caplog.text, str(list(AuditEntry.objects.values()))):
        assert NAME not in text


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"reason": ""}, "reason"),
        ({"reason": f"of {NAME}"}, "reason"),
        ({"text": "M"}, "text"),
        ({"text": "Somebody else"}, "text"),
        ({"text": "M" * 201}, "text"),
    ],
)
def test_masks_nothing_where_the_page_would_refuse(
    program: Program, journal: Journal, changed: dict[str, str], said: str
) -> None:
    refused = program.post(address(journal), {**WANTED, **changed})

    assert (refused.status_code, list(refused.json()["faults"])) == (422, [said])
    assert NAME not in refused.text
    assert JournalLine.objects.filter(description__contains=NAME).count() == 2


def test_is_for_those_who_may_mask_on_the_page(
    administrator: User, reader: User, journal: Journal
) -> None:
    """The page demands reading journals and writing the audit log; a token its scope as well."""
    template = UserTemplate.objects.create(name="Masks", audit_log=Right.WRITE)
    other = Debtor.objects.create(number=999, name="Oma")
    limited = create_user(
        "eeva", PASSWORD, template=administrator.template, user=None, debtors=[other]
    )
    of_log_alone = create_user("sari", PASSWORD, template=template, user=None)
    statuses = [
        program_of(administrator, [one for one in Scope if one != Scope.MASK]),
        program_of(reader),
        program_of(of_log_alone),
        program_of(limited),
    ]

    answers = [one.post(address(journal), WANTED) for one in statuses]

    assert [one.status_code for one in answers] == [403, 403, 403, 404]
    assert JournalLine.objects.filter(description__contains=NAME).count() == 2
