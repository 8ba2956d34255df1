"""Confirming that the company and the administration of a link belong together after all."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from tilisilta.models import Area, Right
from tilisilta.services import links
from tilisilta.web.link_page import compare_link
from tilisilta.web.only_posted import only_posted
from tilisilta.web.parts import visible_links
from tilisilta.web.rights import UserRequest, needs


@only_posted
@needs(Area.PROCOUNTOR, Right.WRITE)
def confirm_link(request: UserRequest, pk: int) -> HttpResponse:
    """Store that a person confirms the two as they were shown, and in no other state."""
    link = get_object_or_404(visible_links(request.user), pk=pk)
    shown = compare_link(link, user=request.user)
    if shown.is_open_question and request.POST.get("pair") != shown.pair:
        messages.warning(request, _("They were changed in the meantime. Look at both once more."))
    else:
        links.confirm_link(link, user=request.user)
        messages.success(request, _("Confirmed. What waited for it can be sent."))
    return redirect("link", pk=pk)
