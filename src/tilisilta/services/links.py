"""Links: which company goes to which administration, checked against Procountor as it is typed."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from django.db import transaction
from django.utils import timezone

from tilisilta.domain.administrations import Administration, Dimension, LedgerAccount
from tilisilta.domain.dimensions import find_dimensions
from tilisilta.domain.ledger_accounts import near_accounts
from tilisilta.domain.problems import ProblemCode
from tilisilta.errors import NeedsAttention
from tilisilta.models import (
    AccountMapping,
    Company,
    Export,
    JournalLine,
    Link,
    NmbrsCompany,
    ProcountorAccount,
    User,
)
from tilisilta.models.exports import ExportState
from tilisilta.services import audit
from tilisilta.services.checks import split_of
from tilisilta.services.journals import recheck_company


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


class LinkInUse(NeedsAttention):
    """Receipts were sent through the link, so it stays as their trail."""

    code = ProblemCode.LINK_IN_USE


@dataclass(frozen=True, kw_only=True)
class DimensionCheck:
    """Whether a dimension name is known in Procountor, and what it may have meant."""

    name: str
    found: Dimension | None
    is_ambiguous: bool
    offered: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class AccountCheck:
    """A ledger account used by the company's journals, and where the link books it."""

    journal_account: str
    description: str
    mapped_to: str
    found: LedgerAccount | None
    near: tuple[LedgerAccount, ...]

    @property
    def is_mapped(self) -> bool:
        """Tell whether the link gives this account another number."""
        return bool(self.mapped_to) and self.mapped_to != self.journal_account

    @property
    def is_bookable(self) -> bool:
        """Tell whether Procountor would take it."""
        return self.found is not None and self.found.is_active


def create_link(
    company: Company,
    account: ProcountorAccount,
    *,
    user: User | None,
    account_mappings: Mapping[str, str] | None = None,
    **choices: Any,
) -> Link:
    """Link ``company`` to the administration of ``account``; ``choices`` are fields of ``Link``.

    Raises ``CompanyLinked``, ``AccountTaken``, ``AccountNotAuthorised``, or Django's
    ``ValidationError`` for a choice that cannot be.
    """
    if Link.objects.filter(company=company).exists():
        raise CompanyLinked(f"{company} is linked already.")
    if Link.objects.filter(procountor_account=account).exists():
        raise AccountTaken(f"{account} serves another company already.")
    _must_be_authorised(account)
    link = Link(company=company, procountor_account=account, **choices)
    link.full_clean()
    with transaction.atomic():
        # Locked, or it could be authorised for another company in this moment.
        _must_be_authorised(ProcountorAccount.objects.select_for_update().get(pk=account.pk))
        link.save()
        _replace_mappings(link, account_mappings or {})
        audit.record(
            audit.Action.LINK_CREATED,
            user=user,
            company=company,
            name=str(company),
            administration=account.company_name,
        )
        _fetch_as_needed(link)
    recheck_company(company)
    return link


def change_link(
    link: Link,
    *,
    user: User | None,
    account_mappings: Mapping[str, str] | None = None,
    **choices: Any,
) -> Link:
    """Change how an existing link books; what was sent stays as it was sent.

    ``account_mappings`` replaces all mappings; ``None`` leaves them as they are.
    """
    before = {name: getattr(link, name) for name in choices}
    for name, value in choices.items():
        setattr(link, name, value)
    link.full_clean()
    changed = [name for name, value in choices.items() if before[name] != value]
    with transaction.atomic():
        link.save()
        if account_mappings is not None and _replace_mappings(link, account_mappings):
            changed.append("account_mappings")
        if changed:
            audit.record(
                audit.Action.LINK_CHANGED,
                user=user,
                company=link.company,
                name=str(link.company),
                fields=", ".join(changed),
            )
        _fetch_as_needed(link)
    recheck_company(link.company)
    return link


def remove_link(link: Link, *, user: User | None) -> None:
    """Remove a link through which nothing was sent yet. Raises ``LinkInUse`` otherwise."""
    company = link.company
    with transaction.atomic():
        # Locked, or somebody could send them between the look and the removal.
        exports = list(link.exports.select_for_update())
        if any(export.state != ExportState.READY for export in exports):
            raise LinkInUse("Receipts were sent through this link; it stays as their trail.")
        if link.exports.filter(attempts__isnull=False).exists():
            raise LinkInUse("Receipts were tried through this link; it stays as their trail.")
        Export.objects.filter(link=link).delete()
        link.delete()
        audit.record(audit.Action.LINK_REMOVED, user=user, company=company, name=str(company))
    recheck_company(Company.objects.get(pk=company.pk))


def free_accounts() -> Iterable[ProcountorAccount]:
    """The authorised accounts that serve no company yet."""
    return ProcountorAccount.objects.filter(
        state=ProcountorAccount.State.AUTHORISED, link__isnull=True
    )


def check_dimension(administration: Administration, name: str) -> DimensionCheck:
    """Look for a dimension by name: exactly, then ignoring case and outer blanks (R6)."""
    candidates = find_dimensions(name, administration.dimensions)
    names = [dimension.name for dimension in administration.dimensions]
    near = difflib.get_close_matches(name, names, n=3, cutoff=0.4)
    return DimensionCheck(
        name=name,
        found=candidates[0] if len(candidates) == 1 else None,
        is_ambiguous=len(candidates) > 1,
        offered=tuple(near or names),
    )


def check_accounts(
    company: Company, administration: Administration, mappings: Mapping[str, str]
) -> tuple[AccountCheck, ...]:
    """Every ledger account the company's journals have used, and where it would be booked."""
    known = {account.code: account for account in administration.ledger_accounts}
    used = (
        JournalLine.objects.filter(journal__company=company)
        .order_by("ledger_account", "position")
        .values_list("ledger_account", "description")
    )
    descriptions: dict[str, str] = {}
    for code, description in used.iterator():
        descriptions.setdefault(code, description)
    for code in mappings:
        descriptions.setdefault(code, "")
    return tuple(
        AccountCheck(
            journal_account=code,
            description=descriptions[code],
            mapped_to=mappings.get(code, code),
            found=known.get(mappings.get(code, code)),
            near=near_accounts(mappings.get(code, code), administration.ledger_accounts),
        )
        for code in sorted(descriptions)
    )


def _must_be_authorised(account: ProcountorAccount) -> None:
    if not account.is_authorised:
        raise AccountNotAuthorised(f"{account} is not authorised.")


def _fetch_as_needed(link: Link) -> None:
    """Have the company fetched again if its journals are told apart otherwise than the link needs.

    Those that were sent stay as they are.
    """
    fetched = link.company.runs.filter(gone_at__isnull=True, journal_read_at__isnull=False)
    if fetched.exclude(split=split_of(link)).exists():
        NmbrsCompany.objects.fetchable().filter(company=link.company).want(timezone.now())


def _replace_mappings(link: Link, wanted: Mapping[str, str]) -> bool:
    """Make the mappings of ``link`` equal ``wanted``, leaving out those that change nothing."""
    wanted = {
        before.strip(): after.strip()
        for before, after in wanted.items()
        if after.strip() and before.strip() != after.strip()
    }
    present = dict(link.account_mappings.values_list("journal_account", "procountor_account_code"))
    if present == wanted:
        return False
    link.account_mappings.all().delete()
    for before, after in wanted.items():
        mapping = AccountMapping(link=link, journal_account=before, procountor_account_code=after)
        mapping.full_clean()
        mapping.save()
    return True
