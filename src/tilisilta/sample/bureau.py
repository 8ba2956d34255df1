"""The set-up of the invented bureau; its companies and their payroll come from Nmbrs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

NMBRS_NAME = "Koivulammi palkat"
NMBRS_USER = "palkat@example.invalid"
NMBRS_TOKEN = "sandbox-nmbrs-token"  # noqa: S105  # invented, and printed for everybody
REST_NAME = "Saaristopalvelut"
REST_LOGIN = "saaristo@example.invalid"
REST_DEBTOR = "102"
REST_DEBTOR_ID = 7102
"""The debtor that is read by REST, and its id in the stand-in."""
FIRST_YEAR = 2026
COST_CENTERS = {"uses_cost_centers": True, "cost_center_dimension": "Kustannuspaikka"}
JUNE = date(2026, 6, 1)


@dataclass(frozen=True, kw_only=True)
class SampleCompany:
    """How far a company is set up.

    ``account`` names its Procountor account, authorised by API key; ``link`` holds the choices of
    its link, and ``None`` leaves it without one. Nothing before ``start_date`` is fetched.
    """

    number: int
    account: str = ""
    link: Mapping[str, Any] | None = None
    start_date: date | None = JUNE
    is_test: bool = False

    @property
    def api_key(self) -> str:
        """The key of the stand-in Procountor for the company's administration."""
        return f"SANDBOX-KEY-{self.number}"


COMPANIES = (
    # Left to be set up, with a run that corrects January to May.
    SampleCompany(number=1001, start_date=None),
    SampleCompany(
        number=1002,
        account="Koivulammi Huolto",
        link=COST_CENTERS,
        start_date=date(2026, 4, 1),
    ),
    # The chart in Procountor has no ledger account 5035.
    SampleCompany(number=1003, account="Saaristo Siivous", link=COST_CENTERS),
    # In Procountor the dimension has been renamed Kustannuspaikka since.
    SampleCompany(
        number=1004,
        account="Saaristo Hoiva",
        link={"uses_cost_centers": True, "cost_center_dimension": "Osasto"},
    ),
    # Its June corrects March, and January to March are closed in Procountor.
    SampleCompany(number=1005, account="Saaristo Kuljetus", link=COST_CENTERS),
    SampleCompany(number=1006, account="Skärgårdens Bygg", link=COST_CENTERS),
    SampleCompany(number=1007, account="Koivulammi Testi", link=COST_CENTERS, is_test=True),
    SampleCompany(number=1008, account="Pajulahti Sahat", link=COST_CENTERS),
    SampleCompany(number=1009, account="Koivulammi Kiinteistöt", link=COST_CENTERS),
    SampleCompany(number=1010, account="Saaristo Ravinto"),
)
BLOCKED_DEBTORS = (103,)
