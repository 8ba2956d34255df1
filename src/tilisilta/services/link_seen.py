"""A link as somebody saw it: what another person changed meanwhile is not overwritten unseen."""

from collections.abc import Mapping

from tilisilta.domain.problems import ProblemCode
from tilisilta.errors import NeedsAttention
from tilisilta.models import Link

MAPPINGS = "account_mappings"


class LinkChanged(NeedsAttention):
    """The link was changed after somebody had looked at it, so it was left as it is."""

    code = ProblemCode.LINK_CHANGED_MEANWHILE

    def __init__(self, link: Link) -> None:
        super().__init__(f"{link} was changed meanwhile.")
        self.facts = {"company": link.company.name}


def must_be_as_seen(link: Link, seen: Mapping[str, object]) -> None:
    """Raise ``LinkChanged`` unless ``link`` has the values in ``seen``; call it under its lock.

    Of the account mappings only the accounts named there count, without a mapping as ``""``.
    """
    expected = dict(seen)
    wanted = expected.pop(MAPPINGS, {})
    if not isinstance(wanted, Mapping):
        raise TypeError("Mappings are seen as accounts with what they are mapped to.")
    present = dict(link.account_mappings.values_list("journal_account", "procountor_account_code"))
    is_same = all(getattr(link, name) == value for name, value in expected.items())
    if not is_same or any(present.get(account, "") != code for account, code in wanted.items()):
        raise LinkChanged(link)
