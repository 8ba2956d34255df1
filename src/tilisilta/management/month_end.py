"""The end of a month at the command line: where every company stands, and signing it."""

from argparse import Namespace
from collections.abc import Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tilisilta.domain.chosen_months import NOTHING_LEFT
from tilisilta.management.companies import find_company, find_debtor
from tilisilta.management.output import Answer, Status, WrongUse, amount, table
from tilisilta.management.users import find_user
from tilisilta.models import OUTCOMES, MonthSignature
from tilisilta.services.chosen_month_words import not_signed_text
from tilisilta.services.chosen_months import chosen_months, sign_chosen
from tilisilta.services.closing.months import MonthEnd, Sums, month_end
from tilisilta.services.closing.rows import MonthRow, names_of, rows_of
from tilisilta.services.closing.signing import sign_month, unsign_month
from tilisilta.services.closing.words import STATE_WORDS
from tilisilta.services.verifying.words import NET_PAY_STATES


def show_month(options: Namespace) -> Answer:
    """Show where the companies stand in a month. It is done when nothing is left to do."""
    debtor = None if options.debtor is None else find_debtor(options.debtor).number
    shown = month_end(
        options.month,
        today=timezone.localdate(),
        debtor=debtor,
        person=None if options.person is None else find_user(options.person).pk,
    )
    rows = rows_of(
        shown.in_state(options.state or ""), options.month, names_of(shown.people | shown.signers)
    )
    is_done = is_done_with(shown)
    return Answer(
        document=month_end_document(shown, rows),
        text=_text(shown, rows),
        status=Status.DONE if is_done else Status.REFUSED,
    )


def sign(options: Namespace) -> Answer:
    """Sign a month of a company, or of all companies that need no reason."""
    if options.all_equal:
        return _sign_all(options)
    if options.debtor is not None:
        raise WrongUse(
            _("--debtor needs --all-equal beside it"), remedy=_("Add --all-equal, or leave it out.")
        )
    company = find_company(options.company)
    signature = sign_month(
        company,
        options.month,
        user=None,
        now=timezone.now(),
        note=options.note,
        reason=options.reason,
    )
    text = _("%(month)s of %(name)s is signed.")
    return _signed(signature, text)


def unsign(options: Namespace) -> Answer:
    """Take the signature below a month back."""
    company = find_company(options.company)
    signature = unsign_month(
        company, options.month, user=None, now=timezone.now(), reason=options.reason
    )
    return _signed(signature, _("The signature below %(month)s of %(name)s is taken back."))


def _sign_all(options: Namespace) -> Answer:
    if options.reason or options.note:
        raise WrongUse(
            _("--all-equal takes neither a note nor a reason"),
            remedy=_("Sign a company that needs one by itself, with --company."),
        )
    now = timezone.now()
    shown = month_end(
        options.month,
        today=timezone.localdate(),
        debtor=None if options.debtor is None else find_debtor(options.debtor).number,
    )
    done = sign_chosen(chosen_months(options.month, shown.companies), user=None, now=now)
    text = ngettext(
        "%(month)s of %(count)s company is signed.",
        "%(month)s of %(count)s companies is signed.",
        done.count,
    )
    told = [text % {"month": f"{options.month:%Y-%m}", "count": done.count}]
    told += [not_signed_text(why, some) for why, some in done.not_signed.items()]
    return Answer(
        document={
            "month": f"{options.month:%Y-%m}",
            "signed": done.count,
            "not_signed": {
                why.value: [one.number for one in some] for why, some in done.not_signed.items()
            },
        },
        text="\n".join(told),
        status=Status.DONE if done.not_signed.keys() <= NOTHING_LEFT else Status.REFUSED,
    )


def _signed(signature: MonthSignature, text: str) -> Answer:
    names = {"month": f"{signature.month:%Y-%m}", "name": signature.company}
    return Answer(document=signature_document(signature), text=text % names)


def signature_document(signature: MonthSignature) -> dict[str, Any]:
    """Return a signature for the JSON document, one that was taken back too."""
    return {
        "company": signature.company.number,
        "month": f"{signature.month:%Y-%m}",
        "signed_at": signature.signed_at,
        "signed_by": signature.signer,
        "outcome": signature.outcome,
        "difference": signature.difference,
        "note": signature.note,
        "reason": signature.reason,
        "digest": signature.digest,
        "net_pay": signature.net_pay,
        "withdrawn_at": signature.withdrawn_at,
        "withdraw_reason": signature.withdraw_reason,
    }


def is_done_with(shown: MonthEnd) -> bool:
    return not shown.open_count


def month_end_document(shown: MonthEnd, rows: Sequence[MonthRow]) -> dict[str, Any]:
    """Return where all companies stand for the JSON document, and of ``rows`` what a list shows."""
    return {
        "month": f"{shown.month:%Y-%m}",
        "is_done": is_done_with(shown),
        "company_count": len(shown.companies),
        "counts": {cell.state.value: cell.count for cell in shown.line},
        "compared_at": shown.compared_at,
        "companies": [_row_document(row) for row in rows],
    }


def _row_document(row: MonthRow) -> dict[str, Any]:
    compared = row.one.compared
    return {
        "company": row.one.number,
        "name": row.one.name,
        "state": row.one.state.value,
        "reason": row.reason,
        "responsible": row.responsible,
        "stand_in": row.stand_in,
        "runs": row.runs,
        "debit": row.one.sums,
        "receipts": row.receipts,
        "outcome": compared.outcome.value if compared else None,
        "difference": compared.difference if compared else None,
        "net_pay": compared.net_pay.value if compared and compared.net_pay else None,
        "compared_at": compared.compared_at if compared else None,
        "is_comparison_stale": compared.is_stale if compared else None,
        "signed_by": row.signed_by or None,
        "signed_at": row.one.signed.signed_at if row.one.signed else None,
    }


def _text(shown: MonthEnd, rows: Sequence[MonthRow]) -> str:
    count = len(shown.companies)
    told = ngettext("%(count)s company", "%(count)s companies", count) % {"count": count}
    counts = ", ".join(
        f"{STATE_WORDS[cell.state]} {cell.count}" for cell in shown.line if cell.count
    )
    lines = [
        f"{shown.month:%Y-%m} · {told}: {counts}" if counts else f"{shown.month:%Y-%m} · {told}"
    ]
    if shown.is_begun:
        lines.append(_verdict(shown))
    if rows:
        lines += ["", _table(rows)]
    return "\n".join(lines)


def _verdict(shown: MonthEnd) -> str:
    open_count, count = shown.open_count, shown.unproved_count
    if not open_count:
        finished = _("Finished: every company with a run is equal or signed.")
        unproved = ngettext(
            "The net pay of %(count)s is not proved yet.",
            "The net pay of %(count)s is not proved yet.",
            count,
        )
        return f"{finished} {unproved % {'count': count}}" if count else finished
    text = ngettext(
        "Not finished: %(count)s company is neither equal nor signed.",
        "Not finished: %(count)s companies are neither equal nor signed.",
        open_count,
    )
    return text % {"count": open_count}


def _table(rows: Sequence[MonthRow]) -> str:
    debit = _("Debit")
    headers = (
        _("Company"),
        _("Responsible"),
        _("State"),
        _("Runs"),
        debit,
        _("Receipts"),
        _("Against the ledger"),
        _("Net pay"),
        _("Signed"),
        _("Reason"),
    )
    return table(
        headers,
        [
            (
                f"{row.one.number} {row.one.name}",
                row.responsible,
                str(STATE_WORDS[row.one.state]),
                row.runs,
                _sums_text(row.one.sums),
                row.receipts,
                _compared_text(row),
                _net_pay_text(row),
                row.signed_by,
                row.reason,
            )
            for row in rows
        ],
        right=debit,
    )


def _sums_text(sums: Sums) -> str:
    return ", ".join(f"{amount(value)} {currency}" for currency, value in sums.items())


def _compared_text(row: MonthRow) -> str:
    compared = row.one.compared
    if compared is None:
        return ""
    word = str(dict(OUTCOMES)[compared.outcome])
    return f"{word} {amount(compared.difference)}" if compared.difference else word


def _net_pay_text(row: MonthRow) -> str:
    compared = row.one.compared
    return str(NET_PAY_STATES[compared.net_pay]) if compared and compared.net_pay else ""
