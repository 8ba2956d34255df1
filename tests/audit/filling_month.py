"""What a month of many companies leaves on pages: lists, proposals, rules, signatures, webhooks.

All of it is made by the real services, as in ``filling``.
"""

from datetime import date

from django.utils import timezone
from tests.bureau import Clock, csv_file, deliver, monthly_lines

from tilisilta.domain.journals import BookingPeriod, Run
from tilisilta.models import Company, Journal, User, Webhook
from tilisilta.models.api_tokens import Scope
from tilisilta.services.api_tokens import create_token
from tilisilta.services.closing.signing import sign_month
from tilisilta.services.journals.importing import import_journal
from tilisilta.services.links import change_link
from tilisilta.services.onboarding.rows import claim_row, store_list, work_on
from tilisilta.services.profiles import Rules, make_profile
from tilisilta.services.sending.asking import Wanted, send_or_propose
from tilisilta.services.sending.together import send_together
from tilisilta.services.verifying.companies import verify
from tilisilta.services.verifying.net_pay_changes import tick_paid
from tilisilta.services.webhooks import managing as webhooks

JULY = BookingPeriod(year=2026, month=7)
# One that matches, one of another name, one linked already, one without a key, one wrong, one
# that is not there.
LIST = """company;key;dimensions;start
1001;SANDBOX-KEY-1001;Kustannuspaikka;2026-06
1010;SANDBOX-KEY-1005;;2026-06
1002;SANDBOX-KEY-1002;;2026-06
5001;;;2026-06
5002;WRONG-KEY;;2026-06
4711;SANDBOX-KEY-1004;;
"""


def fill_month(user: User) -> None:
    """Fill what a month of many companies leaves behind."""
    _send_together(user)
    _propose(user)
    _send_by_rule(user)
    _set_up_many(user)
    make_profile(
        Rules(name="Kirnu", is_default=True, choices={"title": "Palkat"}, mappings={}), user=user
    )
    _let_programs_in(user)


def _send_together(user: User) -> None:
    """Send July of two companies together; one is booked, equal to the ledger and signed."""
    booked, waiting = _july(1005, user), _july(1002, user)
    wanted = [Wanted(journal=one) for one in (booked, waiting)]
    now = timezone.now()
    send_together(wanted, user=user, now=now, period=date(2026, 7, 1))
    deliver(booked.sendings.get(), Clock(now=now))
    company = booked.company
    verify(company, [JULY], now=timezone.now(), pace=lambda: None)
    tick_paid(company, JULY, amount=None, user=user, now=timezone.now())
    sign_month(company, date(2026, 7, 1), user=user, now=timezone.now())


def _propose(user: User) -> None:
    """Propose July of a company of which two persons are demanded."""
    journal = _july(1009, user)
    (link,) = Company.objects.get(number=1009).links.all()
    change_link(link, user=user, needs_release=True)
    send_or_propose(journal, user=user, now=timezone.now())


def _send_by_rule(user: User) -> None:
    (link,) = Company.objects.get(number=1006).links.all()
    change_link(link, user=user, sends_by_rule=True, rule_hours=24, rule_percent=10)


def _set_up_many(user: User) -> None:
    """Look into one list of companies, and leave another as it came."""
    for name in ("syksy.csv", "talvi.csv"):
        if name == "talvi.csv":
            while (row := claim_row(timezone.now())) is not None:
                work_on(row, now=timezone.now())
        store_list(LIST.encode(), file_name=name, user=user)


def _let_programs_in(user: User) -> None:
    """Make a token, and webhooks in each form."""
    now = timezone.now()
    create_token(user, name="Raportit", scopes=list(Scope), days=90, user=user, now=now)
    for form in Webhook.Format:
        wanted = webhooks.Wanted(
            name=f"Kanava {form}", format=form, address="https://hooks.example/a"
        )
        webhooks.create_webhook(wanted, user=user, now=now)


def _july(number: int, user: User) -> Journal:
    return import_journal(
        csv_file(monthly_lines(7, cents=number % 100)),
        file_name="heinäkuu.csv",
        company=Company.objects.get(number=number),
        user=user,
        now=timezone.now(),
        run=Run(year=2026, number="31"),
    ).journal
