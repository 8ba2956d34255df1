"""A journal is fetched as fine as the link books it."""

from typing import TYPE_CHECKING

import pytest
from tests.bureau import an_account, fetch_everything, fetch_waiting, link_to, problem_codes, send
from tests.services.fetching.sample import june, konepaja

from tilisilta.models import Journal
from tilisilta.services.links import change_link

if TYPE_CHECKING:
    from nmbrs_sandbox.app import Sandbox
    from procountor_sandbox.app import Sandbox as Procountor


pytestmark = pytest.mark.django_db


class TestSplit:
    def test_follows_the_link(self, fetched: "Sandbox", procountor: "Procountor") -> None:
        link = link_to(konepaja(), an_account())
        fetch_waiting()
        without = june()

        change_link(
            link, user=None, uses_cost_centers=True, cost_center_dimension="Kustannuspaikka"
        )
        stopped = problem_codes(june())
        fetch_waiting()

        assert without.split == "company"
        assert not without.lines.exclude(cost_center="").exists()
        assert "N34" in stopped
        assert june().split == "cost_center"
        assert june().lines.exclude(cost_center="").exists()
        assert "N34" not in problem_codes(june())

    def test_of_what_was_sent_stays(self, fetched: "Sandbox", procountor: "Procountor") -> None:
        link = link_to(konepaja(), an_account())
        fetch_waiting()
        may = Journal.objects.filter(company=konepaja(), run_number="5").order_by("-revision")[0]
        send(may)
        revisions = Journal.objects.filter(company=konepaja(), run_number="5").count()

        change_link(
            link, user=None, uses_cost_centers=True, cost_center_dimension="Kustannuspaikka"
        )
        fetch_everything(wants_all_journals=True)

        assert Journal.objects.filter(company=konepaja(), run_number="5").count() == revisions

    def test_books_the_same_sums_however_fine(self, fetched: "Sandbox") -> None:
        fine = sum(line.amount for line in june().lines.filter(amount__gt=0))

        assert fine == june().debit_total
