"""Words for a cost center or unit whose code looks like none."""

from django.utils.translation import gettext_lazy as _

from tilisilta.services.explanations.wording import Wording

COST_CENTER = {"kind": "cost_center"}
COST_UNIT = {"kind": "cost_unit"}
NEAR_ITEMS = _("Items that look alike: %(near)s.")
QUESTIONED_REMEDY = _(
    "Correct the code where the file comes from, and import it again. If it is right, add the item "
    "in Procountor and check the journal again."
)

QUESTIONED_ITEMS: tuple[Wording, ...] = (
    Wording(
        when={**COST_CENTER, "questionable": "number"},
        message=_("Cost center %(item)s looks like a number or an amount, not like a code"),
        cause=_(
            "Dimension “%(name)s” has no such item, and none is made of it by itself: an item "
            "stays in Procountor. Perhaps a wrong column was chosen, or a spreadsheet took the "
            "code for a number."
        ),
        remedy=QUESTIONED_REMEDY,
        hints=(NEAR_ITEMS,),
    ),
    Wording(
        when={**COST_CENTER, "questionable": "date"},
        message=_("Cost center %(item)s looks like a date, not like a code"),
        cause=_(
            "Dimension “%(name)s” has no such item, and none is made of it by itself: an item "
            "stays in Procountor. Perhaps a wrong column was chosen, or a spreadsheet took the "
            "code for a date."
        ),
        remedy=QUESTIONED_REMEDY,
        hints=(NEAR_ITEMS,),
    ),
    Wording(
        when={**COST_CENTER, "questionable": "like-item"},
        message=_("Cost center %(item)s is probably item %(meant)s, written another way"),
        cause=_(
            "Dimension “%(name)s” has no item %(item)s. It differs from %(meant)s only by what "
            "a spreadsheet or a person adds: decimals, quotes, blanks, zeros in front, or a "
            "name."
        ),
        remedy=_(
            "Write the code as %(meant)s where the file comes from, and import it again. If "
            "%(item)s is an item of its own, add it in Procountor."
        ),
    ),
    Wording(
        when={**COST_UNIT, "questionable": "number"},
        message=_("Cost unit %(item)s looks like a number or an amount, not like a code"),
        cause=_(
            "Dimension “%(name)s” has no such item, and none is made of it by itself: an item "
            "stays in Procountor. Perhaps a wrong column was chosen, or a spreadsheet took the "
            "code for a number."
        ),
        remedy=QUESTIONED_REMEDY,
        hints=(NEAR_ITEMS,),
    ),
    Wording(
        when={**COST_UNIT, "questionable": "date"},
        message=_("Cost unit %(item)s looks like a date, not like a code"),
        cause=_(
            "Dimension “%(name)s” has no such item, and none is made of it by itself: an item "
            "stays in Procountor. Perhaps a wrong column was chosen, or a spreadsheet took the "
            "code for a date."
        ),
        remedy=QUESTIONED_REMEDY,
        hints=(NEAR_ITEMS,),
    ),
    Wording(
        when={**COST_UNIT, "questionable": "like-item"},
        message=_("Cost unit %(item)s is probably item %(meant)s, written another way"),
        cause=_(
            "Dimension “%(name)s” has no item %(item)s. It differs from %(meant)s only by what "
            "a spreadsheet or a person adds: decimals, quotes, blanks, zeros in front, or a "
            "name."
        ),
        remedy=_(
            "Write the code as %(meant)s where the file comes from, and import it again. If "
            "%(item)s is an item of its own, add it in Procountor."
        ),
    ),
    Wording(
        when={**COST_CENTER, "questionable": "formula"},
        message=_("Cost center %(item)s looks like a formula, not like a code"),
        cause=_(
            "Dimension “%(name)s” has no such item, and none is made of it by itself: an item "
            "stays in Procountor. Spreadsheets write quotes and equals signs around a text, "
            "and #N/A for a formula that found nothing."
        ),
        remedy=QUESTIONED_REMEDY,
        hints=(NEAR_ITEMS,),
    ),
    Wording(
        when={**COST_UNIT, "questionable": "formula"},
        message=_("Cost unit %(item)s looks like a formula, not like a code"),
        cause=_(
            "Dimension “%(name)s” has no such item, and none is made of it by itself: an item "
            "stays in Procountor. Spreadsheets write quotes and equals signs around a text, "
            "and #N/A for a formula that found nothing."
        ),
        remedy=QUESTIONED_REMEDY,
        hints=(NEAR_ITEMS,),
    ),
)
