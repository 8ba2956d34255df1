"""Nmbrs by REST at the command line: consent, what is told of it, doctor, status, the countdown."""

import io
from datetime import timedelta

import pytest
from django.utils import timezone
from tests.bureau import a_connection, a_rest_connection, answer_of_nmbrs, fetch_everything
from tests.management.conftest import Answered, Give

from nmbrs_sandbox.app import Sandbox
from nmbrs_sandbox.payroll import sample
from nmbrs_sandbox.traps import Trap
from procountor_sandbox.app import Sandbox as Procountor
from tilisilta.domain import end_of_soap
from tilisilta.management import nmbrs_rest
from tilisilta.models import NmbrsConnection, NmbrsGrant
from tilisilta.services.fetching.consents import AskedConsent, ask_for_consent

pytestmark = pytest.mark.django_db


class Person(io.StringIO):
    """Standard input at which a person answers with what Nmbrs led them to."""

    def __init__(self, nmbrs: Sandbox, form: str = "address", **choices: object) -> None:
        super().__init__()
        self._nmbrs, self._form, self._choices = nmbrs, form, choices
        self.asked: AskedConsent | None = None

    def readline(self, _size: int | None = -1, /) -> str:  # type: ignore[override]  # of text
        """Return the address that the browser ends at, or the code alone."""
        assert self.asked is not None
        back = answer_of_nmbrs(self._nmbrs, self.asked.url, **self._choices)  # type: ignore[arg-type]
        if self._form == "code":
            return f"{back['code']}\n"
        query = "&".join(f"{name}={value}" for name, value in back.items())
        return f"http://127.0.0.1:8000/settings/integrations/nmbrs/consented?{query}\n"


@pytest.fixture
def consent(give: Give, nmbrs: Sandbox, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """Give ``nmbrs add --rest`` as a person who consents in a browser meanwhile."""

    def add(*words: str, **choices: object) -> Answered:
        person = Person(nmbrs, **choices)  # type: ignore[arg-type]

        def asking(**named: object) -> AskedConsent:
            person.asked = ask_for_consent(**named)  # type: ignore[arg-type]
            return person.asked

        monkeypatch.setattr(nmbrs_rest, "ask_for_consent", asking)
        monkeypatch.setattr("sys.stdin", person)
        return give("nmbrs", "add", *words)

    return add


class TestAdd:
    @pytest.mark.parametrize("form", ["address", "code"])
    def test_connects_by_the_pasted_address_or_code(self, consent, form: str) -> None:  # type: ignore[no-untyped-def]
        answered = consent("Kirnu", "--rest", "--json", form=form)

        assert answered.status == 0, answered.complaint
        told = answered.document
        assert (told["api"], told["state"]) == ("rest", "working")
        assert told["rest"]["consent"]["login"] == sample.LOGIN_OF_ALL
        assert len(told["rest"]["consent"]["debtors_covered"]) == 3
        assert "/identity/connect/authorize?" in answered.complaint

    def test_tells_no_secret(self, consent) -> None:  # type: ignore[no-untyped-def]
        answered = consent("Kirnu", "--rest", "--json")

        grant = NmbrsGrant.objects.get()
        for secret in (grant.access_token, grant.refresh_token):
            assert secret not in answered.text + answered.complaint

    def test_goes_beside_the_soap_of_a_connection(self, consent, nmbrs: Sandbox) -> None:  # type: ignore[no-untyped-def]
        a_connection("Kirnu")

        assert consent("Kirnu", "--rest").status == 0

        made = NmbrsConnection.objects.get()
        assert (made.api, made.grant.state) == ("soap", "given")

    def test_says_that_nobody_consented(self, consent) -> None:  # type: ignore[no-untyped-def]
        answered = consent("Kirnu", "--rest", answer="refuse")

        assert answered.status == 1
        assert "No consent was given at Nmbrs" in answered.complaint

    @pytest.mark.parametrize(
        ("pasted", "told"),
        [
            ("", "Nothing was pasted"),
            ("\n", "Nothing was pasted"),
            ("http://nmbrs.invalid/identity/connect/authorize?state=x", "holds no answer of Nmbrs"),
            ("forged-code", "does not accept the code"),
            ("?state=forged&code=x", "belongs to no consent asked for here"),
        ],
    )
    def test_explains_what_cannot_be_an_answer(
        self,
        give: Give,
        nmbrs: Sandbox,
        monkeypatch: pytest.MonkeyPatch,
        pasted: str,
        told: str,
    ) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO(pasted))

        answered = give("nmbrs", "add", "Kirnu", "--rest")

        assert answered.status == 1
        assert told in answered.complaint
        assert not NmbrsConnection.objects.exists()

    @pytest.mark.parametrize("more", [("--user", "x"), ("--token", "x"), ("--site", "se")])
    def test_goes_with_nothing_of_soap(self, give: Give, more: tuple[str, str]) -> None:
        assert give("nmbrs", "add", "Kirnu", "--rest", *more).status == 2

    def test_asks_for_one_of_the_two_ways(self, give: Give) -> None:
        answered = give("nmbrs", "add", "Kirnu")

        assert answered.status == 2
        assert "--rest" in answered.complaint


class TestTestAndList:
    def test_tell_what_is_not_covered_and_what_is_missing(self, give: Give, nmbrs: Sandbox) -> None:
        made = a_connection("Kirnu")
        fetch_everything()
        nmbrs.traps.on(Trap.NARROWER_SCOPE)
        a_rest_connection(nmbrs, connection=made, email=sample.LOGIN_OF_ONE)

        answered = give("nmbrs", "test")

        assert answered.status == 1
        assert "Not granted: document.read. Journals are asked for" in answered.text
        assert "The consent covers 1 debtor" in answered.text
        assert "that the consent does not cover: 2. The companies of the debtors 101, 103" in (
            answered.text
        )
        told = give("nmbrs", "list", "--json").document["connections"][0]["rest"]
        assert [one["number"] for one in told["consent"]["debtors_not_covered"]] == ["101", "103"]
        assert told["calls"][0]["total"] > 0
        assert told["next_step"] == "consent_again"

    def test_list_shows_the_way_and_the_calls(self, give: Give, nmbrs: Sandbox) -> None:
        a_rest_connection(nmbrs, connection=a_connection("Kirnu"))

        text = give("nmbrs", "list").text

        assert "SOAP + REST" in text
        assert "Calls of the night" in text


class TestDoctor:
    def test_shows_what_is_registered_and_no_secret(self, give: Give, nmbrs: Sandbox) -> None:
        told = _findings(give)["Nmbrs by REST"]

        assert told["verdict"] == "well"
        assert "/settings/integrations/nmbrs/consented" in told["detail"]
        assert "sandbox-development-key" not in str(told)

    def test_finds_the_spent_token_of_a_restored_backup_while_its_access_token_lives(
        self, give: Give, nmbrs: Sandbox, procountor: Procountor
    ) -> None:
        a_rest_connection(nmbrs)
        NmbrsGrant.objects.update(renewed_at=timezone.now() - timedelta(minutes=20))
        backup = NmbrsGrant.objects.get()
        assert _findings(give)["consent of connection Kirnu"]["verdict"] == "well"
        backup.save()

        told = _findings(give)["consent of connection Kirnu"]

        assert told["verdict"] == "failed"
        assert "backup" in told["remedy"]

    def test_warns_of_debtors_that_are_not_covered(self, give: Give, nmbrs: Sandbox) -> None:
        made = a_rest_connection(nmbrs)
        a_rest_connection(nmbrs, connection=made, email=sample.LOGIN_OF_ONE)

        told = _findings(give)["debtors of connection Kirnu"]

        assert told["verdict"] == "warning"
        assert "101, 103" in told["detail"]


class TestEndOfSoap:
    @pytest.mark.parametrize(("days", "verdict"), [(90, "warning"), (1, "warning"), (0, "failed")])
    def test_is_told_by_doctor_and_status(
        self,
        give: Give,
        nmbrs: Sandbox,
        monkeypatch: pytest.MonkeyPatch,
        days: int,
        verdict: str,
    ) -> None:
        a_connection("Kirnu")
        end = timezone.localdate() + timedelta(days=days)
        monkeypatch.setattr(end_of_soap, "END_OF_SOAP", end)

        assert _findings(give)["SOAP of connection Kirnu"]["verdict"] == verdict
        (told,) = give("status", "--json").document["nmbrs_notices"]
        assert told["days_until_soap_ends"] == (days or None)
        assert told["next_step"] == "consent"
        assert "Next: tilisilta nmbrs add NAME --rest." in give("status").text

    def test_is_not_told_before(
        self, give: Give, nmbrs: Sandbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        a_connection("Kirnu")
        end = timezone.localdate() + timedelta(days=91)
        monkeypatch.setattr(end_of_soap, "END_OF_SOAP", end)

        assert "SOAP of connection Kirnu" not in _findings(give)
        assert give("status", "--json").document["nmbrs_notices"] == []


def _findings(give: Give) -> dict[str, dict[str, str]]:
    return {one["part"]: one for one in give("doctor", "--json").document["findings"]}
