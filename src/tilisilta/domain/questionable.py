"""Text that is unlikely to be a code: numbers with decimals, amounts, dates, errors of formulas.

It comes from a wrong column, or from a spreadsheet that took a code for a number. An item made of
it would stay in Procountor for good, so a person is asked instead.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from enum import StrEnum

from tilisilta.domain.likeness import LikeCodes

# One item of an odd form may be a mistake made earlier; two show that the company means it.
_ITEMS_THAT_SHOW_A_FORM = 2


class Question(StrEnum):
    """What a code resembles, where it does not look like a code."""

    NUMBER = "number"
    """A number with decimals, thousands or an exponent, an amount of money, a percentage, a sum,
    or what stands for no number at all: 0 or a dash."""
    DATE = "date"
    """A date, a month, a week, or a time of the day."""
    FORMULA = "formula"
    """What a spreadsheet writes around a text, or instead of one, as #N/A and TRUE."""
    LIKE_ITEM = "like-item"
    """An existing item, apart from zeros, quotes or a name."""


_MONTHS = (
    "jan(?:uary|uari)?|feb(?:ruary|ruari)?|mar(?:ch|s)?|maart|mrt|apr(?:il)?|may|maj|mei|june?|juni"
    "|july?|juli|aug(?:usti|ustus|ust)?|sept?(?:ember)?|o[ck]t(?:ober)?|nov(?:ember)?|dec(?:ember)?"
    "|(?:tammi|helmi|maalis|huhti|touko|kesä|heinä|elo|syys|loka|marras|joulu)(?:kuuta|kuu|k)?"
)
_YEAR = "(?:[0-9]{2}|(?:19|20)[0-9]{2})"
_TIME = r"(?:[ T][0-9]{1,2}[:.][0-9]{2}(?:[:.][0-9]{2}(?:\.[0-9]+)?)?Z?)?"
_DAY, _MONTH = "(?:0?[1-9]|[12][0-9]|3[01])", "(?:0?[1-9]|1[0-2])"
_NAMED_MONTH = rf"(?:{_MONTHS})\.?"
_WEEK = "(?:W(?:0?[1-9]|[1-4][0-9]|5[0-3])|Q[1-4])"
_HOURS = "[0-9]{1,4}:[0-5][0-9](?::[0-5][0-9])?"
_DATES = tuple(
    re.compile(pattern + _TIME, re.IGNORECASE)
    for pattern in (
        rf"(?:19|20)[0-9]{{2}}([-/.]){_MONTH}\1{_DAY}",
        rf"{_DAY}([-/.]){_MONTH}\1{_YEAR}",
        rf"{_MONTH}([-/.]){_DAY}\1{_YEAR}",
        rf"{_DAY}\.{_MONTH}\.",
        # A spreadsheet shows 1/8 where it took a code for a date.
        rf"{_DAY}/{_MONTH}|{_MONTH}/{_DAY}",
        r"(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])",
        rf"{_DAY}[-. ]{{1,2}}{_NAMED_MONTH}(?:[-. ]?{_YEAR})?",
        rf"{_NAMED_MONTH}[-./ ]{_YEAR}",
        # A month, a week or a quarter of a year, and a range of days.
        rf"(?:19|20)[0-9]{{2}}[-/ ]?[-/ M]{_MONTH}",
        rf"{_MONTH}[-/](?:19|20)[0-9]{{2}}",
        rf"(?:19|20)[0-9]{{2}}[-/ ]?{_WEEK}|{_WEEK}[-/ ]?(?:19|20)[0-9]{{2}}",
        r"(?:vk|viikko|vecka|v\.|wk|week|uge) ?[0-9]{1,2}(?:[-/ ](?:19|20)[0-9]{2})?",
        rf"{_DAY}\.(?:{_MONTH}\.)?(?:{_YEAR})? ?- ?{_DAY}\.{_MONTH}\.(?:{_YEAR})?",
        # A time of the day, hours worked, and a range of times.
        rf"(?:klo|kl|at)?\.? ?{_HOURS} ?(?:[ap]\.?m\.?|h)?(?: ?- ?{_HOURS})?",
    )
)
_CURRENCY = r"(?:€|\$|£|¥|eur|euroa|euro|sek|kr|usd|gbp|nok|dkk)"
_NUMBER = r"[-+]?[0-9]+(?:[ .,'][0-9]{3})*(?:[.,][0-9]+)?-?"
_AMOUNT = re.compile(
    rf"{_CURRENCY}\.? ?{_NUMBER}|{_NUMBER} ?(?:{_CURRENCY}\.?|%)|% ?{_NUMBER}", re.IGNORECASE
)
_NOT_A_CODE = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # 4200,00 and .50; a whole number with a sign; 4 200 and 1'234'567,5; 4,20E+02.
        r"[-+]?[0-9]*[.,][0-9]+-?",
        r"[-+][0-9]+|[0-9]+-",
        r"[-+]?[0-9]{1,3}(?:([ .,'])[0-9]{3})(?:\1[0-9]{3})*(?:[.,][0-9]+)?-?",
        r"[-+]?[0-9]+(?:[.,][0-9]+)?e[-+][0-9]+|[0-9]+[.,][0-9]+e[0-9]+",
        r"\([0-9 .,']*[0-9]\)",
        # 4200,- and 4200:-; 4200,; 7,5 h; 000; a dash or dots for nothing.
        r"[-+]?[0-9][0-9 .,']*[.,:]-{0,2}",
        r"[-+]?[0-9]+[.,][0-9]+ ?(?:h|t|tim|tuntia|min|pv|d|kk|kpl|st|stk|km)\.?",
        r"0+|[\W_]+|n\.n\.",
        # Labels of sums.
        r"(?:[0-9]+ )?(?:yht|yhteensä|(?:väli|loppu|kokonais|del|total|slut)?summa|sum|subtotal"
        r"|(?:grand )?total|totalt|totaal|subtotaal|i ?alt)[.:]?",
    )
)
_FORMULA = re.compile(
    r"=.*|[\"'\u2018-\u201f].*|.*[\"\u201c-\u201f]|nan|null|none|undefined"
    # Errors begin with this sign in every language; a column that is too narrow shows it alone.
    r"|\#[\w/]+[!?]?|\#+|\#N/A N/A|(?:err|virhe|fel|fejl|fout):[0-9]+"
    r"|n/a|n\.a\.?|\((?:blank|empty|tyhjä|tom|tomt|leeg)\)"
    r"|true|false|tosi|epätosi|sant|sann|falskt|usann|waar|onwaar|wahr|falsch|(?-i:SAND|FALSK)",
    re.IGNORECASE,
)
_SIGNS = str.maketrans({"\u2212": "-", "\u2013": "-", "\u2019": "'"})


def question_about(code: str, item_codes: Iterable[str] = ()) -> Question | None:
    """Return what makes ``code`` unlikely for a new item, or ``None`` for a plain code.

    ``item_codes`` are those of the dimension. Where several of them have the same form, as 10.1
    and 10.2 do, the company writes its codes that way, and a code of that form is plain.
    """
    known = [known.strip() for known in item_codes]
    if LikeCodes(known).meant_by(code):
        return Question.LIKE_ITEM
    text = " ".join(unicodedata.normalize("NFKC", code).translate(_SIGNS).split())
    question = _question_of(text)
    if not text.strip("0"):
        # Numbers may be codes, but a code of zeros alone means that there is none.
        return question
    shapes = Counter(_shape(one) for one in known)
    is_usual_form = shapes[_shape(text)] >= _ITEMS_THAT_SHOW_A_FORM
    return None if is_usual_form else question


def _question_of(text: str) -> Question | None:
    if _FORMULA.fullmatch(text):
        return Question.FORMULA
    if any(pattern.fullmatch(text) for pattern in _DATES):
        return Question.DATE
    if _AMOUNT.fullmatch(text) or any(pattern.fullmatch(text) for pattern in _NOT_A_CODE):
        return Question.NUMBER
    return None


def _shape(code: str) -> str:
    """Return the form of ``code``: 10.1 and 12.30 have the same. For a whole number, its length."""
    if code.isdecimal():
        return "9" * len(code)
    return re.sub("[0-9]+", "9", code.casefold())
