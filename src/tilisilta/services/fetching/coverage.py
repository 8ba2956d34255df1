"""Which debtors a consent covers, and which it does not."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q

from tilisilta.clients.nmbrs.rest import identity
from tilisilta.clients.nmbrs.rest.client import NmbrsRest
from tilisilta.clients.nmbrs.rest.tokens import AccessTokens
from tilisilta.domain.nmbrs_scopes import Scope, missing_scopes
from tilisilta.domain.payroll import PayrollDebtor
from tilisilta.domain.problems import Problem, ProblemCode, Screen, Severity, facts
from tilisilta.errors import NeedsAttention, TilisiltaError
from tilisilta.models import AuditEntry, Debtor, NmbrsConnection, NmbrsGrant, User
from tilisilta.services import audit
from tilisilta.services.fetching.client import nmbrs_by
from tilisilta.services.fetching.grants import GrantTokens

MOST_NAMED = 10
_MORE = "\N{HORIZONTAL ELLIPSIS}"


class OtherDebtors(NeedsAttention):
    """A consent is for none of the debtors that the connection has."""

    code = ProblemCode.CONSENT_OTHER_DEBTORS

    def __init__(self, *, expected: str, chosen: str) -> None:
        super().__init__("The consent covers none of the debtors of the connection.")
        self.facts = {"expected": expected, "chosen": chosen}


@dataclass(frozen=True, kw_only=True)
class Reached:
    """What a consent reaches; ``debtors`` is ``None`` if they could not be read: ``trouble``."""

    login_email: str = ""
    debtors: tuple[PayrollDebtor, ...] | None = None
    trouble: TilisiltaError | None = None


@dataclass(frozen=True, kw_only=True)
class UncoveredDebtor:
    """A debtor that the consent does not cover.

    ``debtor`` is its row here, and ``None`` for one that only an earlier consent named.
    ``came_later`` says that it was not known yet when the consent was given.
    """

    number: str
    name: str
    debtor: Debtor | None
    company_count: int
    came_later: bool


@dataclass(frozen=True, kw_only=True)
class CoveredDebtor:
    """A debtor that the consent covers, whether or not it is known here yet."""

    number: str
    name: str
    company_count: int


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """How the debtors known here and those of a consent go together."""

    covered: tuple[CoveredDebtor, ...]
    uncovered: tuple[UncoveredDebtor, ...]
    is_read: bool

    @property
    def covered_count(self) -> int:
        return len(self.covered)

    @property
    def known_count(self) -> int:
        return len(self.covered) + len(self.uncovered)

    @property
    def covered_company_count(self) -> int:
        return sum(one.company_count for one in self.covered)

    @property
    def uncovered_company_count(self) -> int:
        return sum(one.company_count for one in self.uncovered)


def coverage_of(grant: NmbrsGrant, *, user: User | None = None) -> Coverage:
    """Return which debtors the consent covers, of those that ``user`` may see; two queries."""
    known = Debtor.objects.filter(_of(grant.connection)).annotate(
        company_count=Count("companies", filter=Q(companies__nmbrs__isnull=False))
    )
    if user is not None:
        known = known.visible_to(user)
    known_debtors = _ByDebtor(list(known))
    is_limited = user is not None and user.is_limited
    covered, missing, found = [], [], set()
    for one in grant.debtors:
        row = known_debtors.row_of(one)
        # Debtors without a row here: only those who see all may know of them.
        if row is None and is_limited:
            continue
        if one["is_covered"]:
            covered.append(_covered(one, row))
            found.add(row.pk if row is not None else None)
        elif row is None:
            missing.append(_without_row(one))
    left = [debtor for debtor in known_debtors.rows if debtor.pk not in found]
    late = _added_after(grant) if left else frozenset()
    missing += [_uncovered(debtor, came_later=debtor.pk in late) for debtor in left]
    return Coverage(
        covered=tuple(sorted(covered, key=lambda one: _order(one.number))),
        uncovered=tuple(sorted(missing, key=lambda one: _order(one.number))),
        is_read=grant.debtors_read_at is not None,
    )


def coverage_problem(coverage: Coverage) -> Problem:
    """Return the problem that a consent leaves debtors out, with the first of their numbers."""
    numbers = [one.number for one in coverage.uncovered]
    more = [_MORE] if len(numbers) > MOST_NAMED else []
    return Problem(
        code=ProblemCode.DEBTORS_NOT_COVERED,
        severity=Severity.WARNING,
        screen=Screen.NMBRS,
        facts=facts(count=len(numbers), numbers=", ".join([*numbers[:MOST_NAMED], *more])),
    )


def read_coverage(grant: NmbrsGrant, *, now: datetime) -> None:
    """Ask Nmbrs which debtors the consent covers now, and record what has changed.

    Raises what the client raises.
    """
    debtors = _api(GrantTokens(grant), grant.connection_id).debtors()
    before = {one["id"]: one for one in grant.debtors if one["is_covered"]}
    ids = {_guid_of(one) for one in debtors}
    changed = [one.number for one in debtors if _guid_of(one) not in before]
    changed += [one["number"] for key, one in before.items() if key not in ids]
    grant.debtors = merged_debtors(grant.debtors, debtors)
    grant.debtors_read_at = now
    NmbrsGrant.objects.filter(pk=grant.pk).update(debtors=grant.debtors, debtors_read_at=now)
    if changed:
        audit.record(
            audit.Action.REST_CHANGED,
            user=None,
            about=grant.connection,
            name=grant.connection.name,
            fields=", ".join(changed[:MOST_NAMED]),
        )


def reached_with(tokens: identity.Tokens, *, connection_id: int | None) -> Reached:
    """Return what new tokens reach, as far as their scopes go; a failure is noted, not raised.

    The consent is good even where Nmbrs' API fails at that moment, and was given only once.
    """
    missing = missing_scopes(tokens.scopes) if tokens.scopes else ()
    source = _api(OneToken(tokens.access_token), connection_id)
    email, debtors = "", None
    try:
        if Scope.USER not in missing:
            email = source.login_email()
        if Scope.COMPANIES not in missing:
            debtors = source.debtors()
    except TilisiltaError as error:
        return Reached(login_email=email, debtors=debtors, trouble=error)
    return Reached(login_email=email, debtors=debtors)


def must_be_the_same_bureau(connection: NmbrsConnection, reached: Reached) -> None:
    """Raise ``OtherDebtors`` if a consent covers debtors, and none that the connection has."""
    if not reached.debtors:
        return
    known = list(Debtor.objects.filter(_of(connection)))
    here = _ByDebtor(known)
    # Those of the consents before count too: perhaps nothing has been fetched by them yet.
    before = {
        debtor["id"]
        for debtors in NmbrsGrant.objects.filter(connection=connection).values_list(
            "debtors", flat=True
        )
        for debtor in debtors
    }
    if before & {_guid_of(one) for one in reached.debtors}:
        return
    if known and not any(here.row_of(one) for one in merged_debtors((), reached.debtors)):
        chosen = reached.debtors[0]
        raise OtherDebtors(
            expected=f"{known[0].nmbrs_number or known[0].number} {known[0].name}",
            chosen=f"{chosen.number} {chosen.name}",
        )


def merged_debtors(
    before: Iterable[Mapping[str, Any]], now: Sequence[PayrollDebtor]
) -> list[dict[str, Any]]:
    """Return the debtors of a consent to be stored, and after them those it no longer covers."""
    covered = [
        {"id": _guid_of(one), "number": one.number, "name": one.name, "is_covered": True}
        for one in now
    ]
    ids = {one["id"] for one in covered}
    left = [{**one, "is_covered": False} for one in before if one["id"] not in ids]
    return covered + left


class OneToken:
    """A single access token that was just given. One that is refused will be so again."""

    def __init__(self, access_token: str) -> None:
        self._access_token = access_token

    def current(self) -> str:
        return self._access_token

    def renew(self, refused: str) -> str:
        return self._access_token


def _api(tokens: AccessTokens, connection_id: int | None) -> NmbrsRest:
    """Return a client that repeats nothing, as a person waits for the answer."""
    return nmbrs_by(tokens, connection_id=connection_id, retry_pauses=())


def _guid_of(debtor: PayrollDebtor) -> str:
    return str(debtor.id.guid)


def _of(connection: NmbrsConnection) -> Q:
    """Return the condition for the debtors of a connection.

    One that fetches by SOAP must cover what SOAP lists. By REST, a debtor that is gone from the
    lists is just what the consent may not cover.
    """
    mine = Q(connection=connection)
    return mine if connection.is_by_rest else mine & Q(gone_at__isnull=True)


class _ByDebtor:
    """The debtors here, to be found by what Nmbrs says of them."""

    def __init__(self, rows: Sequence[Debtor]) -> None:
        self.rows = rows
        self._by_number = {
            _plain(debtor.nmbrs_number or str(debtor.number)): debtor for debtor in rows
        }

    def row_of(self, one: Mapping[str, Any]) -> Debtor | None:
        return self._by_number.get(_plain(str(one["number"])))


def _plain(number: str) -> str:
    """Return a number as text without what two APIs may write differently: 007 and 7."""
    number = number.strip().casefold()
    return number.lstrip("0") or number


def _order(number: str) -> tuple[int, str]:
    plain = _plain(number)
    return (int(plain) if plain.isdecimal() and len(plain) < 18 else 10**18, plain)


def _added_after(grant: NmbrsGrant) -> frozenset[int]:
    """Return the keys of the debtors that came in after the consent was given."""
    entries = AuditEntry.objects.filter(
        action=audit.Action.DEBTOR_ADDED,
        about_kind=AuditEntry.About.DEBTOR,
        at__gt=grant.consented_at,
    )
    return frozenset(pk for pk in entries.values_list("about_id", flat=True) if pk is not None)


def _covered(one: Mapping[str, Any], row: Debtor | None) -> CoveredDebtor:
    return CoveredDebtor(
        number=str(one["number"]), name=str(one["name"]), company_count=_companies_of(row)
    )


def _uncovered(debtor: Debtor, *, came_later: bool) -> UncoveredDebtor:
    return UncoveredDebtor(
        number=debtor.nmbrs_number or str(debtor.number),
        name=debtor.name,
        debtor=debtor,
        company_count=_companies_of(debtor),
        came_later=came_later,
    )


def _companies_of(debtor: Debtor | None) -> int:
    return int(getattr(debtor, "company_count", 0))


def _without_row(one: Mapping[str, Any]) -> UncoveredDebtor:
    return UncoveredDebtor(
        number=str(one["number"]),
        name=str(one["name"]),
        debtor=None,
        company_count=0,
        came_later=False,
    )
