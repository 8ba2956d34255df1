"""Import: a file becomes a journal. Asks for its columns, and shows all its problems."""

import json
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tilisilta.clients.files.columns import ColumnMapping
from tilisilta.clients.files.reading import ColumnsNeeded, FileRefused
from tilisilta.domain.problems import Problem, ProblemCode
from tilisilta.models import Area, Company, Right
from tilisilta.services.explanations import Explanation, explain, explain_error
from tilisilta.services.journals.files import SaidOfImport, TakenIn, take_in_file
from tilisilta.services.journals.importing import (
    Imported,
    ImportedAsOtherRun,
    JournalElsewhere,
    RunAnswer,
    WasDiscarded,
    WhichRun,
)
from tilisilta.services.journals.run_refusals import RunTaken
from tilisilta.web.import_columns import (
    all_columns,
    are_places,
    chosen_columns,
    columns_of,
    posted_table,
    remembered_of,
)
from tilisilta.web.import_forms import ImportForm
from tilisilta.web.import_questions import (
    AnswerForm,
    QuestionOutOfDate,
    carried,
    question_asked,
    question_of,
    run_answer,
)
from tilisilta.web.parts import visible_company
from tilisilta.web.rights import UserRequest, needs
from tilisilta.web.uploads import Upload, pack

MOST_PROBLEMS = 200

OUT_OF_DATE = gettext_lazy(
    "The question is out of date: its page is too old or was changed, or a newer version of that "
    "run came in since. Nothing was stored. Choose the file again."
)
REFUSALS = (
    ColumnsNeeded,
    FileRefused,
    WhichRun,
    WasDiscarded,
    JournalElsewhere,
    ImportedAsOtherRun,
    QuestionOutOfDate,
)


@needs(Area.JOURNAL_EXPORTS, Right.WRITE)
def import_file(request: UserRequest, number: int) -> HttpResponse:
    """Ask for a file and import it. It ends on the journal's page."""
    company = visible_company(request.user, number)
    if request.method != "POST":
        return _page(request, company, ImportForm())
    form = ImportForm(request.POST, request.FILES)
    upload = form.upload() if form.is_valid() else None
    if upload is None:
        return _page(request, company, form)
    columns = columns_of(request.POST)
    answered = AnswerForm(request.POST, auto_id="a-%s") if "question" in request.POST else None
    if answered is not None and answered.is_valid() and answered.leaves_out:
        messages.info(request, _("The file was not imported. Nothing was stored."))
        return redirect("import_journal", number=company.number)
    try:
        taken = _take_in(request, company, form, upload, columns, answered)
    except REFUSALS as error:
        return _not_taken(request, company, form, upload, answered, error)
    if taken.left:
        return _ask_about_left(request, company, form, upload, taken)
    return _taken_in(request, taken)


def _ask_about_left(
    request: UserRequest, company: Company, form: ImportForm, upload: Upload, taken: TakenIn
) -> HttpResponse:
    """Return the page of companies whose journals wait for an answer, each with a way to it."""
    context = {
        "company": company,
        "upload": upload,
        "kept": pack(upload.content),
        "carried": carried(form, request.POST, without={"file", "kept", "kept_name", "only"}),
        "imported": taken.imported,
        "left": [(one.company, explain(one.problem)) for one in taken.left],
    }
    return _private(render(request, "imports/left.html", context))


def _not_taken(
    request: UserRequest,
    company: Company,
    form: ImportForm,
    upload: Upload,
    answered: AnswerForm | None,
    error: Exception,
) -> HttpResponse:
    """Return the page that says why a file was not imported, or asks what is missing."""
    match error:
        case ColumnsNeeded():
            return _ask_for_columns(request, company, form, upload, error)
        case FileRefused():
            return _say_problems(request, company, form, upload, error)
        case WhichRun():
            question = question_of(error, upload.content, form=answered)
            return _ask(request, company, form, upload, "imports/which_run.html", question=question)
        case WasDiscarded():
            asked = {"discarded": error.journal, "explanation": explain_error(error)}
            return _ask(request, company, form, upload, "imports/discarded.html", **asked)
        case JournalElsewhere() | ImportedAsOtherRun():
            return _page(request, company, form, refusal=_known_already(request, error))
    form.add_error(None, OUT_OF_DATE)
    return _page(request, company, form)


def _take_in(
    request: UserRequest,
    company: Company,
    form: ImportForm,
    upload: Upload,
    columns: ColumnMapping | None,
    answered: AnswerForm | None,
) -> TakenIn:
    """Import the file with what was answered; a wrong answer gets its fault, and is asked again."""
    unasked = RunAnswer(run=form.run(), again=form.cleaned_data["again"])

    def take(answer: RunAnswer) -> TakenIn:
        return take_in_file(
            upload.content,
            file_name=upload.name,
            company=company,
            user=request.user,
            now=timezone.now(),
            said=SaidOfImport(
                currency=form.cleaned_data["currency"].upper(),
                columns=columns,
                answer=answer,
                debit_negative=form.cleaned_data["debit_negative"],
                is_only=form.cleaned_data["only"],
                given=form.given(),
            ),
        )

    if answered is None or not answered.is_valid():
        return take(unasked)
    asked = question_asked(request.POST["question"], upload.content, company=company)
    try:
        return take(run_answer(answered, asked, again=unasked.again))
    except RunTaken as taken:
        answered.add_error("number", explain_error(taken).message)
        # Without an answer the import raises its question, which then shows this error.
        return take(unasked)


def _ask(
    request: UserRequest,
    company: Company,
    form: ImportForm,
    upload: Upload,
    template: str,
    **asked: object,
) -> HttpResponse:
    """Return a page with one more question, which carries the file and all that was chosen."""
    context = {
        "company": company,
        "upload": upload,
        "kept": pack(upload.content),
        "carried": carried(form, request.POST, without={"file", "kept", "kept_name"}),
        **asked,
    }
    return _private(render(request, template, context, status=422))


def _taken_in(request: UserRequest, taken: TakenIn) -> HttpResponse:
    if taken.remembered is not None:
        columns = ", ".join(
            f"{column.label}: {column.chosen}"
            for column in chosen_columns(taken.remembered.to_mapping())
        )
        said = _("The columns were read as chosen before: %(columns)s.")
        messages.info(request, said % {"columns": columns})
    if len(taken.imported) == 1:
        return _imported(request, taken.imported[0])
    count = sum(imported.is_new for imported in taken.imported)
    messages.success(
        request,
        ngettext(
            "Of the %(all)s companies in the file %(count)s journal came in.",
            "Of the %(all)s companies in the file %(count)s journals came in.",
            count,
        )
        % {"all": len(taken.imported), "count": count},
    )
    return redirect("exports")


def _imported(request: UserRequest, imported: Imported) -> HttpResponse:
    journal = imported.journal
    names = {"reference": journal.reference, "revision": journal.revision}
    if not imported.is_new:
        messages.info(request, _("This journal was imported before. Here it is.") % names)
    elif imported.is_revision:
        messages.warning(
            request,
            _("Revision %(revision)s of this run came in. See below what it changes.") % names,
        )
    else:
        messages.success(request, _("Journal %(reference)s came in.") % names)
    if imported.names_company:
        text = _(
            "The file names the company %(name)s, and was imported for %(company)s. Look whether "
            "it is the right one before anything is sent."
        )
        companies = {"name": imported.names_company, "company": journal.company}
        messages.warning(request, text % companies)
    return redirect("journal", pk=journal.pk)


def _ask_for_columns(
    request: UserRequest,
    company: Company,
    form: ImportForm,
    upload: Upload,
    needed: ColumnsNeeded,
) -> HttpResponse:
    if form.cleaned_data["kept"]:
        # The columns were asked for before, and none was chosen.
        form.add_error(None, _("No column was chosen: at least the needed ones must be."))
    table = {"headers": needed.headers, "rows": needed.rows}
    return _columns_page(request, company, form, upload, table=table, chosen=needed.guess)


def _say_problems(
    request: UserRequest,
    company: Company,
    form: ImportForm,
    upload: Upload,
    refused: FileRefused,
) -> HttpResponse:
    shown = [(item, explain(item)) for item in refused.problems[:MOST_PROBLEMS]]
    columns, table = columns_of(request.POST), posted_table(form)
    more = {"problems": shown, "problem_count": len(refused.problems), "file_name": upload.name}
    if columns is None or table is None:
        return _page(request, company, form, **more)
    return _columns_page(request, company, form, upload, table=table, chosen=columns, **more)


def _columns_page(
    request: UserRequest,
    company: Company,
    form: ImportForm,
    upload: Upload,
    *,
    table: Mapping[str, Any],
    chosen: ColumnMapping,
    **more: object,
) -> HttpResponse:
    mapping = chosen.to_mapping()
    context = {
        "company": company,
        "form": form,
        "kept": pack(upload.content),
        "kept_name": upload.name,
        "table": json.dumps(table),
        "headers": [header for header in table["headers"] if header],
        "sample": table,
        "columns": all_columns(mapping),
        "are_places": are_places(table["headers"]),
        **more,
    }
    return _private(render(request, "imports/columns.html", context, status=422))


def _page(request: UserRequest, company: Company, form: ImportForm, **more: object) -> HttpResponse:
    remembered = remembered_of(company)
    context = {"company": company, "form": form, "remembered": remembered, **more}
    status = 422 if form.is_bound else 200
    return _private(render(request, "imports/import.html", context, status=status))


def _private(response: HttpResponse) -> HttpResponse:
    # The page carries the file, and with it salaries, to the next step.
    response["Cache-Control"] = "no-store"
    return response


def _known_already(
    request: UserRequest, error: JournalElsewhere | ImportedAsOtherRun
) -> Explanation:
    if isinstance(error, ImportedAsOtherRun):
        return explain_error(error)
    if Company.objects.visible_to(request.user).filter(pk=error.other.pk).exists():
        return explain_error(error)
    # This reader may not learn which company the journal belongs to.
    return explain(Problem(code=ProblemCode.SAME_FILE))
