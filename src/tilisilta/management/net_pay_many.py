"""Net pay of many companies at once, at the command line: how it stands, fetched, or ticked off."""

from argparse import Namespace
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from tilisilta.domain.journals import BookingPeriod
from tilisilta.domain.net_pay import PROVEN, NetPayState
from tilisilta.domain.problems import Problem
from tilisilta.errors import TilisiltaError
from tilisilta.management.companies import find_debtor
from tilisilta.management.output import Answer, Status, WrongUse, problem_document, table
from tilisilta.management.progress import progress_line
from tilisilta.models import Company
from tilisilta.services.closing.months import month_end
from tilisilta.services.explanations import explain, problem_of
from tilisilta.services.payment_files import fetch_payment_files
from tilisilta.services.verifying.net_pay import net_pay_of_each
from tilisilta.services.verifying.net_pay_changes import CannotTick, tick_each_paid
from tilisilta.services.verifying.words import NET_PAY_STATES


@dataclass(frozen=True, kw_only=True)
class _Outcome:
    """How the net pay of a company stands, and what hindered what was asked for."""

    company: Company
    state: NetPayState
    problem: Problem | None


def compare_many(options: Namespace) -> Answer:
    """Do what was asked about the net pay of every company with a run in the month."""
    if options.files or options.accounts is not None or options.remove or options.not_paid:
        raise WrongUse(
            _("That is done for one company at a time"), remedy=_("Say which, with --company.")
        )
    if options.fetch and options.paid_by_hand:
        raise WrongUse(
            _("Payment files are compared, not ticked off by hand"),
            remedy=_("Leave out the files, or the tick."),
        )
    companies = _companies(options)
    month = BookingPeriod.containing(options.period)
    before = net_pay_of_each(companies, month)
    # What is proven already stays as it is.
    left = [one for one in companies if before[one.pk].comparison.state not in PROVEN]
    problems: dict[int, Problem] = {}
    if options.fetch:
        problems = _fetch(left, month)
    elif options.paid_by_hand:
        problems = _tick(left, month)
    after = before if not left else net_pay_of_each(companies, month)
    outcomes = [
        _Outcome(company=one, state=after[one.pk].comparison.state, problem=problems.get(one.pk))
        for one in companies
    ]
    is_proven = all(one.state in PROVEN for one in outcomes)
    return Answer(
        document=_document(options, outcomes),
        text=_text(options, outcomes),
        status=Status.DONE if is_proven else Status.REFUSED,
    )


def _companies(options: Namespace) -> list[Company]:
    debtor = None if options.debtor is None else find_debtor(options.debtor).number
    shown = month_end(options.period, today=timezone.localdate(), debtor=debtor)
    ids = [one.company_id for one in shown.companies if one.facts.due]
    return list(Company.objects.filter(pk__in=ids).order_by("number"))


def _fetch(companies: Sequence[Company], month: BookingPeriod) -> dict[int, Problem]:
    """Fetch the payment files of each; one that fails does not stop the others."""
    problems = {}
    with progress_line() as line:
        for done, company in enumerate(companies, start=1):
            try:
                fetch_payment_files(company, month, user=None, now=timezone.now())
            except TilisiltaError as error:
                problems[company.pk] = problem_of(error)
            text = _("%(done)s of %(count)s companies")
            line.show(text % {"done": done, "count": len(companies)})
    return problems


def _tick(companies: Sequence[Company], month: BookingPeriod) -> dict[int, Problem]:
    amounts = dict.fromkeys(one.pk for one in companies)
    ticked = tick_each_paid(companies, month, amounts=amounts, user=None, now=timezone.now())
    return {pk: problem_of(one) for pk, one in ticked.items() if isinstance(one, CannotTick)}


def _document(options: Namespace, outcomes: Sequence[_Outcome]) -> dict[str, Any]:
    counts = Counter(one.state for one in outcomes)
    return {
        "month": f"{options.period:%Y-%m}",
        "is_proven": all(one.state in PROVEN for one in outcomes),
        "counts": {state.value: counts[state] for state in NetPayState},
        "companies": [
            {
                "company": one.company.number,
                "name": one.company.name,
                "state": one.state.value,
                "problem": problem_document(one.problem) if one.problem else None,
            }
            for one in outcomes
        ],
    }


def _text(options: Namespace, outcomes: Sequence[_Outcome]) -> str:
    counts = Counter(one.state for one in outcomes)
    told = ", ".join(f"{NET_PAY_STATES[state]} {n}" for state, n in counts.items())
    rows = [
        (
            str(one.company),
            str(NET_PAY_STATES[one.state]),
            f"{one.problem.code} {explain(one.problem).message}" if one.problem else "",
        )
        for one in outcomes
        if one.state not in PROVEN
    ]
    lines = [f"{options.period:%Y-%m} · {told}" if told else f"{options.period:%Y-%m}"]
    if rows:
        lines += ["", table((_("Company"), _("Net pay"), _("What happened")), rows)]
    return "\n".join(lines)
