"""The links that a command is about: that of one company, or those of certain properties."""

from argparse import Namespace
from collections.abc import Iterable, Sequence

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from tilisilta.management.companies import find_company
from tilisilta.management.output import Refused, WrongUse
from tilisilta.models import Link
from tilisilta.services.link_filter import UnknownCondition, links_where, properties


def links_of(conditions: Iterable[str]) -> QuerySet[Link]:
    """Return the links that fit the conditions, ended ones among them; raise ``WrongUse``."""
    links = Link.objects.select_related(
        "company__debtor", "procountor_account", "profile"
    ).prefetch_related("account_mappings")
    try:
        # Distinct: a link with several mappings would be there once for each.
        return links_where(conditions, links).distinct()
    except UnknownCondition as error:
        raise WrongUse(
            _("%(text)s is no condition for links") % {"text": error},
            remedy=_("Write --where PROPERTY=VALUE; properties are: %(names)s.")
            % {"names": ", ".join(properties())},
        ) from error


def chosen(options: Namespace, *, needs_choice: bool = True) -> Sequence[Link]:
    """Return the links in force that ``--company`` and ``--where`` name; raise if there is none."""
    conditions = getattr(options, "where", [])
    if needs_choice and options.company is None and not conditions:
        raise WrongUse(
            _("Say which links"), remedy=_("Give --company NUMBER or --where PROPERTY=VALUE.")
        )
    links = links_of(conditions).filter(ends_on__isnull=True)
    if options.company is not None:
        company = find_company(options.company)
        links = links.filter(company=company)
        if not links:
            raise Refused(
                _("Company %(name)s has no link") % {"name": company},
                remedy=_("See tilisilta link list."),
            )
    if needs_choice and not links:
        raise Refused(
            _("No link in force fits the conditions"), remedy=_("See tilisilta link list.")
        )
    return list(links)
