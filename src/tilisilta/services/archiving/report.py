"""The report of a month as a whole: what it is about, the verdict, the sections and the foot."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tilisilta.domain.archives import SUMS, ArchivedFile
from tilisilta.domain.month_end import MonthState
from tilisilta.domain.reconciliation import Outcome
from tilisilta.languages import language_of
from tilisilta.services.archiving import written
from tilisilta.services.archiving.ledger_sections import differing, ledger_sections
from tilisilta.services.archiving.months import ArchivedMonth
from tilisilta.services.archiving.proof_sections import (
    files_section,
    net_pay_section,
    people_section,
    settings_section,
    withdrawn_section,
)
from tilisilta.services.archiving.typesetting import pdf_of
from tilisilta.services.archiving.written import Cell
from tilisilta.services.closing.words import STATE_WORDS
from tilisilta.services.verifying.words import NET_PAY_STATES

MOST_NAMED = 6
"""So many differing accounts are named at the top; the table marks all of them."""


def report_of(month: ArchivedMonth, files: Sequence[ArchivedFile], sums: ArchivedFile) -> bytes:
    """Return the report as PDF/A; its foot carries the digest of ``sums``, of the other files."""
    sections = (
        *ledger_sections(month),
        net_pay_section(month),
        withdrawn_section(month),
        settings_section(month),
        people_section(month),
        files_section(files),
    )
    data = {
        "lang": language_of(get_language()).code,
        "title": _("Reconciliation, %(month)s") % {"month": written.month(month.month)},
        "company": str(month.company),
        "as_of": _("as of %(moment)s") % {"moment": written.moment(month.as_of)},
        "facts": _facts(month),
        "verdict": _verdict(month),
        "sections": [one for one in sections if one is not None],
        "foot": _foot(month, files, sums),
    }
    return pdf_of(data, made_at=month.as_of)


def _facts(month: ArchivedMonth) -> list[list[Cell]]:
    runs = dict.fromkeys(
        f"{one.run_number}/{one.run_year} {one.run_description}".strip() for one in month.journals
    )
    compared = month.compared
    return [
        [
            _("Company in Nmbrs"),
            written.toned(f"{month.company.number} {month.company.name}", "strong"),
            _("Administration"),
            written.toned(_administration(month), "strong"),
        ],
        [
            _("Business ID"),
            month.company.business_id or "\N{EN DASH}",
            _("Ledger read"),
            written.moment(compared.compared_at) if compared else "\N{EN DASH}",
        ],
        [
            _("Runs"),
            ", ".join(runs) or "\N{EN DASH}",
            _("State"),
            str(STATE_WORDS[month.standing.state]),
        ],
    ]


def _administration(month: ArchivedMonth) -> str:
    """Return the administration that was compared, with its business ID if that is known."""
    name = str(month.document.get("administration") or "\N{EN DASH}")
    link = month.net_pay.link
    account = link.procountor_account if link is not None else None
    if account is None or account.company_name != name or not account.business_id:
        return name
    return f"{name}, {account.business_id}"


def _verdict(month: ArchivedMonth) -> dict[str, Any]:
    tone, title = _headline(month)
    texts = [_ledger_words(month)]
    compared = month.standing.compared
    if compared is not None and compared.is_stale:
        texts.append(_("Something came in or was booked after the ledger was read."))
    state = NET_PAY_STATES[month.net_pay.comparison.state]
    texts.append(_("Net pay: %(state)s.") % {"state": state})
    if month.signature is not None and month.signature.reason:
        texts.append(_("Reason given: %(reason)s") % {"reason": month.signature.reason})
    return {"tone": tone, "title": title, "texts": texts}


def _headline(month: ArchivedMonth) -> tuple[str, str]:
    """Return the tone of the verdict and what it says first."""
    if month.standing.state == MonthState.CHANGED:
        return "bad", _("Changed after signing")
    if month.compared is None:
        return "open", _("Not compared with the ledger")
    is_different = month.compared.outcome == Outcome.DIFFERENT
    if month.signature is None:
        words = _("Different, and not signed") if is_different else _("Equal, and not signed")
        return "bad" if is_different else "open", words
    if is_different:
        return "bad", _("Signed with a difference")
    return "good", _("Signed: payroll and ledger are equal")


def _ledger_words(month: ArchivedMonth) -> str:
    if month.compared is None:
        return _("What the books hold is not known to this report.")
    accounts = differing(month.document)
    if not accounts:
        return _("All accounts are equal to the cent.")
    words = (
        _("%(amount)s %(currency)s in %(count)s of %(all)s accounts: %(accounts)s.")
        if len(accounts) <= MOST_NAMED
        else _("%(amount)s %(currency)s in %(count)s of %(all)s accounts.")
    )
    return words % {
        "amount": written.amount(month.compared.difference),
        "currency": month.currency,
        "count": len(accounts),
        "all": len(month.document["accounts"]),
        "accounts": ", ".join(one["account"] for one in accounts),
    }


def _foot(
    month: ArchivedMonth, files: Sequence[ArchivedFile], sums: ArchivedFile
) -> dict[str, str]:
    told = {"name": SUMS, "count": len(files)}
    position = {"position": written.count(month.head.position)}
    return {
        "sums_label": _("SHA-256 of %(name)s, the manifest of the %(count)s other files") % told,
        "sums": sums.sha256,
        "chain_label": _("Audit chain at entry %(position)s") % position,
        "chain": month.head.digest,
        "about": str(month.company),
        "page": f"{written.month(month.month)} · {_('Page')}",
    }
