"""Downloads: what is sent as JSON, the journal as CSV and XLSX, and what cannot be read."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import get_language

from tilisilta.languages import language_of
from tilisilta.models import Area, Right, UnreadableAnswer
from tilisilta.services.journals.downloads import (
    journal_as_csv,
    journal_as_xlsx,
    payload_of,
    payloads_of,
)
from tilisilta.services.journals.previews import preview_journal
from tilisilta.services.journals.unreadable_answers import save_answer
from tilisilta.web.parts import journal_with_content, saved_file, visible_company
from tilisilta.web.rights import UserRequest, needs


@needs(Area.JOURNAL_EXPORTS, Right.READ)
def journal_csv(request: UserRequest, pk: int) -> HttpResponse:
    """Return the journal's lines as CSV, with the decimal sign of the reader's language."""
    has_comma = language_of(get_language()).has_decimal_comma
    journal = journal_with_content(request.user, pk)
    return saved_file(journal_as_csv(journal, user=request.user, has_decimal_comma=has_comma))


@needs(Area.JOURNAL_EXPORTS, Right.READ)
def journal_xlsx(request: UserRequest, pk: int) -> HttpResponse:
    return saved_file(journal_as_xlsx(journal_with_content(request.user, pk), user=request.user))


@needs(Area.JOURNAL_EXPORTS, Right.READ)
def payloads(request: UserRequest, pk: int) -> HttpResponse:
    return saved_file(payloads_of(journal_with_content(request.user, pk), user=request.user))


@needs(Area.JOURNAL_EXPORTS, Right.READ)
def payload_file(request: UserRequest, pk: int, number: int) -> HttpResponse:
    """Return the payload of one receipt."""
    journal = journal_with_content(request.user, pk)
    receipts = preview_journal(journal).receipts
    if not 0 < number <= len(receipts):
        raise Http404
    return saved_file(payload_of(journal, receipts[number - 1], user=request.user))


@needs(Area.JOURNAL_EXPORTS, Right.READ)
def unreadable_answer(request: UserRequest, number: int, pk: int) -> HttpResponse:
    """Return what Nmbrs answered for a run of the company, as it came."""
    company = visible_company(request.user, number)
    answers = UnreadableAnswer.objects.filter(run__company=company).exclude(content=b"")
    answer = get_object_or_404(answers.select_related("run__company"), pk=pk)
    return saved_file(save_answer(answer, user=request.user))
