"""Forgets what is remembered of the columns of a company's files."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from tilisilta.models import Area, Right
from tilisilta.services.journals.column_choices import forget_columns
from tilisilta.web.only_posted import only_posted
from tilisilta.web.parts import visible_company
from tilisilta.web.rights import UserRequest, needs


@only_posted
@needs(Area.JOURNAL_EXPORTS, Right.WRITE)
def forget(request: UserRequest, number: int, pk: int) -> HttpResponse:
    """Forget one mapping, so that the next file with these headers is asked about again."""
    company = visible_company(request.user, number)
    if forget_columns(company, pk):
        messages.success(request, _("The choice of columns is forgotten."))
    return redirect("import_journal", number=company.number)
