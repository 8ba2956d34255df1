"""Settings of webhooks: where notices are sent, a test of each, and what came of the last ones."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tilisilta.languages import language_of
from tilisilta.models import Area, Delivery, Right, Webhook
from tilisilta.services.webhooks import managing
from tilisilta.services.webhooks.addresses import WebhookAddressRefused
from tilisilta.services.webhooks.delivering import send_test
from tilisilta.services.webhooks.managing import MadeWebhook, WebhookNameTaken
from tilisilta.services.webhooks.outcomes import (
    answer_words,
    explained_fault,
    kind_words,
    last_deliveries,
    listed_webhooks,
)
from tilisilta.web.debtor_choice import listed_debtors
from tilisilta.web.only_posted import only_posted
from tilisilta.web.parts import error_text, is_part
from tilisilta.web.rights import UserRequest, needs
from tilisilta.web.webhook_forms import WebhookForm, initial_of, initial_of_new, offered_debtors

SHOWN = 10


@needs(Area.USERS, Right.READ)
def webhook_list(request: UserRequest) -> HttpResponse:
    rows = [
        {
            "webhook": one.webhook,
            "kinds": kind_words(one.webhook),
            "last": one.last,
            "answer": answer_words(one.last) if one.last else "",
            "is_failing": one.is_failing,
            "fault": one.explained_fault,
        }
        for one in listed_webhooks(request.user, timezone.now())
    ]
    return render(request, "webhooks/webhooks.html", {"rows": rows})


@needs(Area.USERS, Right.WRITE)
def new_webhook(request: UserRequest) -> HttpResponse:
    """Make a webhook. Its secret is shown in the answer to that and never again."""
    initial = initial_of_new(language_of(get_language()).code)
    form = WebhookForm(request.POST or None, user=request.user, is_new=True, initial=initial)
    if "find" in request.POST:
        return _form_page(request, form, None)
    if request.method == "POST" and form.is_valid():
        made = _made(request, form, None)
        if made is not None:
            text = _("Webhook %(name)s was made. Send a test to see that it arrives.")
            return _shown(request, made, text)
    return _form_page(request, form, None)


@needs(Area.USERS, Right.READ, post=Right.WRITE)
def webhook(request: UserRequest, pk: int) -> HttpResponse:
    """One webhook: what it tells, what came of the last messages, and its settings."""
    shown = visible_webhook(request, pk)
    form = WebhookForm(
        request.POST or None, user=request.user, is_new=False, initial=initial_of(shown)
    )
    if "find" in request.POST:
        return _form_page(request, form, shown)
    if request.method == "POST" and form.is_valid():
        made = _made(request, form, shown)
        if made is not None:
            return _shown(request, made, _("Webhook %(name)s was changed."))
    return _form_page(request, form, shown)


@only_posted
@needs(Area.USERS, Right.WRITE)
def check_webhook(request: UserRequest, pk: int) -> HttpResponse:
    """Send a test now, and say what was answered."""
    shown = visible_webhook(request, pk)
    if shown.ended_at is None:
        sent = send_test(shown, now=timezone.now())
        if sent.state == Delivery.State.DELIVERED:
            text = _("The test arrived at %(name)s: %(answer)s.")
            messages.success(request, text % {"name": shown.name, "answer": answer_words(sent)})
        else:
            text = _("The test did not arrive at %(name)s: %(answer)s.")
            messages.error(request, text % {"name": shown.name, "answer": answer_words(sent)})
    return redirect("webhook", pk)


@only_posted
@needs(Area.USERS, Right.WRITE)
def renew_webhook_secret(request: UserRequest, pk: int) -> HttpResponse:
    """Make a new secret, which is shown in the answer and never again."""
    shown = visible_webhook(request, pk)
    if shown.ended_at is not None or not shown.is_signed:
        return redirect("webhook", pk)
    made = managing.renew_secret(shown, user=request.user, now=timezone.now())
    return _shown(request, made, _("For 24 hours the former secret signs as well."))


@needs(Area.USERS, Right.WRITE)
def end_webhook(request: UserRequest, pk: int) -> HttpResponse:
    """Ask for confirmation, then end a webhook for good."""
    shown = visible_webhook(request, pk)
    if request.method == "POST":
        managing.end_webhook(shown, user=request.user, now=timezone.now())
        text = _("Webhook %(name)s has ended. Nothing more is sent there.")
        messages.success(request, text % {"name": shown.name})
        return redirect("webhooks")
    return render(request, "webhooks/end.html", {"webhook": shown})


def visible_webhook(request: UserRequest, pk: int) -> Webhook:
    """Return the webhook; raise ``Http404`` if the user may not see all its debtors."""
    webhooks = Webhook.objects.visible_to(request.user).prefetch_related("debtors")
    return get_object_or_404(webhooks, pk=pk)


def _made(request: UserRequest, form: WebhookForm, changed: Webhook | None) -> MadeWebhook | None:
    """Return what was made or changed; ``None`` where it was refused, which the form says."""
    now = timezone.now()
    try:
        if changed is None:
            return managing.create_webhook(form.wanted(), user=request.user, now=now)
        return managing.change_webhook(changed, form.wanted(), user=request.user, now=now)
    except WebhookNameTaken as error:
        form.add_explained("name", error)
    except WebhookAddressRefused as error:
        form.add_error("address", error_text(error))
    except ValidationError as error:
        form.add_error(None, error)
    return None


def _shown(request: UserRequest, made: MadeWebhook, text: str) -> HttpResponse:
    """Show the secret this once; without one go on to the page of the webhook."""
    messages.success(request, text % {"name": made.webhook.name})
    if not made.secret:
        return redirect("webhook", made.webhook.pk)
    return render(request, "webhooks/secret.html", {"made": made, "webhook": made.webhook})


def _form_page(request: UserRequest, form: WebhookForm, shown: Webhook | None) -> HttpResponse:
    """Show the form, with the debtors that are searched for."""
    search = request.POST.get("search", "") if "find" in request.POST else ""
    context: dict[str, Any] = {
        "form": form,
        "webhook": shown,
        "listed": listed_debtors(offered_debtors(request.user), form.chosen_ids, search),
        "search": search,
    }
    if "find" in request.POST and is_part(request):
        return render(request, "users/listed_debtors.html", context)
    if shown is not None:
        context["kinds"] = kind_words(shown)
        context["fault"] = explained_fault(shown)
        context["deliveries"] = [
            (one, answer_words(one)) for one in last_deliveries(shown, at_most=SHOWN)
        ]
        # Read again: a refused change has set values that were not saved.
        context["webhook"] = visible_webhook(request, shown.pk)
    refused = form.is_bound and "find" not in request.POST
    return render(request, "webhooks/webhook.html", context, status=422 if refused else 200)
