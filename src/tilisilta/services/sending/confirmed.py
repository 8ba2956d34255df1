"""Checks, right before the first move, that a journal is still what a person confirmed.

The check plans the receipts again as any other check does, and compares them with what was seen.
It stores nothing: what is queued is what was confirmed, or it is not sent at all.
"""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from tilisilta.clients.procountor.wire import encode_receipt
from tilisilta.domain.checks import JournalPlan, plan_journal
from tilisilta.domain.problems import Problem, ProblemCode, Screen
from tilisilta.domain.standing import JOURNALS_NOT_DUE, ExportState
from tilisilta.errors import TilisiltaError, TryAgainLater
from tilisilta.models import Export, Journal, Link, LinkSettings, digest_of_receipts
from tilisilta.services.journals.gathering import (
    Destination,
    Gathered,
    gather,
    known_destination,
)
from tilisilta.services.procountor.administrations import (
    administration_for_sending,
    known_administration,
)


def refusal_of(
    journal: Journal, seen: str, *, exports: Iterable[Export], now: datetime
) -> tuple[Problem, ...]:
    """Return why ``journal`` is not sent as it was confirmed; nothing if it can be.

    ``seen`` is the digest of what was confirmed, and ``exports`` are all that the journal has, with
    the trail, read just now.
    Raises ``TryAgainLater`` where Procountor has to be read and gives no answer now.
    """
    gathered = gather(
        journal, _destination(journal, now=now), queued_as_ready=True, exports=exports
    )
    plan = plan_journal(gathered.facts)
    if plan.state in JOURNALS_NOT_DUE:
        return plan.problems
    stopping = tuple(problem for problem in plan.problems if problem.stops)
    if stopping:
        return stopping
    if gathered.link is not None and _digest_of(plan, gathered.link) == seen:
        return ()
    reason = _reason(gathered, plan)
    return (changed_since(journal, reason),)


def changed_since(journal: Journal, reason: str) -> Problem:
    return Problem(
        code=ProblemCode.PREVIEW_CHANGED,
        screen=Screen.JOURNAL,
        facts=(("journal", journal.reference), ("reason", reason)),
    )


def _destination(journal: Journal, *, now: datetime) -> Destination:
    """Return where ``journal`` goes now, with what Procountor says of its periods."""
    known = known_destination(journal)
    link = known.link
    if link is None or not link.covers(journal.booking_period):
        return known
    account = link.procountor_account
    if not account.is_authorised:
        return known
    try:
        read = administration_for_sending(account, known.administration, now=now)
    except TryAgainLater:
        raise
    except TilisiltaError:
        # An ended grant has turned the account red, and the guards say so.
        account.refresh_from_db()
        unreadable = Problem(
            code=ProblemCode.PROCOUNTOR_UNREACHABLE, screen=Screen.PROCOUNTOR_ACCOUNT
        )
        trouble = (unreadable,) if account.is_authorised else ()
        return Destination(link=link, administration=known_administration(account), trouble=trouble)
    return Destination(link=link, administration=read)


def _digest_of(plan: JournalPlan, link: Link) -> str:
    receipts = sorted(plan.ready, key=lambda receipt: receipt.booking_date)
    return digest_of_receipts(
        (link.pk, hashlib.sha256(encode_receipt(receipt.body)).hexdigest()) for receipt in receipts
    )


def _reason(gathered: Gathered, plan: JournalPlan) -> str:
    """Return in what the receipts differ from those that are queued, as a code lists it."""
    queued = [one for one in gathered.exports if one.state == ExportState.QUEUED]
    link = gathered.link
    if link is None or any(one.link_id != link.pk for one in queued):
        return "link"
    rules = gathered.facts.rules
    settings = LinkSettings.digest_of(rules) if rules is not None else ""
    if any(one.link_settings_id != settings for one in queued):
        return "link"
    if _dates(plan) != sorted((one.booking_date, one.receipt_date) for one in queued):
        return "dates"
    return "company"


def _dates(plan: JournalPlan) -> Sequence[tuple[date, date]]:
    return sorted((one.booking_date, one.body.receipt_date) for one in plan.ready)
