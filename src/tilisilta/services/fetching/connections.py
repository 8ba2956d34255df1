"""Connections to Nmbrs: create one, try it out, change its token, and remove it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from tilisilta.clients.nmbrs.errors import NmbrsLoginRefused
from tilisilta.domain.problems import Problem, ProblemCode
from tilisilta.errors import NeedsAttention, TilisiltaError
from tilisilta.models import NmbrsConnection, NmbrsGrant, Synchronisation, User
from tilisilta.models.encryption import readable
from tilisilta.services import audit
from tilisilta.services.audit_changes import changes_of
from tilisilta.services.fetching.call_counts import store_calls
from tilisilta.services.fetching.client import (
    address_of,
    chosen_host,
    count_soap_call,
    mark_refused,
    nmbrs_as,
)
from tilisilta.services.fetching.connection_problems import grant_of
from tilisilta.services.fetching.coverage import read_coverage
from tilisilta.services.fetching.doubts import forget_doubts, recheck_in_doubt
from tilisilta.services.fetching.grants import prove
from tilisilta.services.fetching.problems import problem_of
from tilisilta.services.fetching.queue import give_up
from tilisilta.services.fetching.revoking import disconnect
from tilisilta.services.fetching.synchronisations import (
    NothingConnected,
    ask_for_everything,
    finish_if_done,
)

if TYPE_CHECKING:
    from tilisilta.clients.nmbrs.soap import NmbrsSoap

State = NmbrsConnection.State
PROVED = timedelta(minutes=15)


class ConnectionNameTaken(NeedsAttention):
    """Another connection already has this name."""

    code = ProblemCode.CONNECTION_NAME_TAKEN


class OtherEnvironment(NeedsAttention):
    """The new token belongs to another environment than the companies of the connection."""

    code = ProblemCode.OTHER_ENVIRONMENT

    def __init__(self, *, expected: str, chosen: str) -> None:
        super().__init__(f"The connection is to {expected}, but the token is of {chosen}.")
        self.facts = {"expected": expected, "chosen": chosen}


@dataclass(frozen=True, kw_only=True)
class Reached:
    """What a user and token can reach in Nmbrs, by a test."""

    domain: str
    debtor_count: int
    company_count: int
    forbidden_calls: tuple[str, ...]


def connect(  # what a person says of a connection, each by its name
    name: str,
    *,
    user_name: str,
    token: str,
    first_year: int,
    user: User | None,
    domain: str = "",
    site: str = "",
) -> NmbrsConnection:
    """Create a connection, once Nmbrs has accepted its user; ``domain`` is read if not given.

    ``site`` is where its environment answers, empty for the address of the settings. Runs from
    ``first_year`` on are fetched. Raises ``ConnectionNameTaken``, what the client raises, or
    Django's ``ValidationError``; nothing is stored then.
    """
    made = NmbrsConnection(
        name=name.strip(),
        user_name=user_name.strip(),
        token=token.strip(),
        domain=domain.strip(),
        site=site,
        first_year=first_year,
    )
    made.clean_fields(exclude=["domain"])
    _name_must_be_free(made)
    reached = try_out(made.user_name, made.token, domain=made.domain, site=made.site)
    made.domain = reached.domain
    try:
        with transaction.atomic():
            _note(made, reached, now=timezone.now())
            made.save()
            audit.record(
                audit.Action.NMBRS_CONNECTED,
                user=user,
                about=made,
                name=made.name,
                user_name=made.user_name,
            )
    except IntegrityError as error:
        raise ConnectionNameTaken(f"There is already a connection named {name}.") from error
    return made


def connect_and_fetch(  # what a person says of a connection, each by its name
    name: str,
    *,
    user_name: str,
    token: str,
    first_year: int,
    user: User | None,
    domain: str = "",
    site: str = "",
) -> NmbrsConnection:
    """Create a connection as ``connect`` does, and ask for a synchronisation at once."""
    made = connect(
        name,
        user_name=user_name,
        token=token,
        first_year=first_year,
        user=user,
        domain=domain,
        site=site,
    )
    ask_for_everything(user=user, now=timezone.now())
    return made


def change_connection(
    connection: NmbrsConnection,
    *,
    user: User | None,
    user_name: str,
    first_year: int,
    token: str = "",
    site: str | None = None,
) -> NmbrsConnection:
    """Change user, token, site or first year, once Nmbrs has accepted the user.

    Without a token the old one stays, and so does the site where ``site`` is ``None`` or leads to
    the same address. A removed connection is connected again. Raises
    ``NothingConnected`` when it is removed meanwhile, and ``OtherEnvironment`` when user and token
    belong to another environment: its companies are not ours.
    """
    row = NmbrsConnection.objects.filter(pk=connection.pk)
    if connection.state != State.REMOVED:
        row = row.exclude(state=State.REMOVED)
    changes = {"user_name": user_name.strip(), "first_year": first_year}
    if token.strip():
        changes["token"] = token.strip()
    if site is not None and address_of(site) != address_of(connection.site):
        changes["site"] = site
    before = {field: getattr(connection, field) for field in changes}
    changed = [field for field, value in changes.items() if before[field] != value]
    for field, value in changes.items():
        setattr(connection, field, value)
    connection.clean_fields()
    if not changed and connection.state == State.WORKING:
        return connection
    if connection.is_by_rest:
        return _change_first_year(connection, before["first_year"], user=user)
    token_now = readable(connection.token)
    reached = try_out(connection.user_name, token_now, domain="", site=connection.site)
    if reached.domain.casefold() != connection.domain.casefold():
        raise OtherEnvironment(expected=connection.domain, chosen=reached.domain)
    with transaction.atomic():
        # Only these columns: fetching stores others in the same row meanwhile.
        if not row.update(**changes, **_columns(reached), tested_at=timezone.now()):
            raise NothingConnected(f"The connection {connection.name} was removed meanwhile.")
        audit.record(
            audit.Action.NMBRS_CHANGED,
            user=user,
            about=connection,
            changes=changes_of(before, changes),
            name=connection.name,
            fields=", ".join(changed) or "token",
        )
    connection.refresh_from_db()
    return connection


def _change_first_year(
    connection: NmbrsConnection, before: int, *, user: User | None
) -> NmbrsConnection:
    """Change what a person may of a connection by REST: its log-in is changed by consent alone."""
    with transaction.atomic():
        NmbrsConnection.objects.filter(pk=connection.pk).update(first_year=connection.first_year)
        audit.record(
            audit.Action.NMBRS_CHANGED,
            user=user,
            about=connection,
            changes=changes_of({"first_year": before}, {"first_year": connection.first_year}),
            name=connection.name,
            fields="first_year",
        )
    connection.refresh_from_db()
    return connection


def check_connection(connection: NmbrsConnection) -> NmbrsConnection:
    """Test what the connection reaches, and store the answer on it; a refusal is not raised.

    Both ways are tested where it has both: by SOAP and by its consent. Only a refused user, token
    or domain turns it red; what waits to be fetched by it fails then. Other errors are not the
    token's fault, so the state stays as it was. A connection that is removed meanwhile stays
    removed.
    """
    if connection.state == State.REMOVED:
        return connection
    grant = grant_of(connection)
    if grant is not None:
        check_consent(grant, now=timezone.now())
    if not connection.is_by_rest:
        _check_by_soap(connection)
    store_calls()
    connection.refresh_from_db()
    return connection


def prove_consent(connection: NmbrsConnection, *, now: datetime) -> None:
    """Renew the consent of a connection, unless that was done in the last quarter of an hour.

    While an access token lives, the consent seems to work even where its refresh token was used up:
    after restoring a backup. The outcome is noted; nothing is raised.
    """
    grant = grant_of(connection)
    if grant is None or grant.state != NmbrsGrant.State.GIVEN or now - grant.renewed_at < PROVED:
        return
    try:
        prove(grant)
    except TilisiltaError as error:
        NmbrsGrant.objects.filter(pk=grant.pk).update(trouble=(problem_of(error),))


def check_consent(grant: NmbrsGrant, *, now: datetime) -> None:
    """Ask Nmbrs what the consent covers, and store the answer; a refusal is not raised."""
    connection = grant.connection
    row = NmbrsConnection.objects.exclude(state=State.REMOVED).filter(pk=connection.pk)
    if connection.is_by_rest:
        row.update(tested_at=now)
    if grant.state == NmbrsGrant.State.WITHDRAWN:
        return
    trouble: tuple[Problem, ...] = ()
    try:
        read_coverage(grant, now=now)
    except NmbrsLoginRefused as error:
        trouble = (problem_of(error),)
        if connection.is_by_rest:
            mark_refused(connection)
            give_up(connection.pk, trouble, now=now)
    except TilisiltaError as error:
        trouble = (problem_of(error),)
    else:
        if connection.is_by_rest:
            row.update(
                state=State.WORKING,
                debtor_count=sum(bool(one["is_covered"]) for one in grant.debtors),
                trouble=[],
                silent_count=0,
            )
    NmbrsGrant.objects.filter(pk=grant.pk).update(trouble=trouble, checked_at=now)
    grant.refresh_from_db()


def _check_by_soap(connection: NmbrsConnection) -> None:
    row = NmbrsConnection.objects.exclude(state=State.REMOVED).filter(pk=connection.pk)
    changes: dict[str, Any] = {"tested_at": timezone.now()}
    try:
        reached = try_out(
            connection.user_name,
            readable(connection.token),
            domain=connection.domain,
            site=connection.site,
            note_call=partial(count_soap_call, connection.pk),
        )
    except NmbrsLoginRefused as error:
        changes["trouble"] = (problem_of(error),)
        mark_refused(connection)
        give_up(connection.pk, changes["trouble"], now=timezone.now())
    except TilisiltaError as error:
        changes["trouble"] = (problem_of(error),)
    else:
        changes |= _columns(reached)
    row.update(**changes)


def remove_connection(connection: NmbrsConnection, *, user: User | None) -> bool:
    """Forget the token and fetch no more. What was fetched stays, and can still be sent.

    A consent is given back to Nmbrs. Returns whether Nmbrs has confirmed that, where there was one.
    """
    if connection.state == State.REMOVED:
        return True
    is_confirmed = disconnect(connection, user=user)
    with transaction.atomic():
        connection.state = State.REMOVED
        connection.token = ""
        connection.trouble = connection.questions = []
        connection.save(update_fields=["state", "token", "trouble", "questions"])
        in_doubt = forget_doubts(connection)
        connection.companies.update(wanted_at=None, due_at=None, wanted_by=None)
        audit.record(audit.Action.NMBRS_REMOVED, user=user, about=connection, name=connection.name)
    recheck_in_doubt(in_doubt)
    # It may have waited only for companies of this connection, and no worker would end it.
    for under_way in Synchronisation.objects.filter(finished_at__isnull=True):
        finish_if_done(under_way.pk, now=timezone.now())
    return is_confirmed


def remove_rest(connection: NmbrsConnection, *, user: User | None) -> bool:
    """Give back the consent; a connection that fetches by it is removed by that.

    Returns whether Nmbrs has confirmed it.
    """
    if connection.is_by_rest:
        return remove_connection(connection, user=user)
    return disconnect(connection, user=user)


def try_out(
    user_name: str,
    token: str,
    *,
    domain: str,
    site: str = "",
    note_call: Callable[[str], None] | None = None,
) -> Reached:
    """Return what a user and token reach: by two lists, and each call needed later, once."""
    source = nmbrs_as(user_name, token, domain=domain, site=site, note_call=note_call)
    try:
        return _reached(source, domain)
    except NmbrsLoginRefused as error:
        # The other host of Nmbrs knows neither user nor token, and says only that.
        error.facts = {**error.facts, "site": chosen_host(site)}
        raise


def _reached(source: "NmbrsSoap", domain: str) -> Reached:
    environment = domain or source.find_domain()
    debtors = source.debtors()
    companies = source.companies()
    forbidden: tuple[str, ...] = ()
    if debtors and companies:
        forbidden = source.forbidden_calls(
            debtors[0].id, companies[0].id, timezone.localdate().year
        )
    return Reached(
        domain=environment,
        debtor_count=len(debtors),
        company_count=len(companies),
        forbidden_calls=forbidden,
    )


def _columns(reached: Reached) -> dict[str, Any]:
    """Return the columns that a successful test sets on a connection."""
    return {
        "state": State.WORKING,
        "debtor_count": reached.debtor_count,
        "company_count": reached.company_count,
        "forbidden_calls": list(reached.forbidden_calls),
        "trouble": [],
        "silent_count": 0,
    }


def _note(connection: NmbrsConnection, reached: Reached, *, now: datetime) -> None:
    connection.tested_at = now
    for field, value in _columns(reached).items():
        setattr(connection, field, value)


def _name_must_be_free(made: NmbrsConnection) -> None:
    if NmbrsConnection.objects.filter(name=made.name).exists():
        raise ConnectionNameTaken(f"There is already a connection named {made.name}.")
