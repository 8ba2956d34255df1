"""What came of comparing SOAP and REST, in words that pages and commands share."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tilisilta.domain.both_ways import BooksAs, ComparedRun, Finding, Way
from tilisilta.models import ComparedCompany
from tilisilta.services.explanations import explain

_BOOKS_AS: Mapping[BooksAs, Promise] = {
    BooksAs.SAME: gettext_lazy(
        "Only texts differ, or how lines are split: the same would be booked, and nothing looks "
        "changed."
    ),
    BooksAs.OTHER_DIMENSIONS: gettext_lazy(
        "The sums of each ledger account are equal, and cost centers or cost units differ."
    ),
    BooksAs.OTHER_SUMS: gettext_lazy("Other sums would be booked."),
}


def run_words(run: ComparedRun) -> str:
    """Return what came of comparing one run, and what it would do once the API is another."""
    if run.finding is Finding.UNREAD:
        return _unread_words(run)
    if run.finding is Finding.LINES:
        return _lines_words(run)
    if run.finding is Finding.ONE_JOURNAL:
        return _("Only %(api)s gives a journal of this run.") % {"api": _api(run.way)}
    if run.finding is Finding.ONE_RUN:
        return _lone_words(run)
    return {
        Finding.EQUAL: _("Equal, line by line."),
        Finding.NO_JOURNAL: _("Neither gives a journal yet."),
    }[run.finding]


def company_words(compared: ComparedCompany) -> str:
    """Return what came of comparing a company as a whole; empty where its runs say it."""
    State = ComparedCompany.State  # noqa: N806  # a class
    if compared.state == State.ONLY_SOAP:
        return _(
            "REST does not list it, so that it would not be fetched any more. Mostly its debtor is "
            "not in the consent."
        )
    if compared.trouble:
        told = explain(compared.trouble[0])
        api = f"{compared.trouble_way.upper()}: " if compared.trouble_way else ""
        return f"{api}{told.message} ({told.code}). {told.cause} {told.remedy}"
    return ""


def _unread_words(run: ComparedRun) -> str:
    codes = ", ".join(run.codes) or "?"
    if run.way is None:
        return _("Neither gives a journal that can be read: %(codes)s.") % {"codes": codes}
    text = _("The journal that %(api)s gives cannot be read: %(codes)s.")
    return text % {"api": _api(run.way), "codes": codes}


def _lone_words(run: ComparedRun) -> str:
    if run.way is Way.SOAP:
        return _("Only SOAP lists this run: by REST it would be marked as no longer in Nmbrs.")
    return _("Only REST lists this run: it would come in as a new one.")


def _lines_words(run: ComparedRun) -> str:
    text = str(_BOOKS_AS[run.books_as])
    if not run.is_sent or run.books_as is BooksAs.SAME:
        return text
    return f"{text} " + _(
        "It is sent: once switched it would look changed after sending. Nothing is sent by itself."
    )


def _api(way: Way | None) -> str:
    return way.value.upper() if way is not None else ""
