"""Signing that a month of a company is right, and taking a signature back."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from tilisilta.domain.month_end import MonthState, state_of_month
from tilisilta.domain.problems import ProblemCode
from tilisilta.errors import NeedsAttention
from tilisilta.models import Company, MonthSignature, ReconciledMonth, Sending, User
from tilisilta.services import audit
from tilisilta.services.closing.months import month_end
from tilisilta.services.verifying.documents import digest_of

MOST_LETTERS = 500


class CannotSign(NeedsAttention):
    """The month cannot be signed, or not by this user; ``why`` says it in one word."""

    code = ProblemCode.CANNOT_SIGN

    def __init__(self, company: Company, month: date, why: str) -> None:
        super().__init__(f"{month:%Y-%m} of {company} cannot be signed: {why}.")
        self.facts = {"company": str(company), "period": f"{month:%Y-%m}", "reason": why}


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Where a month of one company stands, for signing it.

    ``earlier`` are the signatures that were taken back or came before the one in force.
    """

    state: MonthState
    signature: MonthSignature | None
    earlier: tuple[MonthSignature, ...]
    can_be_signed: bool
    needs_reason: bool
    needs_another: bool


def signing_standing(company: Company, month: date, *, user: User, today: date) -> Standing:
    """Return what the page of the month says of its signature, and what ``user`` may do."""
    (one,) = month_end(month, today=today, company=company.pk).companies
    signatures = tuple(
        MonthSignature.objects.filter(company=company, month=month)
        .select_related("signed_by", "withdrawn_by")
        .order_by("-signed_at", "-pk")
    )
    state = state_of_month(replace(one.facts, is_signed=False))
    return Standing(
        state=one.state,
        signature=next((each for each in signatures if each.withdrawn_at is None), None),
        earlier=tuple(each for each in signatures if each.withdrawn_at is not None),
        can_be_signed=one.state != MonthState.SIGNED
        and state in {MonthState.EQUAL, MonthState.DIFFERENT},
        needs_reason=state == MonthState.DIFFERENT,
        needs_another=_has_sent(company, month, user),
    )


def sign_month(
    company: Company,
    month: date,
    *,
    user: User | None,
    now: datetime,
    note: str = "",
    reason: str = "",
    seen: str = "",
) -> MonthSignature:
    """Sign a month of ``company``; a difference needs a ``reason``.

    ``seen`` is the digest of the comparison that the user looked at: another one is not signed
    unseen. A month that is signed and has not changed keeps its signature. Raises ``CannotSign``.
    """
    with transaction.atomic():
        # Locked, so that two clicks make one signature.
        company = Company.objects.select_for_update().get(pk=company.pk)
        (one,) = month_end(
            month, today=timezone.localtime(now).date(), company=company.pk
        ).companies
        signatures = MonthSignature.objects.in_force().filter(company=company, month=month)
        if one.state == MonthState.SIGNED:
            return signatures.get()
        state = state_of_month(replace(one.facts, is_signed=False))
        compared = ReconciledMonth.objects.filter(company=company, month=month).first()
        digest = digest_of(compared.document) if compared is not None else ""
        why = _why_not(state, reason=reason.strip(), is_seen=seen in {"", digest})
        if not why and _has_sent(company, month, user):
            why = "sender"
        if why or compared is None:
            raise CannotSign(company, month, why or "not_compared")
        signatures.update(withdrawn_at=now, withdrawn_by=user, withdraw_reason="")
        signature = MonthSignature.objects.create(
            company=company,
            month=month,
            signed_at=now,
            signed_by=user,
            system_user="" if user else audit.current_system_user(),
            outcome=compared.outcome,
            difference=compared.difference,
            digest=digest,
            note=note.strip()[:MOST_LETTERS],
            reason=reason.strip()[:MOST_LETTERS] if state == MonthState.DIFFERENT else "",
        )
        _record(signature, user)
    return signature


def unsign_month(
    company: Company, month: date, *, user: User | None, now: datetime, reason: str
) -> MonthSignature:
    """Take the signature below a month back, with a ``reason``; it stays as a trail.

    Raises ``CannotSign`` if there is none, or no reason.
    """
    with transaction.atomic():
        signature = (
            MonthSignature.objects.in_force()
            .select_for_update()
            .filter(company=company, month=month)
            .first()
        )
        if signature is None:
            raise CannotSign(company, month, "not_signed")
        if not reason.strip():
            raise CannotSign(company, month, "no_reason")
        signature.withdrawn_at = now
        signature.withdrawn_by = user
        signature.withdraw_reason = reason.strip()[:MOST_LETTERS]
        signature.save(update_fields=["withdrawn_at", "withdrawn_by", "withdraw_reason"])
        audit.record(
            audit.Action.MONTH_UNSIGNED,
            user=user,
            company=company,
            name=str(company),
            period=f"{month:%Y-%m}",
            reason=signature.withdraw_reason,
        )
    return signature


def _why_not(state: MonthState, *, reason: str, is_seen: bool) -> str:
    """Return why a month in ``state`` cannot be signed; empty if it can."""
    if state == MonthState.BOOKED:
        return "not_compared"
    if state not in {MonthState.EQUAL, MonthState.DIFFERENT}:
        return "not_done"
    if not is_seen:
        return "not_seen"
    return "different" if state == MonthState.DIFFERENT and not reason else ""


def _has_sent(company: Company, month: date, user: User | None) -> bool:
    """Return whether the template of ``user`` wants a second person, as ``user`` sent a journal."""
    if user is None or user.template is None or not user.template.sender_cannot_sign:
        return False
    return Sending.objects.filter(
        journal__company=company, journal__period=month, requested_by=user
    ).exists()


def _record(signature: MonthSignature, user: User | None) -> None:
    is_equal = not signature.reason
    more = {"note": signature.note} if signature.note else {}
    if not is_equal:
        more |= {"difference": str(signature.difference), "reason": signature.reason}
    facts = {"name": str(signature.company), "period": f"{signature.month:%Y-%m}", **more}
    made = audit.entry(
        audit.Action.MONTH_SIGNED if is_equal else audit.Action.MONTH_SIGNED_DIFFERENT,
        user=user,
        company=signature.company,
    )
    made.facts = facts
    made.save(force_insert=True)
