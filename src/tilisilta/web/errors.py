"""The catalogue of common errors, and the pages for requests that fail."""

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.functional import Promise

from tilisilta.domain.problems import Effect, ProblemCode
from tilisilta.services.explanations import SUBJECTS, Explanation, all_texts, catalogue
from tilisilta.services.log_ins import record_refused_page
from tilisilta.web.rights import UserRequest, logged_in

STATES_OF_EFFECTS = {Effect.STOPS: "error", Effect.INFORMS: "warning", Effect.WAITS: "uncertain"}
"""The state whose mark and colour stand for an effect."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One kind of problem: an example of it, and its effect on a journal or an action."""

    code: ProblemCode
    explanation: Explanation
    effect: str


@dataclass(frozen=True, kw_only=True)
class Group:
    """Problems of one kind."""

    title: Promise
    rows: tuple[Row, ...]


@logged_in
def common_errors(request: UserRequest) -> HttpResponse:
    """List every kind of problem with the message, cause and remedy of an example."""
    search = request.GET.get("q", "").strip()
    rows = [row for row in _rows() if _has(row, search)]
    groups = [
        Group(title=subject.title, rows=tuple(row for row in rows if row.code in subject.words))
        for subject in SUBJECTS
    ]
    context = {
        "groups": [group for group in groups if group.rows],
        "count": len(rows),
        "search": search,
    }
    return render(request, "errors/common_errors.html", context)


def closed(request: HttpRequest, address: str) -> HttpResponse:
    """Refuse an address that a library would answer and we do not offer."""
    raise Http404


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.user.is_authenticated:
        record_refused_page(request.user, request.path)
    return render(request, "403.html", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 404, also for a page that exists but that the reader may not see."""
    return render(request, "404.html", status=404)


def broken(request: HttpRequest) -> HttpResponse:
    """Answer 500 without the database or the log-in, as the fault may be in either."""
    return HttpResponse(render_to_string("500.html"), status=500)


def _rows() -> list[Row]:
    return [
        Row(code=code, explanation=explanation, effect=STATES_OF_EFFECTS[code.effect])
        for code, explanation in catalogue()
    ]


def _has(row: Row, search: str) -> bool:
    # The row shows one case. The reader may search for the message of another case.
    text = " ".join((*vars(row.explanation).values(), all_texts(row.code))).casefold()
    return all(word in text for word in search.casefold().split())
