"""Net pay on the page of a company's month."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from tests.bureau import a_journal, a_linked_company
from tests.clients.files.samples_of_payments import a_group, a_payment, a_payment_file
from tests.web.reading import squeezed

from procountor_sandbox.app import Sandbox
from tilisilta.models import Company, Link, PaidByHand, PaymentFile

pytestmark = pytest.mark.django_db

JUNE = "2026-06"


@pytest.fixture
def company(procountor: Sandbox) -> Company:
    """Return a company whose June run pays 1,006.00."""
    company = a_linked_company()
    a_journal(company)
    return company


def a_file(amount: str = "1006.00", *, name: str = "palkat.xml", message_id: str = "A") -> object:
    content = a_payment_file(a_group(a_payment(amount)), message_id=message_id)
    return SimpleUploadedFile(name, content.encode())


def page(browser: Client, month: str = JUNE) -> str:
    return squeezed(browser.get(reverse("company_month", args=[1001, month])).text)


def post(browser: Client, name: str, *more: object, **values: object) -> str:
    address = reverse(name, args=[1001, JUNE, *more])
    return squeezed(browser.post(address, values, follow=True).text)


class TestPage:
    def test_shows_what_is_to_be_paid(
        self, browser_of_administrator: Client, company: Company
    ) -> None:
        text = page(browser_of_administrator)

        assert "Not compared, not ticked off" in text
        assert "Proposed, not confirmed: net pay is on 2961 (by the name)." in text
        assert 'name="amount" value="1006.00"' in text

    def test_is_there_without_any_run(
        self, browser_of_administrator: Client, company: Company
    ) -> None:
        assert "Nothing to pay" in page(browser_of_administrator, "2026-03")

    def test_has_no_buttons_for_a_reader(self, browser_of_reader: Client, company: Company) -> None:
        text = page(browser_of_reader)

        assert "Not compared, not ticked off" in text
        assert "/paid" not in text
        assert "/payment-files" not in text
        assert "/net-pay-accounts" not in text

    @pytest.mark.parametrize(("language", "words"), [("fi", "Nettopalkat"), ("sv", "Nettolön")])
    def test_speaks_the_language_of_the_reader(
        self, browser_of_administrator: Client, company: Company, language: str, words: str
    ) -> None:
        browser_of_administrator.cookies["language"] = language

        assert words in page(browser_of_administrator)


class TestFiles:
    def test_are_compared(self, browser_of_administrator: Client, company: Company) -> None:
        files = [a_file("1000.00"), a_file("6.00", name="loput.xml", message_id="B")]

        text = post(browser_of_administrator, "add_payment_files", files=files)

        assert "Added 2 payment files." in text
        assert "The sums are equal" in text
        assert "loput.xml" in text
        assert "30 Jun 2026" in text

    def test_that_pay_less_say_how_much(
        self, browser_of_administrator: Client, company: Company
    ) -> None:
        text = post(browser_of_administrator, "add_payment_files", files=[a_file("970.00")])

        assert 'Payment files <span class="pos">36.00</span> less' in text
        assert "The payment files do not pay what payroll says." in text

    def test_for_no_run_and_runs_without_a_file_say_so(
        self, browser_of_administrator: Client, company: Company
    ) -> None:
        a_journal(company, run_number="7")
        files = [a_file("1.00"), a_file("2.00", message_id="B")]

        text = post(browser_of_administrator, "add_payment_files", files=files)

        assert text.count("No file pays this") == 2
        assert text.count("No run is for this") == 2

    def test_that_are_none_are_refused_with_cause_and_remedy(
        self, browser_of_administrator: Client, company: Company
    ) -> None:
        statement = '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"/>'
        wrong = SimpleUploadedFile("tiliote.xml", statement.encode())
        address = reverse("add_payment_files", args=[1001, JUNE])

        answer = browser_of_administrator.post(address, {"files": [a_file(), wrong]})

        assert answer.status_code == 422
        assert "The payment file tiliote.xml cannot be compared" in answer.text
        assert "a bank statement, not a payment file" in answer.text
        assert "F50" in answer.text
        assert not PaymentFile.objects.exists()

    def test_must_be_chosen(self, browser_of_administrator: Client, company: Company) -> None:
        assert "Choose one or several" in post(browser_of_administrator, "add_payment_files")

    def test_twice_are_there_once(self, browser_of_administrator: Client, company: Company) -> None:
        post(browser_of_administrator, "add_payment_files", files=[a_file()])

        text = post(browser_of_administrator, "add_payment_files", files=[a_file()])

        assert "has these payment files already" in text
        other = post(browser_of_administrator, "add_payment_files", files=[a_file("1.00")])
        assert "stands with" in other

    def test_can_be_removed(self, browser_of_administrator: Client, company: Company) -> None:
        post(browser_of_administrator, "add_payment_files", files=[a_file()])
        file = PaymentFile.objects.get()

        text = post(browser_of_administrator, "remove_payment_file", file.pk)

        assert "Removed payment file palkat.xml." in text
        assert "Not compared, not ticked off" in text

    def test_of_another_month_are_not_removed(
        self, browser_of_administrator: Client, company: Company
    ) -> None:
        post(browser_of_administrator, "add_payment_files", files=[a_file()])
        address = reverse(
            "remove_payment_file", args=[1001, "2026-05", PaymentFile.objects.get().pk]
        )

        assert browser_of_administrator.post(address).status_code == 404
        assert PaymentFile.objects.exists()


class TestTick:
    def test_says_who_and_can_be_taken_back(
        self, browser_of_administrator: Client, company: Company
    ) -> None:
        text = post(browser_of_administrator, "tick_net_pay", amount="1006.00")

        assert "Ticked off by hand" in text
        assert "EUR ticked off by aino, " in text
        assert "Not compared, not ticked off" in post(browser_of_administrator, "untick_net_pay")

    @pytest.mark.parametrize("amount", ["1005.00", "", "NaN", "sNaN", "much"])
    def test_of_another_sum_is_refused(
        self, browser_of_administrator: Client, company: Company, amount: str
    ) -> None:
        text = post(browser_of_administrator, "tick_net_pay", amount=amount)

        assert "The net pay of the month is another sum by now" in text
        assert not PaidByHand.objects.exists()

    def test_no_longer_holds_after_a_new_journal(
        self, browser_of_administrator: Client, company: Company
    ) -> None:
        post(browser_of_administrator, "tick_net_pay", amount="1006.00")
        a_journal(company, run_number="7")

        assert "Changed after ticking off" in page(browser_of_administrator)


class TestAccounts:
    def test_are_confirmed(self, browser_of_administrator: Client, company: Company) -> None:
        text = post(browser_of_administrator, "net_pay_accounts", account=["2961"])

        assert "Net pay is on 2961." in text
        assert "Proposed, not confirmed" not in text
        assert Link.objects.get().net_pay_accounts == "2961"

    def test_that_are_none_are_refused(
        self, browser_of_administrator: Client, company: Company
    ) -> None:
        text = post(browser_of_administrator, "net_pay_accounts", account=["<b>"])

        assert "Digits and letters only." in text
        assert Link.objects.get().net_pay_accounts == ""


def test_a_name_of_a_file_is_shown_as_text(
    browser_of_administrator: Client, company: Company
) -> None:
    text = post(
        browser_of_administrator, "add_payment_files", files=[a_file(name="<i>131052-308T.xml")]
    )

    assert "<i>" not in text
    assert "131052-308T" not in text
