"""Words for what holds a journal from being sent by rule: the reason, and what to do about it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from django.utils import formats
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from tilisilta.domain.sending_rules import BY_RULE, Held, Hold
from tilisilta.languages import language_of
from tilisilta.models import Link

SEND_IT = _("Look at the preview and send it yourself.")
NOTHING = _("There is nothing to do.")
FIRST_OF_ALL = _("Look at the preview and send it yourself. The rule goes on with the next month.")
PROPOSE_IT = _("Look at the preview and propose it. Another person then releases it.")
PROPOSE_FIRST = _(
    "Look at the preview and propose it. Another person then releases it, and the rule goes on "
    "with the next month."
)


@dataclass(frozen=True, kw_only=True)
class HeldInWords:
    """A reason in words: what holds it, in a few words for lists, and the remedy."""

    hold: Hold
    facts: Mapping[str, str]
    message: str
    remedy: str


_MESSAGES: dict[Hold, tuple[Promise, Promise]] = {
    Hold.OFF: (
        _("The link does not send by rule"),
        _("Switch it on at the link, if it is wanted."),
    ),
    Hold.STOPPED: (
        _("All sending by rule is stopped"),
        _("See who stopped it and why under Sending by rule."),
    ),
    Hold.TROUBLED: (
        _("Sent by rule, and rejected or uncertain: %(count)s"),
        _("Settle those first. Until then nothing more is sent by rule."),
    ),
    Hold.DAY_IS_FULL: (
        _("Sent or proposed by rule today: %(count)s; at most %(most)s are allowed"),
        _("It waits for tomorrow, or you send it yourself."),
    ),
    Hold.CLOCK: (
        _("A moment that should be past lies ahead: the clock was set back"),
        _("Have the clock of the machine looked at, or send the journal yourself."),
    ),
    Hold.CAME_BEFORE: (
        _("It came before the rule was switched on, changed, or let go on"),
        FIRST_OF_ALL,
    ),
    Hold.LEFT: (_("A person has kept it from being sent by rule"), SEND_IT),
    Hold.NEVER: (
        _("The company or its debtor is never sent, or the link only verifies"),
        NOTHING,
    ),
    Hold.LINK: (
        _("The link is not in force for it, not confirmed, or its account not authorised"),
        _("Open the link and put that right."),
    ),
    Hold.DRIFT: (
        _("What the link names was found missing in Procountor, or not compared for two days"),
        _("Check the link."),
    ),
    Hold.FROM_A_FILE: (
        _("It comes from a file, which does not say that its run is locked"),
        SEND_IT,
    ),
    Hold.NOT_LOCKED: (
        _("Its run is not locked in Nmbrs"),
        _("Lock the run in Nmbrs, if it is ready."),
    ),
    Hold.OLD_NEWS: (
        _("Nmbrs was not read since the run was locked, or not for long, or with trouble"),
        _("Fetch the company from Nmbrs."),
    ),
    Hold.NOT_READY: (
        _("It is not ready, or a person has to look at it first"),
        _("Check the journal."),
    ),
    Hold.WARNING: (_("It has warnings: %(codes)s"), SEND_IT),
    Hold.ANSWERED: (_("A person had to say which run it is, or that it is no other"), SEND_IT),
    Hold.NEW_ITEMS: (_("Items would be created in Procountor with it"), SEND_IT),
    Hold.CORRECTION: (
        _("It corrects earlier months, or books on another day than its own"),
        SEND_IT,
    ),
    Hold.MONTH: (_("It is neither of this month nor of the last one"), SEND_IT),
    Hold.SIGNED: (_("The month was signed"), _("See the month of the company.")),
    Hold.ASKED_BEFORE: (_("It was asked for before"), SEND_IT),
    Hold.ANOTHER_REVISION: (
        _("Another revision of its run was asked for before"),
        _("Compare the revisions, and send what is right."),
    ),
    Hold.ANOTHER_RUN: (
        _("Other journals of the company in this month: %(count)s"),
        _("Look whether each is right, and send them yourself."),
    ),
    Hold.INTERVENED: (
        _("Something in this month of the company was withdrawn, settled, discarded or deleted"),
        SEND_IT,
    ),
    Hold.FIRST: (
        _("It is the first through this link, or the first since the link was changed"),
        FIRST_OF_ALL,
    ),
    Hold.NOTHING_TO_COMPARE: (
        _("Booked months to compare with, of the three before it: %(count)s"),
        SEND_IT,
    ),
    Hold.ACCOUNTS: (_("Its ledger accounts are not those of last month"), SEND_IT),
    Hold.TOTAL: (
        _("Its total differs by %(percent)s %% from %(month)s; the rule allows %(limit)s %%"),
        SEND_IT,
    ),
    Hold.WAITING: (_("It waits for its hours to pass"), NOTHING),
}
_ACCOUNTS = (
    _("New ledger accounts: %(new)s. Not there any more: %(gone)s"),
    _("New ledger accounts against last month: %(new)s"),
    _("Ledger accounts of last month are missing: %(gone)s"),
)


def name_of_asker(system_user: str) -> str:
    """Return who asked for something without a user: a rule in words, or who ran the command."""
    prefix, name = system_user[: len(BY_RULE)], system_user[len(BY_RULE) :]
    if prefix != BY_RULE:
        return system_user
    return gettext("the rule of %(name)s") % {"name": name}


def said_of_rule(link: Link, changed: Collection[str] = ("sends_by_rule",)) -> str:
    """Return what the rule of ``link`` will do: send, or only propose where two are demanded.

    It is empty without a rule, and where the ``changed`` fields do not bear on that.
    """
    if not link.sends_by_rule or not {"sends_by_rule", "needs_release"} & {*changed}:
        return ""
    if link.needs_release:
        return gettext(
            "Two persons are demanded, so the rule only proposes: a person looks at each journal "
            "and releases it."
        )
    if "sends_by_rule" not in changed:
        return gettext(
            "Two persons are not demanded any more, so the rule sends with no person looking."
        )
    return gettext(
        "The rule sends with no person looking, once a person has sent the first journal of the "
        "company."
    )


def in_words(held: Held, *, only_proposes: bool = False) -> HeldInWords:
    """Return a reason in the language that is set.

    Where the rule ``only_proposes``, one person alone cannot send the journal either.
    """
    message, remedy = _MESSAGES[held.hold]
    if only_proposes and remedy is SEND_IT:
        remedy = PROPOSE_IT
    if only_proposes and remedy is FIRST_OF_ALL:
        remedy = PROPOSE_FIRST
    facts = dict(held.facts)
    if held.hold is Hold.ACCOUNTS:
        message = _words_for_accounts(facts)
    if held.hold is Hold.TOTAL:
        facts["month"] = _month(facts["month"])
        facts["percent"] = _number(facts["percent"])
    told = str(message)
    return HeldInWords(
        hold=held.hold,
        facts=dict(held.facts),
        message=told % facts if facts else told,
        remedy=str(remedy),
    )


def _words_for_accounts(facts: dict[str, str]) -> Promise:
    both, new, gone = _ACCOUNTS
    if facts["new"] and facts["gone"]:
        return both
    return new if facts["new"] else gone


def _month(written: str) -> str:
    return formats.date_format(date.fromisoformat(f"{written}-01"), "F Y")


def _number(written: str) -> str:
    separator = formats.get_format("DECIMAL_SEPARATOR", lang=language_of(get_language()).code)
    return written.replace(".", str(separator)).replace("-", "\N{MINUS SIGN}")
