"""Which journals one click sends, and which are left for now."""

import pytest
from tests.bureau import a_company, a_journal, a_linked_company

from procountor_sandbox.app import Sandbox
from tilisilta.models import Debtor, Journal, User
from tilisilta.services.sending.ready import ready_journals

pytestmark = pytest.mark.django_db


class TestReadyJournals:
    def test_are_those_of_the_newest_month_without_those_to_be_reviewed(
        self, procountor: Sandbox
    ) -> None:
        company = a_linked_company()
        older, deleted, odd, ready = (
            a_journal(company, month, run_number=number)
            for month, number in ((5, "9"), (6, "6"), (6, "7"), (6, "8"))
        )
        Journal.objects.filter(pk=deleted.pk).update(is_deleted_at_source=True)
        Journal.objects.filter(pk=odd.pk).update(needs_look=True)

        found = ready_journals()
        of_all = ready_journals(all_periods=True)

        assert list(found.journals) == [ready]
        assert found.period == ready.period
        assert list(found.others) == [older]
        assert list(found.warned_of) == [deleted, odd]
        assert list(of_all.journals) == [older, ready]
        assert (of_all.period, list(of_all.others)) == (None, [])
        assert list(of_all.warned_of) == [deleted, odd]

    def test_are_of_an_older_month_where_nothing_is_due_in_the_newest(
        self, procountor: Sandbox
    ) -> None:
        company = a_linked_company()
        ready, replaced = (a_journal(company, n, run_number=str(n)) for n in (5, 6))
        Journal.objects.filter(pk=replaced.pk).update(state="replaced")

        found = ready_journals()

        assert (found.period, list(found.journals)) == (ready.period, [ready])

    def test_are_of_the_month_that_is_asked_for_by_company(self, procountor: Sandbox) -> None:
        second = a_journal(a_linked_company(1002), 5, run_number="5")
        first = a_journal(a_linked_company(1001), 5, run_number="6")
        a_journal(first.company, 6, run_number="7")

        assert list(ready_journals(period=first.period).journals) == [first, second]

    def test_are_only_those_that_the_user_may_see(self, procountor: Sandbox) -> None:
        journal = a_journal(a_linked_company())
        stranger, own = User.objects.create(username="sari"), User.objects.create(username="timo")
        stranger.debtors.add(Debtor.objects.create(number=999, name="Oma"))
        own.debtors.add(journal.company.debtor)

        assert list(ready_journals(stranger).journals) == []
        assert list(ready_journals(own).journals) == [journal]

    def test_are_narrowed_to_those_among(self, procountor: Sandbox) -> None:
        one, other = (
            a_journal(a_linked_company(number), run_number=str(number)) for number in (1001, 1002)
        )

        found = ready_journals(among=Journal.objects.filter(company=other.company))

        assert list(found.journals) == [other]
        assert one.state == "ready"

    def test_are_none_that_have_a_problem(self) -> None:
        a_journal(a_company())

        assert list(ready_journals().journals) == []
