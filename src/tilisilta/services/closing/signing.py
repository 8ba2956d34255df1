"""Signing that a month of a company is right, and taking a signature back."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from tilisilta.domain.journals import BookingPeriod
from tilisilta.domain.month_end import MonthFacts, MonthState, needs_reason, state_of_month
from tilisilta.domain.net_pay import NetPayState
from tilisilta.domain.problems import ProblemCode
from tilisilta.domain.reconciliation import Outcome
from tilisilta.errors import NeedsAttention
from tilisilta.models import Company, MonthSignature, ReconciledMonth, Sending, User
from tilisilta.services import audit
from tilisilta.services.closing.months import month_end
from tilisilta.services.verifying.documents import digest_of
from tilisilta.services.verifying.net_pay_standing import (
    NetPayStanding,
    columns_of,
    net_pay_standing,
)

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
    net_pay: NetPayState
    net_pay_digest: str
    needs_another: bool


def signing_standing(company: Company, month: date, *, user: User, today: date) -> Standing:
    """Return what the page of the month says of its signature, and what ``user`` may do."""
    (one,) = month_end(month, today=today, company=company.pk).companies
    signatures = tuple(
        MonthSignature.objects.filter(company=company, month=month)
        .select_related("signed_by", "withdrawn_by")
        .order_by("-signed_at", "-pk")
    )
    net_pay = net_pay_standing(company, BookingPeriod.containing(month))
    state = _unsigned(one.facts, net_pay)
    return Standing(
        state=one.state,
        signature=next((each for each in signatures if each.withdrawn_at is None), None),
        earlier=tuple(each for each in signatures if each.withdrawn_at is not None),
        can_be_signed=one.state != MonthState.SIGNED
        and state in {MonthState.EQUAL, MonthState.DIFFERENT},
        needs_reason=needs_reason(state, net_pay.state),
        net_pay=net_pay.state,
        net_pay_digest=net_pay.digest,
        needs_another=_has_sent(company, month, user),
    )


def sign_month(  # noqa: PLR0913  # what a person says of a month, each by its name
    company: Company,
    month: date,
    *,
    user: User | None,
    now: datetime,
    note: str = "",
    reason: str = "",
    seen: str = "",
    seen_net_pay: str = "",
) -> MonthSignature:
    """Sign a month of ``company``; a difference and net pay without proof need a ``reason``.

    ``seen`` is the digest of the comparison that the user looked at, and ``seen_net_pay`` that of
    its net pay: another one is not signed unseen. A month that is signed and has not changed keeps
    its signature. Raises ``CannotSign``.
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
        net_pay = net_pay_standing(company, BookingPeriod.containing(month))
        state = _unsigned(one.facts, net_pay)
        compared = ReconciledMonth.objects.filter(company=company, month=month).first()
        digest = digest_of(compared.document) if compared is not None else ""
        is_seen = seen in {"", digest} and seen_net_pay in {"", net_pay.digest}
        why = _why_not(state, one.facts, net_pay, reason=reason.strip(), is_seen=is_seen)
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
            net_pay=net_pay.state.value,
            net_pay_digest=net_pay.digest,
            note=note.strip()[:MOST_LETTERS],
            reason=reason.strip()[:MOST_LETTERS] if needs_reason(state, net_pay.state) else "",
        )
        # The list compares with what was signed, which may be newer than the comparison.
        ReconciledMonth.objects.filter(pk=compared.pk).update(**columns_of(net_pay))
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


def _unsigned(facts: MonthFacts, net_pay: NetPayStanding) -> MonthState:
    """Return the state without the signature, by the net pay as it is now."""
    return state_of_month(replace(facts, is_signed=False, net_pay=net_pay.state))


def _why_not(
    state: MonthState,
    facts: MonthFacts,
    net_pay: NetPayStanding,
    *,
    reason: str,
    is_seen: bool,
) -> str:
    """Return why a month in ``state`` cannot be signed; empty if it can."""
    if state == MonthState.BOOKED:
        return "not_compared"
    if state not in {MonthState.EQUAL, MonthState.DIFFERENT}:
        return "not_done"
    if not is_seen:
        return "not_seen"
    if reason or not needs_reason(state, net_pay.state):
        return ""
    if facts.outcome is Outcome.DIFFERENT:
        return "different"
    return "net_pay_open" if net_pay.state is NetPayState.OPEN else "net_pay"


def _has_sent(company: Company, month: date, user: User | None) -> bool:
    """Return whether the template of ``user`` wants a second person, as ``user`` sent a journal.

    Who has proposed one that another person released has sent it as well.
    """
    if user is None or user.template is None or not user.template.sender_cannot_sign:
        return False
    sendings = Sending.objects.filter(journal__company=company, journal__period=month)
    return sendings.filter(Q(requested_by=user) | Q(proposal__proposed_by=user)).exists()


def _record(signature: MonthSignature, user: User | None) -> None:
    action = audit.Action.MONTH_SIGNED
    more = {"note": signature.note} if signature.note else {}
    if signature.reason:
        more |= {"difference": str(signature.difference), "reason": signature.reason}
        action = (
            audit.Action.MONTH_SIGNED_DIFFERENT
            if signature.outcome == Outcome.DIFFERENT
            else audit.Action.MONTH_SIGNED_NET_PAY
        )
    made = audit.entry(action, user=user, company=signature.company)
    made.facts = {"name": str(signature.company), "period": f"{signature.month:%Y-%m}", **more}
    made.save(force_insert=True)
