"""What is not done with chosen companies of a month, and why, in the reader's language."""

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tilisilta.domain.chosen_months import NotSigned
from tilisilta.services.chosen_months import ChosenMonths, Companies
from tilisilta.services.closing.months import CompanyMonth

MOST_NAMED = 4
"""Of more companies the number says enough."""


def left_out(chosen: ChosenMonths, *, may_sign: bool) -> Iterator[str]:
    """Yield what will not be done with the chosen companies, and why, a line for each reason."""
    if may_sign:
        for why, some in chosen.not_signed.items():
            yield not_signed_text(why, some)
    if chosen.without_link:
        yield without_link_text(chosen.without_link)
    if chosen.without_contents:
        yield without_contents_text(chosen.without_contents)


def not_signed_text(why: NotSigned, companies: Companies) -> str:
    n = len(companies)
    texts = {
        NotSigned.DIFFERENT: ngettext(
            "%(names)s is different: it needs a reason and is signed on its own page.",
            "%(names)s are different: each needs a reason and is signed on its own page.",
            n,
        ),
        NotSigned.NET_PAY: ngettext(
            "Nothing proves the net pay of %(names)s: choose “Net pay …” first, or sign it with a "
            "reason on its own page.",
            "Nothing proves the net pay of %(names)s: choose “Net pay …” first, or sign each with "
            "a reason on its own page.",
            n,
        ),
        NotSigned.CHANGED: ngettext(
            "%(names)s changed after signing: look at it and sign it again on its own page.",
            "%(names)s changed after signing: look at each and sign it again on its own page.",
            n,
        ),
        NotSigned.SIGNED: ngettext(
            "%(names)s is signed already.", "%(names)s are signed already.", n
        ),
        NotSigned.NOT_COMPARED: ngettext(
            "%(names)s is not compared with the ledger yet: it can be signed afterwards.",
            "%(names)s are not compared with the ledger yet: they can be signed afterwards.",
            n,
        ),
        NotSigned.NOT_DONE: ngettext(
            "%(names)s cannot be signed yet: not all of its runs are booked.",
            "%(names)s cannot be signed yet: not all of their runs are booked.",
            n,
        ),
        NotSigned.NOTHING: ngettext(
            "%(names)s has no run to sign.", "%(names)s have no run to sign.", n
        ),
        NotSigned.SENDER: ngettext(
            "%(names)s is signed by a second person: you have sent a journal of it.",
            "%(names)s are signed by a second person: you have sent a journal of each.",
            n,
        ),
        NotSigned.LATER: ngettext(
            "%(names)s is signed by the next click: so many are not signed at once.",
            "%(names)s are signed by the next click: so many are not signed at once.",
            n,
        ),
    }
    return texts[why] % {"names": _names(companies)}


def without_link_text(companies: Companies) -> str:
    text = ngettext(
        "%(names)s has no link and is not compared.",
        "%(names)s have no link and are not compared.",
        len(companies),
    )
    return text % {"names": _names(companies)}


def without_contents_text(companies: Companies) -> str:
    text = ngettext(
        "%(names)s has nothing to archive.", "%(names)s have nothing to archive.", len(companies)
    )
    return text % {"names": _names(companies)}


def _names(companies: Sequence[CompanyMonth]) -> str:
    numbers = ", ".join(str(one.number) for one in companies[:MOST_NAMED])
    more = len(companies) - MOST_NAMED
    if more <= 0:
        return numbers
    return _("%(numbers)s and %(count)s more") % {"numbers": numbers, "count": more}
