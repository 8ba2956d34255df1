"""Import of journal files: what is taken in, what is asked, and what is refused."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from tests.bureau import JUNE_WITH_CORRECTIONS, a_company, csv_file, monthly_lines

from tilisilta.models import AuditEntry, ColumnChoice, Company, Debtor, Journal, User
from tilisilta.web.uploads import pack, unpack

pytestmark = pytest.mark.django_db

UNKNOWN_HEADERS = b"Kto;Txt;Eur;Pv\n5010;Palkat;10,00;28.6.2026\n2961;Velka;-10,00;28.6.2026\n"
CHOSEN = {
    "column-account": "Kto",
    "column-description": "Txt",
    "column-amount": "Eur",
    "column-date": "Pv",
}


def _file(content: bytes, name: str = "journal.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def _address(company: Company) -> str:
    return reverse("import_journal", args=[company.number])


def _hidden(text: str) -> dict[str, str]:
    from html import unescape  # noqa: PLC0415

    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', text)
    return {name: unescape(value) for name, value in fields if name != "csrfmiddlewaretoken"}


def _choose_columns(browser: Client, company: Company) -> None:
    asked = browser.post(_address(company), {"file": _file(UNKNOWN_HEADERS)})
    browser.post(_address(company), {**_hidden(asked.text), **CHOSEN})


class TestSeveralCompanies:
    CONTENT = (
        b"Yritysnumero;Pvm;Tili;Selite;Summa\n"
        b"1001;28.6.2026;5010;Palkat;18,00\n1001;28.6.2026;2961;Velka;-18,00\n"
        b"1002;28.6.2026;5010;Palkat;19,00\n1002;28.6.2026;2961;Velka;-19,00\n"
    )

    def test_get_a_journal_each(self, browser_of_administrator: Client) -> None:
        company, _other = a_company(1001), a_company(1002)

        response = browser_of_administrator.post(
            _address(company), {"file": _file(self.CONTENT)}, follow=True
        )

        assert "Of the 2 companies in the file 2 journals came in." in response.text
        assert {journal.company.number for journal in Journal.objects.all()} == {1001, 1002}

    def test_may_be_left_out_but_for_the_chosen_one(self, browser_of_administrator: Client) -> None:
        company = a_company(1001)

        browser_of_administrator.post(
            _address(company), {"file": _file(self.CONTENT), "only": "on"}
        )

        assert Journal.objects.get().company == company

    def test_are_refused_together_if_one_is_not_here(
        self, browser_of_administrator: Client
    ) -> None:
        response = browser_of_administrator.post(
            _address(a_company(1001)), {"file": _file(self.CONTENT)}
        )

        assert "companies that are not here: 1002" in response.text
        assert not Journal.objects.exists()


class TestFileNames:
    def test_are_kept_without_personal_codes(self, browser_of_administrator: Client) -> None:
        company = a_company()

        browser_of_administrator.post(
            _address(company),
            {"file": _file(csv_file(monthly_lines(6)), "palkka 010100A900F.csv")},
        )

        assert Journal.objects.get().file_name == "palkka ***.csv"
        assert "010100A900F" not in str(AuditEntry.objects.values_list("facts", flat=True))


class TestImport:
    def test_ends_on_the_page_of_the_journal(self, browser_of_administrator: Client) -> None:
        company = a_company()
        content = JUNE_WITH_CORRECTIONS.read_bytes()

        response = browser_of_administrator.post(
            _address(company), {"file": _file(content, "june.xml")}, follow=True
        )

        journal = Journal.objects.get()
        assert response.redirect_chain[-1][0] == reverse("journal", args=[journal.pk])
        assert f"Journal {journal.reference} came in." in response.text

    def test_recognises_the_same_file(self, browser_of_administrator: Client) -> None:
        company = a_company()
        for _click in range(2):
            response = browser_of_administrator.post(
                _address(company), {"file": _file(csv_file(monthly_lines(6)))}, follow=True
            )

        assert "This journal was imported before." in response.text
        assert Journal.objects.count() == 1

    def test_leads_to_what_a_new_revision_changes(self, browser_of_administrator: Client) -> None:
        company = a_company()
        lines = [("5010", "9.00", "2026-06-28"), ("2961", "-9.00", "2026-06-28")]
        browser_of_administrator.post(
            _address(company),
            {"file": _file(csv_file(monthly_lines(6))), "run_number": "6", "run_year": "2026"},
        )

        response = browser_of_administrator.post(
            _address(company),
            {"file": _file(csv_file(lines)), "run_number": "6", "run_year": "2026"},
            follow=True,
        )

        assert "Revision 2 of this run came in." in response.text
        assert "2 sums differ" in response.text

    def test_uses_the_run_a_person_names(self, browser_of_administrator: Client) -> None:
        browser_of_administrator.post(
            _address(a_company()),
            {"file": _file(csv_file(monthly_lines(6))), "run_number": "3b", "run_year": "2026"},
        )

        assert Journal.objects.get().run_number == "3b"

    def test_asks_for_the_year_of_a_run(self, browser_of_administrator: Client) -> None:
        response = browser_of_administrator.post(
            _address(a_company()),
            {"file": _file(csv_file(monthly_lines(6))), "run_number": "3b"},
        )

        assert response.status_code == 422
        assert "Give both the run and its year, or neither." in response.text
        assert 'value="3b"' in response.text

    def test_asks_for_a_file(self, browser_of_administrator: Client) -> None:
        response = browser_of_administrator.post(_address(a_company()), {})

        assert "Choose a file." in response.text

    def test_is_refused_to_a_reader(self, browser_of_reader: Client) -> None:
        assert browser_of_reader.get(_address(a_company())).status_code == 403


class TestDebitNegative:
    CONTENT = b"Account;Amount;Period\n5010;-10.00;2026-06\n2961;10.00;2026-06\n"

    def test_turns_the_amounts_round(self, browser_of_administrator: Client) -> None:
        browser_of_administrator.post(
            _address(a_company()), {"file": _file(self.CONTENT), "debit_negative": "on"}
        )

        amounts = Journal.objects.get().lines.values_list("amount", flat=True)
        assert [str(amount) for amount in amounts] == ["10.00", "-10.00"]

    def test_is_asked_beside_the_columns_and_carried_on(
        self, browser_of_administrator: Client
    ) -> None:
        address = _address(a_company())
        asked = browser_of_administrator.post(
            address, {"file": _file(UNKNOWN_HEADERS), "debit_negative": "on"}
        )

        browser_of_administrator.post(
            address, {**_hidden(asked.text), **CHOSEN, "debit_negative": "on"}
        )

        assert 'name="debit_negative"' in asked.text
        assert "checked" in asked.text
        amounts = Journal.objects.get().lines.values_list("amount", flat=True)
        assert [str(amount) for amount in amounts] == ["-10.00", "10.00"]

    def test_is_not_chosen_by_itself(self, browser_of_administrator: Client) -> None:
        browser_of_administrator.post(_address(a_company()), {"file": _file(self.CONTENT)})

        assert str(Journal.objects.get().lines.first().amount) == "-10.00"  # type: ignore[union-attr]


class TestRefusedFile:
    def test_lists_all_problems_with_line_cause_and_remedy(
        self, browser_of_administrator: Client
    ) -> None:
        lines = [("5010", "10.1234", "2026-06-28"), ("2961", "ten", "2026-06-28")]

        response = browser_of_administrator.post(
            _address(a_company()), {"file": _file(csv_file(lines))}
        )

        assert response.status_code == 422
        assert "journal.csv was not imported: 2 problems" in response.text
        assert "#F09" in response.text
        assert "#F08" in response.text
        assert not Journal.objects.exists()

    def test_says_that_an_empty_file_is_empty(self, browser_of_administrator: Client) -> None:
        response = browser_of_administrator.post(_address(a_company()), {"file": _file(b"")})

        assert "#F01" in response.text

    def test_names_the_other_company_a_file_belongs_to(
        self, browser_of_administrator: Client
    ) -> None:
        file = csv_file(monthly_lines(6))
        browser_of_administrator.post(_address(a_company()), {"file": _file(file)})

        response = browser_of_administrator.post(
            _address(a_company(1002, "Muu Oy")), {"file": _file(file)}
        )

        assert "1001 Koivulammi Konepaja Oy" in response.text

    def test_names_no_company_of_other_debtors(
        self, browser_of_administrator: Client, administrator: User
    ) -> None:
        file = csv_file(monthly_lines(6))
        browser_of_administrator.post(_address(a_company()), {"file": _file(file)})
        own = Debtor.objects.create(number=999, name="Muu")
        administrator.debtors.add(own)
        company = Company.objects.create(number=1002, name="Muu Oy", debtor=own)

        response = browser_of_administrator.post(_address(company), {"file": _file(file)})

        assert "imported for another company already" in response.text
        assert "Konepaja" not in response.text


class TestColumns:
    def test_are_asked_for_when_headers_are_unknown(self, browser_of_administrator: Client) -> None:
        response = browser_of_administrator.post(
            _address(a_company()), {"file": _file(UNKNOWN_HEADERS)}
        )

        assert "Which column holds what?" in response.text
        assert "<option>Kto</option>" in response.text
        assert response["Cache-Control"] == "no-store"

    def test_lead_to_the_journal_once_chosen(self, browser_of_administrator: Client) -> None:
        company = a_company()
        asked = browser_of_administrator.post(_address(company), {"file": _file(UNKNOWN_HEADERS)})

        browser_of_administrator.post(_address(company), {**_hidden(asked.text), **CHOSEN})

        journal = Journal.objects.get()
        assert journal.file_name == "journal.csv"
        assert [str(line.amount) for line in journal.lines.all()] == ["10.00", "-10.00"]

    def test_say_so_when_none_was_chosen(self, browser_of_administrator: Client) -> None:
        company = a_company()
        asked = browser_of_administrator.post(_address(company), {"file": _file(UNKNOWN_HEADERS)})

        again = browser_of_administrator.post(_address(company), _hidden(asked.text))

        assert "No column was chosen" not in asked.text
        assert "No column was chosen" in again.text

    def test_are_remembered_for_the_next_file(self, browser_of_administrator: Client) -> None:
        company = a_company()
        _choose_columns(browser_of_administrator, company)

        again = browser_of_administrator.post(
            _address(company),
            {"file": _file(UNKNOWN_HEADERS.replace(b"10,00", b"11,00"))},
            follow=True,
        )

        assert "Which run is this?" in again.text
        page = browser_of_administrator.get(_address(company)).text
        assert "Remembered columns" in page
        assert "Kto, Txt, Eur, Pv" in page

    def test_are_asked_for_again_once_forgotten(self, browser_of_administrator: Client) -> None:
        company = a_company()
        _choose_columns(browser_of_administrator, company)
        choice = ColumnChoice.objects.get()

        browser_of_administrator.post(reverse("forget_columns", args=[company.number, choice.pk]))

        asked = browser_of_administrator.post(_address(company), {"file": _file(UNKNOWN_HEADERS)})
        assert "Which column holds what?" in asked.text

    def test_are_not_remembered_for_another_company(self, browser_of_administrator: Client) -> None:
        company = a_company()
        _choose_columns(browser_of_administrator, company)

        asked = browser_of_administrator.post(
            _address(a_company(1002)), {"file": _file(UNKNOWN_HEADERS)}
        )

        assert "Which column holds what?" in asked.text

    def test_are_chosen_by_place_where_there_are_no_headers(
        self, browser_of_administrator: Client
    ) -> None:
        company = a_company()
        content = b"28.6.2026;5010;10,00;Palkat\n28.6.2026;2961;-10,00;Velka\n"

        asked = browser_of_administrator.post(_address(company), {"file": _file(content)})

        assert "has no header row" in asked.text
        assert asked.text.count(" selected>") == 4
        places = {"column-date": "1", "column-account": "2", "column-amount": "3"}
        browser_of_administrator.post(_address(company), {**_hidden(asked.text), **places})
        assert Journal.objects.get().line_count == 2

    def test_show_the_choice_again_when_it_is_wrong(self, browser_of_administrator: Client) -> None:
        company = a_company()
        asked = browser_of_administrator.post(_address(company), {"file": _file(UNKNOWN_HEADERS)})

        response = browser_of_administrator.post(
            _address(company), {**_hidden(asked.text), **CHOSEN, "column-amount": "Txt"}
        )

        assert response.status_code == 422
        assert "was not imported: 2 problems" in response.text
        assert "<option selected>Txt</option>" in response.text

    @pytest.mark.parametrize("table", ["", "no json", "[]", '{"headers": 1, "rows": 2}'])
    def test_survive_a_page_that_was_tampered_with(
        self, browser_of_administrator: Client, table: str
    ) -> None:
        wrong = {"kept": pack(UNKNOWN_HEADERS), "kept_name": "j.csv", "table": table}

        response = browser_of_administrator.post(
            _address(a_company()), {**wrong, "column-account": "Kto"}
        )

        assert response.status_code == 422
        assert "was not imported" in response.text


class TestCarriedFile:
    def test_comes_back_as_it_was(self) -> None:
        assert unpack(pack(b"\x00\xff journal")) == b"\x00\xff journal"

    @pytest.mark.parametrize("packed", ["", "no base64!", "bm8gemxpYg=="])
    def test_is_nothing_when_it_was_not_ours(self, packed: str) -> None:
        assert not unpack(packed)


class TestCompaniesWithAQuestion:
    def test_are_left_out_of_a_file_with_a_way_to_answer(
        self, browser_of_administrator: Client
    ) -> None:
        first, second = a_company(1001), a_company(1002)
        wages = csv_file(monthly_lines(6))
        browser_of_administrator.post(_address(second), {"file": _file(wages)})
        rows = [
            f"{number};28.6.2026;{account};{sign}18,00"
            for number in (1001, 1002)
            for account, sign in ((5010, ""), (2961, "-"))
        ]
        content = "\n".join(("Yritysnumero;Pvm;Tili;Summa", *rows)).encode()

        page = browser_of_administrator.post(_address(first), {"file": _file(content, "all.csv")})
        carried = _hidden(page.text)
        asked = browser_of_administrator.post(_address(second), carried)

        assert "Not all journals came in" in page.text
        assert Journal.objects.filter(company=first).count() == 1
        assert (carried["only"], "Which run is this?" in asked.text) == ("on", True)


class TestAFileWithoutDates:
    CONTENT = b"Tili;Selite;Summa\n5010;Palkat;10,00\n2961;Velka;-10,00\n"

    def test_is_asked_about_and_imported_with_the_date_that_is_given(
        self, browser_of_administrator: Client
    ) -> None:
        company = a_company()
        page = browser_of_administrator.post(_address(company), {"file": _file(self.CONTENT)})
        chosen = {"column-account": "Tili", "column-amount": "Summa"}

        without = browser_of_administrator.post(_address(company), {**_hidden(page.text), **chosen})
        browser_of_administrator.post(
            _address(company),
            {**_hidden(without.text), **chosen, "given_day": "2026-07-31"},
        )

        assert "F39" in without.text
        days = {str(line.booking_date) for line in Journal.objects.get().content().lines}
        assert days == {"2026-07-31"}

    def test_is_refused_with_a_period_that_is_none(self, browser_of_administrator: Client) -> None:
        page = browser_of_administrator.post(
            _address(a_company()), {"file": _file(self.CONTENT), "given_period": "2026-13"}
        )

        assert "Write the period as 2026-01." in page.text
