"""What links name compared with Procountor: when, by whom, and what stays known."""

from datetime import UTC, datetime, time, timedelta

import pytest
from pytest_django import Settings
from tests.bureau import a_linked_company

from procountor_sandbox.app import Sandbox
from procountor_sandbox.faults import Fault, FaultKind
from tilisilta.domain.problems import ProblemCode
from tilisilta.models import CheckedLink, Link, User
from tilisilta.services.link_drift import (
    ask_for_check,
    check_claimed,
    check_link,
    claim_link,
    drifted,
)
from tilisilta.services.links import change_link

pytestmark = pytest.mark.django_db

NIGHT = (datetime.now(tz=UTC) + timedelta(days=1)).replace(hour=2, minute=30)
"""After the hour of the comparison, and after the link was made."""


@pytest.fixture
def link(procountor: Sandbox, settings: Settings) -> Link:
    """Return a link whose clearing account is not in Procountor."""
    settings.VERIFY_TIME = time(4, 0)
    a_linked_company(1001, clearing_account="2999")
    return Link.objects.get()


@pytest.fixture
def everyone(db: None) -> User:
    return User.objects.create(username="aino", sees_all_debtors=True)


def test_each_link_is_compared_once_a_night(link: Link, everyone: User) -> None:
    before = claim_link(NIGHT - timedelta(hours=2))
    claimed = claim_link(NIGHT)
    held = claim_link(NIGHT)
    check_claimed(link, now=NIGHT)
    again = claim_link(NIGHT + timedelta(minutes=1))
    next_night = claim_link(NIGHT + timedelta(days=1))

    assert (before, claimed, held, again, next_night) == (None, link, None, None, link)
    (found,) = drifted(everyone)
    assert ProblemCode.LEDGER_ACCOUNT_UNKNOWN in {problem.code for problem in found.problems}


def test_what_was_found_stays_while_procountor_is_silent(link: Link, procountor: Sandbox) -> None:
    check_link(link, now=NIGHT)
    found = CheckedLink.objects.get().problems
    procountor.faults.add(Fault(kind=FaultKind.ERROR_BEFORE, method="GET", path="/coa", times=9))

    check = check_link(link, now=NIGHT + timedelta(hours=1))

    assert check.is_silent
    assert CheckedLink.objects.get().problems == found


def test_is_compared_again_when_asked_or_changed(link: Link, everyone: User) -> None:
    now = datetime.now(tz=UTC)
    check_claimed(link, now=now)
    CheckedLink.objects.update(tried_at=now)
    rested = claim_link(now.replace(hour=0, minute=0))
    change_link(link, user=None, clearing_account="")
    changed = claim_link(now.replace(hour=0, minute=0))
    check_claimed(link, now=datetime.now(tz=UTC))
    well = CheckedLink.objects.get().is_well
    asked = ask_for_check(everyone)

    assert (rested, changed, well, asked) == (None, link, True, 1)
    assert CheckedLink.objects.get().is_wanted
