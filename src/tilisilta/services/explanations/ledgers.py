"""Words for the journal against the chart of accounts and the dimensions of the administration."""

from django.utils.translation import gettext_lazy as _

from tilisilta.domain.problems import ProblemCode
from tilisilta.services.explanations.questioned_items import (
    COST_CENTER,
    COST_UNIT,
    NEAR_ITEMS,
    QUESTIONED_ITEMS,
    WRITTEN_ANOTHER_WAY,
)
from tilisilta.services.explanations.wording import Wording, for_cases

NEAR_ACCOUNTS = _("Ledger accounts that look alike: %(near)s.")
OFFERED = _("Procountor has: %(offered)s.")
DID_YOU_MEAN = _("Did you mean %(meant)s?")

WITHOUT_CENTER = _("Lines with a cost center are booked without it")
WITHOUT_UNIT = _("Lines with a cost unit are booked without it")
ACCOUNT_UNKNOWN = _("Ledger account %(account)s is unknown in Procountor")
LINK_NAMES_UNKNOWN = _("The link names it, but the company's chart of accounts does not have it.")
LINK_NAMES_INACTIVE = _("The link names it, but it has been made inactive.")

CLEARING = {"role": "clearing"}
FALLBACK = {"role": "fallback"}

LEDGER_WORDS: dict[ProblemCode, tuple[Wording, ...]] = {
    ProblemCode.LEDGER_ACCOUNT_UNKNOWN: (
        Wording(
            when=CLEARING,
            message=_("The clearing account %(account)s is unknown in Procountor"),
            cause=LINK_NAMES_UNKNOWN,
            remedy=_("Name another clearing account in the link, or add this one in Procountor."),
            hints=(NEAR_ACCOUNTS,),
        ),
        Wording(
            when=FALLBACK,
            message=_("The fallback account %(account)s is unknown in Procountor"),
            cause=LINK_NAMES_UNKNOWN,
            remedy=_("Name another fallback account in the link, or add this one in Procountor."),
            hints=(NEAR_ACCOUNTS,),
        ),
        Wording(
            message=_("Ledger account %(account)s is probably %(meant)s, written another way"),
            cause=_("Procountor has no account %(account)s."),
            details=(WRITTEN_ANOTHER_WAY,),
            remedy=_(
                "Write the account as %(meant)s where the file comes from, and import it again; or "
                "map %(account)s to the right account in the link."
            ),
        ),
        Wording(
            message=ACCOUNT_UNKNOWN,
            cause=_(
                "The link maps the journal's account %(mapped_from)s to it, but the company's "
                "chart of accounts does not have it."
            ),
            remedy=_("Map the account to another one in the link, or add this one in Procountor."),
            hints=(NEAR_ACCOUNTS,),
        ),
        Wording(
            message=ACCOUNT_UNKNOWN,
            cause=_(
                "The journal uses a number that the company's chart of accounts does not have."
            ),
            remedy=_("Add the account in Procountor, or map it to another one in the link."),
            hints=(NEAR_ACCOUNTS,),
        ),
    ),
    ProblemCode.LEDGER_ACCOUNT_INACTIVE: (
        Wording(
            when=CLEARING,
            message=_("The clearing account %(account)s is not in use in Procountor"),
            cause=LINK_NAMES_INACTIVE,
            remedy=_(
                "Name another clearing account in the link, or make this one active in Procountor."
            ),
            hints=(NEAR_ACCOUNTS,),
        ),
        Wording(
            when=FALLBACK,
            message=_("The fallback account %(account)s is not in use in Procountor"),
            cause=LINK_NAMES_INACTIVE,
            remedy=_(
                "Name another fallback account in the link, or make this one active in Procountor."
            ),
            hints=(NEAR_ACCOUNTS,),
        ),
        *for_cases(
            _("Ledger account %(account)s %(name)s is not in use in Procountor"),
            _("Ledger account %(account)s is not in use in Procountor"),
            cause=_("It is in the company's chart of accounts, but has been made inactive."),
            remedy=_(
                "Make the account active in Procountor, or map it to another one in the link."
            ),
            hints=(NEAR_ACCOUNTS,),
        ),
    ),
    ProblemCode.FALLBACK_USED: (
        Wording(
            message=_("%(fallback)s is used instead of ledger account %(account)s"),
            cause=_(
                "Procountor does not have %(account)s in use, and the link names %(fallback)s as "
                "its fallback account."
            ),
            remedy=_(
                "Nothing needs to be done. To book it elsewhere, add the account in Procountor or "
                "map it in the link."
            ),
            hints=(NEAR_ACCOUNTS,),
        ),
    ),
    ProblemCode.DIMENSION_UNKNOWN: for_cases(
        (COST_CENTER, _("No dimension named “%(name)s” in Procountor, for the cost centers")),
        (COST_UNIT, _("No dimension named “%(name)s” in Procountor, for the cost units")),
        cause=_("The name in the link differs from the name of the dimension in Procountor."),
        remedy=_("Choose the right name in the link."),
        hints=(DID_YOU_MEAN, OFFERED),
    ),
    ProblemCode.DIMENSION_ITEM_UNKNOWN: (
        *QUESTIONED_ITEMS,
        *for_cases(
            (COST_CENTER, _("Cost center %(item)s is missing in dimension “%(name)s”")),
            (COST_UNIT, _("Cost unit %(item)s is missing in dimension “%(name)s”")),
            cause=_("Procountor has no item with this code or description in the dimension."),
            remedy=_("Add the item in Procountor, or let the link create missing items."),
            hints=(NEAR_ITEMS,),
        ),
    ),
    ProblemCode.ITEMS_TO_BE_MADE: for_cases(
        (COST_CENTER, _("Cost centers to be created in “%(name)s”: %(count)s")),
        (COST_UNIT, _("Cost units to be created in “%(name)s”: %(count)s")),
        cause=_("Procountor does not have them yet: %(items)s."),
        remedy=_(
            "Look whether they are right. They are created with the sending, or at once by "
            "the button; nobody can take them back from here."
        ),
    ),
    ProblemCode.DIMENSION_ITEM_PASSIVE: for_cases(
        _("%(item)s %(description)s is passive in dimension “%(name)s”"),
        _("%(item)s is passive in dimension “%(name)s”"),
        cause=_("The item exists in Procountor, but nothing can be booked on a passive one."),
        remedy=_("Make the item active in Procountor and check the journal again."),
    ),
    ProblemCode.DIMENSION_AMBIGUOUS: (
        Wording(
            message=_("%(item)s may be several items of dimension “%(name)s”"),
            cause=_("These items fit equally well: %(offered)s."),
            remedy=_("Give the right item this code in Procountor, or make the others passive."),
        ),
        Wording(
            message=_("“%(name)s” may be several dimensions"),
            cause=_("Procountor has several dimensions of this name: %(offered)s."),
            remedy=_(
                "Give them different names in Procountor, or write the exact name in the link."
            ),
        ),
    ),
    ProblemCode.DIMENSION_USED_TWICE: (
        Wording(
            message=_("Cost centers and cost units both go to dimension “%(name)s”"),
            cause=_("A row would carry its amount twice in the same dimension."),
            remedy=_("Choose another dimension for one of them in the link, or untick one."),
        ),
    ),
    ProblemCode.WITHOUT_DIMENSION: (
        Wording(
            when={**COST_CENTER, "reason": "unticked"},
            message=WITHOUT_CENTER,
            cause=_("Cost centers are not ticked in the link."),
            remedy=_("Nothing needs to be done. To send them, tick cost centers in the link."),
        ),
        Wording(
            when={**COST_UNIT, "reason": "unticked"},
            message=WITHOUT_UNIT,
            cause=_("Cost units are not ticked in the link."),
            remedy=_("Nothing needs to be done. To send them, tick cost units in the link."),
        ),
        *for_cases(
            ({**COST_CENTER, "reason": "pattern"}, WITHOUT_CENTER),
            ({**COST_UNIT, "reason": "pattern"}, WITHOUT_UNIT),
            cause=_("The link lets only some ledger accounts carry dimensions, and not this one."),
            remedy=_(
                "Nothing needs to be done. To send them, change in the link which ledger accounts "
                "carry dimensions."
            ),
        ),
    ),
}
