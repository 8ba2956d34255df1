"""The form of a webhook: where it sends, in which form, of what and of whom."""

from typing import Any, cast

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tilisilta.domain.notices import NoticeKind
from tilisilta.domain.receivers import MOST_CHARACTERS
from tilisilta.languages import LANGUAGES
from tilisilta.models import NOTICE_KINDS, Debtor, User, Webhook
from tilisilta.services.webhooks.managing import MOST_NAME_CHARACTERS, USUAL_KINDS, Wanted
from tilisilta.web.debtor_choice import SEES_ALL, SEES_CHOSEN, ticked_debtors
from tilisilta.web.parts import ExplainingForm


class WebhookForm(ExplainingForm):
    """The fields of a webhook. Its address is never shown again: empty leaves it as it is."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=MOST_NAME_CHARACTERS,
        help_text=gettext_lazy("Where it goes, such as the channel or the program."),
        widget=forms.TextInput(attrs={"class": "in", "autocomplete": "off"}),
    )
    format = forms.ChoiceField(
        label=gettext_lazy("Form"),
        choices=Webhook.Format.choices,
        widget=forms.Select(attrs={"class": "in"}),
    )
    address = forms.CharField(
        label=gettext_lazy("Address of the receiver"),
        max_length=MOST_CHARACTERS,
        help_text=gettext_lazy(
            "Copy it from the receiver. It is stored encrypted and is never shown again."
        ),
        widget=forms.TextInput(
            attrs={"class": "in", "autocomplete": "off", "spellcheck": "false", "inputmode": "url"}
        ),
    )
    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("Tells of"),
        choices=NOTICE_KINDS,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one kind of notice.")},
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language of what is sent"),
        choices=[(one.code, one.own_name) for one in LANGUAGES],
        widget=forms.Select(attrs={"class": "in"}),
    )
    sees = forms.ChoiceField(
        label=gettext_lazy("Debtors"),
        choices=(
            (SEES_ALL, gettext_lazy("all debtors, also those to come")),
            (SEES_CHOSEN, gettext_lazy("only the debtors chosen below")),
        ),
        widget=forms.RadioSelect,
    )
    debtors = forms.ModelMultipleChoiceField(
        Debtor.objects.none(), label=gettext_lazy("Chosen debtors"), required=False
    )
    is_active = forms.BooleanField(
        label=gettext_lazy("In use"),
        required=False,
        initial=True,
        help_text=gettext_lazy("What happens while it is not in use is never sent."),
    )

    def __init__(
        self, posted: QueryDict | None, *, user: User, is_new: bool, initial: dict[str, Any]
    ) -> None:
        super().__init__(posted, auto_id="w-%s", initial=initial)
        self._debtors = cast("forms.ModelMultipleChoiceField[Debtor]", self.fields["debtors"])
        self._debtors.queryset = offered_debtors(user)
        if user.is_limited:
            # It must tell of no other debtors than its maker may see.
            del self.fields["sees"]
        if is_new:
            del self.fields["is_active"]
        else:
            self.fields["address"].required = False
            self.fields["address"].label = _("Another address")
            self.fields["address"].help_text = _(
                "Empty: the stored address stays. It is never shown."
            )

    @property
    def chosen_ids(self) -> frozenset[int]:
        if self.is_bound:
            return ticked_debtors(cast("QueryDict", self.data))
        return frozenset(debtor.pk for debtor in self.initial.get("debtors", ()))

    def wanted(self) -> Wanted:
        given = self.cleaned_data
        return Wanted(
            name=given["name"],
            format=Webhook.Format(given["format"]),
            address=given["address"],
            kinds=[NoticeKind(kind) for kind in given["kinds"]],
            language=given["language"],
            sees_all_debtors=given.get("sees", SEES_CHOSEN) == SEES_ALL,
            debtors=tuple(given["debtors"]),
            is_active=given.get("is_active", True),
        )


def offered_debtors(user: User) -> "QuerySet[Debtor]":
    return Debtor.objects.filter(user.rows_of_debtors("pk"))


def initial_of(webhook: Webhook) -> dict[str, Any]:
    return {
        "name": webhook.name,
        "format": webhook.format,
        "kinds": webhook.kinds,
        "language": webhook.language,
        "sees": SEES_ALL if webhook.sees_all_debtors else SEES_CHOSEN,
        "debtors": tuple(webhook.debtors.all()),
        "is_active": webhook.is_active,
    }


def initial_of_new(language: str) -> dict[str, Any]:
    """Return what a new webhook proposes, in the language of the page."""
    return {
        "format": Webhook.Format.OWN,
        "kinds": [kind.value for kind in USUAL_KINDS],
        "language": language,
        "sees": SEES_ALL,
    }
