"""Showing, changing and checking links at the command line, one or many."""

from argparse import Namespace
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tilisilta.management.chosen_links import chosen, links_of
from tilisilta.management.files import write_file
from tilisilta.management.links import link_document
from tilisilta.management.lists import fault_document, fault_text, read_input
from tilisilta.management.output import Answer, Status, WrongUse, table
from tilisilta.models import Link
from tilisilta.services.audit_changes import Change
from tilisilta.services.audit_sentences import FIELD_WORDS
from tilisilta.services.link_changes import LinkChange, WantedChange, change_links
from tilisilta.services.link_files import ChangedRow, TakenIn, as_file, refusal_texts, take_in
from tilisilta.services.link_texts import Unreadable, read
from tilisilta.services.links import mappings_of
from tilisilta.services.profiles import with_profile


def show(options: Namespace) -> Answer:
    """Show a link with all its choices, and what of them is not its profile's."""
    link = chosen(options)[0]
    document = link_document(link)
    rows = [
        (name.replace("_", "-"), _shown(value), _("its own") if name in document["own"] else "")
        for name, value in document.items()
        if name != "own"
    ]
    return Answer(document=document, text=table((_("What"), _("Value"), ""), rows))


def change(options: Namespace) -> Answer:
    """Change links: all that are chosen, or none if one of the changes is refused."""
    links = chosen(options)
    wanted = [_wanted(link, options) for link in links]
    outcomes = change_links(
        wanted,
        user=None,
        now=timezone.now(),
        is_dry=options.dry_run,
        checks_names=not options.unchecked_names,
    )
    return Answer(
        document=link_changes_document(outcomes, is_dry=options.dry_run),
        text=_change_text(outcomes, is_dry=options.dry_run),
        status=Status.REFUSED if any(one.is_refused for one in outcomes) else Status.DONE,
    )


def link_changes_document(outcomes: Sequence[LinkChange], *, is_dry: bool) -> dict[str, Any]:
    """Return what became of many links, or would: nothing is stored where one is refused."""
    refused = [one for one in outcomes if one.is_refused]
    changed = [one for one in outcomes if one.changes]
    return {
        "is_stored": not refused and not is_dry,
        "changed": [_changed_document(one) for one in changed],
        "unchanged": len(outcomes) - len(changed) - len(refused),
        "refused": [refused_document(one) for one in refused],
    }


def export(options: Namespace) -> Answer:
    """Write the links in force as a CSV file that can be changed and taken in again."""
    links = list(links_of(options.where).filter(ends_on__isnull=True).distinct())
    content = as_file(links)
    if options.file is None:
        return Answer(
            document={"links": len(links), "csv": content.decode("utf-8-sig")},
            text=content.decode("utf-8-sig").replace("\r\n", "\n"),
        )
    write_file(options.file, content)
    text = ngettext("Wrote %(count)s link.", "Wrote %(count)s links.", len(links))
    return Answer(
        document={"links": len(links), "file": str(options.file)},
        text=text % {"count": len(links)},
    )


def take_in_file(options: Namespace) -> Answer:
    """Change links to what a file says; a dry run first, unless it is to be applied."""
    taken = take_in(
        read_input(options.file),
        Link.objects.all(),
        user=None,
        now=timezone.now(),
        is_dry=not options.apply,
    )
    return Answer(
        document={
            "is_stored": not taken.is_dry and not taken.faults,
            "changed": [_row_document(row) for row in taken.changed],
            "unchanged": taken.unchanged_count,
            "faults": [fault_document(fault) for fault in taken.faults],
        },
        text=_taken_text(taken),
        status=Status.REFUSED if taken.faults else Status.DONE,
    )


def _wanted(link: Link, options: Namespace) -> WantedChange:
    choices: dict[str, Any] = {}
    try:
        for column, text in options.choices.items():
            choices |= read(column, text).choices
    except Unreadable as error:
        raise WrongUse(
            _("%(text)s cannot be read as %(column)s")
            % {"text": repr(text), "column": f"--{column.replace('_', '-')}"},
            remedy=str(error),
        ) from error
    mappings = None
    if options.map or options.unmap:
        kept = {code: to for code, to in mappings_of(link).items() if code not in options.unmap}
        mappings = {**kept, **dict(options.map)}
    if not choices and mappings is None:
        raise WrongUse(
            _("Say what to change"), remedy=_("See tilisilta link change --help for the choices.")
        )
    return with_profile(link, choices, mappings)


def _changed_document(one: LinkChange) -> dict[str, Any]:
    return {
        "company": one.link.company.number,
        "changes": [change.stored() for change in one.changes],
        "note": one.note or None,
    }


def refused_lines(one: LinkChange) -> list[str]:
    """Return a refused change for a person: which company, why, and what to do."""
    told = [f"  {cause}\n  {remedy}" for cause, remedy in refusal_texts(one)]
    return [str(one.link.company), *told]


def refused_document(one: LinkChange) -> dict[str, Any]:
    reasons = [{"cause": cause, "remedy": remedy} for cause, remedy in refusal_texts(one)]
    return {"company": one.link.company.number, "reasons": reasons}


def _change_text(outcomes: Sequence[LinkChange], *, is_dry: bool) -> str:
    refused = [one for one in outcomes if one.is_refused]
    changed = [one for one in outcomes if one.changes]
    lines = [line for one in refused for line in refused_lines(one)]
    if changed:
        lines.append(changes_table((str(one.link.company), one.changes) for one in changed))
        lines += note_lines(changed)
    if refused:
        lines.append(_("Nothing was changed."))
    elif is_dry:
        lines.append(_count_text(len(changed), "would"))
    else:
        lines.append(_count_text(len(changed), "did"))
    return "\n".join(lines)


def _row_document(row: ChangedRow) -> dict[str, Any]:
    return {
        "line": row.line,
        "company": row.link.company.number,
        "changes": [change.stored() for change in row.changes],
        "note": row.note or None,
    }


def _taken_text(taken: TakenIn) -> str:
    lines = [fault_text(fault) for fault in taken.faults]
    if taken.changed:
        lines.append(changes_table((str(row.link.company), row.changes) for row in taken.changed))
        lines += note_lines(taken.changed)
    if taken.faults:
        lines.append(_("Nothing was changed."))
    elif taken.is_dry:
        lines += [_count_text(len(taken.changed), "would"), _("Add --apply to change them.")]
    else:
        lines.append(_count_text(len(taken.changed), "did"))
    return "\n".join(lines)


def _count_text(count: int, tense: str) -> str:
    if tense == "would":
        text = ngettext(
            "%(count)s link would change. Nothing was changed.",
            "%(count)s links would change. Nothing was changed.",
            count,
        )
    else:
        text = ngettext("%(count)s link changed.", "%(count)s links changed.", count)
    return text % {"count": count}


def changes_table(rows: Iterable[tuple[str, Sequence[Change]]]) -> str:
    """Return old and new values of links, as a table."""
    cells = [
        (name if at == 0 else "", str(FIELD_WORDS.get(one.field, one.field)), *_values(one))
        for name, changes in rows
        for at, one in enumerate(changes)
    ]
    return table((_("Company"), _("What"), _("Before"), _("After")), cells)


def note_lines(changed: Iterable[LinkChange | ChangedRow]) -> list[str]:
    """Return what the changes mean for sending by rule, each text with its companies."""
    companies: dict[str, list[str]] = {}
    for one in changed:
        if one.note:
            companies.setdefault(one.note, []).append(str(one.link.company.number))
    return [f"{', '.join(numbers)}: {note}" for note, numbers in companies.items()]


def _values(change: Change) -> tuple[str, str]:
    return _shown(change.before), _shown(change.after)


def _shown(value: object) -> str:
    if value is True:
        return _("yes")
    if isinstance(value, dict):
        return ", ".join(f"{before}={after}" for before, after in sorted(value.items()))
    return str(value) if value else "-"
