"""The payment files of a month come from Nmbrs by REST; of people nothing is stored."""

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse
from tests.bureau import a_rest_connection, fetch_everything, timezone_now
from tests.clients.files.samples_of_payments import a_group, a_payment, a_payment_file
from tests.management.conftest import Give, give
from tests.web.reading import squeezed

from nmbrs_sandbox.app import Sandbox
from nmbrs_sandbox.faults import Fault, FaultKind
from nmbrs_sandbox.payroll.sample import FIRST_DEBTOR_ID
from nmbrs_sandbox.traps import Trap
from tilisilta.domain.journals import BookingPeriod
from tilisilta.models import (
    AuditEntry,
    Company,
    Journal,
    NmbrsConnection,
    NmbrsGrant,
    PaymentFile,
)
from tilisilta.services.asked_payments import fetch_and_verify
from tilisilta.services.verifying.net_pay_changes import add_payment_files
from tilisilta.services.verifying.night import claim_company

__all__ = ["give"]

pytestmark = [pytest.mark.django_db, pytest.mark.once]

JUNE = BookingPeriod(year=2026, month=6)


@pytest.fixture
def company(nmbrs: Sandbox) -> Company:
    """Return a company that was fetched by REST, with a June run."""
    a_rest_connection(nmbrs, debtor_ids=[FIRST_DEBTOR_ID])
    fetch_everything()
    journal = Journal.objects.filter(period="2026-06-01", run__isnull=False).first()
    assert journal is not None
    return journal.company


def fetch(browser: Client, company: Company) -> str:
    """Ask for the files, have a worker fetch them, and return the page that is loaded then."""
    address = reverse("fetch_payment_files", args=[company.number, str(JUNE)])
    page = reverse("company_month", args=[company.number, str(JUNE)])
    asked = squeezed(browser.post(address, follow=True).text)
    claimed = claim_company(timezone_now())
    if claimed is None:
        return asked
    assert "Payment files are being fetched from Nmbrs" in asked
    assert "Fetch from Nmbrs" not in asked
    polled = browser.get(page, headers={"HX-Request": "true"}).text
    assert "Payment files are being fetched from Nmbrs" in polled
    fetch_and_verify(claimed, now=timezone_now())
    assert browser.get(page, headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"
    return month_page(browser, company)


def month_page(browser: Client, company: Company) -> str:
    return squeezed(browser.get(reverse("company_month", args=[company.number, str(JUNE)])).text)


class TestFetching:
    def test_adds_the_sums_of_each_run_and_nothing_of_people(
        self, company: Company, browser_of_administrator: Client
    ) -> None:
        assert "Fetch from Nmbrs" in month_page(browser_of_administrator, company)

        text = fetch(browser_of_administrator, company)

        file = PaymentFile.objects.get()
        said = AuditEntry.objects.get(action="payment_file_added")
        assert file.file_name in text
        assert file.sums[0]["payments"] > 1
        assert (said.user_name, said.facts["file"]) == ("aino", file.file_name)
        models = apps.get_app_config("tilisilta").get_models()
        stored = [list(model._base_manager.values()) for model in models]
        assert "Invented Person" not in str(stored)

    def test_changes_nothing_the_second_time(
        self, company: Company, browser_of_administrator: Client
    ) -> None:
        fetch(browser_of_administrator, company)

        fetch(browser_of_administrator, company)

        assert PaymentFile.objects.count() == 1

    def test_puts_a_file_that_was_made_again_in_the_place_of_the_former_one(
        self, company: Company, browser_of_administrator: Client
    ) -> None:
        fetch(browser_of_administrator, company)
        fetched = PaymentFile.objects.get()
        PaymentFile.objects.update(
            message_digest="0" * 64, sums=[{**fetched.sums[0], "payments": 99}]
        )

        fetch(browser_of_administrator, company)

        file = PaymentFile.objects.get()
        assert (file.sums, file.message_digest) == (fetched.sums, fetched.message_digest)

    def test_leaves_files_that_were_added_by_hand(
        self, company: Company, browser_of_administrator: Client
    ) -> None:
        content = a_payment_file(a_group(a_payment("1.00")), message_id="A").encode()
        add_payment_files(company, JUNE, [("x.xml", content)], user=None, now=timezone_now())

        fetch(browser_of_administrator, company)

        assert PaymentFile.objects.count() == 2

    def test_is_asked_for_of_many_at_once(
        self, company: Company, browser_of_administrator: Client
    ) -> None:
        address = reverse("net_pay_of_many") + f"?month={JUNE}"
        page = squeezed(browser_of_administrator.get(address).text)
        fields = {"month": str(JUNE), "company": str(company.number), "fetch": "yes"}

        asked = squeezed(browser_of_administrator.post(address, fields, follow=True).text)
        claimed = claim_company(timezone_now())
        assert claimed == company
        fetch_and_verify(claimed, now=timezone_now())

        assert "Nmbrs makes them" in page
        assert "The payment files of 1 company are being fetched" in asked
        assert PaymentFile.objects.get().added_by_name == "aino"

    def test_is_not_for_readers(self, company: Company, browser_of_reader: Client) -> None:
        address = reverse("fetch_payment_files", args=[company.number, str(JUNE)])

        assert browser_of_reader.post(address).status_code == 403
        assert "Fetch from Nmbrs" not in month_page(browser_of_reader, company)

    def test_is_done_by_the_command(self, company: Company, give: Give) -> None:
        where = ("netpay", "--company", str(company.number), "--period", str(JUNE))

        document = give(*where, "--fetch", "--json").document

        assert len(document["files"]) == 1
        assert document["paid"] != "0.00"
        assert give(*where, "--fetch", "--paid-by-hand").status == 2


class TestRefusing:
    @pytest.mark.parametrize(
        ("trap", "words"),
        [
            (Trap.NO_CONTENT, "Nmbrs has no payment file of"),
            (Trap.EMPTY_FILE, "Nmbrs has no payment file of"),
            (Trap.NEVER_READY, "Nmbrs is still making the payment file"),
        ],
    )
    def test_says_what_nmbrs_does_not_give(
        self,
        company: Company,
        nmbrs: Sandbox,
        browser_of_administrator: Client,
        trap: Trap,
        words: str,
    ) -> None:
        nmbrs.traps.on(trap)

        assert words in fetch(browser_of_administrator, company)
        assert not PaymentFile.objects.exists()

    def test_says_which_scopes_are_missing(
        self, company: Company, browser_of_administrator: Client
    ) -> None:
        NmbrsGrant.objects.update(scopes_granted=["offline_access", "company.info.read"])

        text = fetch(browser_of_administrator, company)

        assert "company.document.read, document.read" in text
        assert "give consent again" in text

    def test_says_that_the_log_in_may_not_see_it(
        self, company: Company, nmbrs: Sandbox, browser_of_administrator: Client
    ) -> None:
        nmbrs.faults.add(Fault(kind=FaultKind.REFUSAL, operation="rest/sepa", code="40305"))

        assert "No payment file was fetched." in fetch(browser_of_administrator, company)
        assert not PaymentFile.objects.exists()

    def test_has_no_button_by_soap_and_says_why(
        self, company: Company, browser_of_administrator: Client
    ) -> None:
        NmbrsConnection.objects.update(api=NmbrsConnection.Api.SOAP)

        assert "Fetch from Nmbrs" not in month_page(browser_of_administrator, company)
        assert "by REST only" in fetch(browser_of_administrator, company)
