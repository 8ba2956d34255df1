"""How a text is chosen for the facts of a case, and filled with them for the reader."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

PLACEHOLDER = re.compile(r"%\((\w+)\)s")


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """What happened, why, and what to do about it, in the active language.

    ``code`` is the problem's, by which people can ask and read on; other explanations have none.
    """

    message: str
    cause: str
    remedy: str
    code: str = ""


@dataclass(frozen=True, kw_only=True)
class Wording:
    """The three texts for one kind of case.

    It fits a case that has the facts named in ``when``, with those values, and every fact its
    placeholders name. ``details`` are sentences added to the cause, and ``hints`` to the remedy,
    each only where the facts fill it.
    """

    message: Promise
    cause: Promise
    remedy: Promise
    when: Mapping[str, str] | None = None
    details: tuple[Promise, ...] = ()
    hints: tuple[Promise, ...] = ()

    @property
    def texts(self) -> tuple[Promise, ...]:
        return (self.message, self.cause, self.remedy, *self.details, *self.hints)

    def fits(self, facts: Mapping[str, str]) -> bool:
        """Return whether this wording is about a case with ``facts``, and they fill its places."""
        has_values = all(facts.get(name) == value for name, value in (self.when or {}).items())
        return has_values and all(
            can_fill(text, facts) for text in (self.message, self.cause, self.remedy)
        )

    def filled(self, facts: Mapping[str, str]) -> Explanation:
        """Return the texts with ``facts``, which are shown as they are given."""
        return Explanation(
            message=fill(self.message, facts),
            cause=_joined(self.cause, self.details, facts),
            remedy=_joined(self.remedy, self.hints, facts),
        )


def for_cases(
    *cases: Promise | tuple[Mapping[str, str], Promise],
    cause: Promise,
    remedy: Promise,
    details: tuple[Promise, ...] = (),
    hints: tuple[Promise, ...] = (),
) -> tuple[Wording, ...]:
    """Return wordings that differ in their message alone.

    Each message stands by itself, or in a pair with the facts that it is for.
    """
    with_facts = (case if isinstance(case, tuple) else (None, case) for case in cases)
    return tuple(
        Wording(
            when=when, message=message, cause=cause, remedy=remedy, details=details, hints=hints
        )
        for when, message in with_facts
    )


LITTLE_KNOWN = Wording(
    message=_("A problem of which not all is known"),
    cause=_("What it is about has no name, or an earlier version of Tilisilta has found it."),
    remedy=_("Check the journal again, or look the code up under Common errors."),
)
"""For a case with fewer facts than all texts of its code need, whatever the code."""


def choose_wording(wordings: Iterable[Wording], facts: Mapping[str, str]) -> Wording:
    return next((wording for wording in wordings if wording.fits(facts)), LITTLE_KNOWN)


def can_fill(text: Promise, facts: Mapping[str, str]) -> bool:
    return all(name in facts for name in PLACEHOLDER.findall(str(text)))


def fill(text: Promise, facts: Mapping[str, str]) -> str:
    return PLACEHOLDER.sub(lambda place: facts[place[1]], str(text))


def _joined(text: Promise, more: Iterable[Promise], facts: Mapping[str, str]) -> str:
    fitting = (sentence for sentence in more if can_fill(sentence, facts))
    return " ".join(fill(sentence, facts) for sentence in (text, *fitting))
