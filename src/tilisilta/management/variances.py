"""How a journal differs from last month's, as commands and the API tell it."""

from collections.abc import Iterator
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tilisilta.domain.variances import Change
from tilisilta.models import Journal
from tilisilta.services.journals.variances import JournalVariance, variance_of


def variance_document(journal: Journal) -> dict[str, Any] | None:
    """Return the variance of ``journal``; ``None`` where there is no comparable one."""
    found = None if journal.discarded_at is not None else variance_of(journal)
    if found is None:
        return None
    other = _other(found)
    return {
        "journal": other.reference,
        "period": f"{other.period:%Y-%m}",
        "is_last_month": found.is_last_month,
        "percent": found.threshold.percent,
        "amount": found.threshold.amount,
        "is_above": found.is_above,
        "debit": _change_document(found.variance.debit),
        "corrections": _change_document(found.variance.corrections),
        "accounts": [
            {"account": code, **_change_document(change)}
            for code, change in found.variance.accounts.items()
        ],
    }


def variance_text(journal: Journal) -> str:
    """Return the same in a line; empty where there is no comparable journal."""
    found = None if journal.discarded_at is not None else variance_of(journal)
    if found is None:
        return ""
    percent = found.variance.debit.percent
    text = _("Against %(journal)s: debit %(percent)s")
    told = [
        text
        % {
            "journal": _other(found).reference,
            "percent": "-" if percent is None else _percent_text(percent),
        }
    ]
    above = found.variance.above
    if above:
        words = ngettext(
            "%(count)s ledger account is above the threshold: %(accounts)s",
            "%(count)s ledger accounts are above the threshold: %(accounts)s",
            len(above),
        )
        told.append(words % {"count": len(above), "accounts": ", ".join(_named(found))})
    else:
        told.append(_("all ledger accounts are within the threshold"))
    return ", ".join(told) + "."


def _other(found: JournalVariance) -> Journal:
    return Journal.objects.select_related("company").get(pk=found.against.journal.key)


def _change_document(change: Change) -> dict[str, Any]:
    return {
        "last": change.last,
        "this": change.this,
        "difference": change.difference,
        "percent": None if change.percent is None else float(change.percent),
        "is_above": change.is_above,
    }


def _named(found: JournalVariance) -> Iterator[str]:
    for code in found.variance.above:
        change = found.variance.accounts[code]
        if change.percent is not None:
            yield f"{code} {_percent_text(change.percent)}"
        else:
            yield _("%(account)s (new)") % {"account": code}


def _percent_text(percent: Any) -> str:
    sign = "+" if percent > 0 else ""
    return f"{sign}{number_format(percent, decimal_pos=1)} %"
