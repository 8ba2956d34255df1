"""The pages of a consent: who one is, then for which client logins the program may act."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from werkzeug.datastructures import MultiDict
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from nmbrs_sandbox.payroll.bureau import Bureau
from nmbrs_sandbox.payroll.world import ClientLogin
from nmbrs_sandbox.rest.grants import Grants
from nmbrs_sandbox.rest.partners import Partner
from nmbrs_sandbox.rest.scopes import DOCUMENT_SCOPES, unknown_scopes
from nmbrs_sandbox.site import consent_page
from nmbrs_sandbox.traps import Trap, Traps
from sandbox_parts.markup import Markup, Piece, counted, join, tag, void

_PASSED_ON = (
    "client_id",
    "redirect_uri",
    "response_type",
    "scope",
    "state",
    "code_challenge",
    "code_challenge_method",
)
ALLOW = "allow"
REFUSE = "refuse"


@dataclass(frozen=True, kw_only=True)
class Consents:
    """Shows the pages, and sends the browser back with a code."""

    bureau: Bureau
    grants: Grants
    partners: tuple[Partner, ...]
    traps: Traps

    def respond(self, request: Request) -> Response:
        """Answer a request for the page, or one of its forms."""
        values = request.values
        wrong = _wrong_address(values, self.partners)
        if wrong:
            return _no_way_back(wrong)
        error = _error(values)
        if error:
            return _back(values, error=error)
        if request.method != "POST" or "email" not in request.form:
            return self._people(values)
        if request.form.get("answer") == REFUSE:
            return _back(values, error="access_denied")
        logins = self._logins(request.form["email"])
        chosen = _chosen(request.form, logins)
        if request.form.get("answer") == ALLOW and chosen:
            return self._give_code(values, request.form["email"], chosen)
        return self._picker(values, logins, is_empty=request.form.get("answer") == ALLOW)

    def _give_code(
        self, values: Mapping[str, str], email: str, chosen: tuple[int, ...]
    ) -> Response:
        withheld = DOCUMENT_SCOPES if self.traps.is_on(Trap.NARROWER_SCOPE) else ()
        code = self.grants.make_code(
            client_id=values["client_id"],
            email=email,
            debtor_ids=chosen,
            scopes=tuple(one for one in _scopes(values) if one not in withheld),
            redirect_uri=values["redirect_uri"],
            challenge=values.get("code_challenge", ""),
        )
        return _back(values, code=code)

    def _logins(self, email: str) -> list[ClientLogin]:
        return [one for one in self.bureau.logins() if one.email == email]

    def _people(self, values: Mapping[str, str]) -> Response:
        people = {one.email: one.name for one in self.bureau.logins()}
        buttons = [
            tag(
                "button",
                tag("b", name),
                tag("small", f"{email} · {counted(len(self._logins(email)), 'client login')}"),
                type="submit",
                name="email",
                value=email,
                class_="choice",
            )
            for email, name in people.items()
        ]
        nobody = tag("p", "There is no client login. A login of the bureau itself does not do.")
        return consent_page(
            "Log in",
            tag("h1", "Log in"),
            tag("p", tag("strong", values["client_id"]), " asks to read payroll for you."),
            tag("p", "Choose one of the invented people. No password is asked for."),
            _form(values, *(buttons or [nobody])),
            is_narrow=True,
        )

    def _picker(
        self, values: Mapping[str, str], logins: list[ClientLogin], *, is_empty: bool
    ) -> Response:
        if not logins:
            return self._people(values)
        wrong = "Choose at least one client login."
        boxes = [self._box(one) for one in logins]
        email = void("input", type="hidden", name="email", value=logins[0].email)
        legend = tag("legend", "For which client logins?")
        return consent_page(
            "Allow access",
            tag("h1", "Allow access"),
            tag(
                "p",
                tag("strong", values["client_id"]),
                f" asks to act for {logins[0].name}. What is not chosen stays closed to it.",
            ),
            *([tag("p", wrong, class_="wrong", role="alert")] if is_empty else []),
            _form(
                values,
                email,
                tag("fieldset", legend, *boxes, class_="picker"),
                _asked_for(_scopes(values)),
                tag(
                    "div",
                    tag("button", "Allow", type="submit", name="answer", value=ALLOW),
                    tag(
                        "button",
                        "Refuse",
                        type="submit",
                        name="answer",
                        value=REFUSE,
                        class_="plain",
                    ),
                    class_="actions",
                ),
            ),
            is_narrow=True,
        )

    def _box(self, login: ClientLogin) -> Markup:
        debtor = self.bureau.debtor(login.debtor_id)
        name = f"{debtor.number} {debtor.name}" if debtor else str(login.debtor_id)
        box = void(
            "input", type="checkbox", name="debtor", value=str(login.debtor_id), checked="checked"
        )
        return tag("label", box, f" {name}")


def _chosen(form: "MultiDict[str, str]", logins: Iterable[ClientLogin]) -> tuple[int, ...]:
    sent = set(form.getlist("debtor"))
    return tuple(one.debtor_id for one in logins if str(one.debtor_id) in sent)


def _wrong_address(values: Mapping[str, str], partners: Iterable[Partner]) -> str:
    # No redirect: it would send a code to an address that nobody has registered.
    partner = next((one for one in partners if one.client_id == values.get("client_id")), None)
    if partner is None:
        return "The client_id is missing, or no program is registered under it."
    if values.get("redirect_uri") not in partner.redirect_uris:
        return "The redirect_uri is missing, or not exactly a registered one."
    return ""


def _error(values: Mapping[str, str]) -> str:
    """Return the error that the browser is sent back with, or an empty text."""
    if values.get("response_type") != "code":
        return "unsupported_response_type"
    # Assumed to be required: without a state, an answer could be slipped in by another site.
    if not values.get("state"):
        return "invalid_request"
    if "code_challenge" in values and values.get("code_challenge_method") != "S256":
        return "invalid_request"
    # Known: openid is listed by the discovery, and not granted.
    if not _scopes(values) or unknown_scopes(_scopes(values)):
        return "invalid_scope"
    return ""


def _scopes(values: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values.get("scope", "").split()))


def _back(values: Mapping[str, str], **outcome: str) -> Response:
    if values.get("state"):
        outcome["state"] = values["state"]
    address = values["redirect_uri"]
    joint = "&" if urlsplit(address).query else "?"
    return redirect(f"{address}{joint}{urlencode(outcome)}")


def _no_way_back(reason: str) -> Response:
    return consent_page(
        "Not possible",
        tag("h1", "Not possible"),
        tag("p", reason, class_="wrong", role="alert"),
        tag("p", "Go back to the program you came from and start again there."),
        status=400,
        is_narrow=True,
    )


def _asked_for(scopes: Iterable[str]) -> Markup:
    items = [tag("li", tag("code", one)) for one in scopes]
    return tag("div", tag("p", "It asks for:"), tag("ul", *items))


def _form(values: Mapping[str, str], *inside: Piece) -> Markup:
    hidden = join(
        void("input", type="hidden", name=name, value=values[name])
        for name in _PASSED_ON
        if name in values
    )
    return tag("form", hidden, *inside, method="post")
