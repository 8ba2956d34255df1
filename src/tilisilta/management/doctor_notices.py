"""Examines whether people and programs are told of what needs them."""

from collections.abc import Iterator
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from tilisilta.management.findings import Finding, Verdict
from tilisilta.management.mail import mail_lines
from tilisilta.management.output import shown_moment
from tilisilta.management.webhooks import failing_lines
from tilisilta.models import NoticeRound
from tilisilta.services.notices.mail_server import mail_standing
from tilisilta.services.webhooks.outcomes import failing_webhooks, faulty_webhooks
from tilisilta.services.workers import living_workers

LATE = timedelta(hours=1)
"""A worker looks every few minutes."""


def check_notices() -> Iterator[Finding]:
    """Report what keeps notices from being found, or from arriving."""
    yield from _of_rounds()
    yield from _of_mail()
    yield from _of_webhooks()


def _of_rounds() -> Iterator[Finding]:
    """Report that workers are there and do not find out what needs a person."""
    limit = timezone.now() - LATE
    looked_at = NoticeRound.objects.values_list("compared_at", flat=True).first()
    if looked_at is None or looked_at >= limit:
        return
    if any(worker.started_at < limit for worker in living_workers(timezone.now())):
        yield Finding(
            part=_("notices"),
            verdict=Verdict.FAILED,
            detail=_("what needs a person was last looked for at %(moment)s")
            % {"moment": shown_moment(looked_at)},
            remedy=_("Restart the workers, and look in their log for what stops them."),
        )


def _of_webhooks() -> Iterator[Finding]:
    """Report webhooks whose address nothing is sent to, and those of which it is not known why."""
    faulty = faulty_webhooks()
    for name, fault in faulty.items():
        yield Finding(
            part=_("webhooks"),
            verdict=Verdict.FAILED,
            detail=f"{name}: {fault.message}. {fault.cause}",
            remedy=fault.remedy,
        )
    for line in failing_lines([name for name in failing_webhooks() if name not in faulty]):
        yield Finding(part=_("webhooks"), verdict=Verdict.WARNING, detail=line)


def _of_mail() -> Iterator[Finding]:
    standing = mail_standing(timezone.now())
    if not standing.is_configured:
        return
    if standing.failing_since is not None:
        what, remedy, *_others = mail_lines(standing)
        yield Finding(part=_("mail"), verdict=Verdict.FAILED, detail=what, remedy=remedy)
        return
    lines = mail_lines(standing)
    yield Finding(
        part=_("mail"),
        verdict=Verdict.WARNING if lines else Verdict.WELL,
        detail=" ".join(lines) or _("Mails go."),
    )
