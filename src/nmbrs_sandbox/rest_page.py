"""The page about the REST API: who is registered, what was consented to, and the traps."""

from collections.abc import Iterable, Sequence

from werkzeug.wrappers import Response

from nmbrs_sandbox.payroll.bureau import Bureau
from nmbrs_sandbox.rest.grants import Grant, Grants
from nmbrs_sandbox.rest.partners import Partner
from nmbrs_sandbox.run_card import button
from nmbrs_sandbox.site import page
from nmbrs_sandbox.traps import EXPLAINED, Trap, Traps
from sandbox_parts.markup import Markup, Piece, tag, void

PATH = "/sandbox/rest"


def show_rest(
    bureau: Bureau, grants: Grants, partners: Sequence[Partner], traps: Traps
) -> Response:
    """Return the page. Its buttons switch traps and withdraw consents."""
    with bureau.lock:
        return page(
            "REST API",
            tag("nav", tag("a", "Payroll", href="/sandbox")),
            tag("h1", "REST API"),
            tag(
                "p",
                "Programs ask at ",
                tag("code", "/api/"),
                " with a token that they get at ",
                tag("code", "/identity/"),
                ".",
            ),
            _section("Registered programs", _partners(partners)),
            _section("Consents", _consents(bureau, grants)),
            _section("Traps", tag("p", _TRAPS), *(_trap(one, traps) for one in Trap)),
        )


_TRAPS = (
    "What is odd about the answers, until it is switched off again. "
    "Faults, which are used up by calls, are given to /sandbox/faults."
)


def _section(title: str, *inside: Piece) -> Markup:
    return tag("section", tag("h2", title), *inside)


def _partners(partners: Iterable[Partner]) -> Markup:
    rows = [
        (tag("code", one.client_id), one.client_secret, one.subscription_key, _lines(one))
        for one in partners
    ]
    return _table(("Client id", "Secret", "Subscription key", "Redirect addresses"), rows)


def _lines(partner: Partner) -> Markup:
    return tag("span", *(tag("div", one) for one in partner.redirect_uris))


def _consents(bureau: Bureau, grants: Grants) -> Markup:
    alive = [one for one in grants.all() if not one.is_ended]
    if not alive:
        return tag("p", "There is no consent yet.", class_="empty")
    rows = [
        (one.email, one.client_id, _debtors(bureau, one), " ".join(one.scopes), _withdraw(one))
        for one in alive
    ]
    return _table(("Person", "Program", "Debtors", "Scopes", ""), rows)


def _debtors(bureau: Bureau, grant: Grant) -> str:
    known = (bureau.debtor(one) for one in grant.debtor_ids)
    return ", ".join(one.name for one in known if one is not None)


def _withdraw(grant: Grant) -> Markup:
    email = void("input", type="hidden", name="email", value=grant.email)
    words = tag("button", "Withdraw", class_="plain")
    return tag("form", email, words, method="post", action=f"{PATH}/withdraw")


def _trap(trap: Trap, traps: Traps) -> Markup:
    companies = [one.company_id for one in traps.all if one.trap is trap]
    of_some = ", ".join(str(one) for one in companies if one is not None)
    state = "● On" if None in companies else f"● On for company {of_some}"
    badge = tag("span", state if companies else "○ Off", class_="badge")
    other = "off" if companies else "on"
    switch = button(f"Switch {other}", f"{PATH}/traps/{trap}/{other}", is_plain=bool(companies))
    words = tag("p", tag("code", trap), " ", badge, tag("small", EXPLAINED[trap]))
    return tag("div", words, switch, class_="trap", id=trap)


def _table(heads: Sequence[str], rows: Iterable[Sequence[Piece]]) -> Markup:
    head = tag("tr", *(tag("th", name, scope="col") for name in heads))
    body = [tag("tr", *(_cell(*one) for one in zip(heads, row, strict=True))) for row in rows]
    table = tag("table", tag("thead", head), tag("tbody", *body), class_="rows")
    return tag("div", table, class_="scroll")


def _cell(label: str, inside: Piece) -> Markup:
    return tag("td", inside, data_label=label, class_="item") if label else tag("td", inside)
