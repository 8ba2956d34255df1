"""Debtors and companies at the command line."""

from argparse import Namespace
from typing import Any

from django.db.models import Prefetch
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tilisilta.management.output import (
    Answer,
    Refused,
    WrongUse,
    problem_document,
    shown_moment,
    table,
)
from tilisilta.models import ColumnChoice, Company, Debtor, Link, NmbrsCompany
from tilisilta.services import companies
from tilisilta.services.company_blocks import free_company
from tilisilta.services.explanations import explain
from tilisilta.services.journals.column_choices import forget_columns


def add_debtor(options: Namespace) -> Answer:
    """Add a debtor."""
    debtor = companies.add_debtor(options.number, options.name, user=None)
    return Answer(
        document=debtor_document(debtor), text=_("Added debtor %(name)s.") % {"name": debtor}
    )


def list_debtors(options: Namespace) -> Answer:
    """List all debtors, with how many companies each has."""
    debtors = list(Debtor.objects.prefetch_related("companies"))
    rows = [
        (str(debtor.number), debtor.name, str(len(debtor.companies.all())), _blocked(debtor))
        for debtor in debtors
    ]
    number, count = _("Number"), _("Companies")
    return Answer(
        document={"debtors": [debtor_document(debtor) for debtor in debtors]},
        text=table((number, _("Name"), count, ""), rows, right=f"{number}|{count}"),
    )


def block_debtor(options: Namespace) -> Answer:
    """Block or unblock a debtor."""
    debtor = companies.set_blocked(find_debtor(options.number), options.is_blocked, user=None)
    text = _("Debtor %(name)s is blocked.") if debtor.is_blocked else _("%(name)s is not blocked.")
    return Answer(document=debtor_document(debtor), text=text % {"name": debtor})


def add_company(options: Namespace) -> Answer:
    """Add a company."""
    company = companies.add_company(
        options.number,
        options.name,
        find_debtor(options.debtor),
        business_id=options.business_id,
        user=None,
    )
    return Answer(
        document=company_document(company), text=_("Added company %(name)s.") % {"name": company}
    )


def list_companies(options: Namespace) -> Answer:
    """List all companies: when each was fetched, and what stops its journals."""
    all_companies = list(
        Company.objects.select_related(
            "debtor", "nmbrs", "responsible", "stand_in"
        ).prefetch_related(
            Prefetch("links", Link.objects.open().select_related("procountor_account"))
        )
    )
    rows = [
        (
            str(company.number),
            company.name,
            company.business_id,
            str(company.debtor),
            _linked(company),
            _fetched(company),
            "; ".join([*_off(company), *_trouble(company)]),
        )
        for company in all_companies
    ]
    number = _("Number")
    headers = (
        number,
        _("Name"),
        _("Business ID"),
        _("Debtor"),
        _("Procountor account"),
        _("Fetched"),
        "",
    )
    return Answer(
        document={"companies": [company_document(company) for company in all_companies]},
        text=table(headers, rows, right=number),
    )


def mark_test(options: Namespace) -> Answer:
    """Mark a company as a test company, or take the mark away."""
    company = companies.set_test(find_company(options.number), not options.undo, user=None)
    text = (
        _("%(name)s is a test company: its journals are never sent.")
        if company.is_test
        else _("%(name)s is not a test company.")
    )
    return Answer(document=company_document(company), text=text % {"name": company})


def free(options: Namespace) -> Answer:
    """Let a company be sent that had stayed blocked after it left a blocked debtor."""
    company = find_company(options.number)
    text = _("%(name)s is free again: it follows its debtor.")
    if not free_company(company, user=None):
        text = _("%(name)s had not stayed blocked.")
    return Answer(document=company_document(company), text=text % {"name": company})


def set_start(options: Namespace) -> Answer:
    """Set the day from which journals of a company are fetched and sent."""
    if (options.date is None) != options.none:
        raise WrongUse(_("Give a date, or --none"), remedy=_("See tilisilta company start --help."))
    company = companies.set_start(find_company(options.number), options.date, user=None)
    text = (
        _("Nothing of %(name)s before %(day)s is fetched or sent.")
        if company.start_date
        else _("All journals of %(name)s are fetched and can be sent.")
    )
    return Answer(
        document=company_document(company), text=text % {"name": company, "day": company.start_date}
    )


def find_debtor(number: int) -> Debtor:
    """Return the debtor with that number; raise ``Refused`` if there is none."""
    debtor = Debtor.objects.filter(number=number).first()
    if debtor is None:
        raise Refused(
            _("There is no debtor %(number)s") % {"number": number},
            remedy=_("See tilisilta debtor list, or add it with tilisilta debtor add."),
        )
    return debtor


def show_columns(options: Namespace) -> Answer:
    """Show the mappings of columns that are remembered for a company, or forget them."""
    company = find_company(options.number)
    if options.forget:
        count = forget_columns(company)
        told = ngettext(
            "%(count)s choice of columns is forgotten.",
            "%(count)s choices of columns are forgotten.",
            count,
        )
        return Answer(document={"forgotten": count}, text=told % {"count": count})
    choices = list(ColumnChoice.objects.filter(company=company))
    documents = [
        {"headers": one.headers, "columns": one.mapping, "chosen_at": one.chosen_at}
        for one in choices
    ]
    rows = [(", ".join(one.headers), str(one), shown_moment(one.chosen_at)) for one in choices]
    return Answer(
        document={"company": company.number, "columns": documents},
        text=table((_("Headers"), _("Columns"), _("Chosen")), rows)
        if rows
        else _("Nothing is remembered."),
    )


def find_company(number: int) -> Company:
    """Return the company with that number; raise ``Refused`` if there is none."""
    company = (
        Company.objects.select_related("debtor", "responsible", "stand_in")
        .filter(number=number)
        .first()
    )
    if company is None:
        raise Refused(
            _("There is no company %(number)s") % {"number": number},
            remedy=_("See tilisilta company list, or add it with tilisilta company add."),
        )
    return company


def debtor_document(debtor: Debtor) -> dict[str, Any]:
    return {"number": debtor.number, "name": debtor.name, "is_blocked": debtor.is_blocked}


def company_document(company: Company) -> dict[str, Any]:
    """Return a company for the JSON document. One that is not from Nmbrs was never fetched."""
    link = company.open_link()
    nmbrs_company: NmbrsCompany | None = getattr(company, "nmbrs", None)
    return {
        "number": company.number,
        "name": company.name,
        "business_id": company.business_id or None,
        "debtor": debtor_document(company.debtor),
        "is_test": company.is_test,
        "stays_blocked": company.stays_blocked,
        "start_date": company.start_date,
        "responsible": company.responsible.username if company.responsible else None,
        "stand_in": company.stand_in.username if company.stand_in else None,
        "account": link.procountor_account.name if link else None,
        "nmbrs_number": nmbrs_company.nmbrs_number if nmbrs_company else None,
        "fetched_at": nmbrs_company.fetched_at if nmbrs_company else None,
        "gone_at": nmbrs_company.gone_at if nmbrs_company else None,
        "trouble": [problem_document(problem) for problem in nmbrs_company.trouble]
        if nmbrs_company
        else [],
    }


def _blocked(debtor: Debtor) -> str:
    return _("blocked") if debtor.is_blocked else ""


def _linked(company: Company) -> str:
    link = company.open_link()
    return link.procountor_account.name if link else _("not linked")


def _fetched(company: Company) -> str:
    nmbrs_company: NmbrsCompany | None = getattr(company, "nmbrs", None)
    if nmbrs_company is None:
        return _("not from Nmbrs")
    return shown_moment(nmbrs_company.fetched_at) or _("never")


def _off(company: Company) -> list[str]:
    if company.is_test:
        return [_("test company")]
    if company.debtor.is_blocked:
        return [_("debtor blocked")]
    return [_("still blocked")] if company.stays_blocked else []


def _trouble(company: Company) -> list[str]:
    """Return what is wrong with fetching the company, short enough for a table."""
    nmbrs_company: NmbrsCompany | None = getattr(company, "nmbrs", None)
    if nmbrs_company is None:
        return []
    if nmbrs_company.gone_at is not None:
        return [
            _("no longer in Nmbrs since %(day)s") % {"day": f"{localdate(nmbrs_company.gone_at)}"}
        ]
    problems = nmbrs_company.trouble
    if not problems:
        return []
    first = f"{problems[0].code.value} {explain(problems[0]).message}"
    rest = len(problems) - 1
    return [first, *([_("and %(count)s more") % {"count": rest}] if rest else [])]
