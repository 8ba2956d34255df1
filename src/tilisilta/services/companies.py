"""Debtors and companies: add them, mark them, and list them with their state."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from tilisilta.domain.business_ids import LONGEST, is_mistyped
from tilisilta.domain.problems import ProblemCode
from tilisilta.errors import NeedsAttention
from tilisilta.models import (
    AuditEntry,
    Company,
    Debtor,
    Export,
    Journal,
    Link,
    NmbrsCompany,
    NmbrsConnection,
    Run,
    Sending,
    UnreadableAnswer,
    User,
)
from tilisilta.services import audit
from tilisilta.services.audit_changes import changes_of
from tilisilta.services.company_blocks import stay_blocked
from tilisilta.services.counted_states import COUNTED_STATE
from tilisilta.services.journals.importing import recheck_company, recheck_debtor
from tilisilta.services.journals.unreadable_answers import answers_of
from tilisilta.services.procountor.administrations import ANY_AGE


class DebtorNumberTaken(NeedsAttention):
    """Another debtor already has this number."""

    code = ProblemCode.DEBTOR_NUMBER_TAKEN


class CompanyNumberTaken(NeedsAttention):
    """Another company already has this number."""

    code = ProblemCode.COMPANY_NUMBER_TAKEN


@dataclass(frozen=True, kw_only=True)
class CompanyDetails:
    """What a company's page shows: its links, and the journals of one year with their exports.

    ``link`` is the open one, and ``ended_links`` are only a trail. ``runs`` are those of that year
    without a journal here. ``runs_in_trouble``, ``runs_gone`` and those of the answers that cannot
    be read are of all years. The two
    audit entries are the marking as a test company and the blocking of its debtor.
    """

    company: Company
    link: Link | None
    ended_links: tuple[Link, ...]
    year: int | None
    years: tuple[int, ...]
    journals: tuple[Journal, ...]
    runs: tuple[Run, ...]
    runs_in_trouble: tuple[Run, ...]
    runs_gone: tuple[Run, ...]
    unreadable: tuple[UnreadableAnswer, ...]
    marked_as_test: AuditEntry | None
    blocked: AuditEntry | None


def add_debtor(number: int, name: str, *, user: User | None) -> Debtor:
    """Add a debtor. Raises ``DebtorNumberTaken``, or ``ValidationError`` for an empty name."""
    debtor = Debtor(number=number, name=name.strip())
    debtor.clean_fields()
    try:
        with transaction.atomic():
            debtor.save()
            audit.record(
                audit.Action.DEBTOR_ADDED,
                user=user,
                about=debtor,
                name=str(debtor),
                debtor=str(debtor.number),
            )
    except IntegrityError as error:
        raise DebtorNumberTaken(f"There is already a debtor {number}.") from error
    return debtor


def add_company(
    number: int, name: str, debtor: Debtor, *, user: User | None, business_id: str = ""
) -> Company:
    """Add a company.

    Raises ``CompanyNumberTaken``, or ``ValidationError`` for an empty name or a mistyped business
    ID.
    """
    company = Company(
        number=number,
        name=name.strip(),
        debtor=debtor,
        business_id=checked_business_id(business_id),
    )
    company.clean_fields()
    try:
        with transaction.atomic():
            company.save()
            audit.record(audit.Action.COMPANY_ADDED, user=user, company=company, name=str(company))
    except IntegrityError as error:
        raise CompanyNumberTaken(f"There is already a company {number}.") from error
    return company


def change_company(company: Company, *, name: str, debtor: Debtor, user: User | None) -> Company:
    """Rename a company or give it to another debtor; what is not sent yet is checked again.

    One that leaves a blocked debtor stays blocked until a person frees it.
    """
    after: dict[str, object] = {"name": name.strip(), "debtor": debtor}
    before = {field: getattr(company, field) for field in after}
    changed = [field for field, value in after.items() if before[field] != value]
    before_debtor_id = company.debtor_id
    for field, value in after.items():
        setattr(company, field, value)
    company.clean_fields()
    if not changed:
        return company
    with transaction.atomic():
        if "debtor" in changed:
            stay_blocked(company, before_debtor_id, user=user)
        company.save(update_fields=changed)
        audit.record(
            audit.Action.COMPANY_CHANGED,
            user=user,
            company=company,
            changes=changes_of(before, after),
            name=str(company),
            fields=", ".join(changed),
        )
    recheck_company(company, age_limit=ANY_AGE)
    return company


def set_business_id(company: Company, business_id: str, *, user: User | None) -> Company:
    """Store the business ID of a company, which is compared with its administration's.

    An empty ID means that it is unknown. Raises ``ValidationError`` for one that is obviously
    mistyped.
    """
    business_id = checked_business_id(business_id)
    if company.business_id == business_id:
        return company
    before = company.business_id
    with transaction.atomic():
        company.business_id = business_id
        company.save(update_fields=["business_id"])
        audit.record(
            audit.Action.COMPANY_CHANGED,
            user=user,
            company=company,
            changes=changes_of({"business_id": before}, {"business_id": business_id}),
            name=str(company),
            fields="business_id",
        )
    # The ID may show that its administration is another company's, or that it is the right one.
    recheck_company(company, age_limit=ANY_AGE)
    return company


def checked_business_id(business_id: str) -> str:
    """Return ``business_id`` without outer blanks. Raise ``ValidationError`` if it is mistyped."""
    business_id = business_id.strip()
    if is_mistyped(business_id):
        raise ValidationError(
            _("%(business_id)s is no Finnish business ID: its last digit does not fit the others.")
            % {"business_id": business_id}
        )
    if len(business_id) > LONGEST:
        raise ValidationError(_("A business ID has 20 letters and digits at most."))
    return business_id


def set_test(company: Company, is_test: bool, *, user: User | None) -> Company:
    """Mark a company as a test company, whose journals are never sent, or remove the mark."""
    if company.is_test == is_test:
        return company
    action = audit.Action.COMPANY_MARKED_TEST if is_test else audit.Action.COMPANY_UNMARKED_TEST
    with transaction.atomic():
        company.is_test = is_test
        company.save(update_fields=["is_test"])
        audit.record(
            action,
            user=user,
            company=company,
            changes=changes_of({"is_test": not is_test}, {"is_test": is_test}),
            name=str(company),
        )
    recheck_company(company, age_limit=ANY_AGE)
    return company


def set_start(company: Company, start_date: date | None, *, user: User | None) -> Company:
    """Fetch and send nothing of periods before ``start_date``; ``None`` removes the limit.

    Journals of earlier periods that were fetched stay and are not sent. A company from Nmbrs is
    fetched again, as more of its runs may be wanted now.
    """
    if company.start_date == start_date:
        return company
    before = company.start_date
    with transaction.atomic():
        company.start_date = start_date
        company.save(update_fields=["start_date"])
        audit.record(
            audit.Action.COMPANY_CHANGED,
            user=user,
            company=company,
            changes=changes_of({"start_date": before}, {"start_date": start_date}),
            name=str(company),
            fields="start_date",
        )
        # Journals before the former start were read and not stored: they have to be read again.
        company.runs.filter(journals__isnull=True).update(journal_read_at=None)
        NmbrsCompany.objects.fetchable().filter(company=company).want(timezone.now())
    recheck_company(company, age_limit=ANY_AGE)
    return company


def set_blocked(debtor: Debtor, is_blocked: bool, *, user: User | None) -> Debtor:
    """Block a debtor, so that no journal of its companies is sent, or unblock it."""
    if debtor.is_blocked == is_blocked:
        return debtor
    action = audit.Action.DEBTOR_BLOCKED if is_blocked else audit.Action.DEBTOR_UNBLOCKED
    with transaction.atomic():
        debtor.is_blocked = is_blocked
        debtor.save(update_fields=["is_blocked"])
        audit.record(
            action,
            user=user,
            about=debtor,
            changes=changes_of({"is_blocked": not is_blocked}, {"is_blocked": is_blocked}),
            name=str(debtor),
            debtor=str(debtor.number),
        )
    recheck_debtor(debtor)
    return debtor


def find_companies(
    user: User, search: str = "", *, only_in_trouble: bool = False
) -> QuerySet[Company]:
    """Return the companies ``user`` may see whose number or name has ``search`` in it.

    Each comes with its debtor and link, the state and period of its latest journal, and the state
    of fetching it from Nmbrs. ``only_in_trouble`` leaves only those whose last fetch failed.
    """
    latest = (
        Journal.objects.not_discarded().filter(company=OuterRef("pk")).order_by("-period", "-pk")
    )
    companies = (
        Company.objects.visible_to(user)
        .select_related("debtor", "nmbrs__connection")
        .prefetch_related(
            Prefetch(
                "links",
                Link.objects.open()
                .select_related("procountor_account")
                .defer("procountor_account__administration"),
            )
        )
    )
    if search:
        companies = companies.filter(matching(search))
    if only_in_trouble:
        companies = companies.filter(in_trouble("nmbrs__"), nmbrs__isnull=False)
    return companies.annotate(
        latest_state=Subquery(latest.annotate(counted=COUNTED_STATE).values("counted")[:1]),
        latest_period=Subquery(latest.values("period")[:1]),
    ).order_by("number")


def matching(search: str) -> Q:
    by_name = Q(name__icontains=search)
    return by_name | Q(number__startswith=search) if search.isdecimal() else by_name


def in_trouble(prefix: str = "") -> Q:
    """Return the condition that the last fetch failed, in part or as a whole."""
    return (
        ~Q(**{f"{prefix}trouble": []})
        & Q(**{f"{prefix}gone_at__isnull": True})
        & ~Q(**{f"{prefix}connection__state": NmbrsConnection.State.REMOVED})
    )


def find_debtors(user: User, search: str = "") -> QuerySet[Debtor]:
    """Return the debtors ``user`` may see, with the number of companies as ``company_count``."""
    debtors = Debtor.objects.visible_to(user)
    if search:
        debtors = debtors.filter(matching(search))
    return debtors.annotate(company_count=Count("companies")).order_by("number")


def blocked_by(debtors: Iterable[Debtor]) -> Mapping[int, AuditEntry]:
    """Return the audit entry of blocking each of ``debtors`` that is blocked, by its number."""
    numbers = [str(debtor.number) for debtor in debtors if debtor.is_blocked]
    if not numbers:
        return {}
    entries = AuditEntry.objects.filter(
        action=audit.Action.DEBTOR_BLOCKED, facts__debtor__in=numbers
    ).order_by("at", "pk")
    return {int(entry.facts["debtor"]): entry for entry in entries}


def marked_as_test_by(companies: Iterable[Company]) -> Mapping[int, AuditEntry]:
    """Return the audit entry of marking each test company among ``companies``, by its id."""
    ids = [company.pk for company in companies if company.is_test]
    if not ids:
        return {}
    entries = AuditEntry.objects.filter(
        action=audit.Action.COMPANY_MARKED_TEST, company__in=ids
    ).order_by("at", "pk")
    return {entry.company_id: entry for entry in entries if entry.company_id is not None}


def company_details(company: Company, *, year: int | None = None) -> CompanyDetails:
    """Return the details of ``company`` in ``year``, or in the latest year that has any runs."""
    with_journal = Journal.objects.filter(company=company).order_by()
    runs = _runs_of(company)
    years = set(with_journal.values_list("run_year", flat=True).distinct())
    # A year whose only runs were deleted before they had a journal is not shown.
    years |= {run.year for run in runs if run.gone_at is None}
    shown = year if year in years else max(years, default=None)
    links = _links_of(company)
    return CompanyDetails(
        company=company,
        link=next((link for link in links if link.is_open), None),
        ended_links=tuple(link for link in links if not link.is_open),
        year=shown,
        years=tuple(sorted(years, reverse=True)),
        journals=_journals_of_year(company, shown) if shown else (),
        runs=tuple(run for run in runs if run.year == shown and not getattr(run, "is_here", True)),
        runs_in_trouble=tuple(run for run in runs if run.trouble and run.gone_at is None),
        runs_gone=tuple(run for run in runs if run.gone_at is not None),
        unreadable=answers_of([run for run in runs if getattr(run, "has_unreadable", False)]),
        marked_as_test=marked_as_test_by([company]).get(company.pk),
        blocked=blocked_by([company.debtor]).get(company.debtor.number),
    )


def _links_of(company: Company) -> tuple[Link, ...]:
    links = Link.objects.filter(company=company).select_related("procountor_account")
    return tuple(links.defer("procountor_account__administration").order_by("-start_month", "-pk"))


def _runs_of(company: Company) -> tuple[Run, ...]:
    """Return all runs as Nmbrs lists them.

    ``is_here`` says whether there is a journal of one, and ``has_unreadable`` whether Nmbrs ever
    gave one that cannot be read.
    """
    of_run = (
        Journal.objects.not_discarded()
        .filter(company=company)
        .filter(Q(run=OuterRef("pk")) | Q(run_year=OuterRef("year"), run_number=OuterRef("number")))
    )
    unreadable = UnreadableAnswer.objects.filter(run=OuterRef("pk"))
    runs = Run.objects.filter(company=company)
    return tuple(runs.annotate(is_here=Exists(of_run), has_unreadable=Exists(unreadable)))


def _journals_of_year(company: Company, year: int) -> tuple[Journal, ...]:
    return tuple(
        Journal.objects.filter(company=company, run_year=year)
        .annotate(counted=COUNTED_STATE)
        .prefetch_related(
            Prefetch("exports", Export.objects.order_by("booking_date", "epoch").defer("payload")),
            Prefetch("sendings", Sending.objects.select_related("requested_by")),
        )
        .order_by("-period", "-run_number", "-revision")
    )
