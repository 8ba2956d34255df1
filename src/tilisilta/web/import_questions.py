"""The question which run a file is of: what its page shows, and the answer it brings back."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.core import signing
from django.db.models import QuerySet
from django.utils import formats
from django.utils.html import strip_tags
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tilisilta.domain import journals as domain
from tilisilta.domain.journals import BookingPeriod
from tilisilta.domain.run_comparisons import RunComparison
from tilisilta.domain.run_identity import RunDoubt
from tilisilta.domain.standing import BOOKED_EXPORTS, JournalState
from tilisilta.models import Company, Journal
from tilisilta.services.explanations import Explanation, explain_error
from tilisilta.services.journals.importing import RunAnswer, WhichRun
from tilisilta.web.templatetags.ledger import count, day, month, state_badge

SALT = "which-run"
# As long as a session. A page left open over night has to be asked again.
ANSWERABLE_SECONDS = 12 * 60 * 60
REVISION, ANOTHER, LEAVE = "revision", "another", "leave"


class QuestionOutOfDate(Exception):
    """The page with the question is too old, or was changed on the way back."""


class AnswerForm(forms.Form):
    """A person's answer: which run the file is of."""

    answer = forms.ChoiceField(
        choices=[
            (REVISION, gettext_lazy("A new version of that run")),
            (ANOTHER, gettext_lazy("Another run")),
            (LEAVE, gettext_lazy("Do not import")),
        ],
        error_messages={"required": gettext_lazy("Say which run it is.")},
    )
    number = forms.CharField(
        label=gettext_lazy("Number of the run"),
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"class": "in", "autocomplete": "off"}),
    )
    year = forms.IntegerField(
        label=gettext_lazy("Year of the run"),
        required=False,
        min_value=2000,
        max_value=2100,
        localize=False,
        widget=forms.NumberInput(attrs={"class": "in"}),
    )

    def clean(self) -> dict[str, Any]:
        """Require number and year for another run."""
        given = super().clean() or self.cleaned_data
        if given.get("answer") == ANOTHER:
            for name in ("number", "year"):
                if not given.get(name) and name not in self.errors:
                    self.add_error(name, _("Give the number of the run and its year."))
        return given

    @property
    def leaves_out(self) -> bool:
        return bool(self.cleaned_data["answer"] == LEAVE)

    def run(self) -> domain.Run:
        return domain.Run(year=self.cleaned_data["year"], number=self.cleaned_data["number"])


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One row of the comparison. ``mark`` is the icon and style that go with ``compared``."""

    what: str
    of_file: str | SafeString
    of_known: str | SafeString
    compared: str | SafeString = ""
    mark: str = ""
    is_reason: bool = False


@dataclass(frozen=True, kw_only=True)
class Question:
    """Everything on the page that asks which run a file is of."""

    explanation: Explanation
    known: Journal
    is_sent: bool
    facts: tuple[Fact, ...]
    form: AnswerForm
    chosen: str
    token: str


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A question as its page brings it back: the journal it is about, and the run that was free."""

    known: Journal
    free: domain.Run


def question_of(asked: WhichRun, content: bytes, *, form: AnswerForm | None = None) -> Question:
    """Return the question that ``asked`` puts about a file; ``form`` holds a faulty answer to it.

    An answer is proposed only where the facts speak for it.
    """
    known, free = asked.known, asked.free
    proposal = asked.comparison.proposal
    initial = {"number": free.number, "year": free.year}
    answered = form["answer"].value() if form is not None else None
    return Question(
        explanation=explain_error(asked),
        known=known,
        is_sent=_receipts(known).exists(),
        facts=tuple(_facts(asked)),
        form=form or AnswerForm(initial=initial, auto_id="a-%s"),
        chosen=answered or (proposal.value if proposal and form is None else ""),
        token=_sign(known, free, content),
    )


def question_asked(token: str, content: bytes, *, company: Company) -> Asked:
    """Return the question that a posted page answers.

    Raise ``QuestionOutOfDate`` if it is about another file or company, if its signature is wrong or
    too old, or if a newer version of the run has come in since.
    """
    try:
        signed = signing.loads(token, salt=SALT, max_age=ANSWERABLE_SECONDS)
    except signing.BadSignature as error:
        raise QuestionOutOfDate from error
    known = _undiscarded(company).filter(pk=signed["known"]).first()
    if (
        signed["file"] != _digest(content)
        or known is None
        or known.reference != signed["reference"]
    ):
        raise QuestionOutOfDate
    newer = _undiscarded(company).filter(
        run_year=known.run_year, run_number=known.run_number, revision__gt=known.revision
    )
    # The answer was given to the facts of this revision, and a newer one has others.
    if newer.exists():
        raise QuestionOutOfDate
    return Asked(known=known, free=domain.Run(year=signed["year"], number=signed["number"]))


def run_answer(form: AnswerForm, asked: Asked, *, again: bool) -> RunAnswer:
    """Return the answer of a valid ``form``. A number left as proposed stays a guess."""
    if form.cleaned_data["answer"] == REVISION:
        return RunAnswer(revision_of=asked.known, again=again)
    run = form.run()
    if (run.year, domain.plain_run_number(run.number)) == (asked.free.year, asked.free.number):
        return RunAnswer(another_run=True, again=again)
    return RunAnswer(run=run, another_run=True, again=again)


def carried(form: forms.Form, posted: Mapping[str, Any], *, without: set[str]) -> dict[str, str]:
    """Return what was chosen at the import, for the page of a further question."""
    chosen = {name: str(form[name].value() or "") for name in form.fields if name not in without}
    columns = {name: value for name, value in posted.items() if name.startswith("column-")}
    return {name: value for name, value in (chosen | columns).items() if value}


def _undiscarded(company: Company) -> QuerySet[Journal]:
    journals = Journal.objects.filter(company=company).exclude(state=JournalState.DISCARDED)
    return journals.select_related("company")


def _sign(known: Journal, free: domain.Run, content: bytes) -> str:
    signed = {
        "known": known.pk,
        "reference": known.reference,
        "number": free.number,
        "year": free.year,
        "file": _digest(content),
    }
    # The page comes back from a browser. Signed, it cannot answer for another file or journal.
    return signing.dumps(signed, salt=SALT)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _facts(asked: WhichRun) -> Iterator[Fact]:
    compared, known, read = asked.comparison, asked.known, asked.read
    yield _run_fact(asked)
    yield Fact(what=_("Came from"), of_file=_("this file"), of_known=_source(known))
    yield Fact(
        what=_("Month"),
        of_file=_month(compared.file.period),
        of_known=_month(compared.known.period),
        compared=_("Equal") if compared.is_same_month else _("Another month"),
        mark="equal" if compared.is_same_month else "differs",
        is_reason=not compared.is_same_month,
    )
    if read.run_description or known.run_description:
        is_equal = read.run_description == known.run_description
        yield Fact(
            what=_("Description of the run"),
            of_file=read.run_description or _("none"),
            of_known=known.run_description or _("none"),
            compared=_("Equal") if is_equal else _("Different"),
            mark="equal" if is_equal else "differs",
        )
    yield _lines_fact(compared)
    yield Fact(
        what=_("Ledger accounts"),
        of_file=count(compared.file.account_count),
        of_known=count(compared.known.account_count),
        compared=_("%(count)s in common") % {"count": count(compared.common_accounts)},
    )
    yield _sums_fact(compared)
    yield _debit_fact(asked)
    yield Fact(
        what=_("Receipts"),
        of_file=_("none yet"),
        of_known=_receipts_text(known),
        compared=state_badge(known.state),
    )


def _run_fact(asked: WhichRun) -> Fact:
    known, read = asked.known, asked.read
    named = read.run_number
    is_asked_of_person = not named and asked.doubt != RunDoubt.GUESSED
    if named:
        of_file = _("%(run)s, named in the file") % {"run": named}
    elif is_asked_of_person:
        of_file = _("%(run)s, as you said") % {"run": known.run_number}
    else:
        of_file = _("not named in the file")
    if known.run_id is not None:
        text = _("%(run)s, given by Nmbrs")
    elif known.is_run_guessed:
        text = _("%(run)s, the number of its month")
    else:
        text = _("%(run)s, named")
    is_named = (bool(named) or is_asked_of_person) and asked.doubt != RunDoubt.KNOWN_GUESSED
    return Fact(
        what=_("Run"),
        of_file=of_file,
        of_known=text % {"run": known.run_number},
        compared=_("Equal") if is_named else _("Not named"),
        mark="equal" if is_named else "warn",
        is_reason=not is_named,
    )


def _lines_fact(compared: RunComparison) -> Fact:
    if compared.equal_lines:
        equal = ngettext("%(count)s equal", "%(count)s equal", compared.equal_lines)
        text, mark = equal % {"count": count(compared.equal_lines)}, "equal"
    elif compared.has_alike_lines:
        text, mark = _("None equal, some alike"), ""
    else:
        text, mark = _("Few in common"), "differs"
    return Fact(
        what=_("Lines"),
        of_file=count(compared.file.line_count),
        of_known=count(compared.known.line_count),
        compared=text,
        mark=mark,
        is_reason=compared.is_same_month and not compared.has_alike_lines,
    )


def _sums_fact(compared: RunComparison) -> Fact:
    changed = compared.changed_sums
    differing = ngettext("%(count)s differs", "%(count)s differ", changed) % {
        "count": count(changed)
    }
    return Fact(
        what=_("Sums by account and date"),
        of_file=count(compared.file.sum_count),
        of_known=count(compared.known.sum_count),
        compared=differing if changed else _("All equal"),
        mark="" if changed else "equal",
    )


def _debit_fact(asked: WhichRun) -> Fact:
    compared, known = asked.comparison, asked.known
    currency = asked.read.currency or known.currency
    is_same_currency = currency == known.currency
    if not is_same_currency:
        text, mark = _("Another currency"), "differs"
    elif compared.difference:
        text, mark = _signed(compared.difference), ""
    else:
        text, mark = _("Equal"), "equal"
    return Fact(
        what=_("Debit"),
        of_file=_money(compared.file.debit, currency),
        of_known=_money(compared.known.debit, known.currency),
        compared=text,
        mark=mark,
    )


def _source(known: Journal) -> str:
    name = _("Nmbrs") if known.run_id is not None or not known.file_name else known.file_name
    return _("%(name)s, %(day)s") % {"name": name, "day": strip_tags(day(known.came_at))}


def _receipts(known: Journal) -> Any:
    return known.exports.filter(state__in=BOOKED_EXPORTS)


def _receipts_text(known: Journal) -> str:
    booked = _receipts(known).order_by("booking_date")
    numbers = [str(export.shown_number) for export in booked if export.shown_number]
    if numbers:
        return ", ".join(numbers)
    return _("booked") if booked.exists() else _("none booked")


def _month(period: BookingPeriod) -> str:
    return month(period.last_day)


def _money(value: Decimal, currency: str) -> str:
    return f"{formats.number_format(value, 2, force_grouping=True)} {currency}"


def _signed(value: Decimal) -> str:
    """Return a difference with its sign. It is not red when negative: here it is no alarm."""
    sign = "\N{MINUS SIGN}" if value < 0 else "+"
    return sign + formats.number_format(abs(value), 2, force_grouping=True)
