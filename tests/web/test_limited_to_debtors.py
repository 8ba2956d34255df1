"""A walk of all addresses by a user limited to one debtor, over everything of another."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from tests.bureau import (
    NOW,
    a_company,
    a_connection,
    a_journal,
    an_account,
    link_to,
    send,
)
from tests.routes import routes_of_ours
from tests.web.conftest import PASSWORD

from nmbrs_sandbox.app import Sandbox as Nmbrs
from procountor_sandbox.app import Sandbox
from tilisilta.models import (
    ApiToken,
    CheckedLink,
    ColumnChoice,
    Company,
    Debtor,
    JointSending,
    Journal,
    Link,
    NoticeChoice,
    Onboarding,
    PaymentFile,
    ProcountorAccount,
    Proposal,
    Run,
    Scope,
    User,
    UserTemplate,
    Webhook,
)
from tilisilta.services.api_tokens import MadeToken, create_token
from tilisilta.services.connections import authorise_with_api_key, create_account
from tilisilta.services.journals.unreadable_answers import keep_answer
from tilisilta.services.links import end_link
from tilisilta.services.notices.confirming import token_for
from tilisilta.services.onboarding.rows import store_list
from tilisilta.services.users import create_user
from tilisilta.services.webhooks.managing import Wanted, create_webhook
from tilisilta.web.urls import ACCOUNT, COMPANY, JOURNAL, LINK, SET_UP_LIST, WEBHOOK

pytestmark = pytest.mark.django_db

PART = {"HX-Request": "true"}
# Who may see a row is one condition in all of them: a second database tries it once.
METHODS = ["get", *(pytest.param(one, marks=pytest.mark.once) for one in ("post", "part"))]
# What belongs to the bureau as a whole, and to no debtor: its connections to Nmbrs, its users and
# what they may do. An id there is no secret to users with the right to the area.
OF_THE_BUREAU = frozenset(
    {
        "nmbrs_connection",
        "check_nmbrs_connection",
        "remove_nmbrs_connection",
        "answer_nmbrs_question",
        "nmbrs_rest",
        "nmbrs_rest_debtors",
        "nmbrs_comparison",
        "compare_nmbrs",
        "accept_nmbrs",
        "switch_nmbrs",
        "consent_to_nmbrs",
        "check_nmbrs_rest",
        "remove_nmbrs_rest",
        "link_profile",
        "remove_link_profile",
        "user",
        "user_second_step",
        "revoke_token_of_user",
        "user_template",
        # What a person has begun, in the session of that person alone.
        "fix_result",
    }
)
SECRETS = ("Salainen", "tili-1001", "tili-1002", "vapaa-tili", "9901010-1", "9901020")


@dataclass(frozen=True, kw_only=True)
class Hidden:
    """Everything that can belong to the other debtor."""

    company: Company
    journal: Journal
    link: Link
    ended: Link
    accounts: tuple[ProcountorAccount, ...]
    token: ApiToken
    onboarding: Onboarding
    webhooks: tuple[Webhook, ...]

    def values(self, name: str) -> Iterator[Mapping[str, object]]:  # noqa: PLR0912  # one for each kind of address
        """Yield the ids to put into the address called ``name``, one set for each object."""
        if name == "missing_items":
            yield from ({"pk": one.pk, "kind": "cost_center"} for one in (self.link, self.ended))
        elif name in _of(LINK):
            yield from ({"pk": one.pk} for one in (self.link, self.ended))
        elif name in _of(ACCOUNT):
            yield from ({"pk": one.pk} for one in self.accounts)
        elif name in _of(WEBHOOK):
            yield from ({"pk": one.pk} for one in self.webhooks)
        elif name == "debtor_blocked":
            yield {"number": self.company.debtor.number}
        elif name in {"payload", "payload_file"}:
            yield {"pk": self.journal.pk, "number": 1}
        elif name in _of(JOURNAL) | _of(SET_UP_LIST):
            yield {"pk": self.journal.pk if name in _of(JOURNAL) else self.onboarding.pk}
        elif name == "forget_columns":
            choice = ColumnChoice.objects.get_or_create(
                company=self.company,
                headers_sha256="0" * 64,
                defaults={"headers": ["Kto"], "mapping": {}, "chosen_at": NOW},
            )[0]
            yield {"number": self.company.number, "pk": choice.pk}
        elif name == "unreadable_answer":
            run = Run.objects.get_or_create(
                company=self.company, year=2026, number="6", period_start=6, period_end=6
            )[0]
            keep_answer(run, b"Salainen", now=NOW)
            yield {"number": self.company.number, "pk": run.unreadable_answers.get().pk}
        elif name == "remove_payment_file":
            file = PaymentFile.objects.get_or_create(
                company=self.company,
                message_digest="0" * 64,
                defaults={"month": date(2026, 6, 1), "sums": [], "added_at": NOW},
            )[0]
            yield {"number": self.company.number, "month": "2026-06", "pk": file.pk}
        elif name == "confirm_mail_address":
            notices = NoticeChoice.objects.get_or_create(
                user=self.token.user,
                defaults={"address": "Salainen@bureau.example", "chosen_at": NOW},
            )[0]
            yield {"token": token_for(notices)}
        elif name == "revoke_own_token":
            yield {"pk": self.token.pk}
        elif name in MONTHS:
            yield {"number": self.company.number, "month": "2026-06"}
        elif name in _of(COMPANY):
            yield {"number": self.company.number}
        elif name in {"sent_together", "stop_together"}:
            yield {"pk": self.sent_together().pk}
        elif name in {"send_back", "take_back_proposal"}:
            yield {"pk": self.proposal().pk}
        else:
            raise AssertionError(f"Say which object of another debtor {name} is to be tried with.")

    def proposal(self) -> Proposal:
        return Proposal.objects.get_or_create(
            journal=self.journal, defaults={"digest": "0" * 64, "proposed_at": NOW}
        )[0]

    def sent_together(self) -> JointSending:
        joint, _ = JointSending.objects.get_or_create(defaults={"requested_at": NOW})
        self.journal.sendings.update(joint=joint)
        return joint


@pytest.fixture
def hidden(procountor: Sandbox, administrator: User) -> Hidden:
    """Return a debtor with a company, a link, an ended one, a sent journal, and accounts."""
    company = a_company(1001, "Salainen Oy")
    before = an_account(1002)
    ended = link_to(company, before)
    end_link(ended, ends_on=date(2026, 1, 1), reason="Salainen syy", user=None)
    account = an_account(1001)
    link = link_to(company, account, start_month=date(2026, 1, 1))
    CheckedLink.objects.create(link=link, is_well=False)
    journal = send(a_journal(company))
    made_for = create_account("vapaa-tili", user=None, debtor=company.debtor)
    unowned = create_account("yhteinen-tili", user=None)
    return Hidden(
        company=company,
        journal=journal,
        link=link,
        ended=ended,
        accounts=(account, before, made_for, unowned),
        token=token_of(administrator, "Salainen").token,
        onboarding=store_list(
            b"company;key\n1001;SANDBOX-KEY-1001\n", file_name="Salainen.csv", user=administrator
        ),
        webhooks=(_webhook("Salainen koukku"), _webhook("Salainen 2", company.debtor)),
    )


@pytest.fixture
def limited(administrator: User) -> User:
    """Return a user with all rights, limited to a debtor that has nothing of the hidden ones."""
    own = Debtor.objects.create(number=999, name="Oma")
    template = UserTemplate.objects.get(is_administrator=True)
    return create_user("sari", PASSWORD, template=template, user=None, debtors=[own])


@pytest.fixture
def window(limited: User) -> Client:
    client = Client()
    client.force_login(limited)
    return client


def _webhook(name: str, *debtors: Debtor) -> Webhook:
    wanted = Wanted(
        name=name,
        format=Webhook.Format.OWN,
        address="https://hooks.example/a",
        sees_all_debtors=not debtors,
        debtors=debtors,
    )
    return create_webhook(wanted, user=None, now=NOW).webhook


def _of(start: str) -> set[str]:
    return {name for name, route in routes_of_ours() if route.startswith(start)}


MONTHS = {
    "archive_month",
    "sign_month",
    "unsign_month",
    "company_month",
    "add_payment_files",
    "fetch_payment_files",
    "tick_net_pay",
    "untick_net_pay",
    "net_pay_accounts",
}
WITH_IDS = sorted(
    name for name, route in routes_of_ours() if "<" in route and name not in OF_THE_BUREAU
)
WITHOUT_IDS = sorted(
    name
    for name, route in routes_of_ours()
    if "<" not in route and name not in {"language", "procountor_authorised"}
)


class TestEverythingOfAnotherDebtor:
    def test_is_asked_for_at_many_addresses(self) -> None:
        assert len(WITH_IDS) > 25
        assert {"payload_file", "journal_xlsx", "end_link", "import_journal"} <= set(WITH_IDS)

    @pytest.mark.parametrize("name", WITH_IDS)
    @pytest.mark.parametrize("method", METHODS)
    def test_is_not_there(self, window: Client, hidden: Hidden, name: str, method: str) -> None:
        before = everything()

        for values in hidden.values(name):
            address = reverse(name, kwargs=dict(values))
            if method == "part":
                response = window.get(address, headers=PART)
            else:
                response = getattr(window, method)(address)

            # A page that only takes posts refuses the method before it queries anything.
            refused = {404, 405} if method != "post" else {404}
            assert response.status_code in refused, (address, response.status_code)
            assert not any(secret in response.text for secret in SECRETS), address
        assert everything() == before

    @pytest.mark.parametrize("name", WITHOUT_IDS)
    def test_stands_on_no_list(self, window: Client, hidden: Hidden, name: str) -> None:
        for headers in ({}, PART):
            response = window.get(reverse(name), headers=headers)

            assert not any(secret in response.getvalue().decode() for secret in SECRETS), name

    def test_is_not_offered_with_its_ids_given(self, window: Client, hidden: Hidden) -> None:
        free = hidden.accounts[1]
        asked = {"company": str(hidden.company.number), "account": str(free.pk)}

        texts = [
            window.get(reverse("new_link"), asked).text,
            window.get(reverse("administrations"), {"q": "Salainen"}).text,
            window.get(reverse("procountor_accounts"), {"q": "tili"}).text,
            *(
                window.post(reverse("new_link"), {**asked, "check": part}, headers=PART).text
                for part in ("form", "company", "account", "start", "cost_center", "map-5010")
            ),
        ]

        for text in texts:
            shown = text.replace('value="Salainen"', "").replace("q=Salainen", "")
            assert not any(secret in shown for secret in SECRETS)

    def test_is_not_offered_beside_what_is_ones_own(
        self, window: Client, hidden: Hidden, limited: User
    ) -> None:
        own = limited.debtors.get()
        Company.objects.create(number=2001, name="Koivulammi Huolto Oy", debtor=own)
        a_company(1003, "Salainen Siivous Oy")
        account = create_account("oma-tili", user=limited)
        authorise_with_api_key(account, "SANDBOX-KEY-1003", user=limited)

        for asked in ({"company": "2001"}, {"account": str(account.pk)}):
            text = window.get(reverse("new_link"), asked).text

            assert "oma-tili" in text
            assert not any(secret in text for secret in SECRETS)

    def test_is_not_shown_on_the_way_back_from_procountor(
        self, window: Client, hidden: Hidden
    ) -> None:
        for account in hidden.accounts:
            session = window.session
            session["procountor_log_ins"] = {"a-state": account.pk}
            session.save()
            address = reverse("procountor_authorised")

            done = window.get(address, {"done": str(account.pk)})
            returned = window.get(address, {"state": "a-state", "code": "a-code"})

            assert (done.status_code, returned.status_code) == (404, 404)

    def test_is_not_refreshed(self, window: Client, hidden: Hidden) -> None:
        before = everything()

        window.post(reverse("refresh_accounts"), {"page": "1", "q": ""})

        assert everything() == before

    def test_cannot_be_linked(self, window: Client, hidden: Hidden, limited: User) -> None:
        """The third way into foreign books: an account of another debtor, by its number."""
        own = Company.objects.create(number=2001, name="Oma Oy", debtor=limited.debtors.get())
        free = hidden.accounts[1]
        filled = {
            "company": str(own.number),
            "account": str(free.pk),
            "start_month": "2026-06-01",
            "closed_period_policy": "stop",
            "receipt_title": "Palkat",
        }

        tried = [
            window.post(reverse("new_link"), given)
            for given in (filled, {**filled, "confirmed": f"2001-{free.pk}-50102-0"})
        ]
        foreign = window.post(reverse("new_link"), {**filled, "company": "1001"})

        assert [one.status_code for one in (*tried, foreign)] == [422] * 3
        assert not own.links.exists()


class TestAnAccountOfOnesOwn:
    def test_belongs_to_the_one_debtor_of_its_maker(self, window: Client, limited: User) -> None:
        own = limited.debtors.get()

        window.post(reverse("new_account"), {"name": "oma-tili", "debtor": own.pk})

        assert ProcountorAccount.objects.get().debtor == own
        assert "oma-tili" in window.get(reverse("procountor_accounts")).text

    def test_cannot_be_made_for_another_debtor_or_for_none(
        self, window: Client, hidden: Hidden
    ) -> None:
        for debtor in (hidden.company.debtor.pk, ""):
            response = window.post(reverse("new_account"), {"name": "oma-tili", "debtor": debtor})

            assert response.status_code == 422
        assert not ProcountorAccount.objects.filter(name="oma-tili").exists()

    def test_must_be_given_to_one_of_several_debtors(self, window: Client, limited: User) -> None:
        limited.debtors.add(Debtor.objects.create(number=998, name="Toinen oma"))

        text = window.get(reverse("procountor_accounts")).text
        refused = window.post(reverse("new_account"), {"name": "oma-tili"})

        assert "Choose one" in text
        assert refused.status_code == 422

    def test_is_for_those_who_see_all_unless_a_debtor_is_chosen(
        self, browser_of_administrator: Client
    ) -> None:
        text = browser_of_administrator.get(reverse("procountor_accounts")).text
        browser_of_administrator.post(reverse("new_account"), {"name": "yhteinen"})

        assert "none: only for those who see all" in text
        assert ProcountorAccount.objects.get().debtor is None

    def test_follows_the_company_it_serves_and_stays_with_its_debtor(
        self, procountor: Sandbox, hidden: Hidden
    ) -> None:
        link = hidden.link
        other = Debtor.objects.create(number=997, name="Uusi omistaja")
        Company.objects.filter(pk=hidden.company.pk).update(debtor=other)

        end_link(link, ends_on=date(2026, 7, 1), reason="moved", user=None)

        account = ProcountorAccount.objects.get(pk=link.procountor_account_id)
        assert account.debtor == other


class TestTheBureauAsAWhole:
    def test_hides_its_connections_to_nmbrs_from_limited_users(
        self, window: Client, nmbrs: Nmbrs
    ) -> None:
        """Each shows names of companies of all debtors, or changes what is fetched for all."""
        connection = a_connection()

        statuses = {
            window.get(reverse(name, args=[connection.pk])).status_code
            for name in ("nmbrs_connection", "remove_nmbrs_connection")
        }

        assert statuses <= {403, 404}


def token_of(user: User, name: str) -> MadeToken:
    return create_token(user, name=name, scopes=list(Scope), days=30, user=user, now=NOW)


def everything() -> list[object]:
    """Return all that a forbidden click could change."""
    return [
        list(model.objects.order_by("pk").values())
        for model in (ProcountorAccount, Link, Journal, Company, Debtor, Webhook)
    ]
