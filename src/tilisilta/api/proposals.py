"""What waits for a second person: listing, releasing, and ending it; and stopping a sending.

The user of the token is the person: nobody releases by a token what they have proposed.
"""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_noop as _
from ninja import Router

from tilisilta.api.access import ApiRequest, Bearer
from tilisilta.api.answers import Key, answer_with, answers, once, visible_journal
from tilisilta.api.asked import Reference
from tilisilta.api.problems import refusal
from tilisilta.api.schemas import JournalDocument
from tilisilta.api.schemas_of_proposals import (
    Proposals,
    Releases,
    StoppedSending,
    ToRelease,
    ToSendBack,
)
from tilisilta.domain.problems import Problem
from tilisilta.management.journals import journal_document, journal_documents
from tilisilta.management.output import problem_document
from tilisilta.management.proposals import proposal_document
from tilisilta.models import Area, JointSending, Journal, Proposal, Right, Scope, User
from tilisilta.services.explanations import problem_of
from tilisilta.services.keyed_requests import first_asked
from tilisilta.services.sending.ending_proposals import send_back, take_back_proposal
from tilisilta.services.sending.releasing import Released, release
from tilisilta.services.sending.stopping import stop_joint
from tilisilta.services.sending.two_persons import CannotRelease, with_journals

router = Router(tags=["Sending"])
_MAY_SEND = Bearer(Scope.SEND, Area.JOURNAL_EXPORTS, Right.WRITE)


@router.get(
    "/proposals",
    auth=Bearer(Scope.READ, Area.JOURNAL_EXPORTS, Right.READ),
    response=answers(Proposals),
    summary=_("List what is proposed to be sent"),
)
def list_proposals(request: ApiRequest) -> dict[str, Any]:
    """Return what one person has proposed and another has to release."""
    proposals = with_journals(Proposal.objects.open().visible_to(request.user))
    listed = proposals.order_by("journal__company__number", "journal")
    return {"proposals": [proposal_document(one) for one in listed]}


@router.post(
    "/proposals/releases",
    auth=_MAY_SEND,
    response=answers(Releases, status=202, does=True),
    summary=_("Release what another person has proposed"),
)
def release_proposals(request: ApiRequest, wanted: ToRelease, key: Key = None) -> HttpResponse:
    """Have proposals sent exactly as they were proposed. Nobody releases their own."""
    return once(request, key, wanted, lambda: _release(request, wanted, key))


@router.post(
    "/proposals/{reference}/send-back",
    auth=_MAY_SEND,
    response=answers(JournalDocument, does=True),
    summary=_("Send a proposal back"),
)
def send_proposal_back(request: ApiRequest, reference: Reference, wanted: ToSendBack) -> Any:
    """End the proposal of another person, with the reason."""
    proposal = _open_proposal(request, reference)
    send_back(proposal, reason=wanted.reason, user=request.user, now=timezone.now())
    return journal_document(proposal.journal)


@router.post(
    "/proposals/{reference}/take-back",
    auth=_MAY_SEND,
    response=answers(JournalDocument, does=True),
    summary=_("Take back a proposal"),
)
def take_proposal_back(request: ApiRequest, reference: Reference) -> Any:
    """End a proposal of your own."""
    proposal = _open_proposal(request, reference)
    take_back_proposal(proposal, user=request.user, now=timezone.now())
    return journal_document(proposal.journal)


@router.post(
    "/sendings/{uuid:joint}/stop",
    auth=_MAY_SEND,
    response=answers(StoppedSending, does=True),
    summary=_("Stop a sending"),
)
def stop_sending(request: ApiRequest, joint: UUID) -> dict[str, int]:
    """Make ready again what no worker has begun of journals that were asked for together."""
    found = JointSending.objects.visible_to(request.user).filter(pk=joint).first()
    if found is None:
        raise Http404
    stopped = stop_joint(found, user=request.user, now=timezone.now())
    return {"stopped": stopped.stopped, "going_on": stopped.going_on}


def _open_proposal(request: ApiRequest, reference: str) -> Proposal:
    journal = visible_journal(request.user, reference)
    proposal = with_journals(journal.proposals.open()).first()
    if proposal is None:
        raise CannotRelease(journal, "gone")
    return proposal


def _release(request: ApiRequest, wanted: ToRelease, key: str | None) -> HttpResponse:
    before = _released_before(key, request.user) if key else Proposal.objects.none()
    done: list[Proposal] = []
    refused: list[tuple[Journal, Problem]] = []
    proposals: list[Proposal] = []
    for one in {one.reference: one for one in wanted.journals}.values():
        journal = visible_journal(request.user, one.reference)
        found = with_journals(journal.proposals.open()).filter(digest=one.digest).first()
        earlier = before.filter(journal=journal, digest=one.digest).last()
        if found is None and earlier is not None:
            done.append(earlier)
        elif found is None:
            refused.append((journal, problem_of(CannotRelease(journal, "gone"))))
        else:
            proposals.append(found)
    released = release(proposals, user=request.user, now=timezone.now())
    refused += _refused(released)
    sent = _sent([*done, *proposals])
    document = {
        "journals": journal_documents(sent),
        "refused": [
            {**journal_document(journal), "refusal": problem_document(problem)}
            for journal, problem in refused
        ],
    }
    if not sent:
        journal, problem = refused[0]
        error = CannotRelease(journal, problem.fact("reason") or "gone")
        return refusal(error, request, refused=document["refused"])
    return answer_with(Releases, document, status=202)


def _released_before(key: str, user: User) -> "QuerySet[Proposal]":
    """Return what the same request had released before it was cut off, if anything."""
    released = Proposal.objects.filter(outcome=Proposal.Outcome.RELEASED, ended_by=user)
    return released.filter(ended_at__gte=first_asked(key, user)).order_by("pk")


def _sent(proposals: list[Proposal]) -> list[Journal]:
    """Return the journals that are on their way now, read again."""
    ended = Proposal.objects.filter(
        pk__in=[one.pk for one in proposals], outcome=Proposal.Outcome.RELEASED
    )
    ids = ended.values("journal")
    return list(Journal.objects.select_related("company").filter(pk__in=ids).order_by("pk"))


def _refused(released: Released) -> list[tuple[Journal, Problem]]:
    found = list(released.refused)
    if released.joint is not None:
        sendings = released.joint.sendings.filter(is_refused=True)
        found += [
            (one.journal, one.refusal[0]) for one in sendings.select_related("journal__company")
        ]
    return found
