"""Which companies here one that Nmbrs lists may be, where no id tells it; a person decides.

A company that moves to another debtor before its second id is known, gets another number, or is
made anew in Nmbrs has nothing by which it is surely recognised. As a second company it would bring
its payroll a second time.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tilisilta.domain.payroll import PayrollCompany
from tilisilta.models import Company, Debtor, NmbrsCompany, NmbrsConnection
from tilisilta.services.fetching.recognising import is_left, is_of_environment, plain_name


class HereBecause(StrEnum):
    """How a company that may be the listed one has come to be here."""

    BY_HAND = "by-hand"
    NOT_LISTED = "not-listed"
    LISTED_ELSEWHERE = "listed-elsewhere"


@dataclass(frozen=True, kw_only=True)
class Perhaps:
    """A company here that may be the listed one; ``by`` is the connection that fetches it."""

    company_id: int
    number: int
    name: str
    because: HereBecause
    by: str = ""

    @classmethod
    def stored(cls, document: Mapping[str, Any]) -> "Perhaps":
        return cls(**{**document, "because": HereBecause(document["because"])})


class PerhapsHere:
    """The companies here that a connection does not list under an id that is known.

    ``recognised`` are the keys of those that it does list, or that may be one of several: none of
    them is another one as well.
    """

    def __init__(self, connection: NmbrsConnection, *, recognised: Collection[int]) -> None:
        self._connection = connection
        self._by_name: dict[str, list[NmbrsCompany]] = defaultdict(list)
        self._by_number: dict[int, list[NmbrsCompany]] = defaultdict(list)
        rows = NmbrsCompany.objects.select_related("company", "connection").order_by("pk")
        for row in rows:
            if row.pk not in recognised:
                self._by_name[plain_name(row.company.name)].append(row)
                for number in {row.nmbrs_number, row.company.number}:
                    self._by_number[number].append(row)

    def of(self, one: PayrollCompany, debtor: Debtor | None, *, is_only: bool) -> Sequence[Perhaps]:
        """Return which ones ``one`` may be, the likeliest first.

        ``is_only`` says that no other company of the list has its number. The debtor may be
        unknown.
        """
        found = {row.pk: row for row in self._alike(one, debtor, is_only=is_only)}
        return [self._perhaps(row) for row in found.values()]

    def _alike(
        self, one: PayrollCompany, debtor: Debtor | None, *, is_only: bool
    ) -> Iterator[NmbrsCompany]:
        named = self._by_name.get(plain_name(one.name), ())
        numbered = self._by_number.get(one.number, ()) if one.number > 0 else ()
        both = [row for row in named if row in numbered]
        yield from (row for row in both if self._may_be(row, one))
        certain = (row for row in (*named, *numbered) if self._is_known_elsewhere(row))
        beside = {row.pk for row in certain}
        yield from (row for row in named if row.pk not in beside and self._may_be(row, one))
        for row in numbered:
            # A number alone says little: it repeats from debtor to debtor, and is given again.
            is_alone = is_only and len(numbered) == 1 and not row.id_in_nmbrs.contradicts(one.id)
            is_near = is_alone or debtor is None or row.company.debtor_id == debtor.pk
            if row.pk not in beside and is_near and self._may_be(row, one):
                yield row

    def _may_be(self, row: NmbrsCompany, one: PayrollCompany) -> bool:
        """Return whether no id speaks against it: one nobody lists may have been made anew."""
        if self._is_free(row):
            return True
        if is_of_environment(row, self._connection):
            return not row.id_in_nmbrs.contradicts(one.id)
        # Integers of two environments are not comparable.
        return None in {row.nmbrs_guid, one.id.guid}

    def _is_known_elsewhere(self, row: NmbrsCompany) -> bool:
        """Return whether another environment lists it: name and number together tell it then."""
        return not self._is_free(row) and not is_of_environment(row, self._connection)

    def _is_free(self, row: NmbrsCompany) -> bool:
        return row.connection_id == self._connection.pk or is_left(row.connection, row.gone_at)

    def _perhaps(self, row: NmbrsCompany) -> Perhaps:
        is_free = self._is_free(row)
        return Perhaps(
            company_id=row.company_id,
            number=row.company.number,
            name=row.company.name,
            because=HereBecause.NOT_LISTED if is_free else HereBecause.LISTED_ELSEWHERE,
            by=row.connection.name,
        )


def by_hand(one: PayrollCompany) -> Company | None:
    """Return the company with the number of ``one`` that was added here by hand, if any."""
    return Company.objects.filter(number=one.number, nmbrs__isnull=True).first()


def perhaps_by_hand(company: Company) -> Perhaps:
    return Perhaps(
        company_id=company.pk,
        number=company.number,
        name=company.name,
        because=HereBecause.BY_HAND,
    )
