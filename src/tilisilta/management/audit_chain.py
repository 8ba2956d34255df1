"""Whether the audit log was altered, the log as a file, and texts that are masked."""

import sys
from argparse import Namespace
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from tilisilta.domain.audit_chain import Break, BreakKind
from tilisilta.languages import language_of
from tilisilta.management.audit_log import chosen_entries
from tilisilta.management.files import write_parts
from tilisilta.management.findings import Finding, Verdict
from tilisilta.management.journals import find_journal
from tilisilta.management.output import (
    Answer,
    Refused,
    Status,
    WrongUse,
    refusal_of,
    shown_moment,
)
from tilisilta.services.audit_chain import (
    ChainStanding,
    has_been_head,
    oldest_unsealed,
    seal_entries,
    standing_of_chain,
)
from tilisilta.services.audit_export import save_log
from tilisilta.services.audit_masking import mask_entry
from tilisilta.services.masking import mask_in_run, masked_words

NAMED_AT_MOST = 20
FROM_STANDARD_INPUT = "-"
SEALED_WITHIN = timedelta(minutes=10)


def verify(options: Namespace) -> Answer:
    """Seal what is not sealed yet, examine the whole chain, and print its head."""
    newly_sealed = seal_entries(timezone.now(), looks_at_all=True)
    standing = standing_of_chain()
    is_known = has_been_head(options.head) if options.head else True
    is_whole = standing.is_whole and is_known
    lines = [
        *_faults(standing),
        *([] if is_known else [_unknown_head(options.head)]),
        *([_whole(standing)] if is_whole else []),
        *_newly_sealed(newly_sealed),
        _("Head of the chain: %(digest)s") % {"digest": standing.head.digest},
    ]
    return Answer(
        document=_document(standing, newly_sealed, options.head, is_known=is_known),
        text="\n".join(lines),
        status=Status.DONE if is_whole else Status.REFUSED,
    )


def export(options: Namespace) -> Answer:
    """Write the entries that fit to a CSV file."""
    path = Path(options.file)
    download = save_log(
        chosen_entries(options),
        user=None,
        has_decimal_comma=language_of(get_language()).has_decimal_comma,
    )
    write_parts(path, download.parts)
    text = _("The audit log is in %(name)s.") % {"name": path}
    return Answer(document={"saved": str(path)}, text=text)


def mask(options: Namespace) -> Answer:
    """Mask the texts of an entry, or of a journal's run, in which the text asked for stands."""
    if bool(options.journal) == (options.entry is not None):
        raise WrongUse(_("Give either the id of an entry or --journal"))
    if options.text == FROM_STANDARD_INPUT:
        # Neither the list of processes nor the history of a shell is to have the text.
        options.text = sys.stdin.readline()
    return _mask_in_journal(options) if options.journal else _mask_in_entry(options)


def _mask_in_journal(options: Namespace) -> Answer:
    journal = find_journal(options.journal)
    try:
        done = mask_in_run(
            journal, text=options.text, reason=options.reason, user=None, now=timezone.now()
        )
    except ValidationError as error:
        raise refusal_of(error) from error
    if not done.count:
        raise Refused(
            _("Nothing of this run has this text."),
            remedy=_("Look at the journal with tilisilta preview."),
        )
    document = {"journal": journal.reference, "masked": asdict(done)}
    return Answer(document=document, text=masked_words(done))


def _mask_in_entry(options: Namespace) -> Answer:
    try:
        places = mask_entry(options.entry, text=options.text, reason=options.reason, user=None)
    except ValidationError as error:
        raise refusal_of(error) from error
    if not places:
        raise Refused(
            _("Entry %(id)s has no such text") % {"id": options.entry},
            remedy=_("Look for the id of the entry with tilisilta audit."),
        )
    text = _("Masked in entry %(id)s: %(places)s.")
    return Answer(
        document={"entry": options.entry, "masked": list(places)},
        text=text % {"id": options.entry, "places": ", ".join(places)},
    )


def check_audit_log() -> Iterator[Finding]:
    """Check that the audit log is whole, and that its entries are sealed."""
    part = _("audit log")
    standing = standing_of_chain()
    if not standing.is_whole:
        yield Finding(
            part=part,
            verdict=Verdict.FAILED,
            detail=" ".join(_faults(standing)),
            remedy=_("Run tilisilta audit verify, and compare the log with a backup."),
        )
        return
    oldest = oldest_unsealed()
    is_late = oldest is not None and oldest < timezone.now() - SEALED_WITHIN
    yield Finding(
        part=part,
        verdict=Verdict.WARNING if is_late else Verdict.WELL,
        detail=_("%(count)s entries, whole; %(unsealed)s not sealed yet")
        % {"count": standing.examined.head.position, "unsealed": standing.unsealed},
        remedy=_("A worker seals them: start tilisilta serve or tilisilta worker.")
        if is_late
        else "",
    )


def _faults(standing: ChainStanding) -> Iterator[str]:
    broken = standing.examined.first_break
    if broken is not None:
        yield _broken(broken)
    dated_back = standing.examined.dated_back
    for seal in dated_back[:NAMED_AT_MOST]:
        at = shown_moment(seal.entry.at) if seal.entry else ""
        yield _(
            "Entry %(position)s is dated %(at)s and was not there when the chain was sealed after "
            "that: it was added later, or the clock of a machine was wrong."
        ) % {"position": seal.position, "at": at}
    if len(dated_back) > NAMED_AT_MOST:
        yield _("The same is true of %(count)s more.") % {"count": len(dated_back) - NAMED_AT_MOST}
    if standing.missing_triggers:
        yield _(
            "The database does not refuse changes of the log any more: %(names)s. "
            "tilisilta migrate puts that back."
        ) % {"names": ", ".join(standing.missing_triggers)}


def _broken(broken: Break) -> str:
    entry = broken.entry
    where = _("The audit log is broken at entry %(position)s") % {"position": broken.position}
    if entry is not None:
        where += " (" + _("id %(id)s of %(at)s") % {"id": entry.id, "at": shown_moment(entry.at)}
        where += ")"
    return f"{where}: {_meaning(broken.kind)}"


def _meaning(kind: BreakKind) -> str:
    return {
        BreakKind.CHANGED: _("it does not say what it said when it was sealed."),
        BreakKind.ENTRY_GONE: _("it was deleted."),
        BreakKind.SEAL_GONE: _("its seal was deleted, or entry and seal."),
        BreakKind.LINK: _("it does not follow the one before it: one of them was put in later."),
        BreakKind.UNEXPLAINED_MASK: _("a text was masked, and no entry says by whom and why."),
        BreakKind.END_GONE: _("the end was deleted, or the chain was made anew."),
        BreakKind.HEAD_PUT_BACK: _("the note of the last seal was changed."),
    }[kind]


def _whole(standing: ChainStanding) -> str:
    count = standing.examined.head.position
    text = ngettext(
        "The audit log is whole: %(count)s entry, none changed, removed or added later.",
        "The audit log is whole: %(count)s entries, none changed, removed or added later.",
        count,
    )
    return text % {"count": count}


def _unknown_head(digest: str) -> str:
    return _(
        "%(digest)s is not part of this chain: the chain was made anew, a backup from before "
        "was put back, or the head was noted wrongly."
    ) % {"digest": digest}


def _newly_sealed(count: int) -> list[str]:
    text = ngettext(
        "%(count)s entry was not sealed yet and now is.",
        "%(count)s entries were not sealed yet and now are.",
        count,
    )
    return [text % {"count": count}] if count else []


def _document(
    standing: ChainStanding, newly_sealed: int, noted: str, *, is_known: bool
) -> Mapping[str, Any]:
    examined = standing.examined
    broken = examined.first_break
    return {
        "is_whole": standing.is_whole and is_known,
        "head": {"position": standing.head.position, "digest": standing.head.digest},
        "newly_sealed": newly_sealed,
        "first_break": None
        if broken is None
        else {
            "kind": broken.kind,
            "position": broken.position,
            "entry": broken.entry.id if broken.entry else None,
            "at": broken.entry.at if broken.entry else None,
            "meaning": _meaning(broken.kind),
        },
        "dated_back": [
            {"position": seal.position, "entry": seal.entry.id, "at": seal.entry.at}
            for seal in examined.dated_back
            if seal.entry
        ],
        "missing_triggers": list(standing.missing_triggers),
        "noted_head": {"digest": noted, "is_known": is_known} if noted else None,
    }
