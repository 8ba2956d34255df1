"""Takes in a company that Nmbrs lists: as a new one, or as one that is here already."""

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Max, Q

from tilisilta.domain.payroll import PayrollCompany
from tilisilta.domain.standing import COMMITTED_EXPORTS
from tilisilta.models import Company, Debtor, Journal, NmbrsCompany, NmbrsConnection, User
from tilisilta.services import audit
from tilisilta.services.audit_changes import changes_of
from tilisilta.services.company_blocks import stay_blocked
from tilisilta.services.fetching.recognising import (
    LARGEST_NUMBER,
    free_number,
    is_of_environment,
    missing_ids,
)


def follow(company: Company, one: PayrollCompany, debtor: Debtor | None) -> bool:
    """Take over name and debtor of a company from Nmbrs, and return whether anything changed.

    One that leaves a blocked debtor stays blocked, also where Nmbrs has put two debtors together.
    """
    changes: dict[str, Any] = {}
    if company.name != one.name:
        changes["name"] = one.name
    if debtor is not None and company.debtor_id != debtor.pk:
        changes["debtor"] = debtor
    if not changes:
        return False
    before = {field: getattr(company, field) for field in changes}
    with transaction.atomic():
        if "debtor" in changes:
            stay_blocked(company, company.debtor_id)
        for field, value in changes.items():
            setattr(company, field, value)
        company.save(update_fields=list(changes))
        audit.record(
            audit.Action.COMPANY_CHANGED,
            user=None,
            company=company,
            changes=changes_of(before, changes),
            name=str(company),
            fields=", ".join(changes),
        )
    return True


def add_company(
    connection: NmbrsConnection,
    one: PayrollCompany,
    debtor: Debtor,
    *,
    number: int,
    user: User | None,
) -> Company:
    with transaction.atomic():
        company = Company.objects.create(number=number, name=one.name, debtor=debtor)
        _tie(connection, company, one)
        audit.record(audit.Action.COMPANY_ADDED, user=user, company=company, name=str(company))
    return company


def adopt(
    connection: NmbrsConnection,
    here: Company,
    one: PayrollCompany,
    debtor: Debtor,
    *,
    user: User | None,
) -> Company:
    """Tie ``here`` to its company in Nmbrs, and take over name and debtor.

    In one transaction: tied but without its start, months that were sent from files would be ready
    to be sent a second time. The caller checks its journals again after the commit.
    """
    with transaction.atomic():
        _tie(connection, here, one)
        _record_adopted(here, one, user=user)
        _start_after_what_was_sent(here, user=user)
        follow(here, one, debtor)
    return here


def move_to(
    connection: NmbrsConnection,
    row: NmbrsCompany,
    one: PayrollCompany,
    debtor: Debtor,
    *,
    user: User | None,
) -> Company:
    """Fetch a company that nobody lists any more as ``one`` from now on. Call it in a transaction.

    Where Nmbrs has made it anew, so are its runs: their journals stay under the numbers they have
    here. The caller checks them after the commit.
    """
    is_renewed = row.id_in_nmbrs.contradicts(one.id) or not is_of_environment(row, connection)
    ids = {"nmbrs_company_id": one.id.number, "nmbrs_guid": one.id.guid}
    if not is_renewed:
        ids = dict(missing_ids(row.id_in_nmbrs, one.id, number="nmbrs_company_id"))
    NmbrsCompany.objects.filter(pk=row.pk).update(
        **ids,
        connection=connection,
        nmbrs_number=one.number,
        period_type=one.period_type[:20] or row.period_type,
        gone_at=None,
        trouble=(),
        ids_read_at=None,
        listed_from=None,
    )
    company = row.company
    _record_adopted(company, one, user=user)
    follow(company, one, debtor)
    return company


def complete_ids(
    connection: NmbrsConnection, row: NmbrsCompany, one: PayrollCompany, *, user: User | None
) -> None:
    """Note the ids under which ``connection`` lists a company that another one fetches."""
    missing = dict(missing_ids(row.id_in_nmbrs, one.id, number="nmbrs_company_id"))
    if not is_of_environment(row, connection):
        # The integer is one of another environment.
        missing.pop("nmbrs_company_id", None)
    if missing:
        NmbrsCompany.objects.filter(pk=row.pk).update(**missing)
    _record_adopted(row.company, one, user=user)


def _record_adopted(company: Company, one: PayrollCompany, *, user: User | None) -> None:
    audit.record(
        audit.Action.COMPANY_ADOPTED,
        user=user,
        company=company,
        name=str(company),
        nmbrs_number=str(one.number),
    )


def _start_after_what_was_sent(company: Company, *, user: User | None) -> None:
    """Set the start after the months that were sent from files.

    Their runs may have other numbers in Nmbrs than they were given here. As runs of their own they
    would be ready to be sent a second time.
    """
    sent = Journal.objects.filter(
        Q(exports__state__in=COMMITTED_EXPORTS) | Q(settled_as__gt=""),
        company=company,
        run__isnull=True,
    )
    last = sent.aggregate(last=Max("period"))["last"]
    if last is None or (company.start_date is not None and company.start_date > last):
        return
    before = company.start_date
    company.start_date = date(last.year + last.month // 12, last.month % 12 + 1, 1)
    company.save(update_fields=["start_date"])
    audit.record(
        audit.Action.COMPANY_CHANGED,
        user=user,
        company=company,
        changes=changes_of({"start_date": before}, {"start_date": company.start_date}),
        name=str(company),
        fields="start_date",
    )


def _tie(connection: NmbrsConnection, company: Company, one: PayrollCompany) -> None:
    NmbrsCompany.objects.create(
        company=company,
        connection=connection,
        nmbrs_company_id=one.id.number,
        nmbrs_guid=one.id.guid,
        nmbrs_number=one.number,
        period_type=one.period_type[:20],
    )


def number_for(wanted: int | None, one: PayrollCompany) -> int:
    """Return ``wanted`` if no company here has it, else a number made of the company's Nmbrs id.

    Numbers of companies may repeat from debtor to debtor, but here each is unique. The id is the
    same whenever a company is added anew, and so its receipts are found again (R8).
    """
    companies = Company.objects.all()
    is_number = wanted is not None and 0 < wanted <= LARGEST_NUMBER
    if wanted is not None and is_number and not companies.filter(number=wanted).exists():
        return wanted
    return free_number(companies, one.id.as_number())
