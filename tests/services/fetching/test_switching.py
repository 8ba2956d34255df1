"""One move switches what is equal or accepted, and back until SOAP ends."""

import pytest
from tests.bureau import (
    a_rest_connection,
    compare,
    fetch_everything,
    timezone_now,
)
from tests.services.fetching.moving import (
    KONEPAJA,
    after_the_end,
    compared,
    first_debtor_id,
    later,
    reason_of,
    switch,
)

from nmbrs_sandbox.app import Sandbox
from nmbrs_sandbox.payroll import sample
from nmbrs_sandbox.traps import Trap
from tilisilta.clients.nmbrs.errors import NmbrsLoginRefused
from tilisilta.models import (
    AuditEntry,
    Debtor,
    NmbrsConnection,
    User,
)
from tilisilta.services.fetching.moving.comparisons import (
    ask_for_comparison,
)
from tilisilta.services.fetching.moving.errors import CannotSwitch
from tilisilta.services.fetching.moving.switching import (
    accept_differences,
    switch_to_rest,
    switch_to_soap,
)

pytestmark = pytest.mark.django_db(transaction=True)


class TestSwitching:
    def test_switches_what_is_equal_and_back(self, nmbrs: Sandbox, both: NmbrsConnection) -> None:
        compare(both)

        switched = switch(both)

        assert (switched.api, switched.state) == ("rest", "working")
        assert switched.user_name == sample.USERNAME
        back = switch_to_soap(switched, user=None, now=timezone_now())
        assert (back.api, back.state) == ("soap", "working")
        told = [
            (one.facts["before"], one.facts["after"])
            for one in AuditEntry.objects.filter(action="api_switched").order_by("pk")
        ]
        assert told == [("SOAP", "REST"), ("REST", "SOAP")]

    def test_switches_once_when_clicked_twice(self, nmbrs: Sandbox, both: NmbrsConnection) -> None:
        compare(both)
        stale = NmbrsConnection.objects.get(pk=both.pk)

        switch(both)
        at_once = switch_to_rest(stale, user=None, now=timezone_now())
        again = switch(both)

        assert (at_once.api, again.api) == ("rest", "rest")
        assert AuditEntry.objects.filter(action="api_switched").count() == 1

    def test_keeps_the_user_of_soap_when_consent_is_given_again(
        self, nmbrs: Sandbox, both: NmbrsConnection
    ) -> None:
        compare(both)
        switched = switch(both)

        a_rest_connection(nmbrs, connection=switched)

        switched.refresh_from_db()
        assert switched.user_name == sample.USERNAME
        assert switch_to_soap(switched, user=None, now=timezone_now()).api == "soap"

    def test_is_refused_before_comparing(self, nmbrs: Sandbox, both: NmbrsConnection) -> None:
        with pytest.raises(CannotSwitch) as refused:
            switch(both)

        assert reason_of(refused) == "never"

    def test_is_refused_while_comparing(self, nmbrs: Sandbox, both: NmbrsConnection) -> None:
        compare(both)
        ask_for_comparison(both, user=None, now=timezone_now())

        with pytest.raises(CannotSwitch) as refused:
            switch(both)

        assert reason_of(refused) == "under_way"

    def test_is_refused_for_a_difference_until_it_is_accepted(
        self, nmbrs: Sandbox, both: NmbrsConnection
    ) -> None:
        person = User.objects.create_user("aino", password="a-long-password-9")
        nmbrs.traps.on(Trap.OTHER_JOURNAL, company_id=KONEPAJA)
        compare(both)
        with pytest.raises(CannotSwitch) as refused:
            switch(both)
        assert refused.value.facts == {"reason": "open", "count": "1"}

        accepted = accept_differences(
            both, [1001, 1002], reason="Pyöristys ", user=person, now=timezone_now()
        )

        assert [one.company.number for one in accepted] == [1001]
        entry = AuditEntry.objects.get(action="difference_accepted")
        assert (entry.user, entry.facts["reason"]) == (person, "Pyöristys")
        assert switch(both).api == "rest"

    def test_keeps_what_was_accepted_as_long_as_it_is_the_same(
        self, nmbrs: Sandbox, both: NmbrsConnection
    ) -> None:
        nmbrs.traps.on(Trap.OTHER_JOURNAL, company_id=KONEPAJA)
        compare(both)
        accept_differences(both, [1001], reason="Pyöristys", user=None, now=timezone_now())

        compare(both, later(hours=1))
        assert not compared().is_open

        nmbrs.traps.clear()
        nmbrs.traps.on(Trap.EMPTY_FILE, company_id=KONEPAJA)
        compare(both, later(hours=2))
        assert compared().is_open
        assert compared().accept_reason == ""

    def test_accepts_nothing_without_a_reason(self, nmbrs: Sandbox, both: NmbrsConnection) -> None:
        nmbrs.traps.on(Trap.OTHER_JOURNAL, company_id=KONEPAJA)
        compare(both)

        with pytest.raises(CannotSwitch) as refused:
            accept_differences(both, [1001], reason="  ", user=None, now=timezone_now())

        assert reason_of(refused) == "no_reason"
        assert compared().is_open

    def test_is_refused_for_companies_that_came_since(
        self, nmbrs: Sandbox, both: NmbrsConnection
    ) -> None:
        compare(both)
        nmbrs.add_company(debtor_id=first_debtor_id(), number=1777, name="Uusi Oy")
        fetch_everything(later(days=1))

        with pytest.raises(CannotSwitch) as refused:
            switch(both)

        assert refused.value.facts == {"reason": "new", "count": "1"}

    def test_is_refused_for_a_newer_consent_and_an_old_comparison(
        self, nmbrs: Sandbox, both: NmbrsConnection
    ) -> None:
        compare(both)
        with pytest.raises(CannotSwitch) as refused:
            switch(both, later(days=15).now)
        assert reason_of(refused) == "old"

        a_rest_connection(nmbrs, connection=both)
        with pytest.raises(CannotSwitch) as refused:
            switch(both)
        assert reason_of(refused) == "consent_newer"

    def test_is_refused_for_debtors_that_left_the_consent(
        self, nmbrs: Sandbox, both: NmbrsConnection
    ) -> None:
        compare(both)
        debtor = Debtor.objects.order_by("number")[0]
        nmbrs.remove_login(email=sample.LOGIN_OF_ALL, debtor_id=first_debtor_id())

        with pytest.raises(CannotSwitch) as refused:
            switch(both)

        count = debtor.companies.count()
        assert refused.value.facts == {"reason": "uncovered", "count": str(count)}
        assert NmbrsConnection.objects.get().api == "soap"

    def test_needs_the_consent_to_work(self, nmbrs: Sandbox, both: NmbrsConnection) -> None:
        compare(both)
        nmbrs.withdraw_consent(sample.LOGIN_OF_ALL)

        with pytest.raises(NmbrsLoginRefused):
            switch(both)

        assert NmbrsConnection.objects.get().api == "soap"

    def test_after_the_end_needs_no_comparison_and_leads_to_rest_only(
        self, nmbrs: Sandbox, both: NmbrsConnection
    ) -> None:
        switched = switch(both, after_the_end())

        assert switched.api == "rest"
        with pytest.raises(CannotSwitch) as refused:
            switch_to_soap(switched, user=None, now=after_the_end())
        assert reason_of(refused) == "soap_ended"

    def test_back_needs_a_token_that_works(self, nmbrs: Sandbox, both: NmbrsConnection) -> None:
        compare(both)
        switched = switch(both)
        nmbrs.change_token(token="another")  # of the stand-in

        with pytest.raises(NmbrsLoginRefused):
            switch_to_soap(switched, user=None, now=timezone_now())

        assert NmbrsConnection.objects.get().api == "rest"

    def test_back_is_refused_where_soap_never_was(self, nmbrs: Sandbox) -> None:
        made = a_rest_connection(nmbrs)

        with pytest.raises(CannotSwitch) as refused:
            switch_to_soap(made, user=None, now=timezone_now())

        assert reason_of(refused) == "no_token"
