"""The words for where a company stands at the end of a month."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tilisilta.domain.month_end import MonthState

STATE_WORDS: Mapping[str, Promise] = {
    MonthState.NOT_EXPECTED: _("No run expected"),
    MonthState.EXPECTED: _("Expected, none there"),
    MonthState.TO_FIX: _("To fix"),
    MonthState.READY: pgettext_lazy("month", "Ready"),
    MonthState.PROPOSED: pgettext_lazy("month", "Proposed"),
    MonthState.SENDING: pgettext_lazy("month", "Sending"),
    MonthState.BOOKED: pgettext_lazy("month", "Booked"),
    MonthState.EQUAL: pgettext_lazy("month", "Equal"),
    MonthState.DIFFERENT: pgettext_lazy("month", "Different"),
    MonthState.SIGNED: _("Signed"),
    MonthState.CHANGED: _("Changed after signing"),
}
