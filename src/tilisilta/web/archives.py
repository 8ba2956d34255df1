"""The archive of a company's month, to be saved."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import get_language

from tilisilta.languages import language_of
from tilisilta.models import Area, Right
from tilisilta.services.archiving.archives import make_archive
from tilisilta.services.archiving.months import NothingToArchive
from tilisilta.web.parts import error_text, first_day, saved_file, visible_company
from tilisilta.web.rights import UserRequest, needs


@needs(Area.JOURNAL_EXPORTS, Right.READ)
def archive(request: UserRequest, number: int, month: str) -> HttpResponse:
    """Return the archive as a ZIP file, in the language of the reader or as the address asks."""
    company, first = visible_company(request.user, number), first_day(month)
    language = language_of(request.GET.get("language") or get_language()).code
    try:
        made = make_archive(
            company, first, language=language, now=timezone.now(), user=request.user
        )
    except NothingToArchive as error:
        messages.error(request, error_text(error))
        return redirect("company_month", number, month)
    return saved_file(made)
