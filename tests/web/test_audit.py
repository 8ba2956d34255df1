"""The audit log and the catalogue of common errors."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from tests.bureau import a_company

from tilisilta.domain.problems import ProblemCode
from tilisilta.models import AuditEntry, Debtor, User
from tilisilta.services import audit
from tilisilta.services.companies import add_debtor, set_test
from tilisilta.web.audit_sentences import sentence_of

pytestmark = pytest.mark.django_db


class TestAuditLog:
    def test_says_who_did_what(self, browser_of_reader: Client, administrator: User) -> None:
        set_test(a_company(), True, user=administrator)

        text = browser_of_reader.get(reverse("audit_log")).text

        assert "marked 1001 Koivulammi Konepaja Oy as a test company" in text
        assert ">aino</th>" in text

    @pytest.mark.parametrize(
        ("asked", "count"),
        [
            ({"company": "1001"}, 1),
            ({"company": "9999"}, 0),
            ({"action": "debtor_added"}, 1),
            ({"until": "2020-01-01"}, 0),
            ({"since": "2020-01-01", "action": "debtor_added"}, 1),
        ],
    )
    def test_is_narrowed(
        self, browser_of_reader: Client, asked: dict[str, str], count: int
    ) -> None:
        set_test(a_company(), True, user=None)
        add_debtor(200, "Toiset", user=None)

        page = browser_of_reader.get(reverse("audit_log"), asked).context["page"]

        assert page.paginator.count == count

    def test_is_narrowed_to_one_user(
        self, browser_of_reader: Client, administrator: User, reader: User
    ) -> None:
        add_debtor(200, "Toiset", user=reader)

        page = browser_of_reader.get(reverse("audit_log"), {"user": reader.pk}).context["page"]

        assert [entry.user for entry in page] == [reader]

    def test_shows_a_limited_user_no_other_debtors(
        self, browser_of_reader: Client, reader: User
    ) -> None:
        set_test(a_company(), True, user=None)
        reader.debtors.add(Debtor.objects.create(number=200, name="Oma"))

        text = browser_of_reader.get(reverse("audit_log")).text

        assert "Koivulammi" not in text
        assert ">aino</option>" not in text

    @pytest.mark.parametrize("action", list(AuditEntry.Action))
    def test_has_a_sentence_even_where_facts_are_missing(self, action: str) -> None:
        with translation.override("en"):
            sentence = sentence_of(AuditEntry(action=action, facts={}))

        assert sentence
        assert "{" not in sentence

    @pytest.mark.parametrize(
        ("count", "sentence"),
        [
            (1, "sent journal 1001-2026-6-1: 1 ledger receipt"),
            (6, "sent journal 1001-2026-6-1: 6 ledger receipts"),
        ],
    )
    def test_counts_receipts_as_people_do(self, count: int, sentence: str) -> None:
        facts = {"reference": "1001-2026-6-1", "count": count}

        entry = AuditEntry(action=AuditEntry.Action.JOURNAL_SENT, facts=facts)

        assert sentence_of(entry) == sentence

    @pytest.mark.parametrize(
        ("written", "shown"), [("2026-06-30", "30 Jun 2026"), ("some day", "some day")]
    )
    def test_writes_days_as_its_reader_does(self, written: str, shown: str) -> None:
        facts = {"reference": "1001-2026-6-1", "date": written}

        entry = AuditEntry(action=AuditEntry.Action.RECEIPT_UNCERTAIN, facts=facts)

        assert shown in sentence_of(entry)

    def test_names_fields_in_words(self) -> None:
        entry = AuditEntry(
            action=audit.Action.USER_CHANGED, facts={"name": "oona", "fields": "is_active, debtors"}
        )

        with translation.override("en"):
            sentence = sentence_of(entry)

        assert sentence == "changed user oona: may log in, debtors"

    def test_names_what_was_changed_of_a_connection_in_words(self) -> None:
        facts = {"name": "Kirnu", "fields": "user_name, first_year, token"}

        entry = AuditEntry(action=audit.Action.NMBRS_CHANGED, facts=facts)

        with translation.override("en"):
            sentence = sentence_of(entry)
        assert sentence == "changed connection to Nmbrs Kirnu: user name, first year, token"

    def test_shows_what_nmbrs_has_no_longer(self, browser_of_reader: Client) -> None:
        company = a_company()
        audit.record(audit.Action.COMPANY_GONE, user=None, company=company, name=str(company))
        audit.record(
            audit.Action.RUN_GONE, user=None, company=company, name=str(company), run="4/2026"
        )

        text = browser_of_reader.get(reverse("audit_log")).text

        assert "1001 Koivulammi Konepaja Oy is no longer in Nmbrs" in text
        assert "run 4/2026 of 1001 Koivulammi Konepaja Oy is no longer in Nmbrs" in text
        assert "Tilisilta itself" in text


class TestCommonErrors:
    def test_explain_every_problem_there_can_be(self, browser_of_reader: Client) -> None:
        text = browser_of_reader.get(reverse("common_errors")).text

        missing = [code for code in ProblemCode if f'id="{code}"' not in text]
        assert missing == []

    def test_are_found_by_their_words(self, browser_of_reader: Client) -> None:
        text = browser_of_reader.get(reverse("common_errors"), {"q": "ledger UNKNOWN"}).text

        assert 'id="N07"' in text
        assert 'id="N01"' not in text

    def test_are_found_by_the_words_of_another_case_than_the_example(
        self, browser_of_reader: Client
    ) -> None:
        text = browser_of_reader.get(reverse("common_errors"), {"q": "web page, not a"}).text

        assert 'id="F03"' in text
        assert "A PDF file cannot be read" in text

    def test_say_that_their_names_and_amounts_are_examples(self, browser_of_reader: Client) -> None:
        text = browser_of_reader.get(reverse("common_errors")).text

        assert "Koivulammi Testi Oy is a test company" in text
        assert "Names, numbers, amounts and dates here are examples." in text

    def test_are_found_by_their_code(self, browser_of_reader: Client) -> None:
        response = browser_of_reader.get(reverse("common_errors"), {"q": "n11"})

        assert response.context["count"] == 1

    @pytest.mark.parametrize(
        ("code", "effect"), [("N07", "Stops"), ("N14", "Informs"), ("S02", "Waits")]
    )
    def test_say_what_each_problem_does(
        self, browser_of_reader: Client, code: str, effect: str
    ) -> None:
        text = browser_of_reader.get(reverse("common_errors")).text

        row = text[text.index(f'id="{code}"') :]
        assert f"<span>{effect}</span>" in row[: row.index("</tr>")]

    def test_say_when_nothing_has_the_words(self, browser_of_reader: Client) -> None:
        text = browser_of_reader.get(reverse("common_errors"), {"q": "xyzzy"}).text

        assert "No message has “xyzzy” in it." in text
