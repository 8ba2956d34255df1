"""Where everything stands, in counts: what a program looks at each morning."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_noop as _
from ninja import Query, Router

from tilisilta.api.access import ApiRequest, Bearer
from tilisilta.api.answers import answers
from tilisilta.api.asked import Asked
from tilisilta.api.months import first_day
from tilisilta.api.schemas import Month
from tilisilta.api.schemas_of_trails import Status
from tilisilta.domain.standing import WAITING_JOURNALS
from tilisilta.management.status import journal_counts, waiting_elsewhere
from tilisilta.models import Area, Right, Scope, Sending, User
from tilisilta.services.closing.month_at_work import shown_month
from tilisilta.services.link_drift import drifted
from tilisilta.services.sending.releasing import proposed_count
from tilisilta.services.workers import living_workers

router = Router(tags=["Months"])


class AskedStatus(Asked):
    """Of which month; without it the month at work, as on the overview."""

    period: Month | None = None


@router.get(
    "/status",
    auth=Bearer(Scope.READ, Area.JOURNAL_EXPORTS),
    response=answers(Status),
    summary=_("Show where everything stands"),
)
def show_status(request: ApiRequest, asked: Query[AskedStatus]) -> dict[str, Any]:
    """Return counts of the journals of a month, and of what else needs a person."""
    user, today = request.user, timezone.localdate()
    if asked.period:
        month = first_day(asked.period)
    else:
        month = shown_month(user, today=today) or today.replace(day=1)
    counts = journal_counts(month, user)
    workers = living_workers(timezone.now())
    visible = user.rows_of_debtors("journal__company__debtor")
    return {
        "month": f"{month:%Y-%m}",
        "journals": counts,
        "waiting_count": sum(counts[state] for state in WAITING_JOURNALS),
        "waiting_in_other_months": waiting_elsewhere(month, user),
        "sendings_under_way": Sending.objects.filter(visible, finished_at__isnull=True).count(),
        "worker_count": len(workers),
        "workers": [one.executor_id for one in workers] if _may_see_machines(user) else None,
        "proposed": proposed_count(user),
        "drifted_links": drifted(user).count(),
    }


def _may_see_machines(user: User) -> bool:
    """Return whether names of machines are for ``user``, as is how their mail goes."""
    return user.can(Right.READ, Area.USERS) and not user.is_limited
