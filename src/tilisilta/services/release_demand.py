"""Whether a link demands two persons, and since when it does not any more.

Switching the demand off needs one person. So that it cannot be done, used and undone unseen, the
link remembers the moment, and what is sent while it is off says that one person has sent it.
"""

from collections.abc import Mapping

from django.utils import timezone

from tilisilta.models import Company, Link


def demand_in(choices: Mapping[str, object]) -> dict[str, object]:
    """Return the demand as it was read: one that another person has just set is not undone."""
    return {name: value for name, value in choices.items() if name == "needs_release"}


def note_switched(link: Link, before: Link) -> None:
    """Note on ``link`` when the demand was switched off; ``before`` is its locked row."""
    link.release_off_at = before.release_off_at
    if link.needs_release:
        link.release_off_at = None
    elif before.needs_release:
        link.release_off_at = timezone.now()


def note_new_link(link: Link, company: Company) -> None:
    """Note on a new ``link`` that it demands less than the last one of ``company`` did."""
    last = company.links.order_by("pk").last()
    if last is not None and not link.needs_release:
        link.release_off_at = timezone.now() if last.needs_release else last.release_off_at
