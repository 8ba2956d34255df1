"""Links at the command line."""

from argparse import Namespace
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tilisilta.domain.company_match import name_with_id
from tilisilta.domain.number_ranges import written_ranges
from tilisilta.errors import TilisiltaError
from tilisilta.management.accounts import find_account
from tilisilta.management.chosen_links import chosen, links_of
from tilisilta.management.companies import find_company
from tilisilta.management.output import (
    Answer,
    NamesUnknown,
    Refused,
    Status,
    WrongUse,
    error_document,
    explanation_of,
    explanation_text,
    table,
)
from tilisilta.models import Company, Link, ProcountorAccount, Profile
from tilisilta.services.booked_already import BookedAlready, BookedRun, find_booked_runs
from tilisilta.services.link_ends import busy_among, end_links
from tilisilta.services.link_names import check_names_in_procountor
from tilisilta.services.link_proposals import StartReason, proposed_start
from tilisilta.services.link_texts import Unreadable, find_profile
from tilisilta.services.links import LinkBusy, confirm_link, create_link, end_link
from tilisilta.services.profiles import default_profile, own_columns
from tilisilta.services.sending_rules.words import said_of_rule


def add_link(options: Namespace) -> Answer:
    """Link a company to the administration of an account, with all choices."""
    company, account = find_company(options.company), find_account(options.account)
    choices, mappings = _choices(options)
    if not options.unchecked_names:
        _must_be_named_right(account, choices, mappings)
    booked = booked_already(company, account, mappings)
    link = create_link(
        company,
        account,
        user=None,
        start_month=options.start or start_of(company, booked),
        different_names=options.different_names,
        shared_administration=options.shared_administration,
        account_mappings=mappings,
        **choices,
    )
    text = _("Linked %(name)s to %(administration)s, from %(month)s on.") % {
        "name": link.company,
        "administration": link.procountor_account.company_name,
        "month": f"{link.start_month:%Y-%m}",
    }
    return Answer(
        document=added_document(link, booked),
        text="\n".join(filter(None, [text, said_of_rule(link), *_booked_lines(link, booked)])),
    )


def added_document(link: Link, booked: BookedAlready | None) -> dict[str, Any]:
    """Return a new link for the JSON document, with the runs that seem booked another way."""
    runs = None if booked is None else [_run_document(run) for run in booked.runs]
    return {**link_document(link), "booked_already": runs}


def _must_be_named_right(
    account: ProcountorAccount, choices: dict[str, Any], mappings: dict[str, str]
) -> None:
    """Raise ``NamesUnknown`` for what the link would name that Procountor does not have."""
    problems = check_names_in_procountor(account, choices, mappings, now=timezone.now())
    if problems:
        raise NamesUnknown(problems)


def booked_already(
    company: Company, account: ProcountorAccount, mappings: dict[str, str]
) -> BookedAlready | None:
    """Return the runs that seem booked another way; ``None`` if Procountor cannot be asked."""
    if not account.is_authorised:
        return None
    try:
        return find_booked_runs(company, account, now=timezone.now(), mappings=mappings)
    except TilisiltaError:
        return None


def start_of(company: Company, booked: BookedAlready | None) -> date:
    """Return the first month if none is given: never one that seems booked already."""
    proposed = proposed_start(company, today=timezone.localdate())
    if proposed.reason == StartReason.THIS_MONTH:
        raise WrongUse(
            _("Say from which month on: company %(name)s has no run yet") % {"name": company},
            remedy=_("Add --start, as in --start 2026-06."),
        )
    after = booked.start_after if booked is not None else None
    return max(proposed.month, after) if after else proposed.month


def _booked_lines(link: Link, booked: BookedAlready | None) -> Iterator[str]:
    if booked is None:
        yield _("Whether runs are booked already is not known: Procountor gave no answer.")
        return
    for run in booked.runs:
        text = _("Seems booked already, another way: %(run)s, receipts %(receipts)s.")
        yield text % {"run": run.journal.reference, "receipts": _numbers(run)}
    if booked.start_after and link.start_month < booked.start_after:
        text = _("To begin after them, give --start %(month)s; now they wait to be compared.")
        yield text % {"month": f"{booked.start_after:%Y-%m}"}


def _run_document(run: BookedRun) -> dict[str, Any]:
    return {
        "reference": run.journal.reference,
        "is_whole": run.is_whole,
        "receipts": [
            {
                "ledger_receipt_id": one.ledger_receipt_id,
                "receipt_number": one.receipt_number,
                "name": one.name,
                "date": one.receipt_date,
            }
            for one in run.receipts
        ],
    }


def _numbers(run: BookedRun) -> str:
    return written_ranges(one.receipt_number or one.ledger_receipt_id for one in run.receipts)


def confirm(options: Namespace) -> Answer:
    """Confirm that a company belongs to its administration, as both are named now."""
    link = _open_link_of(find_company(options.company))
    text = _("%(name)s goes to %(administration)s: confirmed.") % {
        "name": name_with_id(str(link.company), link.company.business_id),
        "administration": name_with_id(
            link.procountor_account.company_name, link.procountor_account.business_id
        ),
    }
    return Answer(document=link_document(confirm_link(link, user=None)), text=text)


def end(options: Namespace) -> Answer:
    """End the link of a company, from a booking date on, with the reason; or those of many."""
    if options.where or options.dry_run:
        return end_many(options)
    if options.company is None:
        raise WrongUse(
            _("Say which links"), remedy=_("Give --company NUMBER or --where PROPERTY=VALUE.")
        )
    company = find_company(options.company)
    link = _open_link_of(company)
    ended = end_link(link, ends_on=options.ends_on, reason=options.reason, user=None)
    text = _("The link of %(name)s to %(administration)s ended from %(date)s on.")
    return Answer(
        document=link_document(ended),
        text=text
        % {
            "name": company,
            "administration": ended.procountor_account.company_name,
            "date": ended.ends_on,
        },
    )


def end_many(options: Namespace) -> Answer:
    """Show which of the links end; with ``--yes`` end them, and say which could not."""
    links = chosen(options)
    if options.dry_run or not options.yes:
        return _would_end(links)
    done = end_links(links, ends_on=options.ends_on, reason=options.reason, user=None)
    text = ngettext("%(count)s link ended.", "%(count)s links ended.", len(done.ended))
    told = [
        f"{link.company}\n{explanation_text(explanation_of(error))}" for link, error in done.failed
    ]
    return Answer(
        document={
            "is_stored": True,
            "ended": [link.company.number for link in done.ended],
            "failed": [
                {"company": link.company.number, "error": error_document(error)}
                for link, error in done.failed
            ],
        },
        text="\n".join([*told, text % {"count": len(done.ended)}]),
        status=Status.REFUSED if done.failed else Status.DONE,
    )


def _would_end(links: Sequence[Link]) -> Answer:
    busy = busy_among(links)
    error = LinkBusy("Receipts are on their way.")
    ending = [link for link in links if link.pk not in busy]
    text = ngettext(
        "%(count)s link would end. Nothing was changed.",
        "%(count)s links would end. Nothing was changed.",
        len(ending),
    )
    rows = [
        (
            str(link.company),
            link.procountor_account.company_name,
            explanation_of(error).message if link.pk in busy else "",
        )
        for link in links
    ]
    headers = (_("Company"), _("Administration"), _("Cannot end now"))
    return Answer(
        document={
            "is_stored": False,
            "ended": [link.company.number for link in ending],
            "failed": [
                {"company": link.company.number, "error": error_document(error)}
                for link in links
                if link.pk in busy
            ],
        },
        text="\n".join(
            [table(headers, rows), text % {"count": len(ending)}, _("To end them, add --yes.")]
        ),
    )


def _open_link_of(company: Company) -> Link:
    link = company.open_link()
    if link is None:
        raise Refused(
            _("Company %(name)s has no link") % {"name": company},
            remedy=_("See tilisilta link list."),
        )
    return link


def list_links(options: Namespace) -> Answer:
    """List the links, with what they do to dimensions and closed periods."""
    links = list(links_of(options.where))
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
        for link in links
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
        document={"links": [link_document(link) for link in links]}, text=table(headers, rows)
    )


def link_document(link: Link) -> dict[str, Any]:
    """Return a link for the JSON document; an empty choice is ``null``.

    ``own`` are the choices in which it differs from its profile.
    """
    return {
        "company": link.company.number,
        "account": link.procountor_account.name,
        "administration": link.procountor_account.company_name,
        "profile": link.profile.name if link.profile else None,
        "own": sorted(own_columns(link)),
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
        "two_persons": link.needs_release,
        "attach": link.attaches or None,
        "variance_percent": link.variance_percent,
        "variance_amount": link.variance_amount,
        "verify_only": link.is_verify_only,
        "account_may_write": link.procountor_account.may_write if link.is_verify_only else None,
        "start": f"{link.start_month:%Y-%m}",
        "ends_on": link.ends_on,
        "end_reason": link.end_reason or None,
        "language": link.receipt_language,
        "title": link.receipt_title,
        "send_by_rule": link.sends_by_rule,
        "rule_hours": link.rule_hours,
        "rule_percent": link.rule_percent,
        "rule_since": link.rule_since,
    }


def _choices(options: Namespace) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the fields and mappings of a new link: of its profile, then what was given."""
    given: dict[str, Any] = {
        "creates_missing_items": options.create_items,
        "dimension_accounts": options.dimension_accounts,
        "closed_period_policy": options.closed_period,
        "clearing_account": options.clearing_account,
        "fallback_account": options.fallback_account,
        "sums_equal_lines": options.sum_equal_lines,
        "approves_receipts": options.approve,
        "needs_release": options.two_persons,
        "attaches": options.attach,
        "is_verify_only": options.verify_only,
        "receipt_language": options.language,
        "receipt_title": options.title,
    }
    for name, dimension in (("center", options.cost_centers), ("unit", options.cost_units)):
        if dimension:
            given |= {f"uses_cost_{name}s": True, f"cost_{name}_dimension": dimension}
    profile = _profile(options)
    shared = profile.choices if profile is not None else {}
    mappings = profile.account_mappings if profile is not None else {}
    # What was not given has no value of its own here, and leaves that of the profile.
    own = {name: value for name, value in given.items() if value}
    # Zero is a value here.
    for name in ("variance_percent", "variance_amount"):
        if (number := getattr(options, name)) is not None:
            own[name] = number
    return {**shared, **own, "profile": profile}, {**mappings, **dict(options.map)}


def _profile(options: Namespace) -> Profile | None:
    if options.profile is None:
        return default_profile()
    try:
        return find_profile(options.profile)
    except Unreadable as error:
        raise Refused(str(error), remedy=_("See tilisilta profile list.")) from error
