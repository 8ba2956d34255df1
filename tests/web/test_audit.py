"""The audit log: shown, narrowed, saved."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from tests.bureau import a_company
from tests.web.reading import squeezed

from tilisilta.models import AuditEntry, Debtor, User
from tilisilta.services import audit
from tilisilta.services.audit_chain import ROWS_AT_ONCE
from tilisilta.services.audit_export import save_log
from tilisilta.services.audit_sentences import sentence_of
from tilisilta.services.companies import add_debtor, change_company, set_test

pytestmark = pytest.mark.django_db

Action = AuditEntry.Action


class TestAuditLog:
    def test_says_who_did_what(self, browser_of_reader: Client, administrator: User) -> None:
        set_test(a_company(), True, user=administrator)

        text = squeezed(browser_of_reader.get(reverse("audit_log")).text)

        assert "marked 1001 Koivulammi Konepaja Oy as a test company" in text
        assert ">aino</th>" in text

    def test_is_saved_as_csv_narrowed_as_it_is_shown(
        self, browser_of_reader: Client, reader: User
    ) -> None:
        set_test(a_company(), True, user=None)
        add_debtor(200, "Toiset", user=None)
        page = browser_of_reader.get(reverse("audit_log"), {"action": "company_marked_test"})
        address = f"{reverse('audit_log_csv')}?action=company_marked_test"
        assert address in page.text

        saved = browser_of_reader.get(address)

        lines = saved.getvalue().decode("utf-8-sig").splitlines()
        assert len(lines) == 2
        assert "marked 1001 Koivulammi Konepaja Oy as a test company" in lines[1]
        assert "Digest" in lines[0]
        entry = AuditEntry.objects.latest("pk")
        assert (entry.action, entry.user) == (Action.LOG_SAVED, reader)

    def test_is_made_while_it_is_saved_and_has_what_was_there_before(
        self, browser_of_reader: Client, django_assert_max_num_queries: Any
    ) -> None:
        entries = (audit.entry(Action.LOGGED_IN, user=None) for _ in range(2 * ROWS_AT_ONCE + 1))
        AuditEntry.objects.bulk_create(entries)
        browser_of_reader.cookies["language"] = "fi"

        saved = browser_of_reader.get(reverse("audit_log_csv"))
        AuditEntry.objects.create(at=timezone.now(), action=Action.LOGGED_OUT)
        parts = iter(saved)
        with django_assert_max_num_queries(2):
            head, first = next(parts), next(parts)
        rest = b"".join(parts).decode()

        lines = f"{head.decode()}{first.decode()}{rest}".splitlines()
        recorded = AuditEntry.objects.get(action=Action.LOG_SAVED).facts["count"]
        assert first.count(b"\r\n") == ROWS_AT_ONCE
        assert len(lines) - 1 == int(recorded)
        # The request has ended, and with it its language, before the rows were made.
        assert "kirjautui sisään" in lines[-1]
        assert "Digest" not in lines[0]

    def test_is_recorded_before_a_connection_can_drop(self, reader: User) -> None:
        parts = save_log(AuditEntry.objects.all(), user=reader).parts

        next(parts)
        parts.close()

        assert AuditEntry.objects.filter(action=Action.LOG_SAVED).count() == 1

    def test_is_saved_without_other_debtors_for_a_limited_reader(
        self, browser_of_reader: Client, reader: User
    ) -> None:
        """A former debtor is not theirs to know, nor the digests that would need its name."""
        company = a_company()
        change_company(
            company, name="Uusi Oy", debtor=add_debtor(200, "Salaiset", user=None), user=None
        )
        change_company(
            company, name="Uusi Oy", debtor=add_debtor(201, "Omat", user=None), user=None
        )
        reader.sees_all_debtors = False
        reader.save()
        reader.debtors.set([Debtor.objects.get(number=201)])

        text = browser_of_reader.get(reverse("audit_log_csv")).getvalue().decode("utf-8-sig")

        assert "Uusi Oy" in text
        assert "Salaiset" not in text
        assert "Digest" not in text

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

    @pytest.mark.parametrize(
        ("asked", "numbers"), [("anna", [201]), ("*", [202, 201]), ("", [203, 202, 201])]
    )
    def test_is_narrowed_to_who_ran_a_command(
        self, browser_of_reader: Client, administrator: User, asked: str, numbers: list[int]
    ) -> None:
        for number, name in ((201, "anna"), (202, "oona")):
            with audit.command_run_by(name):
                add_debtor(number, "Toiset", user=None)
        add_debtor(203, "Toiset", user=administrator)

        page = browser_of_reader.get(
            reverse("audit_log"), {"action": "debtor_added", "system_user": asked}
        )

        assert [entry.about_id for entry in page.context["page"]] == [
            Debtor.objects.get(number=number).pk for number in numbers
        ]
        assert ">anna</option>" in page.text
        assert ">oona</option>" in page.text

    def test_offers_a_limited_user_no_system_user_of_others(
        self, browser_of_reader: Client, reader: User
    ) -> None:
        with audit.command_run_by("anna"):
            set_test(a_company(), True, user=None)
        reader.debtors.add(Debtor.objects.create(number=200, name="Oma"))

        assert "anna" not in browser_of_reader.get(reverse("audit_log")).text

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
