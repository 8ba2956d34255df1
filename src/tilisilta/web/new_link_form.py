"""The form of a new link: which company and which account are offered, what fits first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tilisilta.models import Company, Link, ProcountorAccount, User
from tilisilta.services.link_proposals import (
    Pairing,
    pairing_of,
    proposed_accounts,
    proposed_companies,
)
from tilisilta.services.links import AccountTaken
from tilisilta.web.link_forms import LinkForm
from tilisilta.web.parts import error_text

if TYPE_CHECKING:
    _CompanyField = forms.ModelChoiceField[Company]
    _AccountField = forms.ModelChoiceField[ProcountorAccount]
else:
    _CompanyField = _AccountField = forms.ModelChoiceField


class CompanyChoice(_CompanyField):
    """The companies without a link."""

    def label_from_instance(self, obj: Company) -> str:
        """Return number and name, with what prevents its journals from being sent."""
        if obj.is_test:
            return _("%(company)s (test company)") % {"company": obj}
        if obj.debtor.is_blocked:
            return _("%(company)s (debtor blocked)") % {"company": obj}
        if obj.stays_blocked:
            return _("%(company)s (still blocked)") % {"company": obj}
        return str(obj)


class AccountChoice(_AccountField):
    """The accounts without a link, each named by its administration."""

    def label_from_instance(self, obj: ProcountorAccount) -> str:
        """Return the company in Procountor first: people know it better than the account."""
        return f"{obj.company_name}, {obj.business_id} ({obj.name})"


class NewLinkForm(LinkForm):
    """The form of a link, with the two sides that a new one joins."""

    company = CompanyChoice(
        Company.objects.none(),
        to_field_name="number",
        label=gettext_lazy("Company in Nmbrs"),
        empty_label=gettext_lazy("Choose one"),
    )
    account = AccountChoice(
        ProcountorAccount.objects.none(),
        label=gettext_lazy("Administration in Procountor"),
        empty_label=gettext_lazy("Choose one"),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        company = cast(CompanyChoice, self.fields["company"])
        company.queryset = (
            Company.objects.visible_to(user)
            .exclude(links__in=Link.objects.open())
            .select_related("debtor")
        )
        account = cast(AccountChoice, self.fields["account"])
        account.queryset = ProcountorAccount.objects.free().visible_to(user).defer("administration")
        account.error_messages["invalid_choice"] = error_text(AccountTaken(""))


@dataclass(frozen=True, kw_only=True)
class Offers:
    """The accounts that fit the chosen company, and the companies that fit the chosen account.

    ``fits_company`` and ``fits_account`` say whether any does; ``None`` while the other side is not
    chosen.
    """

    accounts: tuple[Pairing, ...]
    companies: tuple[Pairing, ...]
    fits_company: bool | None
    fits_account: bool | None

    @classmethod
    def to(
        cls, user: User, *, company: Company | None, account: ProcountorAccount | None
    ) -> "Offers":
        """Return what ``user`` may choose beside ``company`` or ``account``."""
        accounts = proposed_accounts(company, user=user) if company else ()
        companies = proposed_companies(account, user=user) if account else ()
        return cls(
            accounts=accounts,
            companies=companies,
            fits_company=_fits(accounts) if company else None,
            fits_account=_fits(companies) if account else None,
        )

    def put_into(self, form: NewLinkForm) -> None:
        """Offer what fits first, and everything else in a group of its own."""
        company = cast(CompanyChoice, form.fields["company"])
        account = cast(AccountChoice, form.fields["account"])
        fitting = _("Same name or business ID")
        if self.fits_company:
            account.choices = _grouped(
                account,
                (fitting, [one.account for one in self.accounts if one.match.is_equal]),
                (_("Other accounts"), [one.account for one in self.accounts if _differs(one)]),
            )
        if self.fits_account:
            company.choices = _grouped(
                company,
                (fitting, [one.company for one in self.companies if one.match.is_equal]),
                (_("Other companies"), [one.company for one in self.companies if _differs(one)]),
            )


def fitting_account(company: Company, *, user: User) -> ProcountorAccount | None:
    """Return the account to choose for ``company``; ``None`` unless one administration surely fits.

    Several accounts of one administration are no choice to make: any of them will do.
    """
    fitting = [one for one in proposed_accounts(company, user=user) if one.match.is_equal]
    books = {one.account.procountor_company_id for one in fitting}
    if len(books) != 1:
        return None
    account = fitting[0].account
    return None if pairing_of(company, account, is_linked=False).needs_confirmation else account


def fitting_company(account: ProcountorAccount, *, user: User) -> Company | None:
    """Return the company to choose for ``account``, if only one fits."""
    fitting = [one for one in proposed_companies(account, user=user) if one.match.is_equal]
    if (
        len(fitting) != 1
        or pairing_of(fitting[0].company, account, is_linked=False).needs_confirmation
    ):
        return None
    return fitting[0].company


def _fits(pairings: Iterable[Pairing]) -> bool:
    return any(one.match.is_equal for one in pairings)


def _differs(pairing: Pairing) -> bool:
    return not pairing.match.is_equal


def _grouped(
    field: CompanyChoice | AccountChoice,
    *groups: tuple[str, Sequence[Company] | Sequence[ProcountorAccount]],
) -> list[tuple[str, Any]]:
    """Return the choices of ``field``, each group under its heading. Empty groups are left out."""
    choices = [
        (words, [(field.prepare_value(one), field.label_from_instance(one)) for one in members])  # type: ignore[arg-type]  # each group is of the field's own kind
        for words, members in groups
        if members
    ]
    return [("", str(field.empty_label)), *choices]


def initial_of(
    company: Company | None, account: ProcountorAccount | None, start: date | None
) -> dict[str, object]:
    """Return the values a form begins with."""
    return {
        "company": company.number if company else None,
        "account": account.pk if account else None,
        "start_month": start,
    }
