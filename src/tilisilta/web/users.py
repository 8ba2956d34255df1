"""Users and user templates: who may log in, and what each may do."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.core.exceptions import ValidationError
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tilisilta.models import Area, Debtor, Right, User, UserTemplate
from tilisilta.services import users
from tilisilta.services.api_tokens import tokens_of
from tilisilta.web.debtor_choice import (
    SEES_ALL,
    SEES_CHOSEN,
    ListedDebtors,
    listed_debtors,
    ticked_debtors,
)
from tilisilta.web.own_password import is_own_password
from tilisilta.web.parts import ExplainingForm, is_part
from tilisilta.web.rights import UserRequest, needs

if TYPE_CHECKING:
    _ChoiceOfTemplate = forms.ModelChoiceField[UserTemplate]
else:  # Only the stubs of Django know what is chosen.
    _ChoiceOfTemplate = forms.ModelChoiceField


class TemplateChoice(_ChoiceOfTemplate):
    """The user templates, by their names in the reader's language."""

    def label_from_instance(self, obj: UserTemplate) -> str:
        return obj.shown_name


class UserForm(ExplainingForm):
    """The fields of a user that an administrator may change."""

    first_name = forms.CharField(label=gettext_lazy("First name"), max_length=150, required=False)
    last_name = forms.CharField(label=gettext_lazy("Last name"), max_length=150, required=False)
    template = TemplateChoice(
        UserTemplate.objects.none(),
        label=gettext_lazy("User template"),
        required=False,
        empty_label=gettext_lazy("none: may log in and sees nothing"),
    )
    sees = forms.ChoiceField(
        label=gettext_lazy("Sees"),
        choices=(
            (SEES_ALL, gettext_lazy("all debtors, also those to come")),
            (SEES_CHOSEN, gettext_lazy("only the debtors chosen below; none chosen, none seen")),
        ),
        required=False,
        widget=forms.RadioSelect,
    )
    debtors = forms.ModelMultipleChoiceField(
        Debtor.objects.none(), label=gettext_lazy("Debtors"), required=False
    )
    is_active = forms.BooleanField(label=gettext_lazy("May log in"), required=False, initial=True)
    password = forms.CharField(
        label=gettext_lazy("New password"),
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy(
            "Only to set another one. At least 12 characters, not a common word and not the name."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        template = cast("TemplateChoice", self.fields["template"])
        template.queryset = UserTemplate.objects.all()
        debtors = cast("forms.ModelMultipleChoiceField[Debtor]", self.fields["debtors"])
        debtors.queryset = Debtor.objects.all()

    @property
    def chosen_ids(self) -> frozenset[int]:
        """The debtors that are ticked, as far as their ids can be read."""
        if self.is_bound:
            return ticked_debtors(cast("QueryDict", self.data))
        return frozenset(debtor.pk for debtor in self.initial.get("debtors", ()))

    def values(self) -> dict[str, Any]:
        """Return what the services take; without a word about it, what is seen stays."""
        values = dict(self.cleaned_data)
        sees = values.pop("sees")
        if sees or values["debtors"]:
            values["sees_all_debtors"] = sees == SEES_ALL
        else:
            values["debtors"] = None
        return values


class NewUserForm(UserForm):
    """The fields of a new user."""

    username = forms.CharField(
        label=gettext_lazy("User name"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy("At least 12 characters, not a common word and not the name."),
    )
    field_order = ("username", "password", "first_name", "last_name", "template", "sees", "debtors")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A new user is made to log in. Only an existing one can be kept out.
        del self.fields["is_active"]
        # Browsers ask for it: a person who overlooks it would make a user who sees nothing.
        self.fields["sees"].widget.attrs["required"] = True

    def values(self) -> dict[str, Any]:
        """Return what the services take; a new user sees what was chosen, and nothing else."""
        values = dict(self.cleaned_data)
        values["sees_all_debtors"] = values.pop("sees") == SEES_ALL
        return values


class TemplateForm(ExplainingForm):
    """A name, and the right in every area."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for area in Area:
            self.fields[area.value] = forms.ChoiceField(
                label=area.label, choices=Right.choices, initial=Right.NONE
            )

        self.fields["demands_second_step"] = forms.BooleanField(
            label=gettext_lazy("Demands a second step"),
            required=False,
            help_text=gettext_lazy(
                "Users of this template work only after they have turned on the second step of "
                "their log-in."
            ),
        )
        self.fields["sender_cannot_sign"] = forms.BooleanField(
            label=gettext_lazy("Who sent cannot sign"),
            required=False,
            help_text=gettext_lazy(
                "Users of this template sign no month of a company of which they have sent a "
                "journal: a second person does."
            ),
        )

    def rights(self) -> Mapping[Area, Right]:
        return {area: Right(self.cleaned_data[area.value]) for area in Area}


@needs(Area.USERS, Right.READ)
def user_list(request: UserRequest) -> HttpResponse:
    return render(request, "users/users.html", {"people": users.all_users()})


@needs(Area.USERS, Right.WRITE)
def new_user(request: UserRequest) -> HttpResponse:
    """Make a user with a first password."""
    form = NewUserForm(request.POST or None)
    if "find" in request.POST:
        return _searched(request, form, {})
    if request.method == "POST" and form.is_valid():
        try:
            made = users.create_user(**form.values(), must_change_password=True, user=request.user)
        except users.UserNameTaken as error:
            form.add_explained("username", error)
        except ValidationError as error:
            form.add_error("password" if not hasattr(error, "error_dict") else None, error)
        else:
            messages.success(request, _("User %(name)s was made.") % {"name": made.username})
            return redirect("users")
    context = {"form": form, "listed": _listed(form)}
    return render(request, "users/user.html", context)


@needs(Area.USERS, Right.READ, post=Right.WRITE)
def user(request: UserRequest, pk: int) -> HttpResponse:
    """One user: name, template, debtors, and a new password where the old one is forgotten."""
    person = get_object_or_404(User, pk=pk)
    form = UserForm(request.POST or None, initial=_initial(person))
    if "find" in request.POST:
        return _searched(request, form, {"person": person})
    if request.method == "POST" and form.is_valid() and _is_changed(request, person, form):
        messages.success(request, _("User %(name)s was changed.") % {"name": person.username})
        return redirect("users")
    # Read again: a refused change has set values that were not saved.
    person = get_object_or_404(User, pk=pk)
    context = {
        "form": form,
        "person": person,
        "has_second_step": users.has_second_step(person),
        "tokens": tokens_of(person),
        "listed": _listed(form),
    }
    return render(request, "users/user.html", context)


@needs(Area.USERS, Right.WRITE)
def user_second_step(request: UserRequest, pk: int) -> HttpResponse:
    """Turn off the second step of a user who has lost their authenticator app.

    The administrator gives their own password for it, so that a screen left open is not enough.
    """
    person = get_object_or_404(User, pk=pk)
    if request.method == "POST" and is_own_password(request):
        users.turn_off_second_step(person, user=request.user)
        messages.success(
            request,
            _("%(name)s now logs in with the password alone.") % {"name": person.username},
        )
    return redirect("user", pk)


@needs(Area.USERS, Right.READ)
def template_list(request: UserRequest) -> HttpResponse:
    context = {"user_templates": users.all_templates(), "areas": Area}
    return render(request, "users/templates.html", context)


@needs(Area.USERS, Right.WRITE)
def new_template(request: UserRequest) -> HttpResponse:
    """Make a user template."""
    form = TemplateForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            users.create_template(
                form.cleaned_data["name"],
                form.rights(),
                demands_second_step=form.cleaned_data["demands_second_step"],
                sender_cannot_sign=form.cleaned_data["sender_cannot_sign"],
                user=request.user,
            )
        except users.TemplateNameTaken as error:
            form.add_explained("name", error)
        else:
            return redirect("user_templates")
    return render(request, "users/template.html", {"form": form})


@needs(Area.USERS, Right.READ, post=Right.WRITE)
def template(request: UserRequest, pk: int) -> HttpResponse:
    """One user template: its name and its rights."""
    shown = get_object_or_404(UserTemplate, pk=pk)
    initial = {
        "name": shown.shown_name,
        "demands_second_step": shown.demands_second_step,
        "sender_cannot_sign": shown.sender_cannot_sign,
        **{area.value: shown.right_to(area) for area in Area},
    }
    form = TemplateForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid() and _is_template_changed(request, shown, form):
        return redirect("user_templates")
    # Read again, as above: a refused change was not saved.
    shown = get_object_or_404(UserTemplate, pk=pk)
    return render(request, "users/template.html", {"form": form, "shown": shown})


def _searched(request: UserRequest, form: UserForm, context: dict[str, Any]) -> HttpResponse:
    """Show the debtors that are searched for, beside those ticked already. Nothing is saved."""
    search = request.POST.get("search", "")
    context |= {"form": form, "listed": _listed(form, search), "search": search}
    part = "users/listed_debtors.html" if is_part(request) else "users/user.html"
    return render(request, part, context)


def _listed(form: UserForm, search: str = "") -> ListedDebtors:
    return listed_debtors(Debtor.objects.all(), form.chosen_ids, search)


def _initial(person: User) -> dict[str, Any]:
    return {
        "first_name": person.first_name,
        "last_name": person.last_name,
        "template": person.template,
        "is_active": person.is_active,
        "sees": SEES_CHOSEN if person.is_limited else SEES_ALL,
        "debtors": person.debtors.all(),
    }


def _is_changed(request: UserRequest, person: User, form: UserForm) -> bool:
    try:
        users.change_user(person, **form.values(), user=request.user)
    except users.LastAdministrator as error:
        form.add_explained(None, error)
        return False
    except ValidationError as error:
        form.add_error("password" if not hasattr(error, "error_dict") else None, error)
        return False
    if form.cleaned_data["password"] and person.pk == request.user.pk:
        # Django ends all sessions of a user whose password changes: this one must go on.
        update_session_auth_hash(request, person)
    return True


def _is_template_changed(request: UserRequest, shown: UserTemplate, form: TemplateForm) -> bool:
    name = form.cleaned_data["name"]
    try:
        users.change_template(
            shown,
            # A standard name that was left as it is shown is no name of the bureau's own.
            name=shown.name if name == shown.shown_name else name,
            rights=form.rights(),
            demands_second_step=form.cleaned_data["demands_second_step"],
            sender_cannot_sign=form.cleaned_data["sender_cannot_sign"],
            user=request.user,
        )
    except users.TemplateNameTaken as error:
        form.add_explained("name", error)
    except (users.AdministratorTemplateFixed, users.LastAdministrator) as error:
        form.add_explained(None, error)
    else:
        messages.success(request, _("The user template was changed; it holds at once."))
        return True
    return False
