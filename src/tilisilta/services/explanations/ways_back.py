"""Words for what becomes of a receipt that is withdrawn, and why."""

from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tilisilta.domain.withdrawals import Reason, Way, WayBack
from tilisilta.languages import language_of


def way_text(way: WayBack) -> str:
    """Return what becomes of a receipt, in a sentence or two."""
    if way.way is Way.REVERSE and way.reverse_on is not None:
        day = date_format(way.reverse_on, language_of(get_language()).day)
        told = _("Is reversed by a receipt of %(date)s, with every row turned round.") % {
            "date": day
        }
        return f"{told} {reason_text(way)}".strip()
    told = {
        Way.NOTHING: _("Is invalidated already."),
        Way.INVALIDATE: _("Is invalidated. It keeps its number in Procountor, without effect."),
        Way.UNFINISH: _(
            "Is made unfinished, then invalidated. It keeps its number in Procountor, without "
            "effect."
        ),
    }.get(way.way, _("Cannot be taken back as things are."))
    return f"{told} {reason_text(way)}".strip()


def reason_text(way: WayBack) -> str:
    """Return why it cannot be invalidated, or not be taken back; empty where it can."""
    reasons = {
        Reason.CLOSED: _("Its period is closed in Procountor."),
        Reason.FINAL: _(
            "It has a serial number from the closing of its year, and is final in Procountor."
        ),
        Reason.GONE: _("Procountor does not give it any more."),
        Reason.NO_OPEN_DAY: _("Its period is closed, and no open day follows."),
        Reason.NOT_BALANCED: _("Its period is closed, and its rows do not balance without VAT."),
    }
    return reasons[way.reason] if way.reason is not None else ""
