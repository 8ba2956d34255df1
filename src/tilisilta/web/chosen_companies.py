"""What is done at once with companies of a month that are ticked, and what is left out and why."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from tilisilta.domain.problems import ProblemCode
from tilisilta.languages import language_of
from tilisilta.models import Area, Company, Right, User
from tilisilta.services.archiving.together import archives_together
from tilisilta.services.chosen_month_words import (
    left_out,
    not_signed_text,
    without_contents_text,
    without_link_text,
)
from tilisilta.services.chosen_months import sign_chosen
from tilisilta.services.company_people import people_for_all, set_people_of_many
from tilisilta.services.verifying.night import ask_for_comparison
from tilisilta.web.chosen_months import address_of_list, back_to_list, chosen_of
from tilisilta.web.only_posted import only_posted
from tilisilta.web.parts import long_file
from tilisilta.web.rights import UserRequest, needs

MOST_SIGNED_AT_ONCE = 500
"""More would let the browser wait for longer than a quarter of a minute."""
NOBODY = "nobody"


class PeopleOfManyForm(forms.Form):
    """The persons responsible for all chosen companies; an empty field changes nothing."""

    def __init__(self, *args: Any, people: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = [(str(one.pk), one.get_full_name() or one.get_username()) for one in people]
        choices = [("", _("leave as it is")), (NOBODY, _("no user")), *names]
        for name, label in (("responsible", _("Responsible")), ("stand_in", _("Stand-in"))):
            self.fields[name] = forms.ChoiceField(
                choices=choices,
                required=False,
                label=label,
                widget=forms.Select(attrs={"class": "in"}),
            )
        self._people = {str(one.pk): one for one in people}

    def people(self) -> Mapping[str, User | None]:
        """Return whom to set; one that stays is left out."""
        given = self.cleaned_data.items()
        return {name: self._people.get(chosen) for name, chosen in given if chosen}


@only_posted
@needs(Area.JOURNAL_EXPORTS, Right.READ)
def chosen_companies(request: UserRequest) -> HttpResponse:
    """Show the bar anew for what is ticked now: what each action would do, and leave out."""
    chosen = chosen_of(request)
    may_sign = request.user.can(Right.WRITE, Area.JOURNAL_EXPORTS)
    context = {"chosen": chosen, "left": tuple(left_out(chosen, may_sign=may_sign))}
    return render(request, "closing/chosen_now.html", context)


@only_posted
@needs(Area.JOURNAL_EXPORTS, Right.WRITE)
def sign_many(request: UserRequest) -> HttpResponse:
    """Sign the chosen companies of a month that are equal; say why others are not."""
    chosen = chosen_of(request)
    signed = sign_chosen(chosen, user=request.user, now=timezone.now(), most=MOST_SIGNED_AT_ONCE)
    if signed.count:
        messages.success(request, _("%(count)s signed.") % {"count": signed.count})
    for why, some in signed.not_signed.items():
        messages.error(request, f"{not_signed_text(why, some)} ({ProblemCode.CANNOT_SIGN.value})")
    return back_to_list(request, chosen)


@only_posted
@needs(Area.JOURNAL_EXPORTS, Right.READ)
def compare_chosen(request: UserRequest) -> HttpResponse:
    """Have a worker compare the month of the chosen companies with the ledger."""
    chosen = chosen_of(request)
    count = ask_for_comparison(chosen.comparable_ids, chosen.month)
    if count:
        text = ngettext(
            "%(count)s company will be compared with the ledger.",
            "%(count)s companies will be compared with the ledger.",
            count,
        )
        messages.success(request, text % {"count": count})
    if chosen.without_link:
        messages.info(request, without_link_text(chosen.without_link))
    return back_to_list(request, chosen)


@needs(Area.JOURNAL_EXPORTS, Right.READ)
def archive_many(request: UserRequest) -> HttpResponseBase:
    """Return the archives of the chosen companies as one ZIP file; opened, of all that are listed.

    It is made while it is sent: the archive of each company takes its moment.
    """
    chosen = chosen_of(request)
    if not chosen.archivable_ids:
        if chosen.companies:
            messages.info(request, without_contents_text(chosen.without_contents))
        return back_to_list(request, chosen)
    companies = Company.objects.visible_to(request.user).filter(pk__in=chosen.archivable_ids)
    return long_file(
        archives_together(
            list(companies.select_related("debtor").order_by("number")),
            chosen.month,
            language=language_of(request.GET.get("language") or get_language()).code,
            user=request.user,
            clock=timezone.now,
        )
    )


@only_posted
@needs(Area.COMPANIES, Right.WRITE)
def people_of_many(request: UserRequest) -> HttpResponse:
    """Ask who closes the months of the chosen companies, then set them."""
    chosen = chosen_of(request)
    if not chosen.companies:
        return back_to_list(request, chosen)
    ids = [one.company_id for one in chosen.companies]
    companies = Company.objects.visible_to(request.user).filter(pk__in=ids)
    people = people_for_all(companies).order_by("last_name", "username")
    is_answered = "set" in request.POST
    form = PeopleOfManyForm(request.POST if is_answered else None, people=people)
    if is_answered and form.is_valid():
        changed = set_people_of_many(companies, form.people(), user=request.user)
        text = ngettext(
            "%(count)s company was changed.", "%(count)s companies were changed.", changed
        )
        messages.success(request, text % {"count": changed})
        return back_to_list(request, chosen)
    context = {"form": form, "chosen": chosen, "back": address_of_list(request, chosen.month)}
    return render(request, "closing/people.html", context, status=422 if is_answered else 200)
