"""Connections to Nmbrs at the command line."""

from argparse import Namespace
from collections.abc import Iterator, Sequence
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tilisilta.domain.problems import Problem
from tilisilta.management.nmbrs_rest import consent_at_terminal, rest_document, rest_lines
from tilisilta.management.output import (
    Answer,
    Refused,
    Status,
    WrongUse,
    explanation_text,
    problem_document,
    problem_text,
    shown_moment,
    table,
)
from tilisilta.management.secret_input import read_secret
from tilisilta.models import NmbrsConnection
from tilisilta.services.explanations import Explanation, explain
from tilisilta.services.fetching import connections as nmbrs_connections
from tilisilta.services.fetching.call_counts import calls_of_last_night
from tilisilta.services.fetching.client import offered_sites
from tilisilta.services.fetching.company_questions import CompanyQuestion, read_question
from tilisilta.services.fetching.connection_problems import (
    is_consented,
    login_of,
    problems_of,
    stopping,
)
from tilisilta.services.fetching.question_words import question_text, why_in_question

TOKEN_VARIABLE = "TILISILTA_NMBRS_TOKEN"  # noqa: S105  # the name of a variable
State = NmbrsConnection.State


def add_connection(options: Namespace) -> Answer:
    """Make a connection, once Nmbrs has let us in, and ask for everything to be fetched."""
    if options.by_rest:
        return _add_by_rest(options)
    if not options.user:
        raise WrongUse(
            _("Say how to connect: by --rest, or as --user with its token"),
            remedy=_("Nmbrs ends SOAP on 1 March 2027, so that --rest is the way that stays."),
        )
    token = _read_token(options)
    if not token:
        raise Refused(
            _("There is no token"),
            cause=_("Nmbrs lets nobody in without one."),
            remedy=_(
                "Make one in Nmbrs, in the user's profile under API token. Then give --token - and "
                "the token on standard input, or set TILISILTA_NMBRS_TOKEN."
            ),
        )
    connection = nmbrs_connections.connect_and_fetch(
        options.name,
        user_name=options.user,
        token=token,
        domain=options.domain,
        site=_site(options),
        first_year=options.first_year or timezone.localdate().year,
        user=None,
    )
    text = _tested_text(connection)
    hint = _("All it reaches will be fetched. To wait for it, give tilisilta sync.")
    return Answer(document=connection_document(connection), text=f"{text}\n{hint}")


def _add_by_rest(options: Namespace) -> Answer:
    """Take a consent for a new connection, or for the one of that name."""
    if options.user or options.token or options.site:
        raise WrongUse(
            _("--rest goes with no user, token or site"),
            cause=_("A person consents in a browser, and Nmbrs answers by REST at one address."),
            remedy=_("See tilisilta nmbrs add --help."),
        )
    known = _connections().filter(name=options.name.strip()).first()
    connection = consent_at_terminal(options, known)
    text = _tested_text(connection)
    if connection.is_by_rest:
        text += "\n" + _("All it reaches will be fetched. To wait for it, give tilisilta sync.")
    return Answer(document=connection_document(connection), text=text)


def change_connection(options: Namespace) -> Answer:
    """Give a connection another token, user, site or year, once Nmbrs has let the user in."""
    connection = find_connection(options.name)
    token = _read_token(options)
    if not (token or options.user or options.site or options.first_year):
        raise WrongUse(
            _("Say what to change: --token, --user, --site or --first-year"),
            remedy=_("See tilisilta nmbrs change --help."),
        )
    if connection.is_by_rest and (token or options.user):
        raise WrongUse(
            _("%(name)s reads by REST and has neither user nor token") % {"name": connection},
            remedy=_("Consent again with tilisilta nmbrs add %(name)s --rest.")
            % {"name": connection},
        )
    first_year = connection.first_year
    connection = nmbrs_connections.change_connection(
        connection,
        user=None,
        user_name=options.user or connection.user_name,
        token=token,
        site=_site(options) or None,
        first_year=options.first_year or first_year,
    )
    text = _tested_text(connection)
    if connection.first_year < first_year:
        text += "\n" + _(
            "The earlier years come in when all is fetched next: now with tilisilta sync."
        )
    return Answer(document=connection_document(connection), text=text)


def check_connections(options: Namespace) -> Answer:
    """Ask Nmbrs what each connection reaches, or the one named."""
    tested = [nmbrs_connections.check_connection(one) for one in _to_be_tested(options.name)]
    return Answer(
        document={"connections": [connection_document(one) for one in tested]},
        text="\n".join(_tested_text(one) for one in tested),
        status=Status.DONE if all(works(one) for one in tested) else Status.REFUSED,
    )


def list_connections(options: Namespace) -> Answer:
    """List all connections as Nmbrs last described them, also removed ones."""
    connections = list(_connections())
    rows = [
        (
            one.name,
            one.get_state_display(),
            _way(one),
            login_of(one),
            one.domain,
            str(one.first_year),
            str(one.debtor_count),
            str(one.company_count),
            shown_moment(one.tested_at),
            str(sum(night.total for night in calls_of_last_night(one))),
            _remark(one),
        )
        for one in connections
    ]
    debtors, companies, calls = _("Debtors"), _("Companies"), _("Calls of the night")
    headers = (
        _("Name"),
        _("State"),
        _("By"),
        _("User"),
        _("Domain"),
        _("From"),
        debtors,
        companies,
        _("Tested"),
        calls,
        "",
    )
    return Answer(
        document={"connections": [connection_document(one) for one in connections]},
        text=table(headers, rows, right=f"{debtors}|{companies}|{calls}"),
    )


def remove_connection(options: Namespace) -> Answer:
    """Delete the token of a connection, and fetch no more by it."""
    connection = find_connection(options.name)
    nmbrs_connections.remove_connection(connection, user=None)
    text = _("Removed connection %(name)s and forgot its token. What came in by it stays.")
    return Answer(document=connection_document(connection), text=text % {"name": connection})


def find_connection(name: str) -> NmbrsConnection:
    """Return the connection with that name, even a removed one; raise ``Refused`` for none."""
    connection = _connections().filter(name=name.strip()).first()
    if connection is None:
        raise Refused(
            _("There is no connection to Nmbrs named %(name)s") % {"name": name},
            remedy=_("See tilisilta nmbrs list, or make it with tilisilta nmbrs add."),
        )
    return connection


def works(connection: NmbrsConnection) -> bool:
    """Return whether all that is needed can be fetched by it, by the last answer of Nmbrs."""
    has_no_fault = not connection.forbidden_calls and not stopping_problems(connection)
    return connection.state == State.WORKING and has_no_fault


def connection_document(connection: NmbrsConnection) -> dict[str, Any]:
    """Return a connection for the JSON document. It holds no secret."""
    return {
        "name": connection.name,
        "state": connection.state,
        "api": connection.api,
        "user": login_of(connection),
        "domain": connection.domain,
        "site": connection.site or None,
        "first_year": connection.first_year,
        "debtor_count": connection.debtor_count,
        "company_count": connection.company_count,
        "forbidden_calls": list(connection.forbidden_calls),
        "tested_at": connection.tested_at,
        "listed_at": connection.listed_at,
        "problems": [problem_document(problem) for problem in connection_problems(connection)],
        "questions": question_documents(connection),
        "rest": rest_document(connection, now=timezone.now()),
    }


def connection_problems(connection: NmbrsConnection) -> tuple[Problem, ...]:
    """Return what a person should know of a connection: its last fetch, consent and API."""
    return problems_of(connection, now=timezone.now())


def stopping_problems(connection: NmbrsConnection) -> tuple[Problem, ...]:
    """Return the problems for which nothing can be fetched by a connection."""
    return stopping(connection_problems(connection))


def question_documents(connection: NmbrsConnection) -> list[dict[str, Any]]:
    """Return the questions whether a company of Nmbrs is the one here, and how to answer."""
    return [
        {
            "nmbrs_company_id": asked.asked.id.number,
            "nmbrs_guid": str(asked.asked.id.guid) if asked.asked.id.guid else None,
            "number": asked.asked.number,
            "name": asked.asked.name,
            "number_here": asked.here.number,
            "name_here": asked.here.name,
            "message": question.message,
            "cause": question.cause,
            "remedy": question.remedy,
        }
        for asked, question in _questions(connection)
    ]


def trouble_texts(connection: NmbrsConnection) -> list[str]:
    """Return everything a person should know or do about a connection, with remedies."""
    texts = [problem_text(problem) for problem in connection_problems(connection)]
    if connection.forbidden_calls:
        texts.append(explanation_text(forbidden_calls(connection)))
    texts += [explanation_text(question) for _asked, question in _questions(connection)]
    return texts


def forbidden_calls(connection: NmbrsConnection) -> Explanation:
    """Return the texts for the calls that the user's API template does not allow."""
    calls = ", ".join(connection.forbidden_calls)
    return Explanation(
        message=_("Calls that the API template in Nmbrs does not allow: %(calls)s")
        % {"calls": calls},
        cause=_("In Nmbrs each call is allowed or not by the API template of the user."),
        remedy=_("Allow them in the API template, then give tilisilta nmbrs test."),
    )


def _questions(connection: NmbrsConnection) -> Iterator[tuple[CompanyQuestion, Explanation]]:
    for document in connection.open_questions:
        asked = read_question(document)
        until = _(
            "Until somebody answers, the company in Nmbrs is not fetched, as its journals might be "
            "booked twice, or in another company's books."
        )
        question = Explanation(
            message=question_text(asked),
            cause=f"{why_in_question(asked)} {until}",
            remedy=_("Answer in the settings for Nmbrs."),
        )
        yield asked, question


def _to_be_tested(name: str | None) -> Sequence[NmbrsConnection]:
    if name is None:
        connections = list(_connections().exclude(state=State.REMOVED))
        if not connections:
            raise Refused(
                _("There is no connection to Nmbrs"),
                remedy=_("Make one with tilisilta nmbrs add."),
            )
        return connections
    connection = find_connection(name)
    if connection.state == State.REMOVED:
        raise Refused(
            _("The connection %(name)s was removed") % {"name": connection},
            cause=_("Its token was forgotten, so Nmbrs cannot be asked."),
            remedy=_(
                "Give it a token with tilisilta nmbrs change, or a consent with tilisilta nmbrs "
                "add --rest; or make another connection."
            ),
        )
    return (connection,)


def _connections() -> QuerySet[NmbrsConnection]:
    # Without the token: with a wrong encryption key all the rest can still be shown.
    return NmbrsConnection.objects.defer("token").select_related("grant")


def _site(options: Namespace) -> str:
    site: str = options.site
    if site and site not in offered_sites():
        raise WrongUse(
            _("There is only the address of the settings to choose from"),
            cause=_("TILISILTA_NMBRS_SOAP_URL names a stand-in: %(url)s.")
            % {"url": settings.NMBRS_SOAP_URL},
            remedy=_("Leave out --site, or change the setting."),
        )
    return site


def _read_token(options: Namespace) -> str:
    return read_secret(options.token, variable=TOKEN_VARIABLE, prompt=_("Token: "))


def _tested_text(connection: NmbrsConnection) -> str:
    state = _("works") if works(connection) else _("does not work")
    debtors = ngettext("%(count)s debtor", "%(count)s debtors", connection.debtor_count)
    companies = ngettext("%(count)s company", "%(count)s companies", connection.company_count)
    domain = _("domain %(domain)s") % {"domain": connection.domain}
    facts = (
        *((domain,) if connection.domain else ()),
        debtors % {"count": connection.debtor_count},
        companies % {"count": connection.company_count},
    )
    first = f"{connection.name}  {state}  {', '.join(facts)}"
    lines = rest_lines(connection, now=timezone.now())
    return "\n".join([first, *lines, *trouble_texts(connection)])


def _way(connection: NmbrsConnection) -> str:
    """Return the API that a connection fetches by, and that it could by the other one."""
    has_both = not connection.is_by_rest and is_consented(connection)
    return f"{connection.get_api_display()} + REST" if has_both else connection.get_api_display()


def _remark(connection: NmbrsConnection) -> str:
    """Return the first thing that is wrong, short enough for a table."""
    problems = connection_problems(connection)
    if problems:
        return f"{problems[0].code.value} {explain(problems[0]).message}"
    if connection.forbidden_calls:
        return forbidden_calls(connection).message
    questions = [explanation.message for _asked, explanation in _questions(connection)]
    return questions[0] if questions else ""
