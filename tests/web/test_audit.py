"""The audit log and the catalogue of common errors."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from tests.bureau import Clock, a_company, a_journal, a_linked_company, deliver
from tests.web.reading import squeezed

from procountor_sandbox.app import Sandbox
from tilisilta.domain.problems import ProblemCode
from tilisilta.models import Area, AuditEntry, Debtor, Link, Right, User
from tilisilta.services import audit
from tilisilta.services.audit_chain import ROWS_AT_ONCE
from tilisilta.services.audit_changes import changes_of
from tilisilta.services.audit_export import save_log
from tilisilta.services.audit_sentences import sentence_of
from tilisilta.services.companies import (
    add_debtor,
    change_company,
    set_blocked,
    set_business_id,
    set_start,
    set_test,
)
from tilisilta.services.link_removal import remove_link
from tilisilta.services.links import change_link
from tilisilta.services.sending.asking import send_journal
from tilisilta.services.users import change_template, change_user

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


class TestWhatAnEntryIsAbout:
    def test_is_led_to(
        self, browser_of_administrator: Client, administrator: User, procountor: Sandbox
    ) -> None:
        journal = a_journal(a_linked_company())
        link = journal.company.link
        debtor = journal.company.debtor
        change_link(link, sums_equal_lines=True, user=administrator)
        change_user(administrator, first_name="Aino", user=administrator)
        set_blocked(debtor, True, user=administrator)

        text = squeezed(browser_of_administrator.get(reverse("audit_log")).text)

        for address, sentence in (
            (reverse("journal", args=[journal.pk]), "imported journal 1001-2026-6-1"),
            (reverse("link", args=[link.pk]), "changed the link of 1001"),
            (reverse("user", args=[administrator.pk]), "changed user aino"),
            (reverse("debtors") + "?q=101", "blocked debtor 101"),
            (reverse("procountor_accounts") + "?q=tili-1001", "created Procountor account"),
        ):
            assert f'<a href="{address}">{sentence}' in text

    def test_leads_nowhere_once_it_was_removed(
        self, browser_of_administrator: Client, procountor: Sandbox
    ) -> None:
        link = a_linked_company().link
        pk = link.pk
        remove_link(link, user=None)

        text = browser_of_administrator.get(reverse("audit_log")).text

        assert f'href="{reverse("link", args=[pk])}"' not in text

    def test_leads_nobody_where_they_may_not_go(
        self, browser_of_reader: Client, reader: User
    ) -> None:
        audit.record(Action.USER_CHANGED, user=None, about=reader, name="oona", fields="name")

        text = browser_of_reader.get(reverse("audit_log")).text

        assert "changed user oona" in text
        assert f'href="{reverse("user", args=[reader.pk])}"' not in text

    def test_is_searched_for_where_an_older_version_wrote_the_entry(
        self, browser_of_reader: Client
    ) -> None:
        audit.record(Action.JOURNAL_IMPORTED, user=None, reference="1001-2026-6-1", file="a.csv")

        text = browser_of_reader.get(reverse("audit_log")).text

        assert f'href="{reverse("find")}?q=1001-2026-6-1"' in text


class TestValuesThatChanged:
    @pytest.fixture
    def link(self, procountor: Sandbox) -> Link:
        return a_linked_company().link

    def shown(self, browser: Client) -> str:
        return squeezed(browser.get(reverse("audit_log")).text)

    def test_are_told_of_a_link(self, browser_of_reader: Client, link: Link) -> None:
        change_link(
            link,
            user=None,
            sums_equal_lines=True,
            closed_period_policy=Link.Policy.NEXT_OPEN,
            clearing_account="2999",
            account_mappings={"5035": "5030", "5010": "5000"},
        )

        text = self.shown(browser_of_reader)

        for field, before, after in (
            ("summing of equal lines", "no", "yes"),
            ("closed periods", "Stop the journal", "Book on the first open day after it"),
            ("clearing account", "–", "2999"),
            ("account mappings", "–", "5010 → 5000, 5035 → 5030"),
        ):
            assert f'{field}: <del><span class="vh">before:</span>{before}</del>' in text
            assert f'<ins><span class="vh">now:</span>{after}</ins>' in text

    def test_are_told_of_a_template_and_a_user(
        self, browser_of_administrator: Client, reader: User
    ) -> None:
        template = reader.template
        assert template is not None
        change_template(template, name="Viewer", rights={Area.COMPANIES: Right.WRITE}, user=None)
        change_user(reader, user=None, last_name="Niemi", password="an-other bridge")

        user_entry, template_entry = AuditEntry.objects.all()[:2]

        assert template_entry.changes == [
            {"field": "companies", "before": "read", "after": "write"},
            {"field": "name", "before": "Reader", "after": "Viewer"},
        ]
        assert user_entry.changes == [{"field": "last_name", "before": "", "after": "Niemi"}]
        assert "Companies: <del>" in self.shown(browser_of_administrator)

    def test_never_hold_a_secret(self) -> None:
        changes = changes_of({"token": "old", "password": "a"}, {"token": "new", "password": "b"})

        assert changes == ()

    def test_are_told_of_a_company(self, browser_of_reader: Client) -> None:
        company = a_company()
        set_start(company, date(2026, 3, 1), user=None)
        set_business_id(company, "9901010-1", user=None)
        other = Debtor.objects.create(number=300, name="Kolmas")
        change_company(company, name="Koivulammi Oy", debtor=other, user=None)

        text = self.shown(browser_of_reader)

        assert "before:</span>–</del>" in text
        assert "now:</span>1 Mar 2026</ins>" in text
        assert "before:</span>Koivulammi Konepaja Oy</del>" in text
        assert "before:</span>101 Koivulammi-yhtiöt</del>" in text

    def test_name_no_former_debtor_to_a_limited_user(
        self, browser_of_reader: Client, reader: User
    ) -> None:
        own = Debtor.objects.create(number=300, name="Kolmas")
        change_company(a_company(), name="Koivulammi Oy", debtor=own, user=None)
        reader.debtors.add(own)

        text = self.shown(browser_of_reader)

        assert "now:</span>Koivulammi Oy</ins>" in text
        assert "Koivulammi-yhtiöt" not in text


class TestACommand:
    def test_is_recorded_with_the_system_user(self, browser_of_reader: Client) -> None:
        with audit.command_run_by("anna"):
            set_test(a_company(), True, user=None)
        set_test(a_company(1002, "Toinen Oy"), True, user=None)

        text = squeezed(browser_of_reader.get(reverse("audit_log")).text)

        assert '>anna <span class="small quiet">by a command</span></th>' in text
        assert ">Tilisilta itself</th>" in text

    def test_is_not_mixed_up_with_what_a_user_does(self, administrator: User) -> None:
        with audit.command_run_by("anna"):
            entry = audit.record(Action.SYNC_ASKED, user=administrator)

        assert (entry.user_name, entry.system_user) == ("aino", "")

    def test_that_sends_is_named_with_all_that_the_worker_does(
        self, browser_of_reader: Client, procountor: Sandbox
    ) -> None:
        journal = a_journal(a_linked_company(approves_receipts=True))
        with audit.command_run_by("anna"):
            sending = send_journal(journal, user=None, now=Clock().now)

        deliver(sending, Clock())

        entries = AuditEntry.objects.filter(about_kind="journal").exclude(
            action=Action.JOURNAL_IMPORTED
        )
        assert {(one.action, one.system_user) for one in entries} == {
            ("journal_sent", "anna"),
            ("receipt_posted", "anna"),
            ("receipt_approved", "anna"),
        }
        for page in (reverse("exports"), reverse("company", args=[1001])):
            assert '<span class="quiet">anna</span>' in browser_of_reader.get(page).text
        history = browser_of_reader.get(reverse("journal", args=[journal.pk])).text
        assert "approved receipt" in history


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
