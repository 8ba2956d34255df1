"""What an entry of the audit log is about, what has changed, and who did it."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from tests.bureau import Clock, a_company, a_journal, a_linked_company, deliver
from tests.web.reading import squeezed

from procountor_sandbox.app import Sandbox
from tilisilta.models import Area, AuditEntry, Debtor, Link, Right, User
from tilisilta.services import audit
from tilisilta.services.audit_changes import changes_of
from tilisilta.services.companies import (
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
