"""Reads the companies that both APIs list, and pairs them with those that are known here.

As the first fetch by REST will: by id, else by the numbers of debtor and company.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tilisilta.clients.nmbrs.errors import NmbrsAccessDenied
from tilisilta.domain.both_ways import Way
from tilisilta.domain.nmbrs_ids import Known, Listed, NmbrsId, plain_number, recognise
from tilisilta.domain.payroll import PayrollCompany, PayrollSource
from tilisilta.models import ComparedCompany, NmbrsCompany, NmbrsConnection
from tilisilta.services.fetching.company_questions import id_of_question
from tilisilta.services.fetching.moving.reading import reading_by
from tilisilta.services.fetching.recognising import is_of_environment, rows_to_recognise

State = ComparedCompany.State


@dataclass(frozen=True, kw_only=True)
class ListedCompany:
    """A company that is known here: which API lists it, and its GUID in the lists of REST."""

    company_id: int
    state: ComparedCompany.State
    rest_guid: UUID | None = None
    is_in_doubt: bool = False


@dataclass(frozen=True, kw_only=True)
class BothLists:
    """The companies of a connection, and those that only one API lists and that are unknown."""

    known: tuple[ListedCompany, ...]
    lone: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, kw_only=True)
class _Row:
    id: NmbrsId
    number: int
    name: str
    debtor_number: str = ""

    @property
    def mark(self) -> tuple[Hashable, ...]:
        return ((self.debtor_number, self.number) if self.debtor_number and self.number else None,)


def read_both_lists(connection: NmbrsConnection, sources: Mapping[Way, PayrollSource]) -> BothLists:
    """Return which companies each API lists. Raises ``ReadingFailed``; nothing is stored."""
    with reading_by(Way.SOAP):
        by_soap = [_row(one) for one in sources[Way.SOAP].companies()]
    with reading_by(Way.REST):
        by_rest = _companies_by_rest(sources[Way.REST])
    rows = list(
        NmbrsCompany.objects.filter(
            rows_to_recognise(connection, (one.id for one in (*by_soap, *by_rest)))
        ).select_related("company__debtor", "connection")
    )
    mine = [one for one in rows if one.connection_id == connection.pk and one.gone_at is None]
    soap, rest = _Pairs(connection, by_soap, rows), _Pairs(connection, by_rest, rows)
    asked = [id_of_question(one) for one in connection.questions]
    return BothLists(
        known=tuple(_listed(one, soap, rest) for one in mine),
        lone=(*soap.unknown(Way.SOAP, asked), *rest.unknown(Way.REST, asked)),
    )


class _Pairs:
    """The companies of one list, and which of those known here each one is."""

    def __init__(
        self, connection: NmbrsConnection, listed: Sequence[_Row], rows: Sequence[NmbrsCompany]
    ) -> None:
        self._listed = listed
        self._found = recognise(
            [Listed(id=one.id, marks=one.mark) for one in listed],
            [
                Known(
                    key=one.pk,
                    id=one.id_in_nmbrs,
                    marks=_mark_of(one, connection),
                    is_gone=one.gone_at is not None,
                )
                for one in rows
            ],
        )
        self._by_key = {key: listed[at] for at, key in self._found.same.items()}

    def of(self, one: NmbrsCompany) -> _Row | None:
        return self._by_key.get(one.pk)

    def is_in_doubt(self, one: NmbrsCompany) -> bool:
        return one.pk in self._found.doubted

    def unknown(self, way: Way, asked: Sequence[NmbrsId]) -> Sequence[Mapping[str, Any]]:
        """Return those that are not known here, without those that a person is asked about."""
        new = [self._listed[at] for at in self._found.new]
        return [
            {"number": one.number, "name": one.name, "way": way.value}
            for one in new
            if not any(question.is_of(one.id) for question in asked)
        ]


def _listed(one: NmbrsCompany, soap: _Pairs, rest: _Pairs) -> ListedCompany:
    by_soap, by_rest = soap.of(one), rest.of(one)
    is_in_doubt = soap.is_in_doubt(one) or rest.is_in_doubt(one)
    if is_in_doubt:
        state = State.UNREAD
    elif by_soap is not None and by_rest is not None:
        state = State.WAITING
    elif by_soap is not None:
        state = State.ONLY_SOAP
    else:
        state = State.GONE if by_rest is None else State.ONLY_REST
    return ListedCompany(
        company_id=one.company_id,
        state=state,
        rest_guid=by_rest.id.guid if by_rest is not None else None,
        is_in_doubt=is_in_doubt,
    )


def _companies_by_rest(source: PayrollSource) -> Sequence[_Row]:
    """Return the companies of each debtor of the consent: so it is known whose each one is."""
    found: dict[NmbrsId, _Row] = {}
    for debtor in source.debtors():
        try:
            companies = source.companies_of(debtor.id)
        except NmbrsAccessDenied:
            # It was removed, or taken out of the consent, since the list was read.
            continue
        for one in companies:
            found[one.id] = _row(one, plain_number(debtor.number))
    return list(found.values())


def _row(one: PayrollCompany, debtor_number: str = "") -> _Row:
    return _Row(id=one.id, number=one.number, name=one.name, debtor_number=debtor_number)


def _mark_of(one: NmbrsCompany, connection: NmbrsConnection) -> tuple[Hashable, ...]:
    debtor = one.company.debtor
    number = plain_number(debtor.nmbrs_number or str(debtor.number))
    has_mark = one.nmbrs_number > 0 and is_of_environment(one, connection)
    return ((number, one.nmbrs_number) if has_mark else None,)
