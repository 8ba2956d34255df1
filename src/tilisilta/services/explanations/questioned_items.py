"""Words for a cost center or unit whose code looks like none."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tilisilta.services.explanations.wording import Wording, for_cases

COST_CENTER = {"kind": "cost_center"}
COST_UNIT = {"kind": "cost_unit"}
NEAR_ITEMS = _("Items that look alike: %(near)s.")
WRITTEN_ANOTHER_WAY = _(
    "It differs from %(meant)s only by what a spreadsheet or a person adds: decimals, quotes, "
    "blanks, zeros in front, or a name."
)


def _looks_like(
    questionable: str, center: Promise, unit: Promise, why: Promise
) -> tuple[Wording, ...]:
    return for_cases(
        ({**COST_CENTER, "questionable": questionable}, center),
        ({**COST_UNIT, "questionable": questionable}, unit),
        cause=_(
            "Dimension “%(name)s” has no such item, and none is made of it by itself: an item "
            "stays in Procountor."
        ),
        details=(why,),
        remedy=_(
            "Correct the code where the file comes from, and import it again. If it is right, add "
            "the item in Procountor and check the journal again."
        ),
        hints=(NEAR_ITEMS,),
    )


QUESTIONED_ITEMS: tuple[Wording, ...] = (
    *_looks_like(
        "number",
        _("Cost center %(item)s looks like a number or an amount, not like a code"),
        _("Cost unit %(item)s looks like a number or an amount, not like a code"),
        _("Perhaps a wrong column was chosen, or a spreadsheet took the code for a number."),
    ),
    *_looks_like(
        "date",
        _("Cost center %(item)s looks like a date, not like a code"),
        _("Cost unit %(item)s looks like a date, not like a code"),
        _("Perhaps a wrong column was chosen, or a spreadsheet took the code for a date."),
    ),
    *_looks_like(
        "formula",
        _("Cost center %(item)s looks like a formula, not like a code"),
        _("Cost unit %(item)s looks like a formula, not like a code"),
        _(
            "Spreadsheets write quotes and equals signs around a text, and #N/A for a formula that "
            "found nothing."
        ),
    ),
    *for_cases(
        (
            {**COST_CENTER, "questionable": "like-item"},
            _("Cost center %(item)s is probably item %(meant)s, written another way"),
        ),
        (
            {**COST_UNIT, "questionable": "like-item"},
            _("Cost unit %(item)s is probably item %(meant)s, written another way"),
        ),
        cause=_("Dimension “%(name)s” has no item %(item)s."),
        details=(WRITTEN_ANOTHER_WAY,),
        remedy=_(
            "Write the code as %(meant)s where the file comes from, and import it again. If "
            "%(item)s is an item of its own, add it in Procountor."
        ),
    ),
)
