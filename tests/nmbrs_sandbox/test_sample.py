from datetime import datetime
from decimal import Decimal

import pytest

from nmbrs_sandbox.payroll.sample import sample_world, world_of
from nmbrs_sandbox.payroll.world import Company, Run, World

SERVICE_IN_JUNE = [
    ("5010", "100", "", "3565.00", "Kuukausipalkat"),
    ("5010", "220", "", "14260.00", "Kuukausipalkat"),
    ("5020", "220", "", "7426.61", "Tuntipalkat"),
    ("5110", "220", "", "684.48", "Lomapalkat"),
    ("6110", "100", "", "619.60", "TyEL"),
    ("6110", "220", "", "3888.10", "TyEL"),
    ("6130", "", "", "495.38", "Sava"),
    ("6150", "", "", "80.40", "TVR"),
    ("2921", "", "", "-6380.28", "Ennakonpidätys"),
    ("2931", "", "", "-6401.03", "TyEL"),
    ("2922", "", "", "-495.38", "Sava"),
    ("2932", "", "", "-311.23", "TVR"),
    ("2961", "", "", "-17431.65", "Maksettavat palkat"),
]
BUILDERS_IN_JANUARY = [
    ("5010", "100", "", "53100.00", "Månadslöner"),
    ("5010", "510", "", "212400.00", "Månadslöner"),
    ("5020", "510", "", "140693.76", "Timlöner"),
    ("5110", "510", "", "12701.52", "Semesterlöner"),
]


@pytest.fixture(scope="module")
def world() -> World:
    return sample_world()


def lines(run: Run) -> list[tuple[str, str, str, str, str]]:
    """Return the rows of a run as texts."""
    assert run.journal is not None
    return [
        (one.ledger_account, one.cost_center, one.cost_unit, str(one.amount), one.description)
        for one in run.journal.lines()
    ]


def of_number(world: World, number: int) -> Company:
    """Return the company with a number."""
    return world.company(number)


class TestSampleWorld:
    def test_has_the_ten_companies_of_three_debtors(self, world: World) -> None:
        debtors = {one.debtor_id: one.number for one in world.debtors}

        assert [(one.number, debtors[one.debtor_id]) for one in world.companies] == [
            (1001, "101"),
            (1002, "101"),
            (1003, "102"),
            (1004, "102"),
            (1005, "102"),
            (1006, "102"),
            (1007, "101"),
            (1008, "103"),
            (1009, "101"),
            (1010, "102"),
        ]

    def test_has_runs_of_january_to_june_of_which_june_is_not_locked(self, world: World) -> None:
        for company in world.companies:
            assert [(one.number, one.year, one.is_locked) for one in company.runs] == [
                (month, 2026, month < 6) for month in range(1, 7)
            ]

    def test_has_ids_nobody_else_has(self, world: World) -> None:
        ids = [run.run_id for one in world.companies for run in one.runs]
        ids += [
            item.item_id for one in world.companies for item in (*one.cost_centers, *one.cost_units)
        ]
        ids += [one.company_id for one in world.companies]
        ids += [one.debtor_id for one in world.debtors]

        assert len(set(ids)) == len(ids)

    def test_calls_runs_by_their_months_in_the_language_of_the_company(self, world: World) -> None:
        assert of_number(world, 1001).runs[0].description == "Tammikuu 2026"
        assert of_number(world, 1006).runs[5].description == "Juni 2026"
        assert of_number(world, 1006).runs[5].run_at == datetime(2026, 6, 25, 10)  # noqa: DTZ001  # no zone is sent

    def test_balances_every_run_for_each_date(self, world: World) -> None:
        for company in world.companies:
            for run in company.runs:
                sums: dict[object, Decimal] = {}
                assert run.journal is not None
                for line in run.journal.lines():
                    sums[line.booking_date] = sums.get(line.booking_date, Decimal(0)) + line.amount
                assert set(sums.values()) == {0}

    def test_lists_the_cost_centers_and_units_its_journals_use(self, world: World) -> None:
        for company in world.companies:
            codes = {one.code for one in company.cost_centers}
            units = {one.code for one in company.cost_units}
            rows = [row for run in company.runs for row in lines(run)]
            assert {row[1] for row in rows} - {""} <= codes
            assert {row[2] for row in rows} - {""} <= units

    def test_pays_the_same_as_ever(self, world: World) -> None:
        assert lines(of_number(world, 1002).runs[5]) == SERVICE_IN_JUNE
        assert lines(of_number(world, 1006).runs[0])[:4] == BUILDERS_IN_JANUARY

    def test_is_the_same_every_time(self, world: World) -> None:
        assert sample_world() == world


class TestWorldOf:
    def test_makes_as_many_companies_and_runs_as_asked(self) -> None:
        world = world_of(companies=12, runs=14, lines=7)

        last = world.companies[-1]
        assert [one.number for one in world.companies] == list(range(1001, 1013))
        assert [one.number for one in world.debtors] == ["101", "102", "103"]
        assert [one.debtor_id for one in world.companies].count(7101) == 5
        assert [(one.year, one.number) for one in last.runs][-2:] == [(2027, 1), (2027, 2)]
        assert len(lines(last.runs[0])) == 7
        assert sum(Decimal(one[3]) for one in lines(last.runs[0])) == 0

    def test_gives_every_run_an_id_of_its_own(self) -> None:
        world = world_of(companies=300, runs=130)

        ids = {run.run_id for one in world.companies for run in one.runs}
        assert len(ids) == 300 * 130
