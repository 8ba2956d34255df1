"""Lists stay quick: a bounded number of queries for a page, however many rows there are."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date

import pytest
from django.db import connection
from tests.api.conftest import Program
from tests.bureau import NOW

from tilisilta.domain.problems import Problem, ProblemCode
from tilisilta.models import (
    CheckedLink,
    Company,
    Debtor,
    Export,
    Journal,
    Link,
    Onboarding,
    OnboardingRow,
    ProcountorAccount,
    Run,
)

pytestmark = [pytest.mark.django_db, pytest.mark.once]
COMPANIES = 2000
MONTH = date(2026, 6, 1)
MOST_QUERIES = 12
LISTS = (
    *("/companies", "/debtors", "/runs", "/links", "/links/drift", "/accounts", "/profiles"),
    *("/journals", "/problems", "/receipts", "/audit-log", "/onboardings"),
    *("/months/2026-06", "/months/2026-06/ready", "/months/2026-06/archives"),
    *("/months/2026-06/reasons", "/notices", "/webhooks"),
)


@pytest.fixture
def journals(db: None) -> list[Journal]:
    """Make a bureau of 2,000 companies, each with a link, and a journal that is ready."""
    debtor = Debtor.objects.create(number=101, name="Koivulammi-yhtiöt")
    companies = Company.objects.bulk_create(
        Company(number=number, name=f"Yritys {number}", debtor=debtor)
        for number in range(1, COMPANIES + 1)
    )
    accounts = ProcountorAccount.objects.bulk_create(
        ProcountorAccount(
            name=f"tili {one.number}",
            state=ProcountorAccount.State.AUTHORISED,
            procountor_company_id=one.number,
            company_name=one.name,
        )
        for one in companies
    )
    links = Link.objects.bulk_create(
        Link(company=company, procountor_account=account, start_month=MONTH)
        for company, account in zip(companies, accounts, strict=True)
    )
    gone = [Problem(code=ProblemCode.LEDGER_ACCOUNT_UNKNOWN, facts=(("account", "5035"),))]
    CheckedLink.objects.bulk_create(
        CheckedLink(link=one, is_well=False, problems=gone) for one in links
    )
    runs = Run.objects.bulk_create(
        Run(company=one, nmbrs_run_id=1, year=2026, number="6", period_start=6, period_end=6)
        for one in companies
    )
    made = Journal.objects.bulk_create(
        Journal(
            company=run.company,
            run=run,
            run_year=2026,
            run_number="6",
            revision=1,
            period=MONTH,
            first_period=MONTH,
            currency="EUR",
            file_sha256="0",
            content_sha256="0",
            line_count=2,
            debit_total=1,
            came_at=NOW,
            state="ready",
        )
        for run in runs
    )
    Export.objects.bulk_create(
        Export(
            journal=journal,
            link=link,
            token=f"T{journal.pk:07}",
            booking_date=MONTH,
            receipt_date=MONTH,
            state="ready",
            payload_sha256="0" * 64,
            row_count=2,
            debit_total=1,
        )
        for journal, link in zip(made, links, strict=True)
    )
    listed = Onboarding.objects.create(file_name="companies.csv", read_at=NOW)
    OnboardingRow.objects.bulk_create(
        OnboardingRow(onboarding=listed, line=one.number, company=one, wanted={"company": ""})
        for one in companies
    )
    return made


@contextmanager
def counted() -> Iterator[list[str]]:
    """Yield the first word of each query. Keeping their values, as Django does, takes longer."""
    words: list[str] = []

    def note(execute: Callable[..., object], sql: str, *values: object) -> object:
        words.append(sql.partition(" ")[0])
        return execute(sql, *values)

    with connection.execute_wrapper(note):
        yield words


def queries_of(program: Program, path: str, **values: object) -> int:
    with counted() as queries:
        assert program.get(path, values).status_code == 200, path
    return len(queries)


def test_lists_and_sendings_take_few_queries_whatever_their_length(
    program: Program, journals: list[Journal]
) -> None:
    """One test for all of it, as making the rows takes longer than reading them."""
    counts = {path: queries_of(program, path, limit=200) for path in LISTS}
    counts |= {path: queries_of(program, path) for path in ("/status", "/rules")}
    rows = f"/onboardings/{Onboarding.objects.get().pk}/companies"
    counts[rows] = queries_of(program, rows, limit=200)
    wanted = [{"reference": f"{number}-2026-6-1"} for number in range(1, COMPANIES + 1)]

    with counted() as queries:
        asked = program.post("/sendings", {"journals": wanted}, Idempotency_Key="june").json()
    address = f"/sendings/{asked['id']}"
    counts[address] = queries_of(program, address)
    counts["its journals"] = queries_of(program, f"{address}/journals", limit=200)

    assert max(counts.values()) <= MOST_QUERIES, counts
    assert asked["counts"]["waiting"] == COMPANIES
    # Rows are inserted in batches, as many to a query as the database takes.
    others = [word for word in queries if word != "INSERT"]
    assert len(others) <= 40, others
