"""Old and new values of links, in words, before they are stored."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from tilisilta.services.audit_changes import Change
from tilisilta.services.audit_sentences import FIELD_WORDS


@dataclass(frozen=True, kw_only=True)
class ShownValue:
    """A value of a link before and after, in words."""

    words: str
    before: str
    after: str


def shown_values_of(changes: Iterable[Change]) -> tuple[ShownValue, ...]:
    return tuple(
        ShownValue(
            words=str(FIELD_WORDS.get(change.field, change.field)),
            before=_shown(change.before),
            after=_shown(change.after),
        )
        for change in changes
    )


def _shown(value: str | bool | None) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return value or "\N{EN DASH}"
