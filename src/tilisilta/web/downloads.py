"""Downloads: what is sent as JSON, and the journal itself as CSV and XLSX."""

from django.http import Http404, HttpResponse
from django.utils.translation import get_language

from tilisilta.languages import language_of
from tilisilta.models import Area, Right
from tilisilta.services.journals.downloads import (
    journal_as_csv,
    journal_as_xlsx,
    payload_of,
    payloads_of,
)
from tilisilta.services.journals.previews import preview_journal
from tilisilta.web.parts import journal_with_content, saved_file
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
