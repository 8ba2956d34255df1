"""Setting up many companies from a list, at the command line."""

from argparse import Namespace
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tilisilta.domain.onboarding import Standing
from tilisilta.management.lists import fault_document, fault_text, read_input
from tilisilta.management.output import Answer, Status, WrongUse, problem_document, table
from tilisilta.management.progress import progress_line
from tilisilta.models import Company, Link
from tilisilta.services import audit
from tilisilta.services.lists import ListUnreadable
from tilisilta.services.onboarding.many import Outcome, set_up_many
from tilisilta.services.onboarding.rows import found_document
from tilisilta.services.onboarding.wanted import Wanted, read_wanted
from tilisilta.services.onboarding.words import STANDING_WORDS, Reason, reason_of
from tilisilta.services.sending_rules.words import said_of_rule


def onboard(options: Namespace) -> Answer:
    """Look into the companies of a list, and link those that match if it is to be applied."""
    if options.keys is not None and str(options.keys) == str(options.file) == "-":
        raise WrongUse(
            _("Standard input can be the list or the keys, not both"),
            remedy=_("Give one of them as a file."),
        )
    keys = read_input(options.keys) if options.keys is not None else None
    try:
        wanted = read_wanted(read_input(options.file), Company.objects.all(), keys=keys)
    except ListUnreadable as error:
        return Answer(
            document={"is_stored": False, "faults": [fault_document(error.fault)]},
            text=fault_text(error.fault),
            status=Status.REFUSED,
        )
    if options.apply:
        _record(options.file, wanted)
    outcomes = _set_up(wanted, options)
    left = [one for one in outcomes if not _is_well(one, options.apply)]
    return Answer(
        document={
            "is_stored": options.apply,
            "counts": _counts(outcomes),
            "companies": [_document(one) for one in outcomes],
        },
        text=_text(outcomes, is_applied=options.apply),
        status=Status.REFUSED if left else Status.DONE,
    )


def _record(path: Path, wanted: Sequence[Wanted]) -> None:
    audit.record(audit.Action.ONBOARDING_READ, user=None, file=path.name, count=str(len(wanted)))


def _set_up(wanted: Sequence[Wanted], options: Namespace) -> list[Outcome]:
    # Counted by one call, as several threads report at the same time.
    counter = count(1)
    with progress_line() as line:

        def show(_outcome: Outcome) -> None:
            text = _("%(done)s of %(count)s companies")
            line.show(text % {"done": next(counter), "count": len(wanted)})

        return list(
            set_up_many(wanted, links=options.apply, confirmed=dict(options.confirm), is_done=show)
        )


def _is_well(one: Outcome, is_applied: bool) -> bool:
    return one.standing == Standing.LINKED or (one.standing == Standing.MATCH and not is_applied)


def _counts(outcomes: Sequence[Outcome]) -> dict[str, int]:
    counts = {standing.value: 0 for standing in Standing}
    for one in outcomes:
        counts[one.standing] += 1
    return counts


def _reason(one: Outcome) -> Reason | None:
    found, linked = one.found, one.linked
    return reason_of(
        one.standing,
        linked.problems if linked is not None else found.problems,
        fault=found.wanted.fault,
        fault_text=found.wanted.fault_text,
        text=linked.text if linked is not None else "",
    )


def _document(one: Outcome) -> dict[str, Any]:
    company, reason = one.found.wanted.company, _reason(one)
    problems = one.linked.problems if one.linked is not None else one.found.problems
    return {
        "line": one.found.wanted.line,
        "company": company.number if company is not None else None,
        "name": company.name if company is not None else one.found.wanted.company_text,
        "company_business_id": company.business_id or None if company is not None else None,
        "standing": one.standing.value,
        **found_document(one.found),
        "cause": reason.cause if reason is not None else None,
        "remedy": reason.remedy if reason is not None else None,
        "problems": [problem_document(problem) for problem in problems],
    }


def _text(outcomes: Sequence[Outcome], *, is_applied: bool) -> str:
    staying = [one for one in outcomes if not _is_well(one, is_applied)]
    going = [one for one in outcomes if _is_well(one, is_applied)]
    lines = []
    if staying:
        lines += [_heading(len(staying)), _table(staying), *_reasons(staying), ""]
    if going:
        notes = {said_of_rule(Link(**one.found.choices)) for one in going}
        lines += [_table(going), *sorted(notes - {""}), ""]
    matching = sum(one.standing == Standing.MATCH for one in outcomes)
    linked = sum(one.standing == Standing.LINKED for one in outcomes)
    if is_applied:
        text = ngettext("%(count)s company is linked.", "%(count)s companies are linked.", linked)
        lines.append(text % {"count": linked})
    else:
        text = ngettext(
            "%(count)s company matches. Nothing was changed.",
            "%(count)s companies match. Nothing was changed.",
            matching,
        )
        lines.append(text % {"count": matching})
        if matching:
            lines.append(_("Add --apply to link what matches."))
    return "\n".join(lines)


def _heading(count: int) -> str:
    text = ngettext(
        "%(count)s stays as it is, with its reason:",
        "%(count)s stay as they are, each with its reason:",
        count,
    )
    return text % {"count": count}


def _reasons(outcomes: Sequence[Outcome]) -> list[str]:
    lines = []
    for one in outcomes:
        reason = _reason(one)
        if reason is not None:
            place = _("line %(line)s") % {"line": one.found.wanted.line}
            lines.append(f"{place}, {_name(one)}: {reason.cause}\n  {reason.remedy}")
    return lines


def _table(outcomes: Sequence[Outcome]) -> str:
    headers = (
        _("No."),
        _("In Nmbrs"),
        _("In Procountor"),
        _("Business ID"),
        _("Match"),
        _("Dimensions"),
        _("Unknown accounts"),
        _("Seem booked"),
        _("Will be done"),
    )
    return table(headers, [_cells(one) for one in outcomes], right=headers[0])


def _cells(one: Outcome) -> tuple[str, ...]:
    company, found = one.found.wanted.company, found_document(one.found)
    own_id = company.business_id if company is not None else ""
    ids = dict.fromkeys(filter(None, (own_id, found["business_id"])))
    booked = found["booked"]
    return (
        str(company.number) if company is not None else "",
        _name(one),
        found["administration"],
        " / ".join(ids),
        str(STANDING_WORDS[one.standing]),
        ", ".join(map(_dimension, found["dimensions"])),
        ", ".join(found["unknown_accounts"]),
        "" if not booked or not booked["count"] else _until(booked),
        _to_do(one),
    )


def _to_do(one: Outcome) -> str:
    start = {"month": f"{one.found.start:%Y-%m}" if one.found.start else ""}
    if one.standing == Standing.MATCH:
        return _("link from %(month)s") % start
    if one.standing == Standing.LINKED:
        return _("linked from %(month)s") % start
    return "-"


def _dimension(found: dict[str, Any]) -> str:
    if not found["missing"]:
        return str(found["name"])
    missing = ngettext("%(count)s item missing", "%(count)s items missing", found["missing"])
    return f"{found['name']} ({missing % {'count': found['missing']}})"


def _until(booked: dict[str, Any]) -> str:
    return _("%(count)s, to %(month)s") % {"count": booked["count"], "month": booked["last"]}


def _name(one: Outcome) -> str:
    company = one.found.wanted.company
    return company.name if company is not None else one.found.wanted.company_text
