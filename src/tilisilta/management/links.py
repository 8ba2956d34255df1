"""Links at the command line."""

from argparse import Namespace
from typing import Any

from django.utils.translation import gettext as _

from tilisilta.management.accounts import find_account
from tilisilta.management.companies import find_company
from tilisilta.management.output import Answer, Refused, table
from tilisilta.models import Link
from tilisilta.services.links import create_link, end_link


def add_link(options: Namespace) -> Answer:
    """Link a company to the administration of an account, with all choices."""
    link = create_link(
        find_company(options.company),
        find_account(options.account),
        user=None,
        start_month=options.start,
        different_names=options.different_names,
        shared_administration=options.shared_administration,
        account_mappings=dict(options.map),
        **_choices(options),
    )
    told = _("Linked %(name)s to %(administration)s.")
    return Answer(
        document=link_document(link),
        text=told % {"name": link.company, "administration": link.procountor_account.company_name},
    )


def end(options: Namespace) -> Answer:
    """End the link of a company, from a booking date on, with the reason."""
    company = find_company(options.company)
    link = company.open_link()
    if link is None:
        raise Refused(
            _("Company %(name)s has no link") % {"name": company},
            remedy=_("See tilisilta link list."),
        )
    ended = end_link(link, ends_on=options.ends_on, reason=options.reason, user=None)
    told = _("The link of %(name)s to %(administration)s ended from %(date)s on.")
    return Answer(
        document=link_document(ended),
        text=told
        % {
            "name": company,
            "administration": ended.procountor_account.company_name,
            "date": ended.ends_on,
        },
    )


def list_links(options: Namespace) -> Answer:
    """All links, with what they do to dimensions and closed periods."""
    found = list(
        Link.objects.select_related("company", "procountor_account").prefetch_related(
            "account_mappings"
        )
    )
    rows = [
        (
            str(link.company),
            link.procountor_account.name,
            link.procountor_account.company_name,
            f"{link.start_month:%Y-%m}",
            str(link.ends_on or ""),
            link.cost_center_dimension if link.uses_cost_centers else "",
            link.cost_unit_dimension if link.uses_cost_units else "",
            link.closed_period_policy,
        )
        for link in found
    ]
    headers = (
        _("Company"),
        _("Procountor account"),
        _("Administration"),
        _("From"),
        _("Until"),
        _("Cost centers to"),
        _("Cost units to"),
        _("Closed period"),
    )
    return Answer(
        document={"links": [link_document(link) for link in found]}, text=table(headers, rows)
    )


def link_document(link: Link) -> dict[str, Any]:
    """A link for the JSON document; an empty choice is ``null``."""
    return {
        "company": link.company.number,
        "account": link.procountor_account.name,
        "administration": link.procountor_account.company_name,
        "cost_centers": link.cost_center_dimension if link.uses_cost_centers else None,
        "cost_units": link.cost_unit_dimension if link.uses_cost_units else None,
        "create_items": link.creates_missing_items,
        "dimension_accounts": link.dimension_accounts or None,
        "closed_period": link.closed_period_policy,
        "clearing_account": link.clearing_account or None,
        "fallback_account": link.fallback_account or None,
        "map": {
            mapping.journal_account: mapping.procountor_account_code
            for mapping in link.account_mappings.all()
        },
        "sum_equal_lines": link.sums_equal_lines,
        "approve": link.approves_receipts,
        "start": f"{link.start_month:%Y-%m}",
        "ends_on": link.ends_on,
        "end_reason": link.end_reason or None,
        "title": link.receipt_title,
    }


def _choices(options: Namespace) -> dict[str, Any]:
    choices: dict[str, Any] = {
        "uses_cost_centers": bool(options.cost_centers),
        "cost_center_dimension": options.cost_centers,
        "uses_cost_units": bool(options.cost_units),
        "cost_unit_dimension": options.cost_units,
        "creates_missing_items": options.create_items,
        "dimension_accounts": options.dimension_accounts,
        "closed_period_policy": options.closed_period,
        "clearing_account": options.clearing_account,
        "fallback_account": options.fallback_account,
        "sums_equal_lines": options.sum_equal_lines,
        "approves_receipts": options.approve,
    }
    return choices | ({"receipt_title": options.title} if options.title else {})
