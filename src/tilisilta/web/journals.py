"""The page of one journal: what will be sent, what stands in the way, and the button that sends.

What it shows is made ready in ``journal_page``; the list of journals is ``exports``.
"""

import re
from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_htmx.http import HttpResponseClientRefresh

from tilisilta.domain.standing import EXPORTS_UNDER_WAY
from tilisilta.errors import NeedsAttention, TilisiltaError
from tilisilta.models import Area, Journal, Proposal, Right
from tilisilta.services.journals.answers import say_surely_another
from tilisilta.services.journals.checks import check_journal
from tilisilta.services.journals.previews import preview_journal
from tilisilta.services.sending.asking import AlreadySent, look_again, send_or_propose
from tilisilta.services.sending.items_before_posting import make_items_of
from tilisilta.web.journal_page import journal_page
from tilisilta.web.journal_progress import progress_of
from tilisilta.web.only_posted import only_posted
from tilisilta.web.parts import (
    address_to_go_back_to,
    error_text,
    is_part,
    journal_and_whether_settled,
    journal_with_content,
    visible_journal,
)
from tilisilta.web.rights import UserRequest, needs


@needs(Area.JOURNAL_EXPORTS, Right.READ)
def journal(request: UserRequest, pk: int) -> HttpResponse:
    """Show the preview with all problems, the changes since the last revision, and the history."""
    journal, has_settlements = journal_and_whether_settled(request.user, pk)
    page = journal_page(
        journal,
        has_settlements=has_settlements,
        user=request.user,
        rows_page=_asked_rows(request.GET.get("rows", "")),
        lines_page=request.GET.get("page", "1"),
    )
    return render(request, "journals/journal.html", {"page": page, "journal": page.journal})


@only_posted
@needs(Area.JOURNAL_EXPORTS, Right.WRITE)
def send(request: UserRequest, pk: int) -> HttpResponse:
    """Send what the reader has reviewed. A second click sends nothing more."""
    journal = visible_journal(request.user, pk)
    try:
        asked = send_or_propose(
            journal,
            user=request.user,
            now=timezone.now(),
            seen=request.POST.get("seen") or None,
        )
    except AlreadySent as error:
        messages.info(request, error_text(error))
    except NeedsAttention as error:
        # Not back to the list: the journal's page says what has changed or stands in the way.
        messages.error(request, error_text(error))
        return redirect("journal", pk=pk)
    else:
        if isinstance(asked, Proposal):
            text = _("%(reference)s is proposed. Another person has to release it.")
            messages.success(request, text % {"reference": journal.reference})
            return way_back(request, journal)
        count = journal.exports.filter(state__in=EXPORTS_UNDER_WAY).count()
        text = ngettext(
            "%(reference)s is being sent: %(count)s ledger receipt.",
            "%(reference)s is being sent: %(count)s ledger receipts.",
            count,
        )
        messages.success(request, text % {"reference": journal.reference, "count": count})
    return way_back(request, journal)


@only_posted
@needs(Area.JOURNAL_EXPORTS, Right.WRITE)
def look(request: UserRequest, pk: int) -> HttpResponse:
    """Look for the uncertain receipts of the journal in Procountor once more."""
    journal = journal_with_content(request.user, pk)
    look_again(journal, user=request.user, now=timezone.now())
    messages.success(request, _("Tilisilta looks for the receipts in Procountor."))
    return redirect("journal", pk=pk)


@only_posted
@needs(Area.JOURNAL_EXPORTS, Right.WRITE)
def check(request: UserRequest, pk: int) -> HttpResponse:
    """Read Procountor again and check the journal against it."""
    # A person has just changed something in Procountor, so all that was read before is too old.
    journal = check_journal(
        journal_with_content(request.user, pk), now=timezone.now(), age_limit=timedelta(0)
    )
    if preview_journal(journal).errors:
        messages.warning(request, _("Checked. Something still stands in the way."))
    else:
        messages.success(request, _("Checked. Nothing stands in the way."))
    return redirect("journal", pk=pk)


@only_posted
@needs(Area.JOURNAL_EXPORTS, Right.WRITE)
def make_items(request: UserRequest, pk: int) -> HttpResponse:
    """Create the dimension items that the journal needs now: a person has reviewed them."""
    journal = visible_journal(request.user, pk)
    try:
        made = make_items_of(journal, user=request.user, now=timezone.now())
    except TilisiltaError as error:
        messages.error(request, error_text(error))
        return redirect("journal", pk=pk)
    trouble = made.trouble or next((error for _code, error in made.refused), None)
    if trouble is not None:
        messages.error(request, error_text(trouble))
    if made.created:
        text = ngettext(
            "%(count)s item was created in Procountor.",
            "%(count)s items were created in Procountor.",
            len(made.created),
        )
        messages.success(request, text % {"count": len(made.created)})
    elif trouble is None:
        messages.info(request, _("The items are there already."))
    return redirect("journal", pk=pk)


@only_posted
@needs(Area.JOURNAL_EXPORTS, Right.WRITE)
def not_twice(request: UserRequest, pk: int) -> HttpResponse:
    """Confirm that the journal is not another journal's payroll again, so that it may be sent."""
    journal = say_surely_another(
        journal_with_content(request.user, pk), user=request.user, now=timezone.now()
    )
    text = _("%(reference)s counts as another payroll now. Who said so is in the audit log.")
    messages.success(request, text % {"reference": journal.reference})
    return redirect("journal", pk=pk)


@needs(Area.JOURNAL_EXPORTS, Right.READ)
def progress(request: UserRequest, pk: int) -> HttpResponse:
    """Return the part of the page that moves during the sending; at its end reload the page."""
    journal = visible_journal(request.user, pk)
    moving = progress_of(journal)
    shown = request.GET.get("shown", "")
    if not moving.is_under_way or (shown and shown.partition(" ")[0] != moving.layout):
        # The whole page says something else now, not only the part that moves.
        return HttpResponseClientRefresh()
    if shown == moving.mark:
        # Nothing new. Screen readers would read a replaced part aloud again.
        return HttpResponse(status=204)
    return render(request, "journals/moving.html", {"progress": moving, "journal": journal})


@needs(Area.JOURNAL_EXPORTS, Right.READ)
def payload(request: UserRequest, pk: int, number: int) -> HttpResponse:
    """Show exactly what is sent for one receipt."""
    journal = journal_with_content(request.user, pk)
    receipts = preview_journal(journal).receipts
    if not 0 < number <= len(receipts):
        return redirect("journal", pk=pk)
    context = {"journal": journal, "receipt": receipts[number - 1], "number": number}
    part = "journals/payload_part.html" if is_part(request) else "journals/payload.html"
    return render(request, part, context)


def _asked_rows(asked: str) -> tuple[int, int] | None:
    """Return the receipt and the page of its rows that are asked for as ``rows=2.3``."""
    if asked == "all":
        return 1, 1
    found = re.fullmatch(r"([0-9]{1,6})\.([0-9]{1,6})", asked)
    return (int(found[1]), int(found[2])) if found else None


def way_back(request: HttpRequest, journal: Journal) -> HttpResponse:
    """Return to the page with the button: the list, at the row of ``journal``, or the journal."""
    if asked := address_to_go_back_to(request):
        return redirect(f"{asked}#j{journal.pk}")
    return redirect("journal", pk=journal.pk)
