"""Connections to Nmbrs by REST on the pages: what was granted, who is covered, and their end."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.bureau import a_connection, a_rest_connection, fetch_everything
from tests.web.reading import squeezed

from nmbrs_sandbox.app import Sandbox
from nmbrs_sandbox.faults import Fault, FaultKind
from nmbrs_sandbox.payroll import sample
from nmbrs_sandbox.traps import Trap
from tilisilta.models import Debtor, NmbrsConnection, NmbrsGrant, User

pytestmark = pytest.mark.django_db


class TestRest:
    def test_names_what_a_narrower_consent_does_not_allow(
        self, nmbrs: Sandbox, browser_of_administrator: Client
    ) -> None:
        nmbrs.traps.on(Trap.NARROWER_SCOPE)
        made = a_rest_connection(nmbrs)

        text = squeezed(browser_of_administrator.get(reverse("nmbrs_rest", args=[made.pk])).text)

        assert "Asked for: 6, granted: 4." in text
        assert "Journals are asked for and cannot be collected." in text
        assert "The consent does not allow all that is needed" in text

    def test_says_how_long_the_consent_lives(
        self, nmbrs: Sandbox, browser_of_reader: Client
    ) -> None:
        made = a_rest_connection(nmbrs)

        text = squeezed(browser_of_reader.get(reverse("nmbrs_rest", args=[made.pk])).text)

        assert "Tilisilta uses it at least every week" in text
        assert "unless used before" in text
        assert "Give consent again" not in text

    def test_tells_how_to_consent_beside_soap(
        self, nmbrs: Sandbox, browser_of_administrator: Client
    ) -> None:
        made = a_connection()

        text = browser_of_administrator.get(reverse("nmbrs_rest", args=[made.pk])).text

        assert "From SOAP to REST" in text
        assert reverse("consent_to_nmbrs", args=[made.pk]) in text

    def test_goes_red_with_a_way_out_when_the_consent_has_ended(
        self, nmbrs: Sandbox, browser_of_administrator: Client
    ) -> None:
        made = a_rest_connection(nmbrs)
        nmbrs.withdraw_consent(sample.LOGIN_OF_ALL)
        NmbrsGrant.objects.update(access_token_expires_at=timezone.now())

        response = browser_of_administrator.post(
            reverse("check_nmbrs_rest", args=[made.pk]), follow=True
        )

        assert "Nmbrs no longer accepts the consent to read by REST (P30)." in response.text
        assert "Give consent again" in response.text
        listed = browser_of_administrator.get("/settings/integrations/nmbrs").text
        assert "an older backup of Tilisilta was restored" in squeezed(listed)


class TestDebtors:
    @pytest.fixture
    def partly(self, nmbrs: Sandbox) -> NmbrsConnection:
        """Return a connection by SOAP to three debtors, with a consent for one."""
        made = a_connection()
        fetch_everything()
        return a_rest_connection(nmbrs, connection=made, email=sample.LOGIN_OF_ONE)

    def test_lists_those_that_the_consent_does_not_cover(
        self, browser_of_administrator: Client, partly: NmbrsConnection
    ) -> None:
        page = reverse("nmbrs_rest_debtors", args=[partly.pk])

        text = squeezed(browser_of_administrator.get(page).text)

        assert "Not covered: 2 of 3 debtors" in text
        assert f"{sample.LOGIN_OF_ONE} is no client login there" in text
        assert "1 debtor is covered" in text
        assert "What to write to these clients" in text

    def test_says_of_a_debtor_that_it_came_later(
        self, nmbrs: Sandbox, browser_of_administrator: Client, partly: NmbrsConnection
    ) -> None:
        nmbrs.add_debtor(number="140", name="Uusi asiakas")
        fetch_everything()

        text = squeezed(
            browser_of_administrator.get(reverse("nmbrs_rest_debtors", args=[partly.pk])).text
        )

        assert "Not covered: 3 of 4 debtors" in text
        assert "It came after the consent was given" in text

    def test_finds_a_debtor_whose_number_rest_writes_with_zeros(
        self, nmbrs: Sandbox, browser_of_administrator: Client, partly: NmbrsConnection
    ) -> None:
        nmbrs.traps.on(Trap.PADDED_NUMBERS)
        a_rest_connection(nmbrs, connection=partly)

        text = browser_of_administrator.get(reverse("nmbrs_rest", args=[partly.pk])).text

        assert "3 of 3 debtors covered" in squeezed(text)

    def test_hides_those_of_others_from_a_limited_user(
        self, browser_of_reader: Client, reader: User, partly: NmbrsConnection
    ) -> None:
        reader.debtors.add(Debtor.objects.get(nmbrs_number="101"))

        for page in ("nmbrs_rest", "nmbrs_rest_debtors"):
            text = browser_of_reader.get(reverse(page, args=[partly.pk])).text
            assert Debtor.objects.get(nmbrs_number="101").name in text
            assert Debtor.objects.get(nmbrs_number="103").name not in text
            assert Debtor.objects.get(nmbrs_number="102").name not in text


class TestRemoveRest:
    def test_gives_the_consent_back_and_leaves_soap(
        self, nmbrs: Sandbox, browser_of_administrator: Client
    ) -> None:
        made = a_rest_connection(nmbrs, connection=a_connection())
        page = reverse("remove_nmbrs_rest", args=[made.pk])
        assert "Fetching goes on by SOAP." in browser_of_administrator.get(page).text

        response = browser_of_administrator.post(page, follow=True)

        assert "was given back to Nmbrs" in response.text
        assert nmbrs.grants.all()[0].is_ended
        made.refresh_from_db()
        assert made.state == "working"

    def test_says_so_when_nmbrs_gives_no_answer(
        self, nmbrs: Sandbox, browser_of_administrator: Client
    ) -> None:
        made = a_rest_connection(nmbrs)
        nmbrs.faults.add(Fault(kind=FaultKind.DOWN, operation="identity/revocation"))

        response = browser_of_administrator.post(
            reverse("remove_nmbrs_rest", args=[made.pk]), follow=True
        )

        assert "withdraw the consent there too" in squeezed(response.text)
        assert "Connect again" in response.text


class TestOverview:
    def test_tells_at_once_of_a_renewal_without_an_answer(
        self, nmbrs: Sandbox, browser_of_reader: Client
    ) -> None:
        a_rest_connection(nmbrs)
        NmbrsGrant.objects.update(renewal_began_at=timezone.now() - timedelta(minutes=5))

        text = browser_of_reader.get("/").text

        assert "Kirnu: Nmbrs gave no answer when the consent was renewed" in text
        assert "Next step: give consent again." in text
