"""Links: which company goes to which administration, from when, and until when."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tilisilta.domain.company_match import name_with_id
from tilisilta.domain.problems import ProblemCode
from tilisilta.domain.standing import EXPORTS_GOING_BACK, EXPORTS_UNDER_WAY
from tilisilta.errors import NeedsAttention
from tilisilta.models import (
    AccountMapping,
    Company,
    Link,
    NmbrsCompany,
    ProcountorAccount,
    User,
)
from tilisilta.services import audit
from tilisilta.services.audit_changes import Change, changes_of, made_with
from tilisilta.services.journals.gathering import split_of
from tilisilta.services.journals.importing import recheck_company
from tilisilta.services.journals.keeping import lock_company
from tilisilta.services.link_proposals import Pairing, pairing_of
from tilisilta.services.link_seen import must_be_as_seen
from tilisilta.services.link_settings import settings_of
from tilisilta.services.link_waiting import take_back_waiting
from tilisilta.services.link_words import with_words_of_books, without_blank_words
from tilisilta.services.release_demand import demand_in, note_new_link, note_switched
from tilisilta.services.sending_rules.switching import begin_rule, carry_rule_over


class AccountTaken(NeedsAttention):
    """The Procountor account serves another company already: one administration per account."""

    code = ProblemCode.ACCOUNT_TAKEN


class CompanyLinked(NeedsAttention):
    """The company has a link already."""

    code = ProblemCode.COMPANY_LINKED


class AccountNotAuthorised(NeedsAttention):
    """The Procountor account must be authorised before a company can be linked to it."""

    code = ProblemCode.ACCOUNT_NOT_AUTHORISED
    facts = MappingProxyType({"reason": "linking"})


class LinkBusy(NeedsAttention):
    """Receipts are on their way through the link, so it cannot end at this moment."""

    code = ProblemCode.LINK_BUSY


class DifferentNames(NeedsAttention):
    """Company and administration differ in name or business ID, without a confirmation."""

    code = ProblemCode.NAMES_DIFFER

    def __init__(self, company: Company, account: ProcountorAccount) -> None:
        super().__init__(f"{company} and {account.company_name} differ.")
        self.facts = {
            "company": name_with_id(company.name, company.business_id),
            "administration": name_with_id(account.company_name, account.business_id),
        }


class SharedAdministration(NeedsAttention):
    """Another company goes to the same administration, or went there, without a confirmation."""

    code = ProblemCode.ADMINISTRATION_SHARED

    def __init__(self, company: Company, account: ProcountorAccount, other: Company | None) -> None:
        super().__init__(f"{account.company_name} serves another company as well as {company}.")
        self.facts = {
            "company": company.name,
            "administration": name_with_id(account.company_name, account.business_id),
            **({"other": str(other)} if other is not None else {}),
        }


class MonthsCovered(NeedsAttention):
    """An earlier link of the company books months from the start on."""

    code = ProblemCode.MONTHS_COVERED

    def __init__(self, earlier: Link) -> None:
        super().__init__(f"{earlier} books until {earlier.ends_on}.")
        self.earlier = earlier
        self.facts = {
            "administration": earlier.procountor_account.company_name,
            "date": earlier.ends_on.isoformat() if earlier.ends_on else "",
        }


def create_link(  # what a person says of a link, each by its name
    company: Company,
    account: ProcountorAccount,
    *,
    start_month: date,
    user: User | None,
    different_names: bool = False,
    shared_administration: bool = False,
    account_mappings: Mapping[str, str] | None = None,
    **choices: Any,
) -> Link:
    """Link ``company`` to the administration of ``account``; ``choices`` are fields of ``Link``.

    Nothing of a month before ``start_month`` is ever sent through it. ``different_names`` and
    ``shared_administration`` say that a person has confirmed these oddities of the pair.
    Raises ``CompanyLinked``, ``AccountTaken``, ``AccountNotAuthorised``, ``DifferentNames``,
    ``SharedAdministration``, ``MonthsCovered``, or ``ValidationError`` for an invalid choice.
    """
    # Checked first for the clearest error. What changes meanwhile is found again under the locks.
    _must_be_unlinked(company, account)
    link = Link(
        company=company,
        procountor_account=account,
        start_month=start_month.replace(day=1),
        **with_words_of_books(choices, account),
    )
    link.full_clean()
    with transaction.atomic():
        # Both locked until the commit: the company could get another link for the same months, and
        # the account could be authorised for other books.
        lock_company(company)
        _must_be_free(link)
        locked = ProcountorAccount.objects.select_for_update().get(pk=account.pk)
        _must_be_authorised(locked)
        pairing = pairing_of(company, locked, is_linked=False)
        _must_be_confirmed(pairing, different_names, shared_administration)
        link.confirmed_pair = company.pair_with(locked) if pairing.needs_confirmation else ""
        note_new_link(link, company)
        _save_new(link)
        ProcountorAccount.objects.filter(pk=account.pk).update(debtor=company.debtor)
        _have_rights_read(link)
        _replace_mappings(link, account_mappings or {})
        audit.record(
            audit.Action.LINK_CREATED,
            user=user,
            company=company,
            about=link,
            changes=made_with(settings_of(link)),
            name=str(company),
            administration=name_with_id(locked.company_name, locked.business_id),
        )
        begin_rule(link, user=user)
        _record_confirmation(link, pairing, user=user)
        _fetch_as_needed(link)
    # What went to other books through an ended link has to be sent anew: it is checked too.
    recheck_company(company, includes_at_rest=company.links.exclude(ends_on=None).exists())
    return link


def change_link(link: Link, *, user: User | None, **wanted: Any) -> Link:
    """Change a link as ``store_change`` does, and check again what is not sent yet."""
    store_change(link, user=user, **wanted)
    recheck_company(link.company)
    return link


def store_change(
    link: Link,
    *,
    user: User | None,
    account_mappings: Mapping[str, str] | None = None,
    more_mappings: Mapping[str, str] | None = None,
    seen: Mapping[str, object] | None = None,
    **choices: Any,
) -> tuple[Change, ...]:
    """Change how an existing link books, and return what differs; what was sent stays as it was.

    ``account_mappings`` replaces all mappings, and ``more_mappings`` only those of its accounts.
    ``seen`` is what the link had when somebody decided this: with another value it stays as it is.
    Raises ``MonthsCovered`` for a start before the end of an earlier link, ``LinkChanged``, and
    Django's ``ValidationError`` for a link that has ended: it stays as the trail it is.
    """
    choices = without_blank_words(choices)
    before = {name: getattr(link, name) for name in choices}
    for name, value in choices.items():
        setattr(link, name, value)
    link.start_month = link.start_month.replace(day=1)
    link.full_clean()
    _must_be_free(link)
    changes = changes_of(before, {name: getattr(link, name) for name in choices})
    with transaction.atomic():
        # Locked, or it could end meanwhile. Only the choices are saved, or the whole row from
        # memory would undo the end of another transaction.
        locked = Link.objects.select_for_update().get(pk=link.pk)
        if not locked.is_open:
            raise ValidationError(_("The link has ended. It stays as it was."))
        must_be_as_seen(locked, {**demand_in(before), **(seen or {})})
        note_switched(link, locked)
        link.save(update_fields=[*choices, "release_off_at", "changed_at"])
        _have_rights_read(link)
        if account_mappings is not None:
            changes += _replace_mappings(link, account_mappings)
        if more_mappings:
            changes += _replace_mappings(link, mappings_of(link) | dict(more_mappings))
        if changes:
            audit.record(
                audit.Action.LINK_CHANGED,
                user=user,
                company=link.company,
                about=link,
                changes=changes,
                name=str(link.company),
                fields=", ".join(change.field for change in changes),
            )
        carry_rule_over(link, locked, changes, user=user)
        _fetch_as_needed(link)
    return changes


def confirm_link(link: Link, *, user: User | None) -> Link:
    """Store that company and administration belong together as they are named now.

    What waited for it is checked again. Safe to repeat: the audit log has it once.
    """
    with transaction.atomic():
        link = (
            Link.objects.select_for_update(of=("self",))
            .select_related("company", "procountor_account")
            .get(pk=link.pk)
        )
        if link.is_confirmed:
            return link
        link.confirmed_pair = link.company.pair_with(link.procountor_account)
        link.save(update_fields=["confirmed_pair", "changed_at"])
        pairing = pairing_of(link.company, link.procountor_account, is_linked=True)
        _record_confirmation(link, pairing, user=user)
    recheck_company(link.company)
    return link


def end_link(link: Link, *, ends_on: date, reason: str, user: User | None) -> Link:
    """End ``link``: what is dated ``ends_on`` or later goes through its successor, if it has one.

    A link that was wrong from the beginning ends with its start. What was sent through it stays its
    trail, and does not prevent sending it where it belongs. Raises ``LinkBusy`` while receipts are
    on their way, and Django's ``ValidationError`` without a reason.
    """
    reason = reason.strip()
    if not reason:
        raise ValidationError({"reason": _("Say why the link ends.")})
    with transaction.atomic():
        link = (
            Link.objects.select_for_update(of=("self",)).select_related("company").get(pk=link.pk)
        )
        if not link.is_open:
            return link
        # The link is locked, and so does asking for a journal: no export is queued meanwhile.
        take_back_waiting(link)
        if link.exports.filter(state__in=EXPORTS_UNDER_WAY | EXPORTS_GOING_BACK).exists():
            raise LinkBusy(f"Receipts are on their way through {link}.")
        link.ends_on = max(ends_on, link.start_month)
        link.end_reason = reason[:200]
        link.save(update_fields=["ends_on", "end_reason"])
        leave_account(link)
        audit.record(
            audit.Action.LINK_ENDED,
            user=user,
            company=link.company,
            about=link,
            changes=changes_of({"ends_on": None}, {"ends_on": link.ends_on}),
            name=str(link.company),
            date=link.ends_on.isoformat(),
            reason=link.end_reason,
        )
    recheck_company(link.company, includes_at_rest=True)
    return link


def _must_be_confirmed(pairing: Pairing, different_names: bool, shared: bool) -> None:
    if not pairing.match.is_equal and not different_names:
        raise DifferentNames(pairing.company, pairing.account)
    if pairing.others and not shared:
        of_debtor = (one for one in pairing.others if one.debtor_id == pairing.company.debtor_id)
        raise SharedAdministration(pairing.company, pairing.account, next(of_debtor, None))


def _record_confirmation(link: Link, pairing: Pairing, *, user: User | None) -> None:
    """Record both names that a person confirmed, as they were at that moment."""
    if not pairing.needs_confirmation:
        return
    names = [name_with_id(pairing.company.name, pairing.company.business_id)]
    # Every user who may see the company reads this, and not all may know other debtors' companies.
    names += [
        str(other) if other.debtor_id == pairing.company.debtor_id else str(other.number)
        for other in pairing.others
    ]
    audit.record(
        audit.Action.LINK_CONFIRMED,
        user=user,
        company=pairing.company,
        about=link,
        name=str(pairing.company),
        administration=name_with_id(pairing.account.company_name, pairing.account.business_id),
        difference="; ".join(names),
        link=str(link.pk),
    )


def _must_be_free(link: Link) -> None:
    """Raise ``MonthsCovered`` if a month would go through two links of one company."""
    others = (
        Link.objects.filter(company=link.company)
        .exclude(pk=link.pk)
        .select_related("procountor_account", "company")
        .order_by("-ends_on")
    )
    covering = next((one for one in others if one.span().overlaps(link.span())), None)
    if covering is not None and link.is_open:
        raise MonthsCovered(covering)


def leave_account(link: Link) -> None:
    """Leave an account that serves no company any more to the debtor it served last."""
    account_id = link.procountor_account_id
    ProcountorAccount.objects.filter(pk=account_id).update(debtor=link.company.debtor_id)


def _have_rights_read(link: Link) -> None:
    """Have the worker check the account of a link that never sends, as it needs few rights."""
    if link.is_verify_only:
        account = ProcountorAccount.objects.filter(pk=link.procountor_account_id)
        account.update(checked_at=None, check_failed_at=None)


def _save_new(link: Link) -> None:
    """Store a link. Raise if its company or account was linked at the same moment."""
    try:
        # A savepoint: PostgreSQL answers no query in a transaction whose constraint was broken.
        with transaction.atomic():
            link.save()
    except IntegrityError as error:
        if link.company.links.open().exists():
            raise CompanyLinked(f"{link.company} is linked already.") from error
        raise AccountTaken(f"{link.procountor_account} serves another company.") from error


def _must_be_unlinked(company: Company, account: ProcountorAccount) -> None:
    if company.links.open().exists():
        raise CompanyLinked(f"{company} is linked already.")
    if account.links.open().exists():
        raise AccountTaken(f"{account} serves another company already.")
    _must_be_authorised(account)


def _must_be_authorised(account: ProcountorAccount) -> None:
    if not account.is_authorised:
        raise AccountNotAuthorised(f"{account} is not authorised.")


def _fetch_as_needed(link: Link) -> None:
    """Have the company fetched again if the link needs another split of its journals.

    Journals that were sent stay as they are.
    """
    fetched = link.company.runs.filter(gone_at__isnull=True, journal_read_at__isnull=False)
    if fetched.exclude(split=split_of(link)).exists():
        NmbrsCompany.objects.fetchable().filter(company=link.company).want(timezone.now())


def _replace_mappings(link: Link, wanted: Mapping[str, str]) -> tuple[Change, ...]:
    """Make the mappings of ``link`` equal ``wanted``, without those that change nothing."""
    wanted = {
        before.strip(): after.strip()
        for before, after in wanted.items()
        if after.strip() and before.strip() != after.strip()
    }
    present = mappings_of(link)
    if present == wanted:
        return ()
    link.account_mappings.all().delete()
    for before, after in wanted.items():
        mapping = AccountMapping(link=link, journal_account=before, procountor_account_code=after)
        mapping.full_clean()
        mapping.save()
    return changes_of({"account_mappings": present}, {"account_mappings": wanted})


def mappings_of(link: Link) -> dict[str, str]:
    return dict(link.account_mappings.values_list("journal_account", "procountor_account_code"))
