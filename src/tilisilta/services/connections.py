"""Procountor accounts: create, authorise, check, and read their companies."""

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone

from tilisilta.clients.procountor import oauth
from tilisilta.clients.procountor.client import Session
from tilisilta.clients.procountor.errors import GrantEnded, TokenRefused
from tilisilta.domain.administrations import Administration
from tilisilta.domain.company_match import compare_companies
from tilisilta.domain.problems import ProblemCode
from tilisilta.errors import NeedsAttention, TilisiltaError
from tilisilta.models import Company, Debtor, Export, Link, ProcountorAccount, User
from tilisilta.services import audit
from tilisilta.services.audit_changes import changes_of
from tilisilta.services.journals.importing import recheck_account
from tilisilta.services.journals.keeping import KNOWN_OUTSIDE
from tilisilta.services.pace import wait_for_slot
from tilisilta.services.procountor.administrations import keep_administration, note_company
from tilisilta.services.procountor.client import (
    application,
    login_address,
    procountor,
    procountor_with,
    store_grant,
    transport,
)

CHECK_AGE = timedelta(hours=12)
"""An account is checked again when its last answer is older than this."""
CHECK_RETRY_AGE = timedelta(minutes=15)
"""A check that got no answer is repeated after this time."""
MOST_CHECKS = 20
"""At most so many accounts are checked in a row, so that journals need not wait for the pace."""


class AccountNameTaken(NeedsAttention):
    """Another account already has this name."""

    code = ProblemCode.ACCOUNT_NAME_TAKEN


class NotConfigured(NeedsAttention):
    """The bureau's own client id and secret for Procountor are not set."""

    code = ProblemCode.CLIENT_ID_MISSING


class ApiKeyRefused(GrantEnded):
    """The API key that was typed is none; nothing that was authorised before has ended."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.facts = {"reason": "api_key"}


class OtherCompanyChosen(NeedsAttention):
    """A linked account was authorised for another company than the one it is linked to."""

    code = ProblemCode.OTHER_COMPANY_CHOSEN

    def __init__(self, *, expected: str, chosen: str) -> None:
        super().__init__(f"The account is linked to {expected}, but {chosen} was chosen.")
        self.facts = {"expected": expected, "chosen": chosen}


@dataclass(frozen=True, kw_only=True)
class Authorisation:
    """The address where a person logs in to Procountor, and the state they must return with."""

    url: str
    state: str


def create_account(
    name: str, *, user: User | None, debtor: Debtor | None = None
) -> ProcountorAccount:
    """Create a Procountor account, not authorised yet. Raise ``AccountNameTaken`` if it exists.

    It belongs to ``debtor``, or else to the first debtor that ``user`` is limited to. An account of
    a user who sees all debtors is visible to such users only, until it serves a company.
    """
    try:
        with transaction.atomic():
            account = ProcountorAccount.objects.create(
                name=name.strip(), debtor=debtor or _debtor_of(user)
            )
            audit.record(audit.Action.ACCOUNT_CREATED, user=user, about=account, name=account.name)
    except IntegrityError as error:
        raise AccountNameTaken(f"There is already a Procountor account named {name}.") from error
    return account


def _debtor_of(user: User | None) -> Debtor | None:
    return user.debtors.order_by("number").first() if user is not None else None


def start_authorisation() -> Authorisation:
    """Return where a person authorises an account. Store the state in their session."""
    _must_be_configured()
    state = secrets.token_urlsafe(24)
    return Authorisation(url=login_address(state), state=state)


def finish_authorisation(
    account: ProcountorAccount, code: str, *, user: User | None
) -> ProcountorAccount:
    """Exchange the code that Procountor sent back, and read the company it is for."""
    _must_be_configured()
    wait_for_slot()
    grant = oauth.exchange_code(application(), code, transport=transport())
    return _authorise(
        account,
        grant,
        method=ProcountorAccount.Method.LOGIN,
        secret=grant.refresh_token or "",
        user=user,
    )


def authorise_with_api_key(
    account: ProcountorAccount, api_key: str, *, user: User | None
) -> ProcountorAccount:
    """Authorise with an API key of a technical user, and read the company it is for."""
    return authorise_as_read(account, read_behind_key(api_key), user=user)


@dataclass(frozen=True, kw_only=True)
class BehindKey:
    """The company that an API key opens, as it was read. Nothing of it is stored."""

    api_key: str = field(repr=False)
    grant: oauth.Grant = field(repr=False)
    session: Session
    administration: Administration

    def account(self, name: str) -> ProcountorAccount:
        """Return the account that the key would authorise, which is not stored."""
        return ProcountorAccount(
            name=name,
            procountor_company_id=self.session.company_id,
            company_name=self.administration.name,
            business_id=self.administration.business_id,
        )


def read_behind_key(api_key: str) -> BehindKey:
    """Return the company behind ``api_key``. Raise ``ApiKeyRefused`` if there is none."""
    _must_be_configured()
    wait_for_slot()
    try:
        grant = oauth.token_for_api_key(application(), api_key.strip(), transport=transport())
    except GrantEnded as error:
        raise ApiKeyRefused("Procountor does not accept the API key.") from error
    session, administration = _read_company(grant)
    return BehindKey(
        api_key=api_key.strip(), grant=grant, session=session, administration=administration
    )


def authorise_as_read(
    account: ProcountorAccount, behind: BehindKey, *, user: User | None
) -> ProcountorAccount:
    """Authorise with an API key whose company was read a moment ago."""
    return _store_authorisation(
        account,
        behind.grant,
        behind.session,
        behind.administration,
        method=ProcountorAccount.Method.API_KEY,
        secret=behind.api_key,
        user=user,
    )


def remove_authorisation(account: ProcountorAccount, *, user: User | None) -> None:
    """Forget the grant. Journals of its link wait until the account is authorised again."""
    with transaction.atomic():
        account.state = ProcountorAccount.State.NEW
        account.method = account.grant = account.access_token = ""
        account.access_token_expires_at = account.ended_at = account.company_seen_at = None
        account.save()
        audit.record(audit.Action.ACCOUNT_REMOVED, user=user, about=account, name=account.name)
    recheck_account(account)


def check_account(account: ProcountorAccount) -> ProcountorAccount:
    """Check whether the account still works, and note the result on it.

    An ended grant turns it red; a service that cannot be reached is noted and changes nothing.
    """
    if account.is_unreadable:
        # Noted like a silence, or it would come first among those to check for ever.
        ProcountorAccount.objects.filter(pk=account.pk).update(check_failed_at=timezone.now())
        account.refresh_from_db()
    if not account.is_authorised:
        return account
    try:
        with procountor(account) as client:
            session = client.get_session()
            rights = client.get_journal_rights() if _is_verify_only(account) else ""
    except TilisiltaError:
        # Single columns: saving the whole row would overwrite tokens renewed meanwhile.
        ProcountorAccount.objects.filter(pk=account.pk).update(check_failed_at=timezone.now())
    else:
        ProcountorAccount.objects.filter(pk=account.pk).update(
            checked_at=timezone.now(), check_failed_at=None, journal_rights=rights
        )
        note_company(account, session.company_id, now=timezone.now())
    account.refresh_from_db()
    return account


def _is_verify_only(account: ProcountorAccount) -> bool:
    return account.links.open().filter(is_verify_only=True).exists()


def check_unheard_accounts(now: datetime) -> int:
    """Check accounts without a recent answer, some at a time; return how many.

    An authorisation that has ended should not be noticed only at the end of the month.
    """
    tried_lately = Q(check_failed_at__gt=now - CHECK_RETRY_AGE)
    unheard = (
        ProcountorAccount.objects.filter(
            Q(checked_at__isnull=True) | Q(checked_at__lt=now - CHECK_AGE),
            state=ProcountorAccount.State.AUTHORISED,
        )
        .exclude(tried_lately)
        .order_by(F("checked_at").asc(nulls_first=True))[:MOST_CHECKS]
    )
    for account in unheard:
        check_account(account)
    return len(unheard)


def _administration_of(account: ProcountorAccount) -> Mapping[str, object]:
    return {
        "administration": account.company_name,
        "business_id": account.business_id,
        "method": account.method,
    }


def _authorise(
    account: ProcountorAccount,
    grant: oauth.Grant,
    *,
    method: ProcountorAccount.Method,
    secret: str,
    user: User | None,
) -> ProcountorAccount:
    # Read before the transaction: no row stays locked while Procountor answers.
    session, administration = _read_company(grant)
    return _store_authorisation(
        account, grant, session, administration, method=method, secret=secret, user=user
    )


def _store_authorisation(  # what was read, and how
    account: ProcountorAccount,
    grant: oauth.Grant,
    session: Session,
    administration: Administration,
    *,
    method: ProcountorAccount.Method,
    secret: str,
    user: User | None,
) -> ProcountorAccount:
    with transaction.atomic():
        # Locked, or it could be linked between the comparison and the change of its company.
        ProcountorAccount.objects.select_for_update().get(pk=account.pk)
        # The caller's copy is older than the lock.
        account.refresh_from_db()
        _must_be_the_linked_company(account, session, administration)
        before = _administration_of(account)
        account.state = ProcountorAccount.State.AUTHORISED
        account.method = method
        account.grant = secret
        account.procountor_company_id = session.company_id
        account.company_seen_at = timezone.now()
        account.company_name = administration.name
        account.business_id = administration.business_id
        account.ended_at = account.renewal_leased_until = account.token_refused_at = None
        account.token_refusal_count = 0
        account.save()
        keep_administration(account, administration, now=timezone.now())
        store_grant(account, grant)
        audit.record(
            audit.Action.ACCOUNT_AUTHORISED,
            user=user,
            about=account,
            changes=changes_of(before, _administration_of(account)),
            name=account.name,
            administration=account.company_name,
            business_id=account.business_id,
        )
    recheck_account(account)
    return account


def _read_company(grant: oauth.Grant) -> tuple[Session, Administration]:
    for pause_seconds in settings.PROCOUNTOR_FIRST_TOKEN_PAUSES:
        try:
            return _read_company_once(grant)
        except TokenRefused:
            # A token that is a moment old may not be known to all of Procountor yet.
            time.sleep(pause_seconds)
    return _read_company_once(grant)


def _read_company_once(grant: oauth.Grant) -> tuple[Session, Administration]:
    with procountor_with(grant) as client:
        return client.get_session(), client.get_administration()


def _must_be_the_linked_company(
    account: ProcountorAccount, session: Session, administration: Administration
) -> None:
    """Raise ``OtherCompanyChosen`` if the account would move to other books.

    An account through which anything was sent may only be authorised for the same company again:
    otherwise the next journal would be booked in a foreign ledger. One that serves a company and
    has sent nothing may move to the company that name and business ID say is meant.
    """
    if account.procountor_company_id in {None, session.company_id}:
        return
    is_used = Export.with_trail.filter(KNOWN_OUTSIDE, link__procountor_account=account)
    # A link that has ended still books its own months: they must not land in other books either.
    booking = (link for link in account.links.select_related("company") if not link.span().is_empty)
    is_wrong = any(not _belongs(link.company, session, administration) for link in booking)
    # Sharing the books of another company is confirmed when a link is made, never by logging in.
    is_taken = (
        Link.objects.open()
        .filter(procountor_account__procountor_company_id=session.company_id)
        .exclude(procountor_account=account)
    )
    if is_used.exists() or is_wrong or (account.links.open().exists() and is_taken.exists()):
        raise OtherCompanyChosen(expected=account.company_name, chosen=session.company_name)


def _belongs(company: Company, session: Session, administration: Administration) -> bool:
    return compare_companies(
        name=company.name,
        business_id=company.business_id,
        other_name=session.company_name,
        other_business_id=administration.business_id,
    ).is_equal


def _must_be_configured() -> None:
    own = application()
    if not own.client_id or not own.client_secret:
        raise NotConfigured(
            "TILISILTA_PROCOUNTOR_CLIENT_ID and TILISILTA_PROCOUNTOR_CLIENT_SECRET are not set."
        )
