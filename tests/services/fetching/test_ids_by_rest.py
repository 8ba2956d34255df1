"""Companies and runs stay what they are when numbers repeat, ids change or things move."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import httpx2
import pytest
from tests.bureau import (
    NOW,
    Clock,
    a_connection,
    a_rest_connection,
    an_account,
    fetch_everything,
    link_to,
    send,
)

from nmbrs_sandbox.app import create_app
from nmbrs_sandbox.payroll.sample import world_of
from tilisilta.domain.standing import JournalState
from tilisilta.models import Company, Debtor, Journal, NmbrsCompany, NmbrsConnection, Run
from tilisilta.services.fetching.synchronisations import ask_for_everything, read_lists

if TYPE_CHECKING:
    from pytest_django import Settings

    from nmbrs_sandbox.app import Sandbox as Nmbrs
    from procountor_sandbox.app import Sandbox as Procountor

pytestmark = pytest.mark.django_db(transaction=True)

KONEPAJA = 48101
REDIRECT = "http://127.0.0.1:8000/settings/integrations/nmbrs/consented"


def later(days: float) -> Clock:
    return Clock(now=datetime.now(tz=UTC) + timedelta(days=days))


def move(nmbrs: "Nmbrs", connection: NmbrsConnection) -> None:
    a_rest_connection(nmbrs, connection=connection)
    NmbrsConnection.objects.filter(pk=connection.pk).update(api=NmbrsConnection.Api.REST)


def forget_guids() -> None:
    for rows in (Debtor, NmbrsCompany, Run):
        rows._default_manager.update(nmbrs_guid=None)


def who_is_who() -> dict[int, tuple[int, str, str, bool]]:
    """Return of each company its number, name and debtor, and whether it is gone."""
    return {
        one.nmbrs_company_id or 0: (
            one.company.number,
            one.company.name,
            one.company.debtor.name,
            one.gone_at is not None,
        )
        for one in NmbrsCompany.objects.select_related("company__debtor")
    }


class TestCompaniesOfOneNumber:
    @pytest.mark.parametrize("knows_guids", [True, False])
    def test_of_two_debtors_are_not_mistaken_for_each_other(
        self, settings: "Settings", knows_guids: bool
    ) -> None:
        world = world_of(companies=6)
        first, *rest = world.companies
        twin = replace(rest[4], number=first.number, name="Toinen Oy")
        app = create_app(
            replace(world, companies=(first, *rest[:4], twin)), redirect_uris=[REDIRECT]
        )
        settings.NMBRS_TRANSPORT = httpx2.WSGITransport(app=app)
        made = a_connection()
        fetch_everything()
        if not knows_guids:
            forget_guids()
        before = who_is_who()
        email = app.bureau.logins()[0].email
        a_rest_connection(app, connection=made, email=email)
        NmbrsConnection.objects.filter(pk=made.pk).update(api=NmbrsConnection.Api.REST)

        fetch_everything(later(1))

        assert who_is_who() == before
        assert len({row[0] for row in before.values()}) == 6


class TestASecondConnection:
    @pytest.mark.parametrize("is_fetched", [True, False])
    def test_to_the_same_debtors_recognises_their_companies(
        self, nmbrs: "Nmbrs", is_fetched: bool
    ) -> None:
        first = a_connection()
        if is_fetched:
            fetch_everything()
        else:
            # Listed alone: SOAP has told the GUIDs of debtors by that, and of no company.
            read_lists(ask_for_everything(user=None, now=NOW), now=NOW)
        second = a_rest_connection(nmbrs, "Toinen")

        fetch_everything(later(1))

        second.refresh_from_db()
        assert second.trouble == ()
        assert Company.objects.count() == NmbrsCompany.objects.count() == 10
        assert not NmbrsCompany.objects.exclude(connection=first).exists()
        assert not NmbrsCompany.objects.filter(nmbrs_guid=None).exists()


class TestWhatWasSent:
    @pytest.fixture
    def sent(self, nmbrs: "Nmbrs", procountor: "Procountor") -> NmbrsConnection:
        made = a_connection()
        fetch_everything()
        link_to(Company.objects.get(number=1001), an_account())
        send(self.june(), later(0.5))
        fetch_everything(later(1))
        move(nmbrs, made)
        return made

    @staticmethod
    def june() -> Journal:
        return Journal.objects.filter(company__number=1001, run_number="6").latest("revision")

    @staticmethod
    def sendable() -> set[tuple[int, str]]:
        ready = Journal.objects.filter(state=JournalState.READY)
        return set(ready.values_list("company__number", "run_number"))

    def test_stays_sent_when_its_run_gets_another_guid(
        self, nmbrs: "Nmbrs", sent: NmbrsConnection
    ) -> None:
        # As if Nmbrs had made the run anew under the same number, or given it another id.
        mine = Run.objects.filter(company__number=1001, number="6")
        mine.update(nmbrs_guid="00000000-0000-4000-8000-000000000001", nmbrs_run_id=None)
        before = self.sendable()

        for day in (2, 3, 4):
            fetch_everything(later(day))

        assert (self.june().revision, self.june().state) == (1, JournalState.SENT)
        assert self.sendable() == before
        assert Run.objects.filter(company__number=1001, number="6", gone_at=None).count() == 1

    def test_is_not_sent_again_when_its_company_gets_another_guid(
        self, nmbrs: "Nmbrs", sent: NmbrsConnection
    ) -> None:
        mine = NmbrsCompany.objects.filter(company__number=1001)
        mine.update(nmbrs_guid="00000000-0000-4000-8000-000000000002", nmbrs_company_id=None)
        before = self.sendable()

        fetch_everything(later(2))

        # Perhaps it is another company: a person is asked, and nothing comes in until then.
        sent.refresh_from_db()
        assert [one["number"] for one in sent.open_questions] == [1001]
        assert Company.objects.count() == 10
        assert self.sendable() <= before
        assert self.june().state == JournalState.SENT

    def test_stays_sent_when_its_company_moves_to_another_debtor(
        self, nmbrs: "Nmbrs", sent: NmbrsConnection
    ) -> None:
        nmbrs.move_company(company_id=KONEPAJA, debtor_id=7103)

        fetch_everything(later(2))

        assert Company.objects.get(number=1001).debtor.number == 103
        assert Company.objects.filter(name="Koivulammi Konepaja Oy").count() == 1
        assert (self.june().revision, self.june().state) == (1, JournalState.SENT)

    def test_is_not_sent_again_when_it_moved_before_its_guid_was_known(
        self, nmbrs: "Nmbrs", sent: NmbrsConnection
    ) -> None:
        forget_guids()
        nmbrs.move_company(company_id=KONEPAJA, debtor_id=7103)

        fetch_everything(later(2))

        assert Company.objects.filter(name="Koivulammi Konepaja Oy").count() == 1
        assert (self.june().revision, self.june().state) == (1, JournalState.SENT)

    def test_is_left_alone_where_it_may_be_one_of_two(
        self, nmbrs: "Nmbrs", sent: NmbrsConnection
    ) -> None:
        forget_guids()
        june = Run.objects.get(company__number=1001, number="6")
        Run.objects.create(
            company=june.company,
            nmbrs_run_id=1,
            year=june.year,
            number=june.number,
            period_start=6,
            period_end=6,
        )

        fetch_everything(later(2))

        # Nothing was stored of either, and a person is told.
        assert Run.objects.filter(company=june.company, number="6", nmbrs_guid=None).count() == 2
        trouble = NmbrsCompany.objects.get(company=june.company).trouble
        assert [one.code.value for one in trouble] == ["P16"]
        assert (self.june().revision, self.june().state) == (1, JournalState.SENT)
