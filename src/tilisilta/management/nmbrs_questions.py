"""Answering questions about companies at the command line: all that are sure, or by a file."""

import csv
import io
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tilisilta.management.files import write_file
from tilisilta.management.lists import read_input
from tilisilta.management.output import Answer, WrongUse, table
from tilisilta.services.fetching.many_questions import (
    ManyAnswered,
    OpenQuestion,
    answer_many,
    open_questions,
)
from tilisilta.services.fetching.question_words import answered_texts, outcome_text
from tilisilta.services.lists import ListUnreadable, read_list
from tilisilta.services.spreadsheets import harmless

Wanted = Sequence[tuple[OpenQuestion, bool]]
WAYS = {"same": True, "another": False}


def answer(options: Namespace) -> Answer:
    """Answer questions, or show what would be answered, or write them to a file."""
    asked = open_questions(None)
    if options.export is not None:
        return _export(options.export, asked)
    wanted: Wanted = [(one, True) for one in asked if one.is_sure]
    gone = 0
    if options.file is not None:
        wanted, gone = _of_file(options.file, asked)
    # Without a word about which, nothing is answered: what is sure is shown.
    if options.dry_run or not (options.all_sure or options.file):
        return Answer(
            document={**_counts(ManyAnswered()), "is_stored": False, "answers": _documents(wanted)},
            text="\n".join([_table(wanted), _("Nothing has been stored.")]),
        )
    done = answer_many(wanted, user=None)
    return Answer(
        document={**_counts(done, gone), "is_stored": True, "answers": _documents(wanted)},
        text="\n".join(answered_texts(done, gone=gone)),
    )


def _of_file(path: Path, asked: Sequence[OpenQuestion]) -> tuple[Wanted, int]:
    """Return the answers of a file, and how many are for questions that are open no more."""
    others = ("number", "in_nmbrs", "debtor", "number_here", "here")
    columns = {"question": (), "answer": (), **dict.fromkeys(others, ())}
    try:
        rows = read_list(read_input(path), columns, required=["question", "answer"])
    except ListUnreadable as error:
        raise WrongUse(error.fault.cause, remedy=error.fault.remedy) from error
    by_key = {one.key: one for one in asked}
    given: dict[str, bool] = {}
    for row in rows:
        key, said = row.text("question"), row.text("answer").casefold()
        if not said:
            continue
        if said not in WAYS or given.get(key, WAYS[said]) != WAYS[said]:
            raise WrongUse(
                _("Line %(line)s has no answer that can be read") % {"line": row.line},
                remedy=_("Write same or another, or leave it empty; each question once."),
            )
        given[key] = WAYS[said]
    wanted = [(by_key[key], is_same) for key, is_same in given.items() if key in by_key]
    return wanted, len(given) - len(wanted)


def _export(path: Path, asked: Sequence[OpenQuestion]) -> Answer:
    content = io.StringIO()
    writer = csv.writer(content)
    writer.writerow(("question", "answer", "number", "in_nmbrs", "debtor", "number_here", "here"))
    for one in asked:
        question = one.question
        texts = (question.asked.name, str(one.debtor or ""))
        name, debtor = (harmless(text) for text in texts)
        proposed = "same" if one.is_sure else ""
        here = (question.here.number, harmless(question.here.name))
        writer.writerow((one.key, proposed, question.asked.number, name, debtor, *here))
    write_file(path, content.getvalue().encode("utf-8-sig"))
    text = ngettext("Wrote %(count)s question.", "Wrote %(count)s questions.", len(asked))
    return Answer(
        document={"questions": len(asked), "file": str(path)}, text=text % {"count": len(asked)}
    )


def _counts(done: ManyAnswered, gone: int = 0) -> dict[str, Any]:
    return {
        "same": done.same,
        "another": done.another,
        "asked_next": done.asked_next,
        "already": done.already + gone,
        "left": done.left,
    }


def _documents(wanted: Wanted) -> list[dict[str, Any]]:
    return [
        {
            "connection": one.connection.name,
            "question": one.key,
            "number": one.question.asked.number,
            "name": one.question.asked.name,
            "number_here": one.question.here.number,
            "name_here": one.question.here.name,
            "answer": "same" if is_same else "another",
        }
        for one, is_same in wanted
    ]


def _table(wanted: Wanted) -> str:
    rows = [
        (
            f"{one.question.asked.number} {one.question.asked.name}",
            f"{one.question.here.number} {one.question.here.name}",
            _("The same company") if is_same else _("Another company"),
            outcome_text(one, is_same=is_same),
        )
        for one, is_same in wanted
    ]
    return table((_("In Nmbrs"), _("Here"), _("Answer"), _("What will happen")), rows)
