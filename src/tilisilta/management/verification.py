"""Payroll compared with the ledger, at the command line."""

from argparse import Namespace
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tilisilta.domain.journals import BookingPeriod
from tilisilta.domain.reconciliation import Outcome
from tilisilta.management.companies import find_company, find_debtor
from tilisilta.management.output import (
    Answer,
    Refused,
    Status,
    amount,
    error_document,
    explanation_of,
    explanation_text,
    table,
)
from tilisilta.models import OUTCOMES, Company, Link, ReconciledMonth
from tilisilta.services.verifying.companies import Verified, recent_months
from tilisilta.services.verifying.many import verify_many
from tilisilta.services.verifying.words import FIELDS, FINDINGS, RECEIPT_TYPES

_WELL = (Outcome.NOTHING, Outcome.EQUAL)


def compare(options: Namespace) -> Answer:
    """Compare payroll with the ledger, month by month, for the companies asked for."""
    companies = _wanted(options)
    months = (
        (BookingPeriod.containing(options.period),)
        if options.period
        else recent_months(timezone.localdate())
    )
    # A few requests more for each month: for one company they are worth it, for hundreds not.
    with_reports = options.company is not None
    outcomes = list(verify_many(companies, months, with_reports=with_reports))
    results = [month for outcome in outcomes for month in outcome.months]
    failed = [outcome for outcome in outcomes if outcome.error is not None]
    is_well = not failed and all(one.outcome in _WELL for one in results)
    return Answer(
        document={
            "is_equal": is_well,
            "counts": _counts(results, failed),
            "months": [month_document(one) for one in results],
            "failed": [_failed_document(one) for one in failed],
        },
        text=_text(results, failed, is_detailed=options.company is not None),
        status=Status.DONE if is_well else Status.REFUSED,
    )


def _wanted(options: Namespace) -> Sequence[Company]:
    """Return the companies to compare: without a name, all that have or had a link."""
    if options.company is not None:
        return [find_company(options.company)]
    linked = Company.objects.filter(Exists(Link.objects.filter(company=OuterRef("pk"))))
    if options.debtor is not None:
        linked = linked.filter(debtor=find_debtor(options.debtor))
    companies = list(linked.order_by("number"))
    if not companies:
        raise Refused(
            _("There is no company to compare"),
            cause=_("Only a company with a link has books to compare its payroll with."),
            remedy=_("Make a link first, with tilisilta link add."),
        )
    return companies


def _counts(results: Sequence[ReconciledMonth], failed: Sequence[Verified]) -> dict[str, int]:
    counts = {outcome.value: 0 for outcome in Outcome}
    for one in results:
        counts[one.outcome] += 1
    return {**counts, "failed": len(failed)}


def month_document(one: ReconciledMonth) -> dict[str, Any]:
    """Return the stored result, without what only the next comparison needs."""
    return {key: value for key, value in one.document.items() if key != "approved"}


def _failed_document(one: Verified) -> dict[str, Any]:
    document = error_document(one.error) if one.error is not None else {}
    return {"company": one.company.number, "error": document}


def _text(
    results: Sequence[ReconciledMonth], failed: Sequence[Verified], *, is_detailed: bool
) -> str:
    lines = [_summary(results, failed)]
    shown = [one for one in results if one.outcome not in _WELL]
    if shown:
        lines += ["", _table(shown)]
    for one in shown:
        lines += ["", *_month_lines(one)]
        if is_detailed:
            lines += ["", _accounts_table(one)]
        if is_detailed and one.document["others"]:
            lines += ["", _others_table(one)]
    for outcome in failed:
        if outcome.error is not None:
            lines += ["", str(outcome.company), explanation_text(explanation_of(outcome.error))]
    return "\n".join(lines)


def _summary(results: Sequence[ReconciledMonth], failed: Sequence[Verified]) -> str:
    words = dict(OUTCOMES)
    counts = _counts(results, failed)
    told = [f"{words[name]} {counts[name]}" for name in words if counts[name]]
    if failed:
        count = len(failed)
        text = ngettext(
            "%(count)s company could not be compared",
            "%(count)s companies could not be compared",
            count,
        )
        told.append(text % {"count": count})
    return _("Payroll and ledger, by company and month: %(counts)s") % {
        "counts": ", ".join(map(str, told))
    }


def _table(results: Sequence[ReconciledMonth]) -> str:
    difference = _("Difference")
    headers = (_("Company"), _("Period"), _("State"), difference)
    rows = [
        (
            str(one.company),
            f"{one.month:%Y-%m}",
            one.get_outcome_display(),
            f"{amount(one.difference)} {one.document['currency']}",
        )
        for one in results
    ]
    return table(headers, rows, right=difference)


def _month_lines(one: ReconciledMonth) -> Iterator[str]:
    """Yield what differs, part by part, with old and new values."""
    yield f"{one.company.number} {one.month:%Y-%m}"
    for part in one.document["parts"]:
        if not part["is_well"]:
            yield from _part_lines(part)


def _part_lines(part: dict[str, Any]) -> Iterator[str]:
    findings = ", ".join(str(FINDINGS[name]) for name in part["findings"])
    receipt = part["receipt"]
    number = _(" · receipt %(number)s") % {"number": receipt["number"]} if receipt else ""
    yield f"  {part['journal']} {part['receipt_date']}{number}: {findings}"
    for other in part["again"]:
        yield "    " + _("also booked by receipt %(number)s of %(date)s: %(name)s") % other
    for change in part["heading"]:
        yield f"    {FIELDS[change['field']]}: {change['was']} → {change['now']}"
    for change in part["rows"]:
        place = _("row %(row)s") % change
        yield f"    {place}: {_row_text(change['was'])} → {_row_text(change['now'])}"


def _row_text(row: dict[str, Any] | None) -> str:
    if row is None:
        return "-"
    items = [one["item"] for one in row["dimensions"]]
    vat = (
        []
        if row["vat_percent"] == "0"
        else [_("VAT %(percent)s %%") % {"percent": row["vat_percent"]}]
    )
    texts = (row["account"], amount(Decimal(row["amount"])), row["description"], *items, *vat)
    return " ".join(text for text in texts if text)


def _accounts_table(one: ReconciledMonth) -> str:
    figures = (_("Payroll"), _("Ours"), _("Another way"), _("Ledger"), _("Difference"))
    headers = (_("Ledger account"), _("Name"), *figures)
    rows = [
        (
            line["account"],
            line["name"],
            *(
                amount(Decimal(line[name]))
                for name in ("payroll", "ours", "another_way", "ledger", "difference")
            ),
        )
        for line in one.document["accounts"]
    ]
    return table(headers, rows, right="|".join(figures))


def _others_table(one: ReconciledMonth) -> str:
    sum_of = _("Amount")
    headers = (_("Other entries on these accounts"), "", _("Ledger account"), sum_of, _("Name"))
    rows = [
        (
            f"{entry['receipt']['date']} {entry['receipt']['number'] or ''}".strip(),
            str(RECEIPT_TYPES.get(entry["type"], entry["type"])),
            entry["account"],
            amount(Decimal(entry["amount"])),
            entry["receipt"]["name"],
        )
        for entry in one.document["others"]
    ]
    return table(headers, rows, right=sum_of)
