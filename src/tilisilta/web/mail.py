"""The mail server as an administrator sees it: whether it works, what failed, and a test."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tilisilta.models import Area, Right
from tilisilta.services.notices.choosing import checked_address, choice_of
from tilisilta.services.notices.delivery import forget_refusals, send_test
from tilisilta.services.notices.mail_server import (
    failed_mails,
    mail_standing,
    outcome_words,
    refused_choices,
    unconfirmed_choices,
)
from tilisilta.web.only_posted import only_posted
from tilisilta.web.rights import UserRequest, needs

MOST_SHOWN = 50


class MailTestForm(forms.Form):
    """Where a test mail goes."""

    address = forms.EmailField(
        label=gettext_lazy("Mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"class": "in", "autocomplete": "email"}),
    )

    def clean_address(self) -> str:
        return checked_address(self.cleaned_data["address"])


@needs(Area.USERS, Right.READ)
def mail(request: UserRequest) -> HttpResponse:
    """Show how mail stands. The password is not even read for this."""
    return _page(request, _empty_form(request))


@only_posted
@needs(Area.USERS, Right.WRITE)
def test_mail(request: UserRequest) -> HttpResponse:
    """Send a test mail at once, and say what the mail server answered."""
    form = MailTestForm(request.POST, auto_id="m-%s")
    if not form.is_valid():
        return _page(request, form, status=422)
    address = form.cleaned_data["address"]
    outcome = send_test(address, now=timezone.now())
    if outcome is None:
        messages.error(request, _("No mail server is set up."))
    elif outcome.failure is not None:
        messages.error(request, outcome_words(outcome))
    else:
        text = _("The mail server took a test mail to %(address)s. See whether it arrives.")
        messages.success(request, text % {"address": address})
    return redirect("mail")


@only_posted
@needs(Area.USERS, Right.WRITE)
def retry_refused(request: UserRequest) -> HttpResponse:
    """Let mails go again to the addresses that were refused."""
    count = forget_refusals()
    text = ngettext(
        "Mails go to %(count)s address again.", "Mails go to %(count)s addresses again.", count
    )
    messages.success(request, text % {"count": count})
    return redirect("mail")


def _empty_form(request: UserRequest) -> MailTestForm:
    choice = choice_of(request.user)
    return MailTestForm(initial={"address": choice.address if choice else ""}, auto_id="m-%s")


def _page(request: UserRequest, form: MailTestForm, *, status: int = 200) -> HttpResponse:
    now = timezone.now()
    context = {
        "form": form,
        "standing": mail_standing(now),
        "failed": failed_mails(now)[:MOST_SHOWN],
        "refused": refused_choices()[:MOST_SHOWN],
        "unconfirmed": unconfirmed_choices()[:MOST_SHOWN],
        "host": settings.MAIL_HOST,
        "port": settings.MAIL_PORT,
        "security": settings.MAIL_SECURITY,
        "sender": settings.MAIL_FROM,
        "user_name": settings.MAIL_USER,
    }
    return render(request, "notices/mail.html", context, status=status)
