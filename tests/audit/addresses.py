"""The address of every page: those of ``web/urls.py`` with ids from the bureau, and the stand-ins'.

A page that is added to the addresses is found by itself. One with ids of a new kind stops the audit
until it is said here with which.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from django.urls import resolve, reverse
from django.urls.exceptions import NoReverseMatch
from django.utils import timezone
from tests.audit.filling import ADMINISTRATOR, WITH_NOTHING, WITH_SECOND_STEP
from tests.audit.running import Running
from tests.routes import LOG_IN, named_routes

from tilisilta.models import (
    ColumnChoice,
    JointSending,
    Journal,
    Link,
    NmbrsConnection,
    NoticeChoice,
    Onboarding,
    ProcountorAccount,
    Profile,
    Proposal,
    UnreadableAnswer,
    User,
    UserTemplate,
    Webhook,
)
from tilisilta.services.notices.confirming import token_for
from tilisilta.web.errors import closed
from tilisilta.web.urls import (
    ACCOUNT,
    COMPANY,
    CONNECTION,
    JOURNAL,
    LINK,
    PROFILES,
    RECEIPT,
    SET_UP_LIST,
    WEBHOOK,
)

QUERIES = {
    "overview": ("year=2025",),
    "month_end": ("month=2026-07", "month=2026-06&state=to_fix", "q=xyz"),
    "companies": ("page=2", "q=Koivulammi", "q=xyz"),
    "exports": ("state=problem", "state=uncertain", "q=xyz", "page=2"),
    "find": ("q=1002", "q=xyz"),
    "audit_log": ("page=2",),
    "new_link": ("company=1001",),
    "administrations": ("q=xyz",),
    "new_nmbrs_rest": ("name=x&first_year=2026&domain=", "name=&first_year=1066&domain="),
    "nmbrs_consented": ("late=yes",),
    "send_ready": ("period=2026-06",),
}
"""What may follow an address and shows something else there."""
COMPANIES = (1001, 1002, 1003, 1007, 1008, 1009)
MONTHS = ("2026-06", "2026-07")
PROCOUNTOR = (
    "/",
    "/sandbox/companies/50102",
    "/sandbox/companies/50102/receipts/700001",
    "/nothing",
)
NMBRS = ("/", "/sandbox/companies/48102", "/soap/v3/CompanyService.asmx", "/nothing")

ALWAYS: Mapping[str, Mapping[str, object]] = {
    "debtor_blocked": {"number": 101},
    "fix_result": {"token": "of-yesterday"},
    "revoke_own_token": {"pk": 1},
    "revoke_token_of_user": {"pk": 1, "token": 1},
}
"""What is put into addresses that are the same for each id."""
SUBJECTS = (
    *(COMPANY, JOURNAL, LINK, ACCOUNT, CONNECTION, "users", "user-templates"),
    *(WEBHOOK, PROFILES, SET_UP_LIST),
)
"""How the addresses begin that take the id of a subject."""
WITH_ALL_IDS = {
    *(COMPANY, JOURNAL, LINK, "users/<int:pk>/second-step"),
    *(CONNECTION, f"{CONNECTION}/rest", f"{CONNECTION}/rest/debtors"),
    *(WEBHOOK, SET_UP_LIST),
}
"""The routes that show something else for each id."""


@dataclass(frozen=True, kw_only=True)
class Address:
    """An address, the name of its page, and the user who looks at it; none is a stranger."""

    name: str
    url: str
    user: str = ADMINISTRATOR

    @property
    def is_ours(self) -> bool:
        """Return whether Tilisilta answers there, in three languages, and no stand-in."""
        return not self.name.startswith("stand-in")


def all_addresses(running: Running) -> list[Address]:
    """Return the addresses of all pages, for the users who see them differently."""
    found: list[Address] = []
    for name, route in open_routes():
        for values in ids_of(name, route):
            path = reverse(name, kwargs=dict(values))
            found += [
                Address(name=name, url=running.url + path + query)
                for query in ("", *(f"?{one}" for one in QUERIES.get(name, ())))
            ]
    found += [*_of_others(running), *_of_second_step(running)]
    found += [
        Address(name=f"stand-in {service}", url=base + path, user="")
        for service, base, paths in (
            ("Procountor", running.procountor_url, PROCOUNTOR),
            ("Nmbrs", running.nmbrs_url, NMBRS),
        )
        for path in paths
    ]
    return found


def _of_others(running: Running) -> Iterator[Address]:
    """Yield the pages for a user without any company, and those of the log-in for strangers."""
    for name, route in open_routes():
        if "<" not in route:
            yield Address(name=name, url=running.url + reverse(name), user=WITH_NOTHING)
            if route.startswith(LOG_IN):
                yield Address(name=name, url=running.url + reverse(name), user="")


def _of_second_step(running: Running) -> list[Address]:
    """Return the pages about a second step once more for a user who has one."""
    assert Authenticator.objects.filter(user__username=WITH_SECOND_STEP).exists()
    return [
        Address(name=name, url=running.url + reverse(name), user=WITH_SECOND_STEP)
        for name, _ in open_routes()
        if name.startswith("mfa_") or name == "account_reauthenticate"
    ]


def open_routes() -> Iterator[tuple[str, str]]:
    """Yield the name and the route of every page but of those that only say they are closed."""
    return ((name, route) for name, route in named_routes() if not _is_closed(name, route))


def _is_closed(name: str, route: str) -> bool:
    """Return whether the address only says that users are made by an administrator."""
    try:
        return resolve(reverse(name)).func is closed
    except NoReverseMatch:
        return route.startswith(LOG_IN)


def ids_of(name: str, route: str) -> Iterator[Mapping[str, object]]:
    """Yield the ids to put into an address, one set for each page that shows something else."""
    if "<" not in route:
        yield {}
    elif name == "missing_items":
        yield from (
            {"pk": pk, "kind": "cost_center"} for pk in Link.objects.values_list("pk", flat=True)
        )
    elif name in ALWAYS:
        yield ALWAYS[name]
    elif name == "forget_columns":
        yield from ({"number": one.company.number, "pk": one.pk} for one in _column_choices())
    elif name in {"sent_together", "stop_together"}:
        yield from ({"pk": pk} for pk in JointSending.objects.values_list("pk", flat=True)[:2])
    elif name in {"send_back", "take_back_proposal"}:
        yield from ({"pk": pk} for pk in Proposal.objects.values_list("pk", flat=True)[:1])
    elif name == "confirm_mail_address":
        yield from ({"token": token_for(one)} for one in _unconfirmed())
    elif name == "unreadable_answer":
        kept = UnreadableAnswer.objects.select_related("run__company")[:1]
        yield from ({"number": one.run.company.number, "pk": one.pk} for one in kept)
    elif "<str:month>" in route:
        yield from _of_months(route)
    elif route.startswith(RECEIPT):
        yield from ({"pk": one.pk, "number": 1} for one in _journals() if one.exports.exists())
    elif route.startswith(SUBJECTS):
        yield from _of_subject(route, is_first=route in WITH_ALL_IDS)
    else:
        raise AssertionError(f"Say in {__file__} with which ids {name} is to be looked at.")


def _unconfirmed() -> Iterator[NoticeChoice]:
    """Yield a mail address of the administrator that is not confirmed."""
    for user in User.objects.filter(username=ADMINISTRATOR):
        yield NoticeChoice.objects.get_or_create(
            user=user, defaults={"address": "aino@bureau.example", "chosen_at": timezone.now()}
        )[0]


def _of_subject(route: str, *, is_first: bool) -> Iterator[Mapping[str, object]]:
    """Yield the ids of a subject: of all where its main page is asked for, else of some."""
    if route.startswith(COMPANY):
        yield from ({"number": number} for number in COMPANIES[: None if is_first else 2])
        return
    pks = {
        JOURNAL: [one.pk for one in _journals()],
        LINK: list(Link.objects.values_list("pk", flat=True)),
        ACCOUNT: list(
            ProcountorAccount.objects.order_by("state", "pk").values_list("pk", flat=True)
        ),
        CONNECTION: list(NmbrsConnection.objects.values_list("pk", flat=True)),
        WEBHOOK: list(Webhook.objects.values_list("pk", flat=True)),
        f"{PROFILES}/<int:pk>": list(Profile.objects.values_list("pk", flat=True)),
        SET_UP_LIST: list(Onboarding.objects.values_list("pk", flat=True)),
        "users": list(User.objects.values_list("pk", flat=True)),
        "user-templates": list(UserTemplate.objects.values_list("pk", flat=True)),
    }
    subject = next(start for start in pks if route.startswith(start))
    yield from ({"pk": pk} for pk in pks[subject][: None if is_first else 3])


def _of_months(route: str) -> Iterator[Mapping[str, object]]:
    """Yield companies with a month of theirs, and a payment file where one is asked for."""
    of_file = {"pk": 1} if "<int:pk>" in route else {}
    for number in COMPANIES:
        yield from ({"number": number, "month": month, **of_file} for month in MONTHS)


def _journals() -> list[Journal]:
    """Return one journal of each state and each set of problems."""
    kinds: dict[object, Journal] = {}
    for journal in Journal.objects.order_by("-pk"):
        codes = frozenset(problem.code for problem in journal.problems)
        kinds.setdefault((journal.state, codes), journal)
    return list(kinds.values())


def _column_choices() -> list[ColumnChoice]:
    return list(ColumnChoice.objects.select_related("company")[:1])
