"""Which run a file is of is asked with the facts, and answered on the page."""

import re
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from tests.bureau import NOW, a_company, a_linked_company, send
from tests.services.journals.august import (
    HOLIDAY_PAY,
    RECALCULATED,
    WAGES,
    WAGES_OF_SEPTEMBER,
    numbers,
    take_in,
)

from procountor_sandbox.app import Sandbox
from tilisilta.models import AuditEntry, Company, Journal, User
from tilisilta.services.journals.answers import discard

pytestmark = pytest.mark.django_db

# A payroll of which most stays the same when one wage is put right.
LONG = "\n".join(
    (
        "Pvm;Tili;Selite;Debet;Kredit",
        "31.8.2026;5010;Palkat;4200,00;",
        "31.8.2026;6110;TyEL;730,80;",
        "31.8.2026;6130;Sotu;62,16;",
        "31.8.2026;2961;Maksettavat;;4200,00",
        "31.8.2026;2931;TyEL;;730,80",
        "31.8.2026;2921;Sotu;;62,16",
    )
)
LONG_PUT_RIGHT = LONG.replace("62,16", "63,16")
HOUSE = "\n".join(
    ("Pv;Kto;Txt;Eur", "31.8.2026;5110;Lomarahat;2100,00", "31.8.2026;2961;Lomavelka;-2100,00")
)
HOUSE_COLUMNS = {
    "column-account": "Kto",
    "column-description": "Txt",
    "column-amount": "Eur",
    "column-date": "Pv",
}


def upload(browser: Client, company: Company, text: str, **chosen: str) -> Any:
    """Choose ``text`` as a file on the import page."""
    file = SimpleUploadedFile("elokuu.csv", text.encode())
    address = reverse("import_journal", args=[company.number])
    return browser.post(address, {"file": file, **chosen})


def hidden(response: Any) -> dict[str, str]:
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', response.text)
    return {name: unescape(value) for name, value in fields if name != "csrfmiddlewaretoken"}


def answer(browser: Client, company: Company, page: Any, **given: str) -> Any:
    address = reverse("import_journal", args=[company.number])
    return browser.post(address, {**hidden(page), **given}, follow=True)


def proposed(page: Any) -> str:
    """Return the answer that is chosen already; empty for none."""
    chosen = re.findall(r'value="(\w+)"\s+checked', page.text)
    assert len(chosen) <= 1
    return chosen[0] if chosen else ""


class TestTheQuestion:
    def test_shows_both_sides_and_stores_nothing(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        company = a_linked_company()
        send(take_in(company, LONG).journal)

        page = upload(browser_of_administrator, company, LONG_PUT_RIGHT)

        assert page.status_code == 422
        assert page["Cache-Control"] == "no-store"
        assert Journal.objects.count() == 1
        for text in ("Which run is this?", "August 2026", "4 equal", "2 differ", "E44"):
            assert text in page.text
        assert "4,993.96 EUR" in page.text
        assert "That run was sent." in page.text

    @pytest.mark.parametrize(
        ("first", "second", "answer"),
        [
            (LONG, LONG_PUT_RIGHT, "revision"),
            (WAGES, HOLIDAY_PAY, "another"),
            # All amounts differ: the same people recalculated, or other people of the month.
            (WAGES, RECALCULATED, ""),
        ],
    )
    def test_proposes_only_what_the_facts_say(
        self, browser_of_administrator: Client, first: str, second: str, answer: str
    ) -> None:
        company = a_company()
        take_in(company, first)

        assert proposed(upload(browser_of_administrator, company, second)) == answer

    def test_proposes_the_run_of_its_own_month(self, browser_of_administrator: Client) -> None:
        company = a_company()
        take_in(company, WAGES, run="8")

        page = upload(
            browser_of_administrator,
            company,
            WAGES_OF_SEPTEMBER,
            run_number="8",
            run_year="2026",
        )

        assert proposed(page) == "another"
        assert 'name="number" value="9"' in page.text
        assert "8, as you said" in page.text

    def test_writes_figures_as_the_reader_does(
        self, browser_of_administrator: Client, administrator: User
    ) -> None:
        company = a_company()
        take_in(company, LONG)
        browser_of_administrator.post(reverse("language"), {"language": "fi", "next": "/"})

        page = upload(browser_of_administrator, company, LONG_PUT_RIGHT)

        assert "4\u00a0993,96 EUR" in page.text
        assert 'name="year" value="2026"' in page.text


class TestTheAnswer:
    def test_makes_a_new_version(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        company = a_linked_company()
        take_in(company, LONG)
        page = upload(browser_of_administrator, company, LONG_PUT_RIGHT)

        done = answer(browser_of_administrator, company, page, answer="revision")

        assert numbers(company) == ["2026-8-1", "2026-8-2"]
        assert "Revision 2 of this run came in." in done.text

    def test_that_it_is_another_run_as_proposed_stays_a_guess(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        company = a_linked_company()
        take_in(company, WAGES)
        page = upload(browser_of_administrator, company, HOLIDAY_PAY)

        for _click in range(2):
            answer(
                browser_of_administrator,
                company,
                page,
                answer="another",
                number="8b",
                year="2026",
            )

        assert numbers(company) == ["2026-8-1", "2026-8b-1"]
        assert Journal.objects.get(run_number="8b").is_run_guessed

    def test_that_it_is_another_run_may_give_its_number(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        company = a_linked_company()
        take_in(company, WAGES)
        page = upload(browser_of_administrator, company, HOLIDAY_PAY)

        for _click in range(2):
            answer(
                browser_of_administrator,
                company,
                page,
                answer="another",
                number="081",
                year="2026",
            )

        assert numbers(company) == ["2026-8-1", "2026-81-1"]
        assert not Journal.objects.get(run_number="81").is_run_guessed
        assert {one.state for one in Journal.objects.all()} == {"ready"}

    def test_takes_no_number_that_is_taken(self, browser_of_administrator: Client) -> None:
        company = a_company()
        take_in(company, WAGES)
        page = upload(browser_of_administrator, company, HOLIDAY_PAY)

        again = answer(
            browser_of_administrator, company, page, answer="another", number="8", year="2026"
        )

        assert again.status_code == 422
        assert "Run 8/2026 is journal 1001-2026-8-1 already" in again.text
        assert proposed(again) == "another"
        assert numbers(company) == ["2026-8-1"]

    def test_that_is_missing_is_asked_for(self, browser_of_administrator: Client) -> None:
        company = a_company()
        take_in(company, WAGES)
        page = upload(browser_of_administrator, company, RECALCULATED)

        again = answer(browser_of_administrator, company, page)

        assert again.status_code == 422
        assert "Say which run it is." in again.text

    def test_needs_number_and_year_of_another_run(self, browser_of_administrator: Client) -> None:
        company = a_company()
        take_in(company, WAGES)
        page = upload(browser_of_administrator, company, HOLIDAY_PAY)

        again = answer(
            browser_of_administrator, company, page, answer="another", number="", year=""
        )

        assert again.text.count("Give the number of the run and its year.") == 2

    def test_not_to_import_stores_nothing(self, browser_of_administrator: Client) -> None:
        company = a_company()
        take_in(company, WAGES)
        page = upload(browser_of_administrator, company, HOLIDAY_PAY)

        done = answer(browser_of_administrator, company, page, answer="leave")

        assert "The file was not imported." in done.text
        assert numbers(company) == ["2026-8-1"]

    def test_carries_columns_and_currency_on(self, browser_of_administrator: Client) -> None:
        company = a_company()
        take_in(company, WAGES)
        columns = upload(browser_of_administrator, company, HOUSE, currency="sek")
        page = answer(browser_of_administrator, company, columns, **HOUSE_COLUMNS)
        assert "Which run is this?" in page.text

        answer(browser_of_administrator, company, page, answer="another", number="9", year="2026")

        journal = Journal.objects.get(run_number="9")
        assert journal.currency == "SEK"
        assert journal.file_name == "elokuu.csv"
        assert journal.line_count == 2

    def test_corrects_a_file_that_names_a_wrong_run(self, browser_of_administrator: Client) -> None:
        company = a_company()
        take_in(company, WAGES, run="8")
        named = "\n".join(
            f"{line};{run}"
            for line, run in zip(WAGES_OF_SEPTEMBER.split("\n"), ("Run", "8", "8"), strict=True)
        )
        page = upload(browser_of_administrator, company, named)
        assert "8, named in the file" in page.text

        answer(browser_of_administrator, company, page, answer="another", number="9", year="2026")

        assert numbers(company) == ["2026-8-1", "2026-9-1"]
        assert not take_in(company, named).is_new


class TestAPageThatIsOutOfDate:
    @pytest.mark.parametrize("token", ["", "no token", "a:b:c"])
    def test_is_said_when_it_was_changed(
        self, browser_of_administrator: Client, token: str
    ) -> None:
        company = a_company()
        take_in(company, WAGES)
        page = upload(browser_of_administrator, company, HOLIDAY_PAY)

        done = answer(browser_of_administrator, company, page, answer="revision", question=token)

        assert done.status_code == 422
        assert "The question is out of date" in done.text
        assert numbers(company) == ["2026-8-1"]

    def test_is_said_when_it_is_old(
        self, browser_of_administrator: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        company = a_company()
        take_in(company, WAGES)
        page = upload(browser_of_administrator, company, HOLIDAY_PAY)
        monkeypatch.setattr("django.core.signing.time.time", lambda: NOW.timestamp() + 100_000)

        done = answer(browser_of_administrator, company, page, answer="revision")

        assert "The question is out of date" in done.text

    def test_is_said_when_it_is_of_another_file_or_company(
        self, browser_of_administrator: Client
    ) -> None:
        company, other = a_company(), a_company(1002, "Muu Oy")
        take_in(company, WAGES)
        page = upload(browser_of_administrator, company, HOLIDAY_PAY)
        changed = upload(browser_of_administrator, company, RECALCULATED)

        at_other = answer(browser_of_administrator, other, page, answer="revision")
        with_other = answer(
            browser_of_administrator,
            company,
            changed,
            answer="revision",
            question=hidden(page)["question"],
        )

        assert "The question is out of date" in at_other.text
        assert "The question is out of date" in with_other.text
        assert Journal.objects.count() == 1

    def test_is_said_when_a_newer_version_came_in(self, browser_of_administrator: Client) -> None:
        company = a_company()
        first = take_in(company, WAGES).journal
        page = upload(browser_of_administrator, company, HOLIDAY_PAY)
        take_in(company, RECALCULATED, revision_of=first)

        done = answer(browser_of_administrator, company, page, answer="revision")

        assert "The question is out of date" in done.text

    def test_asks_for_the_file_when_that_is_gone(self, browser_of_administrator: Client) -> None:
        company = a_company()
        take_in(company, WAGES)
        page = upload(browser_of_administrator, company, HOLIDAY_PAY)

        done = answer(browser_of_administrator, company, page, answer="revision", kept="x")

        assert "Choose the file again." in done.text


class TestADiscardedFile:
    def test_says_who_discarded_it_and_why(
        self, browser_of_administrator: Client, administrator: User
    ) -> None:
        company = a_company()
        journal = take_in(company, WAGES).journal
        discard(journal, reason="of another company", user=administrator, now=NOW)

        page = upload(browser_of_administrator, company, WAGES)

        assert page.status_code == 422
        assert page["Cache-Control"] == "no-store"
        assert "of another company" in page.text
        assert administrator.username in page.text
        assert Journal.objects.count() == 1

    def test_comes_in_again_with_a_tick(self, browser_of_administrator: Client) -> None:
        company = a_company()
        discard(take_in(company, WAGES).journal, reason="by mistake", user=None, now=NOW)
        page = upload(browser_of_administrator, company, WAGES)
        assert "the command line" in page.text

        without = answer(browser_of_administrator, company, page)
        done = answer(browser_of_administrator, company, page, again="on")

        assert "This file was discarded" in without.text
        assert "came in" in done.text
        assert numbers(company) == ["2026-8-1", "2026-8-2"]

    def test_is_asked_for_its_run_after_that(self, browser_of_administrator: Client) -> None:
        company = a_company()
        discard(take_in(company, WAGES).journal, reason="by mistake", user=None, now=NOW)
        take_in(company, HOLIDAY_PAY)
        page = upload(browser_of_administrator, company, WAGES)

        asked = answer(browser_of_administrator, company, page, again="on")
        answer(browser_of_administrator, company, asked, answer="another", number="8b", year="2026")

        assert "Which run is this?" in asked.text
        assert numbers(company) == ["2026-8-1", "2026-8-2", "2026-8b-1"]
        assert AuditEntry.objects.filter(action="journal_imported").count() == 3


def test_a_reader_answers_nothing(browser_of_reader: Client) -> None:
    company = a_company()
    take_in(company, WAGES)

    assert upload(browser_of_reader, company, HOLIDAY_PAY).status_code == 403
