"""Notices as they are raised and pass, compared with what stands."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.bureau import a_company, a_journal, a_linked_company, send

from procountor_sandbox.app import Sandbox
from tilisilta.domain.journals import BookingPeriod
from tilisilta.domain.nmbrs_scopes import Scope
from tilisilta.domain.notices import Matter, NoticeKind
from tilisilta.domain.problems import ProblemCode
from tilisilta.models import (
    Company,
    Debtor,
    Export,
    Journal,
    Link,
    NmbrsConnection,
    NmbrsGrant,
    Notice,
    NoticeRound,
    ProcountorAccount,
)
from tilisilta.services.closing.signing import sign_month
from tilisilta.services.notices.rounds import (
    EVERY,
    LEASE,
    claim_round,
    compare_notices,
    give_back_round,
)
from tilisilta.services.notices.standing import months_to_look_at
from tilisilta.services.verifying.companies import verify

pytestmark = pytest.mark.django_db

JUNE = date(2026, 6, 1)
NOW = datetime(2026, 7, 2, 6, tzinfo=UTC)


def open_keys() -> set[tuple[str, str]]:
    return set(Notice.objects.open().values_list("kind", "code"))


def signed(company: Company) -> None:
    now = datetime.now(tz=UTC)
    verify(company, [BookingPeriod(year=2026, month=6)], now=now, pace=lambda: None)
    sign_month(company, JUNE, user=None, now=datetime.now(tz=UTC), reason="Maksettu muualta.")


class TestRound:
    def test_is_made_by_one_worker_and_not_too_often(self) -> None:
        first, second = claim_round(NOW), claim_round(NOW)
        died = claim_round(NOW + LEASE + timedelta(seconds=1))
        give_back_round(NOW)
        soon, later = claim_round(NOW + EVERY / 2), claim_round(NOW + 2 * EVERY)

        assert (first, second, died, soon, later) == (True, False, True, False, True)

    def test_of_a_clock_that_ran_ahead_holds_nobody_up(self) -> None:
        ahead = NOW + timedelta(days=30)
        NoticeRound.objects.create(claimed_until=ahead, compared_at=ahead)

        assert claim_round(NOW)


class TestCompany:
    def test_that_stops_is_told_by_each_reason_until_it_is_right(self) -> None:
        journal = a_journal(a_company())

        compare_notices(NOW)
        again = compare_notices(NOW + EVERY)

        (notice,) = Notice.objects.all()
        assert (notice.kind, notice.code) == ("needs_person", ProblemCode.NOT_LINKED.value)
        assert (notice.month, notice.company_id) == (JUNE, journal.company_id)
        assert not again.new + again.passed + again.again

        Journal.objects.update(state="discarded")
        compare_notices(NOW + 2 * EVERY)

        assert not Notice.objects.open()

    def test_that_flaps_is_one_notice(self) -> None:
        a_journal(a_company())
        for turn in range(6):
            Journal.objects.update(state="problem" if turn % 2 == 0 else "discarded")
            compare_notices(NOW + turn * EVERY)

        assert Notice.objects.count() == 1

    def test_is_told_once_its_run_is_missing(self, procountor: Sandbox) -> None:
        send(a_journal(a_linked_company()))
        compare_notices(datetime(2026, 7, 31, 12, tzinfo=UTC))
        in_time = open_keys()

        compare_notices(datetime(2026, 8, 1, 12, tzinfo=UTC))

        assert (in_time, open_keys()) == (set(), {("missing_run", "")})

    def test_is_ready_complete_and_changed(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        journal = a_journal(company)
        compare_notices(NOW)
        ready = open_keys()

        send(journal)
        signed(company)
        compare_notices(NOW + EVERY)
        complete = set(Notice.objects.open().values_list("kind", "debtor__number"))

        Export.objects.update(posted_at=datetime.now(tz=UTC) + timedelta(hours=1))
        compare_notices(NOW + 2 * EVERY)

        assert ready == {("ready", "")}
        assert complete == {("complete", None), ("complete", 101)}
        assert open_keys() == {("changed", "")}

    def test_that_changed_in_an_old_month_is_told_too(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        send(a_journal(company))
        signed(company)
        long_after = datetime(2027, 5, 5, 6, tzinfo=UTC)
        claim_round(long_after)
        compare_notices(long_after)
        give_back_round(long_after)
        before = open_keys()

        Export.objects.update(posted_at=long_after + timedelta(minutes=1))
        compare_notices(long_after + EVERY)

        assert (before, open_keys()) == (set(), {("changed", "")})

    def test_that_stops_in_a_run_of_the_next_month_is_told_at_once(self) -> None:
        """Over the end of a year as well; a month that has not begun is never complete."""
        a_journal(a_company())
        december = datetime(2026, 12, 18, 6, tzinfo=UTC)
        Journal.objects.update(period=date(2027, 1, 1))

        compare_notices(december)
        stopped = open_keys()
        Journal.objects.update(period=date(2027, 2, 1))
        compare_notices(december + EVERY)

        assert stopped == {("needs_person", ProblemCode.NOT_LINKED.value)}
        assert open_keys() == set()

    def test_that_is_signed_early_completes_no_month_that_has_not_begun(
        self, procountor: Sandbox
    ) -> None:
        company = a_linked_company()
        send(a_journal(company))
        signed(company)

        compare_notices(datetime(2026, 5, 20, 6, tzinfo=UTC))

        assert open_keys() == set()

    def test_that_stops_in_more_months_than_are_looked_at_is_told_of_all(self) -> None:
        company = a_company()
        months = [date(2025 + place // 12, place % 12 + 1, 1) for place in range(3, 18)]
        matters = [
            Matter(
                kind=NoticeKind.NEEDS_PERSON,
                code=ProblemCode.NOT_LINKED.value,
                month=month,
                company_id=company.pk,
                debtor_id=company.debtor_id,
            )
            for month in months
        ]
        Notice.objects.bulk_create(Notice.about(one, raised_at=NOW) for one in matters)

        looked_at = months_to_look_at(since=None, today=NOW.date())
        compare_notices(NOW + EVERY)

        still = set(Notice.objects.open().values_list("month", flat=True))
        assert still == set(months) - set(looked_at)
        assert len(still) > 2


class TestAuthorisation:
    def test_of_an_account_that_serves_a_company(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        ProcountorAccount.objects.update(state=ProcountorAccount.State.ENDED)

        compare_notices(NOW)
        (notice,) = Notice.objects.open()
        ProcountorAccount.objects.update(state=ProcountorAccount.State.AUTHORISED)
        compare_notices(NOW + EVERY)

        assert (notice.code, notice.debtor) == ("account_ended", company.debtor)
        assert not Notice.objects.open()

    def test_of_an_account_that_serves_another_company_now_is_told_of_that(
        self, procountor: Sandbox
    ) -> None:
        a_linked_company()
        ProcountorAccount.objects.update(state=ProcountorAccount.State.ENDED)
        compare_notices(NOW)
        debtor = Debtor.objects.create(number=202, name="Toiset")
        other = Company.objects.create(number=2002, name="Toinen Oy", debtor=debtor)
        Link.objects.update(company=other)

        compare_notices(NOW + EVERY)

        (notice,) = Notice.objects.open()
        assert (notice.company, notice.debtor) == (other, debtor)

    def test_of_nmbrs_is_told_a_week_before_and_once_it_has_ended(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        by_soap = NmbrsConnection.objects.create(name="Kirnu", first_year=2026)
        by_rest = NmbrsConnection.objects.create(name="Lyhty", first_year=2026, api="rest")
        NmbrsGrant.objects.create(
            connection=by_rest,
            consented_at=NOW,
            renewed_at=NOW - timedelta(days=23),
            scopes_granted=[scope.value for scope in Scope],
        )
        monkeypatch.setattr("tilisilta.domain.end_of_soap.END_OF_SOAP", date(2026, 7, 10))
        compare_notices(NOW)
        soon = set(Notice.objects.open().values_list("connection__name", "code", "ends_on"))

        monkeypatch.setattr("tilisilta.domain.end_of_soap.END_OF_SOAP", date(2026, 7, 2))
        NmbrsGrant.objects.update(state=NmbrsGrant.State.ENDED)
        compare_notices(NOW + EVERY)
        ended = set(Notice.objects.open().values_list("connection__name", "code"))

        assert soon == {
            ("Kirnu", ProblemCode.SOAP_ENDS.value, date(2026, 7, 9)),
            ("Lyhty", "consent_ends", date(2026, 7, 9)),
        }
        assert ended == {
            ("Kirnu", ProblemCode.SOAP_HAS_ENDED.value),
            ("Lyhty", ProblemCode.CONSENT_ENDED.value),
        }
        assert by_soap.pk != by_rest.pk


def test_takes_as_many_queries_for_many_as_for_one(
    make_many: Callable[[int], Any],
) -> None:
    counts = []
    for _turn in range(2):
        make_many(30)
        with CaptureQueriesContext(connection) as queries:
            compare_notices(NOW)
        counts.append(len(queries))

    assert Notice.objects.count() == 60
    assert counts[0] == counts[1] <= 60


@pytest.fixture
def make_many() -> Callable[[int], None]:
    """Return a way to so many further companies, each with a journal that stops."""

    def make(count: int) -> None:
        debtor, _made = Debtor.objects.get_or_create(number=101, defaults={"name": "Yhtiöt"})
        first = Company.objects.count() + 1
        companies = Company.objects.bulk_create(
            Company(number=number, name=f"Yritys {number} Oy", debtor=debtor)
            for number in range(first, first + count)
        )
        if first == 1:
            a_journal(companies[0])
        pattern = Journal.objects.first()
        assert pattern is not None
        for company in companies:
            if company.pk == pattern.company_id:
                continue
            pattern.pk, pattern.company = None, company
            pattern._state.adding = True
            pattern.save()

    return make
