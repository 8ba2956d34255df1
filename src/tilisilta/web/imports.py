"""Import: a file becomes a journal. Asks for its columns, and shows all its problems."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tilisilta.clients.files.columns import FIELDS, ColumnMapping
from tilisilta.clients.files.reading import ColumnsNeeded, FileRefused
from tilisilta.domain.journals import Run
from tilisilta.domain.problems import Problem, ProblemCode
from tilisilta.models import Area, Company, Right
from tilisilta.services.explanations import Explanation, explain, explain_error
from tilisilta.services.journals.importing import (
    Imported,
    ImportedAsOtherRun,
    JournalElsewhere,
    RunAnswer,
    WasDiscarded,
    WhichRun,
    import_journal,
)
from tilisilta.services.journals.run_refusals import RunTaken
from tilisilta.web.import_questions import (
    AnswerForm,
    QuestionOutOfDate,
    carried,
    question_asked,
    question_of,
    run_answer,
)
from tilisilta.web.parts import visible_company
from tilisilta.web.remembered_columns import remember_columns, remembered_columns
from tilisilta.web.rights import UserRequest, needs
from tilisilta.web.uploads import MOST_BYTES, Upload, pack, unpack

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

FIELD_LABELS: Mapping[str, Any] = {
    "account": gettext_lazy("Ledger account"),
    "description": gettext_lazy("Description"),
    "amount": gettext_lazy("Amount, debit positive"),
    "debit": gettext_lazy("Debit"),
    "credit": gettext_lazy("Credit"),
    "direction": gettext_lazy("Debit or credit, as a word or letter"),
    "cost_center": gettext_lazy("Cost center"),
    "cost_unit": gettext_lazy("Cost unit"),
    "date": gettext_lazy("Booking date"),
    "period": gettext_lazy("Period"),
    "year": gettext_lazy("Year of the period"),
    "company": gettext_lazy("Company number"),
    "run": gettext_lazy("Run"),
    "run_description": gettext_lazy("Description of the run"),
    "currency": gettext_lazy("Currency"),
}


class ImportForm(forms.Form):
    """The file, and the facts that it may lack."""

    file = forms.FileField(
        label=gettext_lazy("Journal file"),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"class": "in", "accept": ".xml,.csv,.txt,.xlsx"}),
    )
    run_number = forms.CharField(
        label=gettext_lazy("Run"),
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"class": "in"}),
    )
    run_year = forms.IntegerField(
        label=gettext_lazy("Year of the run"),
        required=False,
        min_value=2000,
        max_value=2100,
        localize=False,
        widget=forms.NumberInput(attrs={"class": "in"}),
    )
    run_description = forms.CharField(
        label=gettext_lazy("Description of the run"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"class": "in"}),
    )
    currency = forms.RegexField(
        r"^[A-Za-z]{3}$",
        label=gettext_lazy("Currency"),
        required=False,
        widget=forms.TextInput(attrs={"class": "in", "maxlength": 3}),
    )
    debit_negative = forms.BooleanField(
        label=gettext_lazy("Debits are negative in the file"),
        required=False,
        help_text=gettext_lazy(
            "For files with one column of amounts where wages are negative: all amounts are "
            "turned round."
        ),
    )
    kept = forms.CharField(required=False, widget=forms.HiddenInput)
    kept_name = forms.CharField(required=False, widget=forms.HiddenInput, max_length=255)
    table = forms.CharField(required=False, widget=forms.HiddenInput)
    again = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """Require a file, and of a run both its number and its year or neither."""
        given = super().clean() or self.cleaned_data
        if not given.get("file") and not given.get("kept"):
            self.add_error("file", _("Choose a file."))
        if bool(given.get("run_number")) != bool(given.get("run_year")):
            self.add_error("run_year", _("Give both the run and its year, or neither."))
        return given

    def upload(self) -> Upload | None:
        """Return the file; ``None``, with an error at its field, if it did not come through."""
        chosen = self.cleaned_data.get("file")
        if chosen:
            file = cast("UploadedFile[Any]", chosen)
            return Upload(name=file.name or "", content=file.read(MOST_BYTES))
        content = unpack(self.cleaned_data.get("kept", ""))
        if content is None:
            self.add_error("file", _("Choose the file again."))
            return None
        return Upload(name=self.cleaned_data.get("kept_name", ""), content=content)

    def run(self) -> Run | None:
        """Return the run that a person named."""
        given = self.cleaned_data
        if not given.get("run_number"):
            return None
        return Run(
            year=given["run_year"],
            number=given["run_number"],
            description=given["run_description"],
        )


@dataclass(frozen=True, kw_only=True)
class Column:
    """One value of a journal, and the header that was chosen or proposed for it."""

    field: str
    label: str
    chosen: str


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
        imported = _take_in(request, company, form, upload, columns, answered)
    except REFUSALS as error:
        return _not_taken(request, company, form, upload, answered, error)
    response = _imported(request, imported)
    # Only now: columns that did not fit must not be proposed for the next file.
    if columns is not None:
        remember_columns(
            request, response, columns, headers=(_posted_table(form) or {}).get("headers")
        )
    return response


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
) -> Imported:
    """Import the file with what was answered.

    If the run named in the answer is taken, the form gets that error and the question is put again.
    """
    unasked = RunAnswer(run=form.run(), again=form.cleaned_data["again"])

    def take(answer: RunAnswer) -> Imported:
        return import_journal(
            upload.content,
            file_name=upload.name,
            company=company,
            user=request.user,
            now=timezone.now(),
            currency=form.cleaned_data["currency"].upper(),
            columns=columns,
            debit_negative=form.cleaned_data["debit_negative"],
            answer=answer,
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


def columns_of(posted: Mapping[str, str]) -> ColumnMapping | None:
    """Return the columns chosen in the second step; ``None`` in the first."""
    chosen = {field: posted.get(f"column-{field}", "") for field in FIELDS}
    return ColumnMapping.from_mapping(chosen) if any(chosen.values()) else None


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
    remembered = remembered_columns(request, needed.headers)
    table = {"headers": needed.headers, "rows": needed.rows}
    return _columns_page(
        request, company, form, upload, table=table, chosen=remembered or needed.guess
    )


def _say_problems(
    request: UserRequest,
    company: Company,
    form: ImportForm,
    upload: Upload,
    refused: FileRefused,
) -> HttpResponse:
    shown = [(item, explain(item)) for item in refused.problems[:MOST_PROBLEMS]]
    columns, table = columns_of(request.POST), _posted_table(form)
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
        "columns": [
            Column(field=field, label=str(FIELD_LABELS[field]), chosen=mapping.get(field, ""))
            for field in FIELDS
        ],
        **more,
    }
    return _private(render(request, "imports/columns.html", context, status=422))


def _page(request: UserRequest, company: Company, form: ImportForm, **more: object) -> HttpResponse:
    context = {"company": company, "form": form, **more}
    status = 422 if form.is_bound else 200
    return _private(render(request, "imports/import.html", context, status=status))


def _private(response: HttpResponse) -> HttpResponse:
    # The page carries the file, and with it salaries, to the next step.
    response["Cache-Control"] = "no-store"
    return response


def _posted_table(form: ImportForm) -> dict[str, Any] | None:
    """Return the headers and sample rows that the page carried; ``None`` if they are not ours."""
    try:
        table = json.loads(form.cleaned_data.get("table") or "null")
        rows = [[str(cell) for cell in row] for row in table["rows"]]
        return {"headers": [str(header) for header in table["headers"]], "rows": rows}
    except (ValueError, TypeError, KeyError):
        return None


def _known_already(
    request: UserRequest, error: JournalElsewhere | ImportedAsOtherRun
) -> Explanation:
    if isinstance(error, ImportedAsOtherRun):
        return explain_error(error)
    if Company.objects.visible_to(request.user).filter(pk=error.other.pk).exists():
        return explain_error(error)
    # This reader may not learn which company the journal belongs to.
    return explain(Problem(code=ProblemCode.SAME_FILE))
