"""Net pay compared with payment files, at the command line."""

from argparse import Namespace
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from tilisilta.domain.journals import BookingPeriod
from tilisilta.domain.net_pay import PROVEN, NetPayFinding, NetPayLine
from tilisilta.management.companies import find_company
from tilisilta.management.files import content_of
from tilisilta.management.net_pay_many import compare_many
from tilisilta.management.output import (
    Answer,
    Refused,
    Status,
    WrongUse,
    amount,
    refusal_of,
    shown_moment,
    table,
)
from tilisilta.models import Company, Link, PaymentFile
from tilisilta.services.payment_files import fetch_payment_files
from tilisilta.services.verifying.net_pay import NetPayMonth, net_pay_of
from tilisilta.services.verifying.net_pay_changes import (
    add_payment_files,
    name_net_pay_accounts,
    remove_payment_file,
    tick_paid,
    untick_paid,
)
from tilisilta.services.verifying.words import NET_PAY_FINDINGS, NET_PAY_STATES, PROPOSED_BY


def compare(options: Namespace) -> Answer:
    """Do what was asked about the net pay of a month, and say how it stands."""
    if options.company is None:
        return compare_many(options)
    if (options.files or options.fetch) and (options.paid_by_hand or options.not_paid):
        raise WrongUse(
            _("Payment files are compared, not ticked off by hand"),
            remedy=_("Leave out the files, or the tick."),
        )
    company = find_company(options.company)
    month = BookingPeriod.containing(options.period)
    if options.accounts is not None:
        _name_accounts(company, month, options.accounts)
    if options.remove is not None:
        _remove(company, month, options.remove)
    if options.files:
        contents = ((Path(one).name, content_of(Path(one))) for one in options.files)
        add_payment_files(company, month, contents, user=None, now=timezone.now())
    if options.fetch:
        fetch_payment_files(company, month, user=None, now=timezone.now())
    if options.paid_by_hand:
        tick_paid(company, month, amount=None, user=None, now=timezone.now())
    if options.not_paid:
        untick_paid(company, month, user=None)
    shown = net_pay_of(company, month)
    return Answer(
        document=net_pay_document(shown),
        text="\n".join(_lines(shown)),
        status=Status.DONE if shown.comparison.state in PROVEN else Status.REFUSED,
    )


def _name_accounts(company: Company, month: BookingPeriod, accounts: str) -> None:
    link = Link.objects.booking(month, company_id=company.pk)
    if link is None:
        raise Refused(
            _("The company has no link that could name them."),
            remedy=_("Make a link first, with tilisilta link add."),
        )
    try:
        name_net_pay_accounts(link, accounts.split(","), user=None)
    except ValidationError as error:
        raise refusal_of(error) from error


def _remove(company: Company, month: BookingPeriod, name: str) -> None:
    files = PaymentFile.objects.filter(company=company, month=month.first_day, file_name=name)
    if not files:
        raise Refused(
            _("The month has no payment file of that name"),
            remedy=_("Give the command without --remove: it lists the files."),
        )
    for file in files:
        remove_payment_file(file, user=None)


def net_pay_document(shown: NetPayMonth) -> dict[str, Any]:
    """Return how the net pay of a month stands for the JSON document."""
    comparison, whole, tick = shown.comparison, shown.comparison.whole, shown.tick
    return {
        "company": shown.company.number,
        "month": str(shown.month),
        "state": comparison.state.value,
        "is_proven": comparison.state in PROVEN,
        "findings": [one.value for one in NetPayFinding if one in comparison.findings],
        "accounts": list(shown.accounts),
        "proposed_by": shown.proposal.reason.value if shown.proposal is not None else None,
        "currency": comparison.currency,
        **_sums_document(whole),
        "lines": [
            {
                "journals": [run.journal for run in line.runs],
                "files": [_name_of(shown, one.message_digest) for one in line.messages],
                **_sums_document(line),
            }
            for line in comparison.lines
        ],
        "files": [_file_document(one) for one in shown.files],
        "ticked": {
            "amount": f"{tick.amount:.2f}",
            "currency": tick.currency,
            "by": tick.ticked_by_name,
            "at": tick.ticked_at,
        }
        if tick is not None
        else None,
    }


def _sums_document(line: NetPayLine) -> dict[str, Any]:
    return {
        "payroll": f"{line.payroll:.2f}",
        "paid": f"{line.paid:.2f}",
        "difference": f"{line.difference:.2f}",
        "payments": line.payments,
    }


def _file_document(file: PaymentFile) -> dict[str, Any]:
    return {
        "id": file.pk,
        "name": file.file_name,
        "sha256": file.file_sha256,
        "version": file.version or None,
        "added_by": file.added_by_name,
        "added_at": file.added_at,
        "sums": file.sums,
    }


def _name_of(shown: NetPayMonth, message_digest: str) -> str:
    return shown.file_of(message_digest).file_name


def _lines(shown: NetPayMonth) -> Iterator[str]:
    comparison = shown.comparison
    yield f"{shown.company} {shown.month}: {NET_PAY_STATES[comparison.state]}"
    for finding in NetPayFinding:
        if finding in comparison.findings:
            yield str(NET_PAY_FINDINGS[finding])
    accounts = ", ".join(shown.accounts)
    if shown.proposal is not None:
        reason = PROPOSED_BY[shown.proposal.reason]
        told = _("Proposed, not confirmed: net pay is on %(accounts)s (%(reason)s).")
        yield told % {"accounts": accounts, "reason": reason}
    elif accounts:
        yield _("Net pay is on %(accounts)s.") % {"accounts": accounts}
    if shown.tick is not None:
        yield _("%(amount)s %(currency)s ticked off by %(who)s, %(moment)s.") % {
            "amount": amount(shown.tick.amount),
            "currency": shown.tick.currency,
            "who": shown.tick.ticked_by_name,
            "moment": shown_moment(shown.tick.ticked_at),
        }
    if comparison.lines:
        yield ""
        yield _table(shown, [*comparison.lines, comparison.whole])


def _table(shown: NetPayMonth, lines: Sequence[NetPayLine]) -> str:
    """Return the lines with their sum as the last one."""
    figures = (_("Payments"), _("Payroll"), _("Payment files"), _("Difference"))
    headers = (_("Journal"), _("Payment file"), _("To be paid"), *figures)
    rows = []
    for line in lines:
        is_sum = line is lines[-1]
        days = sorted({f"{day}" for one in line.messages for day in one.days})
        names = [_name_of(shown, one.message_digest) for one in line.messages]
        rows.append(
            (
                _("Sum") if is_sum else ", ".join(run.journal for run in line.runs),
                "" if is_sum else ", ".join(names),
                "" if is_sum else ", ".join(days),
                str(line.payments),
                amount(line.payroll),
                amount(line.paid),
                amount(line.difference) if shown.files else "",
            )
        )
    return table(headers, rows, right="|".join(figures))
