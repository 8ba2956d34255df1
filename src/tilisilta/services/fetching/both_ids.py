"""Fills in the second id of what is known by one: the GUID beside the integer, or the other way.

A source that knows both is asked once per company, and for debtors while one of them lacks an id.
What it does not tell is filled in when another API lists the thing, which is recognised then by its
numbers. An id that another row has is left out: it is not certain which of the two it belongs to.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from tilisilta.domain.nmbrs_ids import NmbrsId
from tilisilta.domain.payroll import IdOf, PayrollSource
from tilisilta.models import Company, CostObject, Debtor, NmbrsCompany, NmbrsConnection, Run


def keep_ids_of_debtors(connection: NmbrsConnection, source: PayrollSource) -> None:
    """Fill in the ids of the debtors of a connection; one call, and none where none lacks one."""
    debtors = Debtor.objects.filter(connection=connection, gone_at__isnull=True)
    if debtors.filter(_lacks("nmbrs_debtor_id")).exists():
        _fill(
            debtors, source.ids_of_debtors(), "nmbrs_debtor_id", unique_among=Debtor.objects.all()
        )


def keep_ids_of_company(
    nmbrs_company: NmbrsCompany, source: PayrollSource, *, now: datetime
) -> Company | None:
    """Fill in the ids of a company, its runs, cost centers and cost units, and note the time.

    Returns another company here that has the GUID which Nmbrs gives for this one: both are one
    company there. They are asked for again the next time then.
    """
    ids = source.ids_in(nmbrs_company.id_in_nmbrs)
    twice = _same_company(nmbrs_company, ids.get(IdOf.COMPANY, ()))
    mine = NmbrsCompany.objects.filter(pk=nmbrs_company.pk)
    company = nmbrs_company.company
    _fill(
        mine,
        ids.get(IdOf.COMPANY, ()),
        "nmbrs_company_id",
        unique_among=NmbrsCompany.objects.all(),
    )
    runs = Run.objects.filter(company=company)
    _fill(runs, ids.get(IdOf.RUN, ()), "nmbrs_run_id", unique_among=runs)
    for kind in (IdOf.COST_CENTER, IdOf.COST_UNIT):
        items = CostObject.objects.filter(company=company, kind=kind.value)
        _fill(items, ids.get(kind, ()), "nmbrs_id", unique_among=items)
    mine.update(ids_read_at=now if twice is None else None)
    nmbrs_company.refresh_from_db(fields=["nmbrs_company_id", "nmbrs_guid", "ids_read_at"])
    return twice


def _same_company(nmbrs_company: NmbrsCompany, pairs: Iterable[NmbrsId]) -> Company | None:
    guids = [one.guid for one in pairs if one.guid and one.number == nmbrs_company.nmbrs_company_id]
    others = NmbrsCompany.objects.filter(nmbrs_guid__in=guids).exclude(pk=nmbrs_company.pk)
    other = others.select_related("company").first()
    return other.company if other is not None else None


def _fill(
    rows: QuerySet[Any], pairs: Iterable[NmbrsId], number: str, *, unique_among: QuerySet[Any]
) -> None:
    """Store the GUID of rows with the integer of a pair, and the integer of those with its GUID."""
    complete = [one for one in pairs if one.number is not None and one.guid is not None]
    if not complete:
        return
    numbers = {one.number: one for one in complete}
    guids = {one.guid: one for one in complete}
    either = Q(**{f"{number}__in": numbers.keys()}) | Q(nmbrs_guid__in=guids.keys())
    taken = list(unique_among.filter(either).values_list(number, "nmbrs_guid"))
    taken_numbers, taken_guids = {one for one, _ in taken}, {one for _, one in taken}
    changed = []
    for row in rows.filter(_lacks(number)):
        has, guid = getattr(row, number), row.nmbrs_guid
        pair = numbers.get(has) if guid is None else guids.get(guid)
        if pair is None:
            continue
        if guid is None and pair.guid not in taken_guids:
            row.nmbrs_guid = pair.guid
            changed.append(row)
        elif guid is not None and pair.number not in taken_numbers:
            setattr(row, number, pair.number)
            changed.append(row)
    unique_among.bulk_update(changed, [number, "nmbrs_guid"], batch_size=500)


def _lacks(number: str) -> Q:
    return Q(nmbrs_guid__isnull=True) | Q(**{f"{number}__isnull": True})
