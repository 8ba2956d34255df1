"""What the tests of two persons share: a journal, and a short way to propose it."""

from django.utils import timezone
from tests.bureau import a_journal, a_linked_company

from tilisilta.models import Journal, Link, Proposal, User
from tilisilta.services.sending.asking import send_or_propose


def of_company(number: int, **choices: object) -> Journal:
    company = a_linked_company(number, **{"needs_release": True, **choices})
    return a_journal(company, 6, run_number=str(number - 995))


def propose(journal: Journal, user: User | None) -> Proposal:
    proposed = send_or_propose(journal, user=user, now=timezone.now())
    assert isinstance(proposed, Proposal)
    return proposed


def link_of(journal: Journal) -> Link:
    return Link.objects.get(company=journal.company)


def ended(proposal: Proposal) -> tuple[str, str]:
    proposal.refresh_from_db()
    return proposal.outcome, proposal.change
