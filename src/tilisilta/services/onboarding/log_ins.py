"""Companies of a list that are authorised by logging in to Procountor, one after the other."""

from django.utils import timezone

from tilisilta.domain.onboarding import Standing
from tilisilta.models import Onboarding, OnboardingRow, ProcountorAccount, User
from tilisilta.services.connections import create_account
from tilisilta.services.onboarding.examining import account_name_of
from tilisilta.services.onboarding.rows import ask_to_link, wanted_of, work_on

_TO_AUTHORISE = [one.value for one in Standing if one.needs_authorisation]


def next_row(onboarding: Onboarding, *, after: int) -> OnboardingRow | None:
    """Return the next row behind the line ``after`` that waits to be authorised."""
    rows = onboarding.rows.filter(
        state=OnboardingRow.State.EXAMINED, match__in=_TO_AUTHORISE, line__gt=after
    )
    return rows.select_related("company__debtor", "onboarding").order_by("line").first()


def account_for(row: OnboardingRow, *, user: User) -> ProcountorAccount:
    """Return the account that a row names, made if it is not there.

    Raises ``AccountNameTaken`` for the name of an account that ``user`` does not see.
    """
    name = account_name_of(wanted_of(row))
    account = ProcountorAccount.objects.visible_to(user).filter(name=name).first()
    if account is not None:
        return account
    debtor = row.company.debtor if row.company is not None else None
    return create_account(name, user=user, debtor=debtor)


def link_authorised(row: OnboardingRow, *, mark: str, user: User) -> bool:
    """Link a row as the person saw it, now; return whether it is linked."""
    if ask_to_link(row.onboarding, ticked={row.pk: mark}, user=user):
        asked = OnboardingRow.objects.select_related(
            "company__debtor", "onboarding__read_by", "asked_by"
        ).get(pk=row.pk)
        work_on(asked, now=timezone.now())
    row.refresh_from_db()
    return row.state == OnboardingRow.State.LINKED
