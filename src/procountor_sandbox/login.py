"""The login page: user name and password, then the company the program may act in."""

from collections.abc import Mapping
from urllib.parse import urlencode

from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from procountor_sandbox.html import page
from procountor_sandbox.office import Office
from procountor_sandbox.world import Company, Person
from sandbox_parts.markup import Markup, Piece, counted, join, tag, void

# Assumed: inferred from the documented key login beside it.
LOGIN_PATH = "/login"
COMPANY_PATH = "/login/company"
_PASSED_ON = ("response_type", "client_id", "redirect_uri", "state")
_MOST_SHOWN = 25


def login(request: Request, office: Office) -> Response:
    """Show the login form, or check it and show the companies."""
    wrong = _wrong_parameters(request.values, office)
    if wrong:
        return _refusal(wrong)
    if request.method != "POST":
        return _login_form(request.values, office)
    person = office.world.person(request.form.get("username", "").strip())
    password = request.form.get("password", "")
    if person is None or person.password is None or person.password != password:
        return _login_form(request.values, office, is_refused=True)
    return _company_form(request.values, office, person)


def choose_company(request: Request, office: Office) -> Response:
    """Send the browser back with a code for the chosen company, or show the search again."""
    wrong = _wrong_parameters(request.values, office)
    if wrong:
        return _refusal(wrong)
    # A signed ticket in the form, so that the login needs neither cookie nor session.
    person = office.grants.read_ticket(request.form.get("ticket", ""))
    if person is None:
        return _login_form(request.values, office)
    chosen = request.form.get("company", "")
    if chosen not in {str(company_id) for company_id in person.company_ids}:
        return _company_form(request.values, office, person)
    code = office.grants.make_code(
        person,
        int(chosen),
        client_id=request.values["client_id"],
        redirect_uri=request.values["redirect_uri"],
    )
    answer = {"code": code}
    if "state" in request.values:
        answer["state"] = request.values["state"]
    return redirect(f"{request.values['redirect_uri']}?{urlencode(answer)}")


def _wrong_parameters(values: Mapping[str, str], office: Office) -> str:
    # Documented: a missing parameter or another redirect_uri leads to an error page. There is no
    # redirect, which would send a code to an address of a stranger.
    clients = {client.client_id for client in office.world.api_clients}
    if values.get("response_type") != "code":
        return "The address lacks response_type=code."
    if values.get("client_id") not in clients:
        return "The client_id is missing, or no program is registered under it."
    if values.get("redirect_uri") not in office.redirect_uris:
        return "The redirect_uri is missing, or not exactly the registered one."
    return ""


def _refusal(reason: str) -> Response:
    return page(
        "Login not possible",
        tag("h1", "Login not possible"),
        tag("p", reason, class_="wrong", role="alert"),
        tag("p", "Go back to the program you came from and start again there."),
        status=400,
        is_narrow=True,
    )


def _login_form(values: Mapping[str, str], office: Office, *, is_refused: bool = False) -> Response:
    wrong = "Wrong username or password. Nothing was changed; try again."
    return page(
        "Log in",
        tag("h1", "Log in"),
        tag("p", tag("strong", values["client_id"]), " asks to act for you in Procountor."),
        *([tag("p", wrong, class_="wrong", role="alert")] if is_refused else []),
        tag(
            "form",
            _passed_on(values),
            _labelled("Username", "username", autocomplete="username", autofocus=""),
            _labelled("Password", "password", type="password", autocomplete="current-password"),
            tag("button", "Log in", type="submit"),
            method="post",
            action=LOGIN_PATH,
        ),
        _who_there_is(office),
        status=401 if is_refused else 200,
        is_narrow=True,
    )


def _who_there_is(office: Office) -> Markup:
    people = [one for one in office.world.people if one.password is not None]
    rows = [
        tag("li", tag("b", one.username), f" / {one.password}, {_companies(one)}") for one in people
    ]
    intro = tag("p", "The invented people here, with their passwords:")
    return tag("aside", intro, tag("ul", *rows))


def _companies(person: Person) -> str:
    return counted(len(person.company_ids), "company", "companies")


def _company_form(values: Mapping[str, str], office: Office, person: Person) -> Response:
    wanted = values.get("search", "").strip()
    companies = [
        one
        for one in office.companies.all()
        if one.company_id in person.company_ids and _matches(one, wanted)
    ]
    ticket = void("input", type="hidden", name="ticket", value=office.grants.make_ticket(person))
    hidden = join((_passed_on(values), ticket))
    return page(
        "Choose a company",
        tag("h1", "Choose a company"),
        tag("p", tag("strong", values["client_id"]), " may act in the one you choose."),
        _search_form(hidden, wanted),
        tag("form", hidden, *_choices(companies), method="post", action=COMPANY_PATH),
        is_narrow=True,
    )


def _matches(company: Company, wanted: str) -> bool:
    texts = (company.name, company.business_id, str(company.company_id))
    return any(wanted.casefold() in text.casefold() for text in texts)


def _search_form(hidden: Markup, wanted: str) -> Markup:
    return tag(
        "form",
        hidden,
        _labelled("Search", "search", value=wanted, type="search"),
        tag("button", "Search", type="submit", class_="plain"),
        method="post",
        action=COMPANY_PATH,
        class_="search",
    )


def _choices(companies: list[Company]) -> list[Piece]:
    if not companies:
        return [tag("p", "No company of yours fits.")]
    buttons: list[Piece] = [
        tag(
            "button",
            tag("b", one.name),
            tag("small", f"{one.business_id} · {one.company_id}"),
            type="submit",
            name="company",
            value=str(one.company_id),
            class_="choice",
        )
        for one in companies[:_MOST_SHOWN]
    ]
    if len(companies) > _MOST_SHOWN:
        left = len(companies) - _MOST_SHOWN
        buttons.append(tag("p", f"{left} more: search to find them."))
    return buttons


def _passed_on(values: Mapping[str, str]) -> Markup:
    return join(
        void("input", type="hidden", name=name, value=values[name])
        for name in _PASSED_ON
        if name in values
    )


def _labelled(label: str, name: str, **attributes: str) -> Markup:
    field = void("input", id=name, name=name, **attributes)
    return tag("p", tag("label", label, for_=name), field, class_="field")
