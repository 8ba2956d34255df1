"""Pages that no address leads to: they come of a click, a wrong answer or a session's end.

Controls are found by their names, not by their words, as each scene is played in every language.
"""

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import FilePayload, Page
from tests.audit.filling import (
    ADMINISTRATOR,
    LONG,
    PASSWORD,
    WITH_FIRST_PASSWORD,
    WITH_SECOND_STEP,
    WITHOUT_RIGHTS,
)
from tests.audit.people import LOG_IN, SUBMIT
from tests.audit.running import Running

ACCOUNTS = "/settings/integrations/procountor"
NMBRS = "/settings/integrations/nmbrs"
IMPORT = "/companies/1001/import"
UNKNOWN_COLUMNS = "Kto;Txt;Eur;Pv\n5010;Palkat;10,00;28.6.2026\n2961;Velka;-10,00;28.6.2026\n"
WRONG_FILE = "Tili;Selite;Summa;Päivä\n5010;Palkat;x,00;28.6.2026\n2961;Velka;-12,00;28.13.2026\n"
WRONG_ROWS = "Tili;Selite;Summa;Päivä\n" + "5010;Palkat;x,00;28.6.2026\n" * 3000
SECOND_FILE = (
    "Tili;Selite;Summa;Päivä\n5010;Palkat;2100,00;30.6.2026\n2961;Velka;-2100,00;30.6.2026\n"
)

Play = Callable[[Page, Running], None]


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A page and how one gets there; ``status`` is what it must come with, if that matters."""

    name: str
    play: Play
    user: str = ""
    status: int | None = None
    is_ours: bool = True


def _at(path: str) -> Play:
    return lambda page, running: _open(page, running.url + path)


def _open(page: Page, url: str) -> None:
    page.goto(url)


def _click(page: Page, selector: str = SUBMIT) -> None:
    page.locator(selector).first.click()
    page.wait_for_load_state()


def _sent(path: str, form: str = "main form[method=post]", **values: str) -> Play:
    """Open a page and send its form with these values, as they are and whatever they are."""

    def play(page: Page, running: Running) -> None:
        page.goto(running.url + path)
        for name, value in values.items():
            page.locator(f"{form} [name='{name}']").first.fill(value, force=True)
        page.locator(form).first.evaluate("form => { form.noValidate = true; }")
        with page.expect_navigation():
            page.locator(form).first.evaluate("form => form.requestSubmit()")

    return play


def _imported(content: str, name: str = "palkat.csv") -> Play:
    def play(page: Page, running: Running) -> None:
        page.goto(running.url + IMPORT)
        file = FilePayload(name=name, mimeType="text/csv", buffer=content.encode())
        page.set_input_files("[name=file]", file)
        with page.expect_navigation():
            page.locator("[name=file]").evaluate("field => field.form.requestSubmit()")

    return play


def _logged_in(user: str, then: Play | None = None) -> Play:
    def play(page: Page, running: Running) -> None:
        page.goto(running.url + LOG_IN)
        page.fill("[name=login]", user)
        page.fill("[name=password]", PASSWORD)
        _click(page)
        if then is not None:
            then(page, running)

    return play


def _wrong_code(page: Page, _running: Running) -> None:
    page.fill("[name=code]", "000000")
    _click(page)


def _wrong_own_password(page: Page, _running: Running) -> None:
    for field in page.locator("main input[type=password]").all():
        field.fill("x")
    _click(page)


def _session_ended(page: Page, running: Running) -> None:
    page.goto(f"{running.url}/companies/new")
    page.context.clear_cookies(name="sessionid")
    page.fill("main [name=name]", "x")
    page.locator("main form[method=post]").first.evaluate("form => { form.noValidate = true; }")
    _click(page)


def _without_token(page: Page, running: Running) -> None:
    page.goto(f"{running.url}/companies/new")
    page.context.clear_cookies(name="csrftoken")
    page.locator("main form[method=post]").first.evaluate("form => { form.noValidate = true; }")
    _click(page)


def _searched_debtors(page: Page, running: Running) -> None:
    page.goto(f"{running.url}/users/new")
    page.locator("[name=find_debtor], [type=search]").last.fill("Koi")
    page.wait_for_load_state("networkidle")


def _ticked_links(page: Page, running: Running) -> None:
    page.goto(f"{running.url}{ACCOUNTS}/administrations")
    page.locator("[name=link]").first.check()
    _click(page, "#many button:not([name=all])")


def _changed_links(page: Page, running: Running) -> None:
    _ticked_links(page, running)
    page.fill("[name=account_mappings]", "5010=5020")
    _click(page, "[name=show]")


def _reason(page: Page, running: Running) -> None:
    page.goto(f"{running.url}/month-end?month=2026-06")
    _click(page, ".reasons .acts a.b")


def _ticked_companies(page: Page, running: Running) -> None:
    page.goto(f"{running.url}/month-end?month=2026-07")
    with page.expect_response("**/month-end/chosen*"):
        page.locator(".clients tbody [type=checkbox]").first.check()


def _to_procountor(page: Page, running: Running) -> None:
    page.goto(f"{running.url}{ACCOUNTS}")
    page.locator('a[href$="/authorise"]').first.click()
    page.wait_for_load_state()


def _to_nmbrs(page: Page, running: Running) -> None:
    page.goto(f"{running.url}{NMBRS}/rest/consent?name=Uusi&first_year=2026&domain=")


def _chosen_at_nmbrs(page: Page, running: Running) -> None:
    _to_nmbrs(page, running)
    _click(page, "button[name=email]")


def _answered_at_nmbrs(answer: str) -> Play:
    def play(page: Page, running: Running) -> None:
        _chosen_at_nmbrs(page, running)
        _click(page, f"button[name=answer][value={answer}]")

    return play


def _in_procountor(password: str) -> Play:
    def play(page: Page, running: Running) -> None:
        _to_procountor(page, running)
        page.fill("[name=username]", "aino")
        page.fill("[name=password]", password)
        _click(page, "button[type=submit]")

    return play


_FORMS: tuple[tuple[str, Play], ...] = (
    ("new company, empty", _sent("/companies/new", name="")),
    ("new company, taken", _sent("/companies/new", number="1001", name="x")),
    ("new user, empty", _sent("/users/new", username="")),
    ("new user, weak password", _sent("/users/new", username="aino", password="x")),
    ("new user template, empty", _sent("/user-templates/new", name="")),
    ("own password, wrong", _sent("/log-in/password/change/")),
    ("debtors, searched", _searched_debtors),
    ("API key, wrong", _sent(f"{ACCOUNTS}/accounts/1/api-key")),
    ("account, without a name", _sent(ACCOUNTS, "form[action$='/accounts/new']", name="")),
    (
        "Nmbrs, wrong token",
        _sent(NMBRS, "form[action$='/new']", name="x", user_name="x", token="x"),
    ),
    ("new link, empty", _sent(f"{ACCOUNTS}/administrations/new")),
    ("link, ended without reason", _sent(f"{ACCOUNTS}/administrations/1/end")),
    ("import, without a file", _sent(IMPORT)),
    ("import, wrong file", _imported(WRONG_FILE)),
    ("import, thousands of wrong rows", _imported(WRONG_ROWS)),
    ("import, unknown columns", _imported(UNKNOWN_COLUMNS)),
    ("import, which run", _imported(SECOND_FILE)),
    ("import, no table", _imported(LONG, "palkat.pdf")),
    ("Nmbrs by REST, consent refused", _answered_at_nmbrs("refuse")),
    ("links, ticked", _ticked_links),
    ("links, what would change", _changed_links),
    ("reason, what would be done", _reason),
    ("month end, ticked companies", _ticked_companies),
    ("set up, without a list", _sent(f"{ACCOUNTS}/set-up")),
    ("profile, empty", _sent(f"{ACCOUNTS}/profiles/new", name="")),
    ("webhook, wrong address", _sent("/webhooks/new", name="x", address="x")),
    ("API token, wrong password", _sent("/profile/api-tokens", name="x", own_password="x")),
    ("API token, made", _sent("/profile/api-tokens", name="Uusi", own_password=PASSWORD)),
    ("notices, wrong address", _sent("/profile/notices", address="x")),
    ("second step, to be turned on", _at("/log-in/2fa/totp/activate/")),
)
SCENES: tuple[Scene, ...] = (
    Scene(name="log-in, wrong", play=_sent(LOG_IN, login=LONG, password="x")),
    Scene(name="log-in, empty", play=_sent(LOG_IN)),
    Scene(name="second step", play=_logged_in(WITH_SECOND_STEP)),
    Scene(name="second step, wrong", play=_logged_in(WITH_SECOND_STEP, _wrong_code)),
    Scene(name="first password", play=_logged_in(WITH_FIRST_PASSWORD)),
    Scene(name="first password, weak", play=_logged_in(WITH_FIRST_PASSWORD, _wrong_own_password)),
    Scene(name="session ended", play=_session_ended, user=ADMINISTRATOR),
    Scene(name="form from elsewhere", play=_without_token, user=ADMINISTRATOR, status=403),
    Scene(name="no rights", play=_at("/users"), user=WITHOUT_RIGHTS, status=403),
    Scene(name="overview without rights", play=_at("/"), user=WITHOUT_RIGHTS),
    Scene(name="nothing there", play=_at("/nothing"), user=ADMINISTRATOR, status=404),
    Scene(name="nothing there, stranger", play=_at("/nothing"), status=404),
    Scene(name="taken by posts only", play=_at("/fetch"), user=ADMINISTRATOR, status=405),
    *(Scene(name=name, play=play, user=ADMINISTRATOR) for name, play in _FORMS),
    *(
        Scene(name=f"stand-in Nmbrs, {name}", play=play, user=ADMINISTRATOR, is_ours=False)
        for name, play in (("log-in", _to_nmbrs), ("debtors of a consent", _chosen_at_nmbrs))
    ),
    Scene(
        name="stand-in Procountor, log-in", play=_to_procountor, user=ADMINISTRATOR, is_ours=False
    ),
    Scene(
        name="stand-in Procountor, wrong password",
        play=_in_procountor("x"),
        user=ADMINISTRATOR,
        status=401,
        is_ours=False,
    ),
    Scene(
        name="stand-in Procountor, companies",
        play=_in_procountor("sandbox"),
        user=ADMINISTRATOR,
        is_ours=False,
    ),
)
