"""From SOAP to REST on the pages: compare, see the difference, accept it, switch and back."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.bureau import Clock, a_connection, a_rest_connection, compare, fetch_everything
from tests.web.conftest import PASSWORD
from tests.web.reading import squeezed

from nmbrs_sandbox.app import Sandbox
from nmbrs_sandbox.traps import Trap
from tilisilta.domain import end_of_soap
from tilisilta.models import (
    ApiComparison,
    AuditEntry,
    Company,
    ComparedCompany,
    NmbrsConnection,
    User,
    UserTemplate,
)
from tilisilta.services.fetching.moving.comparisons import ask_for_comparison
from tilisilta.services.fetching.moving.switching import switch_to_rest
from tilisilta.services.users import create_user

pytestmark = pytest.mark.django_db(transaction=True)

KONEPAJA = 48101


@pytest.fixture
def both(nmbrs: Sandbox) -> NmbrsConnection:
    made = a_connection()
    fetch_everything()
    return a_rest_connection(nmbrs, connection=made)


@pytest.fixture
def differing(nmbrs: Sandbox, both: NmbrsConnection) -> NmbrsConnection:
    nmbrs.traps.on(Trap.OTHER_JOURNAL, company_id=KONEPAJA)
    compare(both)
    return both


def page(browser: Client, name: str, connection: NmbrsConnection) -> str:
    response = browser.get(reverse(name, args=[connection.pk]))
    assert response.status_code == 200
    return squeezed(response.text)


def post(browser: Client, name: str, connection: NmbrsConnection, **data: object) -> str:
    response = browser.post(reverse(name, args=[connection.pk]), data, follow=True)
    assert response.status_code == 200
    return squeezed(response.text)


class TestSteps:
    def test_lead_from_comparing_to_the_switch_and_back(
        self, both: NmbrsConnection, browser_of_administrator: Client
    ) -> None:
        text = page(browser_of_administrator, "nmbrs_rest", both)
        assert "Not compared yet" in text
        assert "What both ways give has not been compared." in text
        assert 'aria-disabled="true" aria-describedby="why-not"' in text

        asked = post(browser_of_administrator, "compare_nmbrs", both)
        assert "Comparing: the lists of companies come first" in asked
        assert 'hx-trigger="every 2s"' in asked
        compare(both)
        text = page(browser_of_administrator, "nmbrs_rest", both)
        assert "Equal, line by line" in text
        assert "aria-disabled" not in text.partition('id="steps"')[2].partition("</section>")[0]

        switched = post(browser_of_administrator, "switch_nmbrs", both, to="rest")
        assert "Palkkatoimisto fetches by REST from now on." in switched
        assert "Switched to REST" in switched
        assert "it can be switched back until Nmbrs ends SOAP" in switched

        back = post(browser_of_administrator, "switch_nmbrs", both, to="soap")
        assert "Palkkatoimisto fetches by SOAP from now on." in back

    def test_ask_once_when_clicked_twice(
        self, both: NmbrsConnection, browser_of_administrator: Client
    ) -> None:
        post(browser_of_administrator, "compare_nmbrs", both)
        asked_at = ApiComparison.objects.get().asked_at

        post(browser_of_administrator, "compare_nmbrs", both)

        assert ApiComparison.objects.get().asked_at == asked_at

    def test_say_why_nothing_can_be_compared(
        self, nmbrs: Sandbox, browser_of_administrator: Client
    ) -> None:
        made = a_connection()

        text = post(browser_of_administrator, "compare_nmbrs", made)

        assert "There is no consent to read by REST yet." in text

    def test_are_not_shown_where_soap_never_was(
        self, nmbrs: Sandbox, browser_of_administrator: Client
    ) -> None:
        text = page(browser_of_administrator, "nmbrs_rest", a_rest_connection(nmbrs))

        assert "Step 2" in text
        assert "Step 3" not in text

    def test_offer_the_switch_alone_once_soap_has_ended(
        self,
        both: NmbrsConnection,
        browser_of_administrator: Client,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        today = timezone.localdate()
        monkeypatch.setattr(end_of_soap, "END_OF_SOAP", today)

        text = page(browser_of_administrator, "nmbrs_rest", both)
        assert "SOAP has ended, so that nothing can be compared any more." in text
        assert "Next step: switch to REST." in text
        assert "Next step: switch to REST." in squeezed(browser_of_administrator.get("/").text)
        switched = post(browser_of_administrator, "switch_nmbrs", both, to="rest")

        assert "fetches by REST from now on" in switched
        assert "Back to SOAP" not in switched

    def test_are_closed_to_readers(
        self, differing: NmbrsConnection, browser_of_reader: Client
    ) -> None:
        assert "Compare" not in _buttons(page(browser_of_reader, "nmbrs_rest", differing))
        text = page(browser_of_reader, "nmbrs_comparison", differing)
        assert "Accept with a reason" not in text
        for name in ("compare_nmbrs", "accept_nmbrs", "switch_nmbrs"):
            address = reverse(name, args=[differing.pk])
            assert browser_of_reader.post(address).status_code == 403


def _buttons(text: str) -> str:
    return " ".join(part.partition("</button>")[0] for part in text.split("<button")[1:])


class TestComparison:
    def test_shows_the_lines_and_blocks_the_switch(
        self, differing: NmbrsConnection, browser_of_administrator: Client
    ) -> None:
        text = page(browser_of_administrator, "nmbrs_comparison", differing)

        assert "1001 Koivulammi Konepaja Oy" in text
        assert "Other sums would be booked." in text
        assert "lines are equal and not shown" in text
        assert "By SOAP:" in text
        assert "no line" in text or "0.01" in text
        refused = post(browser_of_administrator, "switch_nmbrs", differing, to="rest")
        assert "Companies that are not equal by both ways: 1." in refused
        assert NmbrsConnection.objects.get().api == "soap"

    def test_lets_a_person_accept_with_a_reason(
        self, differing: NmbrsConnection, browser_of_administrator: Client
    ) -> None:
        without = post(browser_of_administrator, "accept_nmbrs", differing, company="1001")
        assert "There is no reason" in without
        nothing = post(browser_of_administrator, "accept_nmbrs", differing, reason="x")
        assert "Choose the companies whose difference you accept." in nothing

        given = {"company": "1001", "reason": "Nmbrs: REST is right"}
        accepted = post(browser_of_administrator, "accept_nmbrs", differing, **given)
        again = post(browser_of_administrator, "accept_nmbrs", differing, **given)

        assert "The difference of 1 company is accepted." in accepted
        assert "Nmbrs: REST is right" in accepted
        assert "Switch to REST" in accepted
        assert "Somebody has accepted that already." in again
        entry = AuditEntry.objects.get(action="difference_accepted")
        assert (entry.user_name, entry.company) == ("aino", Company.objects.get(number=1001))
        log = squeezed(browser_of_administrator.get(reverse("audit_log")).text)
        assert "accepted that 1001 Koivulammi Konepaja Oy is not equal by SOAP and REST" in log
        assert "fetches by REST" in post(
            browser_of_administrator, "switch_nmbrs", differing, to="rest"
        )

    def test_says_why_it_waits(
        self, nmbrs: Sandbox, both: NmbrsConnection, browser_of_administrator: Client
    ) -> None:
        nmbrs.traps.on(Trap.NEVER_READY, company_id=KONEPAJA)
        count = compare(both).companies.count()

        text = page(browser_of_administrator, "nmbrs_comparison", both)

        assert f"Comparing: {count - 1} of {count} companies" in text

    def test_says_which_side_could_not_be_read(
        self, nmbrs: Sandbox, both: NmbrsConnection, browser_of_administrator: Client
    ) -> None:
        nmbrs.traps.on(Trap.NEVER_READY, company_id=KONEPAJA)
        for minutes in (0, 2, 4):
            compare(both, Clock(now=_later(minutes)))

        text = page(browser_of_administrator, "nmbrs_comparison", both)

        assert "REST: Nmbrs is still making the journal of run 6/2026 (P14)" in text

    def test_shows_long_lists_page_by_page(
        self, both: NmbrsConnection, browser_of_administrator: Client
    ) -> None:
        compared = compare(both)
        ComparedCompany.objects.update(state="only_soap")
        debtor = Company.objects.all()[0].debtor
        for number in range(5000, 5041):
            company = Company.objects.create(number=number, name=f"Oy {number}", debtor=debtor)
            ComparedCompany.objects.create(comparison=compared, company=company, state="only_soap")

        first = page(browser_of_administrator, "nmbrs_comparison", both)

        assert "Page 1 of 3" in first
        assert first.count('name="company"') == 20

    def test_shows_limited_users_their_companies_alone(
        self, both: NmbrsConnection, administrator: User
    ) -> None:
        compare(both)
        ComparedCompany.objects.update(state="unequal")
        theirs = Company.objects.get(number=1001)
        template = UserTemplate.objects.get(name="Administrator")
        limited = create_user("liisa", PASSWORD, template=template, user=administrator)
        limited.debtors.add(theirs.debtor)
        browser = Client()
        browser.force_login(limited)
        other = Company.objects.exclude(debtor=theirs.debtor)[0]

        text = page(browser, "nmbrs_comparison", both)
        # They never write in this area.
        assert browser.post(reverse("accept_nmbrs", args=[both.pk])).status_code == 403

        assert str(theirs) in text
        assert str(other) not in text
        assert "not found to be equal" in text
        assert "Companies that are not equal by both ways" not in text

    def test_shows_the_login_of_the_consent_once_switched(
        self, both: NmbrsConnection, browser_of_administrator: Client
    ) -> None:
        compare(both)
        switched = switch_to_rest(both, user=None, now=timezone.now())

        text = browser_of_administrator.get("/settings/integrations/nmbrs").text

        assert switched.grant.login_email in text

    def test_takes_few_queries(
        self,
        both: NmbrsConnection,
        browser_of_administrator: Client,
        django_assert_max_num_queries: object,
    ) -> None:
        compare(both)
        ComparedCompany.objects.update(state="only_soap")

        with django_assert_max_num_queries(20):  # type: ignore[operator]
            page(browser_of_administrator, "nmbrs_comparison", both)

    def test_ends_with_the_connection(
        self, both: NmbrsConnection, browser_of_administrator: Client
    ) -> None:
        ask_for_comparison(both, user=None, now=timezone.now())
        post(browser_of_administrator, "remove_nmbrs_connection", both)

        text = page(browser_of_administrator, "nmbrs_comparison", both)

        assert "Comparing" in text


def _later(minutes: int) -> datetime:
    return timezone.now() + timedelta(minutes=minutes)
