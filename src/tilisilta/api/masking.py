"""Masking a person's name or identity code in all that is stored of a payroll run."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from ninja import Router, Schema
from pydantic import Field

from tilisilta.api.access import ApiRequest, Bearer
from tilisilta.api.answers import answers, visible_journal
from tilisilta.api.asked import Body, Reference, Text
from tilisilta.api.problems import ValuesNotPossible
from tilisilta.models import Area, Right, Scope
from tilisilta.services.masking import MOST_REASON_CHARACTERS, MOST_TEXT_CHARACTERS, mask_in_run

router = Router(tags=["Journals"])


class ToMask(Body):
    """The text that is to be hidden, which is not stored, and why."""

    text: Text = Field(max_length=MOST_TEXT_CHARACTERS, description="A name or an identity code.")
    reason: Text = Field(
        max_length=MOST_REASON_CHARACTERS, description="It stays: no names, no identity codes."
    )


class MaskedPlaces(Schema):
    """In how many places the text was masked."""

    lines: int
    receipts: int
    texts: int
    entries: int = Field(description="Of the audit log.")


@router.post(
    "/journals/{reference}/masking",
    auth=Bearer(Scope.MASK, Area.AUDIT_LOG, Right.WRITE, also=Area.JOURNAL_EXPORTS),
    response=answers(MaskedPlaces, does=True),
    summary=gettext_noop("Mask a text in all that is stored of a run"),
)
def mask(request: ApiRequest, reference: Reference, wanted: ToMask) -> dict[str, Any]:
    """Mask it for good, in all journals of the run and what was made of them.

    It takes no idempotency key: once more, the text is not there any more, which is refused.
    """
    journal = visible_journal(request.user, reference)
    done = mask_in_run(
        journal, text=wanted.text, reason=wanted.reason, user=request.user, now=timezone.now()
    )
    if not done.count:
        raise ValuesNotPossible(text=_("Nothing of this run has this text."))
    return {
        "lines": done.lines,
        "receipts": done.receipts,
        "texts": done.texts,
        "entries": done.entries,
    }
