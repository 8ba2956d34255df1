"""Which month, and which of its companies, an address of the month end asks for."""

from dataclasses import dataclass, replace
from datetime import date

from django.utils import timezone

from tilisilta.domain.month_end import month_before
from tilisilta.domain.whole_numbers import whole_number
from tilisilta.models import User
from tilisilta.services.closing.month_at_work import shown_month
from tilisilta.services.closing.months import CompanyMonth, MonthEnd, month_end
from tilisilta.services.closing.words import STATE_WORDS
from tilisilta.services.reasons.groups import ByReason
from tilisilta.web.parts import asked_month
from tilisilta.web.rights import UserRequest

CLOSED_FROM_DAY = 15
"""From this day on the page opens with the current month; before, with the one before it."""


@dataclass(frozen=True, kw_only=True)
class AskedMonth:
    """What the address asks for; what makes no sense narrows nothing."""

    month: date
    today: date
    search: str
    state: str
    debtor: int | None
    person: int | None
    reason: str

    @classmethod
    def of(cls, request: UserRequest) -> "AskedMonth":
        today = timezone.localdate()
        state = request.GET.get("state", "")
        return cls(
            month=asked_month(request)
            or shown_month(request.user, today=today)
            or usual_month(today),
            today=today,
            search=request.GET.get("q", "").strip(),
            state=state if state in STATE_WORDS else "",
            debtor=whole_number(request.GET.get("debtor", "")),
            person=whole_number(request.GET.get("person", "")),
            reason=request.GET.get("reason", ""),
        )

    def chosen(self, shown: MonthEnd, by_reason: ByReason) -> tuple[CompanyMonth, ...]:
        """Return the companies that are listed; a reason that is gone narrows nothing."""
        reason = by_reason.find(self.reason)
        listed = shown.in_state(self.state)
        if reason is None:
            return listed
        return tuple(one for one in listed if one.company_id in reason.group.company_ids)

    def everything(self) -> "AskedMonth":
        """Return the same month without what narrows its companies."""
        return replace(self, search="", state="", debtor=None, person=None, reason="")

    def in_month(self, month: date) -> "AskedMonth":
        return replace(self, month=month)

    def month_end(self, user: User) -> MonthEnd:
        return month_end(
            self.month,
            today=self.today,
            user=user,
            search=self.search,
            debtor=self.debtor,
            person=self.person,
        )


def usual_month(today: date) -> date:
    """Return the month that is being closed on a day, for a bureau without journals."""
    first = today.replace(day=1)
    return first if today.day >= CLOSED_FROM_DAY else month_before(first)
