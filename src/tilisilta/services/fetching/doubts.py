"""Which debtors a company here may have while nobody has answered which company in Nmbrs it is.

Nothing of it is sent as long as one of these is blocked. They stand with the company, so that a
sending need not read all questions, and are told by connection.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping

from django.db import transaction
from django.db.models import Q

from tilisilta.models import Company, Debtor, NmbrsConnection
from tilisilta.services.company_blocks import stay_blocked
from tilisilta.services.journals.importing import recheck_company
from tilisilta.services.procountor.administrations import ANY_AGE


def note_doubts(
    connection: NmbrsConnection,
    perhaps: Mapping[int, Collection[int]],
    *,
    among: Collection[int] | None = None,
    decided: Collection[int] = (),
) -> Collection[int]:
    """Store the debtors by company that ``connection`` leaves in doubt; return what to check again.

    Call it in the transaction that stores the questions. Only companies ``among`` are touched, if
    given. A doubt that ends undecided leaves the company blocked if the debtor is: the company that
    was asked about may be gone from Nmbrs, and nobody has said that it was another one.
    """
    by = str(connection.pk)
    companies = Company.objects.filter(Q(pk__in=perhaps) | Q(perhaps_of__has_key=by))
    if among is not None:
        companies = companies.filter(pk__in=among)
    blocked = set(Debtor.objects.filter(is_blocked=True).values_list("pk", flat=True))
    changed, checked = [], []
    for company in companies.order_by("pk").select_for_update():
        before = set(company.perhaps_of.get(by, ()))
        after = set(perhaps.get(company.pk, ()))
        if before == after:
            continue
        others = {each: ids for each, ids in company.perhaps_of.items() if each != by}
        company.perhaps_of = {**others, by: sorted(after)} if after else others
        changed.append(company)
        if not after and company.pk not in decided:
            for debtor_id in sorted(before & blocked):
                stay_blocked(company, debtor_id)
        if bool(before & blocked) != bool(after & blocked):
            checked.append(company.pk)
    Company.objects.bulk_update(changed, ["perhaps_of"], batch_size=500)
    return checked


def forget_doubts(connection: NmbrsConnection) -> Collection[int]:
    """End all doubts of a connection that is removed: what it left in doubt stays blocked."""
    with transaction.atomic():
        return note_doubts(connection, {})


def recheck_in_doubt(companies: Collection[int]) -> None:
    """Check the journals of companies again. Call it after the commit."""
    for company in Company.objects.filter(pk__in=companies).order_by("pk"):
        recheck_company(company, age_limit=ANY_AGE)


def together(*parts: Mapping[int, Collection[int]]) -> Mapping[int, Collection[int]]:
    """Return the debtors by company of several such mappings."""
    found: dict[int, set[int]] = defaultdict(set)
    for part in parts:
        for company_id, debtors in part.items():
            found[company_id] |= set(debtors)
    return found
