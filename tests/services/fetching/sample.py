"""What the tests of fetching share: the first sample company, in Nmbrs and here, and its calls."""

from collections import Counter

from nmbrs_sandbox.app import Sandbox
from tilisilta.models import Company, Journal, Run

KONEPAJA = 48101


def konepaja() -> Company:
    return Company.objects.get(number=1001)


def june() -> Journal:
    return Journal.objects.filter(company__number=1001, run_number="6").order_by("-revision")[0]


def june_run_id() -> int:
    return Run.objects.get(company__number=1001, number="6").nmbrs_run_id or 0


def calls_by_company(nmbrs: Sandbox) -> Counter[int]:
    return Counter(call.company_id for call in nmbrs.requests.all() if call.company_id)
