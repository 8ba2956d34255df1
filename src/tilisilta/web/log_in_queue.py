"""Log-ins at Procountor one after the other: which company of a list each account is for.

The way to Procountor and back leads through pages that know nothing of lists.
"""

from django.urls import reverse

from tilisilta.models import OnboardingRow, ProcountorAccount
from tilisilta.web.rights import UserRequest

_IN_SESSION = "set_up_log_ins"
_MOST = 20


def remember_row(request: UserRequest, account: ProcountorAccount, row: OnboardingRow) -> None:
    """Remember that ``account`` is being authorised for a company of a list."""
    queue = dict(request.session.get(_IN_SESSION, {}))
    queue[str(account.pk)] = [row.onboarding_id, row.pk]
    request.session[_IN_SESSION] = dict(list(queue.items())[-_MOST:])


def way_on(request: UserRequest, account: ProcountorAccount) -> str:
    """Return the address where the list goes on; empty if the account is for no list."""
    queue = dict(request.session.get(_IN_SESSION, {}))
    onboarding, row = queue.pop(str(account.pk), (None, None))
    request.session[_IN_SESSION] = queue
    return f"{reverse('authorised_next', args=[onboarding])}?row={row}" if row else ""
