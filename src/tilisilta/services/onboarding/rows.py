"""Lists of companies as they are stored: read, looked into and linked by a worker, row by row."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from tilisilta.domain.file_names import shown_file_name
from tilisilta.domain.onboarding import Standing
from tilisilta.domain.problems import Effect
from tilisilta.models import (
    Company,
    Onboarding,
    OnboardingRow,
    ProcountorAccount,
    Profile,
    User,
)
from tilisilta.services import audit
from tilisilta.services.connections import read_behind_key
from tilisilta.services.link_texts import read_month
from tilisilta.services.onboarding.examining import Examined, examine
from tilisilta.services.onboarding.linking import Linked, account_behind, link_examined
from tilisilta.services.onboarding.wanted import Wanted, read_wanted

LEASE = timedelta(minutes=10)
"""So long a row is left to the worker that claimed it; what a dead one left is taken up then."""
PAUSE = timedelta(seconds=15)
"""So long a row rests for which Procountor had no answer."""
MOST_TRIES = 12
State = OnboardingRow.State


def store_list(
    content: bytes, *, file_name: str, user: User, keys: bytes | None = None
) -> Onboarding:
    """Store a list of companies, which a worker then looks into. Raises ``ListUnreadable``.

    Only companies that ``user`` may see are found. The API keys are stored encrypted.
    """
    rows = read_wanted(content, Company.objects.visible_to(user), keys=keys)
    with transaction.atomic():
        onboarding = Onboarding.objects.create(
            file_name=shown_file_name(file_name)[:255], read_at=timezone.now(), read_by=user
        )
        OnboardingRow.objects.bulk_create(
            OnboardingRow(
                onboarding=onboarding,
                line=one.line,
                company=one.company,
                wanted=one.stored(),
                api_key=one.api_key,
            )
            for one in rows
        )
        audit.record(
            audit.Action.ONBOARDING_READ,
            user=user,
            file=onboarding.file_name,
            count=str(len(rows)),
        )
    return onboarding


def ask_to_link(onboarding: Onboarding, *, ticked: Mapping[int, str], user: User) -> int:
    """Have a worker link the rows that are ``ticked``, and return how many.

    Each tick has the mark of the pair that the person saw. It counts only for that pair: one that
    differs was confirmed by it, and one that has changed since is left out.
    """
    visible = Company.objects.visible_to(user)
    with transaction.atomic():
        rows = onboarding.rows.filter(pk__in=ticked, company__in=visible, state=State.EXAMINED)
        asked = []
        for row in rows.select_for_update(of=("self",)):
            standing = Standing(row.match)
            is_same = ticked[row.pk] == row.found.get("mark")
            if is_same and (standing == Standing.MATCH or standing.needs_confirmation):
                row.confirmed = ticked[row.pk] if standing.needs_confirmation else ""
                row.state, row.asked_by = State.ASKED, user
                asked.append(row)
        OnboardingRow.objects.bulk_update(asked, ["confirmed", "state", "asked_by"])
        if asked:
            audit.record(
                audit.Action.ONBOARDING_ASKED,
                user=user,
                file=onboarding.file_name,
                count=str(len(asked)),
            )
    return len(asked)


def look_again(onboarding: Onboarding) -> int:
    """Have a worker look again into what is not linked, and return how many rows that are."""
    return (
        onboarding.rows.filter(state=State.EXAMINED)
        .exclude(match=Standing.LINE_WRONG)
        .update(state=State.WAITING, claimed_until=None)
    )


def remove_list(onboarding: Onboarding, *, user: User) -> None:
    """Remove a list with its API keys. What was linked stays linked."""
    with transaction.atomic():
        audit.record(audit.Action.ONBOARDING_REMOVED, user=user, file=onboarding.file_name)
        onboarding.delete()


def claim_row(now: datetime) -> OnboardingRow | None:
    """Claim a row that waits; ``None`` if none does. What a person asked to link comes first."""
    held = Q(claimed_until__range=(now, now + 2 * LEASE))
    waiting = OnboardingRow.objects.filter(state__in=[State.WAITING, State.ASKED]).exclude(held)
    # "asked" sorts before "waiting".
    keys = waiting.order_by("state", "pk").values_list("pk", flat=True)[:8]
    for pk in keys:
        mine = OnboardingRow.objects.filter(pk=pk, state__in=[State.WAITING, State.ASKED])
        if mine.exclude(held).update(claimed_until=now + LEASE):
            return OnboardingRow.objects.select_related(
                "onboarding__read_by", "company__debtor", "asked_by"
            ).get(pk=pk)
    # Other workers were quicker with all of these.
    return claim_row(now) if keys else None


def work_on(row: OnboardingRow, *, now: datetime) -> None:
    """Look into a claimed row, or link it, and store what came of it."""
    is_asked = row.state == State.ASKED
    user = row.asked_by if is_asked else row.onboarding.read_by
    found = examine(wanted_of(row), user=user, now=now)
    tries = int(row.found.get("tries", 0)) + 1
    if _will_answer(found) and tries < MOST_TRIES:
        # Held as if it were claimed: other rows go first, and this one is taken up again.
        OnboardingRow.objects.filter(pk=row.pk).update(
            found={**row.found, "tries": tries}, claimed_until=now + PAUSE
        )
        return
    linked = None
    if is_asked and found.standing != Standing.LINKED:
        linked = link_examined(found, confirmed=row.confirmed, user=user)
    _store(row, found, linked, now=now)


def _will_answer(found: Examined) -> bool:
    """Return whether Procountor only asked to wait, or was silent for a moment."""
    return found.standing == Standing.NO_ANSWER and all(
        problem.code.effect == Effect.WAITS for problem in found.problems
    )


def look_into(row: OnboardingRow, *, user: User) -> None:
    """Look into a row now, for a person who waits for it, and store what was found."""
    now = timezone.now()
    _store(row, examine(wanted_of(row), user=user, now=now), None, now=now)


def account_by_key(row: OnboardingRow, *, user: User) -> ProcountorAccount | None:
    """Return the account of a row, authorised by its API key, for a person who links it by hand.

    ``None`` for a row without a key, or of a company that is linked. From then on the account has
    the key, encrypted as it was in the row. Raises what reading an administration raises.
    """
    wanted = wanted_of(row)
    if wanted.company is None or not wanted.api_key or wanted.company.open_link() is not None:
        return None
    account = account_behind(wanted, read_behind_key(wanted.api_key), user=user)
    OnboardingRow.objects.filter(pk=row.pk).update(api_key="")
    return account


def release(row: OnboardingRow) -> None:
    """Give a claim back after a fault of ours; the row shows it and is not tried at once."""
    OnboardingRow.objects.filter(pk=row.pk).update(
        state=State.EXAMINED, match=Standing.NO_ANSWER, claimed_until=None
    )


def wanted_of(row: OnboardingRow) -> Wanted:
    """Return what the list said of a row."""
    said = row.wanted
    dimensions = said.get("dimensions")
    profile = Profile.objects.filter(pk=said["profile"]).first() if said.get("profile") else None
    return Wanted(
        line=row.line,
        company=row.company,
        company_text=said.get("company", ""),
        account_name=said.get("account", ""),
        api_key=str(row.api_key),
        dimensions=(dimensions[0], dimensions[1]) if dimensions else None,
        start=read_month(said["start"]) if said.get("start") else None,
        profile=profile,
        fault=said.get("fault", ""),
        fault_text=said.get("fault_text", ""),
    )


def found_document(found: Examined) -> dict[str, Any]:
    """Return what was found as plain values, without any secret."""
    account, booked = found.account, found.booked
    return {
        "account": account.name if account is not None else "",
        "administration": account.company_name if account is not None else "",
        "business_id": account.business_id if account is not None else "",
        "dimensions": [
            {"name": one.name, "missing": one.missing_count} for one in found.dimensions
        ],
        "unknown_accounts": list(found.unknown_accounts),
        "booked": None
        if booked is None
        else {
            "count": len(booked.runs),
            "last": f"{booked.runs[-1].journal.period:%Y-%m}" if booked.runs else None,
        },
        "start": f"{found.start:%Y-%m}" if found.start else None,
        "profile": found.wanted.profile.name if found.wanted.profile else None,
        "others": [other.number for other in found.others],
    }


def standing_counts(rows: Collection[OnboardingRow]) -> dict[Standing, int]:
    counts = dict.fromkeys(Standing, 0)
    for row in rows:
        if row.match:
            counts[Standing(row.match)] += 1
    return counts


def _store(row: OnboardingRow, found: Examined, linked: Linked | None, *, now: datetime) -> None:
    standing = linked.standing if linked is not None else found.standing
    is_linked = standing == Standing.LINKED
    row.found = {**found_document(found), "mark": found.mark}
    row.problems = linked.problems if linked is not None else found.problems
    if linked is not None and linked.text:
        row.found["text"] = linked.text
    row.match = standing
    row.state = State.LINKED if is_linked else State.EXAMINED
    row.link = row.company.links.open().first() if is_linked and row.company else None
    if is_linked:
        # Its account has it from now on.
        row.api_key = ""
    row.confirmed, row.claimed_until, row.examined_at = "", None, now
    # Nothing is stored for a list that was removed meanwhile.
    OnboardingRow.objects.filter(pk=row.pk).update(
        found=row.found,
        problems=row.problems,
        match=row.match,
        state=row.state,
        link=row.link,
        api_key=row.api_key,
        confirmed=row.confirmed,
        claimed_until=row.claimed_until,
        examined_at=row.examined_at,
    )
    if is_linked:
        _look_again_at_others(row)


def _look_again_at_others(row: OnboardingRow) -> None:
    """Have those looked into again that go to the administration that is taken from now on."""
    if business_id := row.found["business_id"]:
        others = row.onboarding.rows.filter(state=State.EXAMINED, found__business_id=business_id)
        others.update(state=State.WAITING)
