"""What is changed of a company at the command line."""

from argparse import Namespace

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tilisilta.management.companies import company_document, find_company, find_debtor
from tilisilta.management.output import Answer, WrongUse
from tilisilta.management.users import find_user
from tilisilta.models import Company, User
from tilisilta.services import companies
from tilisilta.services.company_people import set_people, set_people_of_many


def change_company(options: Namespace) -> Answer:
    """Set the business ID of a company, or the people who close its months."""
    company = find_company(options.number)
    if options.business_id is None and options.responsible is None and options.stand_in is None:
        raise WrongUse(
            _("Say what is to be changed"), remedy=_("See tilisilta company change --help.")
        )
    # Found before anything is changed: a wrong name must leave all as it was.
    people = {name: _person(company, options, name) for name in ("responsible", "stand_in")}
    told = []
    if options.business_id is not None:
        companies.set_business_id(company, options.business_id, user=None)
        told.append(_business_id_text(company))
    if options.responsible is not None or options.stand_in is not None:
        set_people(company, **people, user=None)
        text = _("The months of %(name)s are closed by %(responsible)s, or by %(stand_in)s.")
        shown = {name: str(person or _("no user")) for name, person in people.items()}
        told.append(text % {"name": company, **shown})
    return Answer(document=company_document(company), text="\n".join(told))


def change_people(options: Namespace) -> Answer:
    """Set who closes the months of many companies: of all that are named, or of none."""
    people = {
        name: find_user(asked) if asked else None
        for name in ("responsible", "stand_in")
        if (asked := getattr(options, name)) is not None
    }
    if not people or bool(options.numbers) == (options.debtor is not None):
        raise WrongUse(
            _("Say which companies, and who closes their months"),
            remedy=_("See tilisilta company people --help."),
        )
    companies = Company.objects.all()
    if options.debtor is not None:
        companies = companies.filter(debtor=find_debtor(options.debtor))
    else:
        companies = companies.filter(pk__in=[find_company(one).pk for one in options.numbers])
    count = companies.count()
    changed = set_people_of_many(companies, people, user=None)
    text = ngettext("%(count)s company was changed.", "%(count)s companies were changed.", changed)
    return Answer(document={"companies": count, "changed": changed}, text=text % {"count": changed})


def _person(company: Company, options: Namespace, name: str) -> User | None:
    """Return the user named by the option ``name``; an empty one is none, a missing one stays."""
    asked = getattr(options, name)
    if asked is None:
        return company.responsible if name == "responsible" else company.stand_in
    return find_user(asked) if asked else None


def _business_id_text(company: Company) -> str:
    text = (
        _("The business ID of %(name)s is %(business_id)s.")
        if company.business_id
        else _("The business ID of %(name)s is not known.")
    )
    return text % {"name": company, "business_id": company.business_id}
