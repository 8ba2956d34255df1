"""Consents to read Nmbrs by REST: asked for, answered once, stored encrypted, given back."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection as database
from django.utils import timezone
from pytest_django import Settings
from tests.bureau import a_connection, a_rest_connection, answer_of_nmbrs, fetch_everything

from nmbrs_sandbox.app import Sandbox
from nmbrs_sandbox.faults import Fault, FaultKind
from nmbrs_sandbox.payroll import sample
from nmbrs_sandbox.traps import Trap
from tilisilta.clients.nmbrs.rest.identity_errors import AnswerLost, CodeRefused
from tilisilta.models import AuditEntry, ConsentRequest, NmbrsConnection, NmbrsGrant, User
from tilisilta.services.fetching import consents
from tilisilta.services.fetching.connection_problems import problems_of
from tilisilta.services.fetching.coverage import OtherDebtors
from tilisilta.services.fetching.registration import NotRegistered
from tilisilta.services.fetching.synchronisations import begin_by_itself

pytestmark = pytest.mark.django_db


def _asked(**of_new: object) -> consents.AskedConsent:
    named = {"name": "Kirnu", "first_year": 2026, **of_new}
    return consents.ask_for_consent(user=None, now=timezone.now(), **named)  # type: ignore[arg-type]


def _take(back: dict[str, str], user: User | None = None) -> NmbrsConnection:
    return consents.take_answer(consents.Answer(**back), user=user, now=timezone.now())


class TestAskForConsent:
    def test_asks_for_the_scopes_that_are_needed_and_none_of_employees(self) -> None:
        query = parse_qs(urlsplit(_asked().url).query)

        assert query["scope"] == [
            "offline_access company.info.read company.payrollsettings.read "
            "company.document.read document.read user.info.read"
        ]
        assert query["redirect_uri"] == [
            "http://127.0.0.1:8000/settings/integrations/nmbrs/consented"
        ]
        assert query["code_challenge_method"] == ["S256"]

    def test_sends_no_proof_where_that_is_switched_off(
        self, nmbrs: Sandbox, settings: Settings
    ) -> None:
        settings.NMBRS_PKCE = False

        assert "code_challenge" not in _asked().url
        assert a_rest_connection(nmbrs).state == "working"

    def test_stores_neither_the_state_nor_what_proves_it(self) -> None:
        asked = _asked()

        with database.cursor() as cursor:
            cursor.execute("SELECT * FROM tilisilta_consentrequest")
            stored = str(cursor.fetchall())
        assert asked.state not in stored

    def test_says_what_to_set_where_nothing_is_registered(self, settings: Settings) -> None:
        settings.NMBRS_CLIENT_ID = ""

        with pytest.raises(NotRegistered):
            _asked()


class TestTakeAnswer:
    def test_connects_with_all_that_was_consented_to(self, nmbrs: Sandbox) -> None:
        made = a_rest_connection(nmbrs)

        grant = made.grant
        assert (made.state, made.api, made.user_name) == ("working", "rest", sample.LOGIN_OF_ALL)
        assert [one["number"] for one in grant.debtors] == ["101", "102", "103"]
        assert grant.login_email == sample.LOGIN_OF_ALL
        assert grant.scopes_granted == grant.scopes_asked
        assert problems_of(made, now=timezone.now()) == ()
        entry = AuditEntry.objects.get(action="rest_consented")
        assert entry.facts["count"] == "3"

    def test_stores_the_tokens_encrypted(self, nmbrs: Sandbox) -> None:
        grant = a_rest_connection(nmbrs).grant

        with database.cursor() as cursor:
            cursor.execute("SELECT access_token, refresh_token FROM tilisilta_nmbrsgrant")
            stored = cursor.fetchone()
        assert all(stored)
        assert grant.access_token not in stored
        assert grant.refresh_token not in stored

    def test_takes_an_answer_once(self, nmbrs: Sandbox) -> None:
        back = answer_of_nmbrs(nmbrs, _asked().url)
        made = _take(back)
        before = nmbrs.requests.count("token")

        with pytest.raises(consents.ConsentAnswered) as refused:
            _take(back)

        assert refused.value.connection == made
        # The code was not sent again: that would end the consent.
        assert nmbrs.requests.count("token") == before
        assert not nmbrs.grants.all()[0].is_ended

    def test_refuses_a_state_that_nobody_asked_for(self, nmbrs: Sandbox) -> None:
        back = answer_of_nmbrs(nmbrs, _asked().url)

        with pytest.raises(consents.ConsentNotOurs):
            _take({**back, "state": "forged"})

        assert nmbrs.requests.count("token") == 0

    def test_refuses_an_answer_to_another_user(self, nmbrs: Sandbox, db: None) -> None:
        back = answer_of_nmbrs(nmbrs, _asked().url)
        other = User.objects.create(username="oona")

        with pytest.raises(consents.ConsentNotOurs):
            _take(back, user=other)

    def test_refuses_an_answer_that_comes_too_late(self, nmbrs: Sandbox) -> None:
        back = answer_of_nmbrs(nmbrs, _asked().url)
        ConsentRequest.objects.update(asked_at=timezone.now() - timedelta(minutes=31))

        with pytest.raises(consents.ConsentTooLate):
            _take(back)

    def test_says_that_nobody_consented(self, nmbrs: Sandbox) -> None:
        back = answer_of_nmbrs(nmbrs, _asked().url, answer="refuse")

        with pytest.raises(consents.ConsentDenied):
            _take(back)

        assert not NmbrsConnection.objects.exists()
        assert AuditEntry.objects.get(action="rest_refused").facts["reason"] == "E70"

    @pytest.mark.parametrize("error", ["invalid_scope", "server_error", "<script>", "x" * 500])
    def test_names_another_error_if_it_is_a_plain_word(self, error: str) -> None:
        asked = _asked()

        with pytest.raises(consents.ConsentFailed) as refused:
            _take({"state": asked.state, "error": error})

        assert "<" not in str(refused.value.facts)
        assert len(str(refused.value.facts)) < 80

    def test_refuses_a_forged_code(self, nmbrs: Sandbox) -> None:
        asked = _asked()

        with pytest.raises(CodeRefused):
            _take({"state": asked.state, "code": "forged"})

    def test_says_that_the_code_may_be_used_up_when_the_answer_is_lost(
        self, nmbrs: Sandbox
    ) -> None:
        back = answer_of_nmbrs(nmbrs, _asked().url)
        nmbrs.faults.add(Fault(kind=FaultKind.CONNECTION_LOST, operation="identity/token"))

        with pytest.raises(AnswerLost):
            _take(back)

        assert not NmbrsConnection.objects.exists()

    def test_names_what_a_narrower_consent_does_not_allow(self, nmbrs: Sandbox) -> None:
        nmbrs.traps.on(Trap.NARROWER_SCOPE)

        made = a_rest_connection(nmbrs)

        (problem,) = problems_of(made, now=timezone.now())
        assert problem.code == "P32"
        assert problem.fact("scopes") == "company.document.read, document.read"

    def test_keeps_a_consent_although_the_api_fails_at_that_moment(self, nmbrs: Sandbox) -> None:
        nmbrs.faults.add(Fault(kind=FaultKind.DOWN, operation="rest/*", times=None))

        made = a_rest_connection(nmbrs)

        assert made.grant.state == "given"
        assert made.grant.debtors_read_at is None
        assert [one.code for one in problems_of(made, now=timezone.now())] == ["P01"]


class TestConsentAgain:
    def test_covers_what_was_missing(self, nmbrs: Sandbox) -> None:
        made = a_rest_connection(nmbrs, email=sample.LOGIN_OF_ONE)
        assert len(made.grant.debtors) == 1

        again = a_rest_connection(nmbrs, connection=made)

        assert again == made
        assert len(NmbrsGrant.objects.get().debtors) == 3

    def test_keeps_in_mind_what_is_no_longer_covered(self, nmbrs: Sandbox) -> None:
        made = a_rest_connection(nmbrs)

        again = a_rest_connection(nmbrs, connection=made, email=sample.LOGIN_OF_ONE)

        covered = {one["number"]: one["is_covered"] for one in again.grant.debtors}
        assert covered == {"101": False, "102": True, "103": False}

    def test_of_a_new_connection_has_it_fetched_once(self, nmbrs: Sandbox) -> None:
        a_rest_connection(nmbrs)
        fetch_everything()

        assert begin_by_itself(timezone.now()) is None

    def test_goes_beside_soap_and_leaves_its_token(self, nmbrs: Sandbox) -> None:
        by_soap = a_connection()

        both = a_rest_connection(nmbrs, connection=by_soap)

        assert (both.api, both.token, both.grant.state) == ("soap", sample.TOKEN, "given")

    def test_takes_one_for_debtors_that_were_consented_but_not_fetched_yet(
        self, nmbrs: Sandbox
    ) -> None:
        made = a_rest_connection(nmbrs, email=sample.LOGIN_OF_ONE)
        fetch_everything()
        a_rest_connection(nmbrs, connection=made)

        again = a_rest_connection(nmbrs, connection=made, email=sample.LOGIN_OF_TWO)

        covered = {one["number"]: one["is_covered"] for one in again.grant.debtors}
        assert covered == {"101": True, "102": False, "103": True}

    def test_refuses_a_consent_for_other_debtors_and_gives_it_back(self, nmbrs: Sandbox) -> None:
        by_soap = a_connection()
        fetch_everything()
        elsewhere = nmbrs.add_debtor(number="990", name="Vieras")
        nmbrs.add_login(email="vieras@example.invalid", name="V", debtor_id=elsewhere.debtor_id)

        with pytest.raises(OtherDebtors):
            a_rest_connection(nmbrs, connection=by_soap, email="vieras@example.invalid")

        assert not NmbrsGrant.objects.exists()
        assert nmbrs.grants.all()[0].is_ended
