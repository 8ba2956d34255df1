"""Journals that were sent together, as JSON documents: how far they are, and what is ready."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Prefetch, QuerySet

from tilisilta.management.journals import journal_documents
from tilisilta.management.output import problem_document
from tilisilta.management.proposals import proposal_document
from tilisilta.models import Export, JointSending, Proposal, Sending, User
from tilisilta.services.sending.progress import (
    STAGES_TO_LOOK_AT,
    Progress,
    Stage,
    progress_of,
    staged,
)
from tilisilta.services.sending.ready_lists import ReadyRow
from tilisilta.services.sending.two_persons import with_journals
from tilisilta.services.sending.why_not_booked import why_not_booked

MOST_TO_LOOK_AT = 200


def joint_document(joint: JointSending, user: User | None = None) -> dict[str, Any]:
    """Return how far ``joint`` is, as far as ``user`` may see, and what a person has to look at."""
    progress = progress_of(joint, user)
    asker = joint.requested_by
    to_look_at = joint_rows(joint, user).filter(stage__in=[*STAGES_TO_LOOK_AT])
    return {
        "id": str(joint.pk),
        "requested_at": joint.requested_at,
        "user": asker.get_username() if asker else None,
        "system_user": None if joint.rule else joint.system_user or None,
        "rule": joint.rule or None,
        "month": f"{joint.period:%Y-%m}" if joint.period else None,
        "left_out": joint.left_out,
        "counts": counts_document(progress),
        "is_finished": not progress.is_moving,
        "finished_at": progress.finished_at,
        "seconds_left": progress.seconds_left,
        "proposed": [proposal_document(one) for one in _proposed(joint, user)],
        "to_look_at": joint_row_documents(
            to_look_at.order_by("journal__company__number", "pk")[:MOST_TO_LOOK_AT]
        ),
    }


def _proposed(joint: JointSending, user: User | None) -> Iterable[Proposal]:
    proposals = Proposal.objects.open().filter(joint=joint)
    return with_journals(proposals.visible_to(user) if user is not None else proposals)


def counts_document(progress: Progress) -> dict[str, int]:
    """Return how many were asked for, and of these how many are in each stage: they add up."""
    stages = {stage.value: progress.counts.get(stage, 0) for stage in Stage}
    return {"asked": progress.total, **stages}


def joint_rows(joint: JointSending, user: User | None = None) -> QuerySet[Any]:
    """Return the sendings of ``joint`` with all that their documents need, for four queries."""
    exports = Export.objects.select_related("link__procountor_account")
    small = exports.defer("payload", "link__procountor_account__administration")
    rows: QuerySet[Any] = staged(joint, user)
    return rows.select_related("journal__company", "journal__run").prefetch_related(
        Prefetch("journal__exports", small)
    )


def joint_row_documents(sendings: Iterable[Sending]) -> list[dict[str, Any]]:
    """Return each journal with its stage, and the problem for which it is not booked."""
    sendings = tuple(sendings)
    documents = journal_documents([one.journal for one in sendings])
    return [
        {**document, **_stage_document(one)}
        for document, one in zip(documents, sendings, strict=True)
    ]


def _stage_document(sending: Sending) -> dict[str, Any]:
    stage = Stage(sending.stage)  # type: ignore[attr-defined]  # an annotation of the query
    problem = why_not_booked(sending) if stage is not Stage.BOOKED else None
    return {
        "stage": stage.value,
        "problem": problem_document(problem) if problem is not None else None,
    }


def ready_documents(rows: Iterable[ReadyRow]) -> list[dict[str, Any]]:
    """Return journals that are ready, with the digest of each preview and where it goes."""
    rows = tuple(rows)
    return [
        {
            **document,
            "name": row.journal.company.name,
            "administrations": [
                {"name": one.company_name, "business_id": one.business_id or None}
                for one in row.accounts
            ],
            "digest": row.digest,
        }
        for document, row in zip(
            journal_documents([row.journal for row in rows]), rows, strict=True
        )
    ]
