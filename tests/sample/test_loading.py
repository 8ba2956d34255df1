"""The invented bureau shows each case it is there for."""

from pathlib import Path
from typing import TYPE_CHECKING

import httpx2
import pytest
from tests.bureau import fetch_waiting
from tests.conftest import NMBRS_REDIRECT_URI

from nmbrs_sandbox.app import create_app as create_nmbrs
from tilisilta.models import (
    AuditEntry,
    Company,
    Journal,
    Link,
    NmbrsCompany,
    NmbrsConnection,
    ProcountorAccount,
    Synchronisation,
)
from tilisilta.sample.bureau import REST_DEBTOR
from tilisilta.sample.loading import set_up_sample_bureau, write_sample_file
from tilisilta.services.journals.importing import import_journal

if TYPE_CHECKING:
    from pytest_django import Settings

    from nmbrs_sandbox.app import Sandbox as NmbrsSandbox
    from procountor_sandbox.app import Sandbox

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("procountor", "nmbrs")]


def latest(company: int, month: int = 6) -> Journal:
    return Journal.objects.filter(company__number=company, period__month=month).latest("revision")


def errors_of(company: int) -> set[str]:
    problems = latest(company).problems
    return {problem.code.value for problem in problems if problem.stops}


class TestSetUpSampleBureau:
    def test_waits_for_a_worker_to_bring_the_journals(self) -> None:
        set_up_sample_bureau(user=None)

        assert Company.objects.count() == 10
        assert not Journal.objects.exists()
        assert Synchronisation.objects.get().finished_at is None
        assert NmbrsCompany.objects.filter(wanted_at__isnull=False).count() == 10

    def test_shows_each_case(self) -> None:
        set_up_sample_bureau(user=None)
        fetch_waiting()

        assert {number: errors_of(number) for number in range(1001, 1011)} == {
            1001: {"N04"},
            1002: set(),
            1003: {"N07"},
            1004: {"N08"},
            1005: {"N10"},
            1006: set(),
            1007: {"N01"},
            1008: {"N02"},
            1009: set(),
            1010: {"N04"},
        }
        assert [latest(number).state for number in (1002, 1006, 1009)] == ["ready"] * 3
        assert [latest(number).state for number in (1007, 1008)] == ["off"] * 2

    def test_fetches_nothing_before_a_company_starts(self) -> None:
        set_up_sample_bureau(user=None)
        fetch_waiting()

        counts = {company.number: company.journals.count() for company in Company.objects.all()}
        assert counts == {1001: 6, 1002: 3, **dict.fromkeys(range(1003, 1011), 1)}

    def test_reads_one_debtor_by_rest_and_nothing_twice(
        self, nmbrs: "NmbrsSandbox", settings: "Settings"
    ) -> None:
        demo = create_nmbrs(redirect_uris=[NMBRS_REDIRECT_URI], soap_without=[REST_DEBTOR])
        settings.NMBRS_TRANSPORT = httpx2.WSGITransport(app=demo)

        set_up_sample_bureau(user=None)
        fetch_waiting()

        by_rest = NmbrsCompany.objects.filter(connection__api=NmbrsConnection.Api.REST)
        numbers = by_rest.order_by("company__number").values_list("company__number", flat=True)
        assert list(numbers) == [1003, 1004, 1005, 1006, 1010]
        assert NmbrsCompany.objects.count() == Company.objects.count() == 10
        assert {one.state for one in NmbrsConnection.objects.all()} == {"working"}
        assert errors_of(1003) == {"N07"}

    def test_leaves_the_first_company_to_be_set_up(self) -> None:
        set_up_sample_bureau(user=None)

        assert not Link.objects.filter(company__number__in=[1001, 1010]).exists()
        assert ProcountorAccount.objects.count() == 9

    def test_takes_the_currency_of_the_administration(self) -> None:
        set_up_sample_bureau(user=None)
        fetch_waiting()

        assert latest(1006).currency == "SEK"

    def test_changes_nothing_when_done_again(self) -> None:
        set_up_sample_bureau(user=None)
        entries = AuditEntry.objects.count()

        set_up_sample_bureau(user=None)

        assert AuditEntry.objects.count() == entries


class TestWriteSampleFile:
    def test_offers_a_journal_to_import(
        self, tmp_path: Path, procountor: "Sandbox", nmbrs: "NmbrsSandbox"
    ) -> None:
        set_up_sample_bureau(user=None)
        fetch_waiting()
        path = write_sample_file(tmp_path / "files")

        imported = import_journal(
            path.read_bytes(),
            file_name=path.name,
            company=Company.objects.get(number=1001),
            user=None,
            now=latest(1001).came_at,
        )

        assert imported.is_new
        assert imported.journal.run_number == "7"
