"""Whether a file that names a company by name or business ID belongs to another one than chosen.

It belongs to another one if it has exactly that one's name, regardless of case and blanks. Legal
forms count, as "Koivu Oy" and "Koivu Ab" may be two companies; a name without its legal form is
another company's only where no third company can be meant.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tilisilta.domain.company_match import is_legal_form, plain_business_id, plain_name

_NUMBER = r"(?:[0-9]{1,3}(?:[ .,'][0-9]{3})+(?![0-9])|[0-9]{1,9})(?:[.,]0+)?"
_BARE_NUMBER = re.compile(rf"[#'\"(\[]*\s*({_NUMBER})\s*[)\].,:;'\"]*")
_NUMBER_AND_NAME = re.compile(
    rf"[#(\[]*({_NUMBER})(?:\s*[)\]\-\u2013\u2014:,.;/|_]+\s*|\s+)(.*[^\W\d_].*)"
)
_NAME_AND_NUMBER = re.compile(
    r"(.*[^\W\d_].*?)[\s,;:/|(\[#_\-\u2013\u2014]+([0-9]{1,9})(?:[.,]0+)?\s*[)\].]*"
)
_LABEL = re.compile(
    r"(?:(?:company|client|customer|employer|entity|företag|bolag|kund|klient|arbetsgivare|firma"
    r"|yritys|yrityksen|asiakas|asiakkaan|yhtiö|yhtiön|työnantaja|bedrijf|klant|werkgever"
    r"|virksomhed|nmbrs|code|koodi|id|number|numero|nummer|nro|nr|no)(?![^\W\d_])[\s.:#-]*)+",
    re.IGNORECASE,
)
_BUSINESS_ID = re.compile(
    # Finland's, its VAT number, Sweden's with a month that no person has, its VAT number.
    r"(?<![\w-])(?:(?:FI ?)?[0-9]{6,7}-[0-9]|FI ?[0-9]{8}|[0-9]{2}[2-9][0-9]{3}-[0-9]{4}"
    r"|SE ?[0-9]{12})(?![\w-])",
    re.IGNORECASE,
)
# Numbers that are no company's: dates, periods, runs, departments, pages.
_NOT_OF_COMPANIES = re.compile(
    r"(?<![^\s(\[,;])(?:(?:[0-9]{1,2}\.)?[0-9]{1,2}[./-][0-9]{4}"
    r"|(?:19|20)[0-9]{2}[-/][0-9]{1,2}(?:-[0-9]{1,2})?"
    r"|(?:kausi|palkkakausi|jakso|vk|viikko|kk|kuukausi|period|löneperiod|periode|vecka|v|week"
    r"|month|månad|maand|run|ajo|palkka-ajo|körning|lönekörning|osasto|toimipiste|avdelning|afdeling"
    r"|department|dept|sivu|sida|page|blad|versio|version)\b\.?:? ?(?:nro|nr|no)?\.? ?[0-9]+"
    r"|[0-9]+\. ?(?:kausi|palkkakausi|jakso|periodi?|viikko|vecka|palkka-ajo))(?![^\s,;)\]])",
    re.IGNORECASE,
)
_MONTH_AND_YEAR = re.compile(
    r"(?<![\w.])(?:0?[1-9]|1[0-2])(?:\s*[./-]\s*|\s+)(?:19|20)[0-9]{2}(?![\w-])"
)
_LABELLED_NUMBER = re.compile(
    r"(?<!\w)(?:company|client|customer|employer|företag|bolag|kund|klient|arbetsgivare|firma|yritys"
    r"|asiakas|yhtiö|työnantaja|bedrijf|klant|werkgever|virksomhed)"
    r"(?: ?(?:nro|nr|no|number|numero|nummer))?[ .:#]{1,3}([0-9]{1,9})(?!\w|[.,/-] ?[0-9]|\. )",
    re.IGNORECASE,
)
_YEAR = re.compile(r"20[1-4][0-9]")
_BETWEEN_PIECES = re.compile(r"\s[-\u2013\u2014]\s|[,;|()\[\]\t\u2022]|\s/\s|:\s")
_INVISIBLE = re.compile(r"[\u200b-\u200f\u2060\ufeff\u00ad]")
# Companies may be called so too, but these words are in the titles of all journals.
_WORDS_OF_TITLES = frozenset(
    [
        *("palkka", "palkat", "palkkajournaali", "palkanlaskenta", "palkka-ajo"),
        *("tosite", "kirjaukset", "muistio", "raportti", "lön"),
        *("löner", "lönejournal", "verifikation", "journal", "payroll"),
        *("salary", "salaries", "wages", "report", "loon"),
        *("salaris", "salarissen", "lonen", "total", "summa"),
        "yhteensä",
    ]
)


@dataclass(frozen=True, kw_only=True)
class KnownCompany:
    """A company of the bureau, as far as a file can name it."""

    number: int
    name: str
    business_id: str = ""


@dataclass(frozen=True, kw_only=True)
class Named:
    """What a text in a file names: ``other``, or a company that the bureau does not have."""

    text: str
    other: KnownCompany | None = None
    is_unknown: bool = False

    @property
    def is_of_another(self) -> bool:
        return self.other is not None


def read_name(text: str, company: KnownCompany, others: Sequence[KnownCompany]) -> Named:
    """Return what ``text`` in a column of company names says when imported for ``company``.

    A number counts before a name: companies may have the same name, but never the same number.
    """
    whole = _cleaned(text)
    if not whole or exact_name(company.name) == exact_name(whole):
        return Named(text=text)
    same = _exact(whole, others) or _same_id(whole, company, others)
    if same:
        return Named(text=text, other=same)
    if plain_name(company.name) == plain_name(whole):
        return Named(text=text)
    numbers, names = _parts(whole)
    numbered = [one for one in others if one.number in numbers]
    if numbered and company.number not in numbers:
        return Named(text=text, other=numbered[0])
    if not names:
        return Named(text=text)
    return _read_pieces(text, names, company, others, is_own=company.number in numbers)


def read_title(text: str, company: KnownCompany, others: Sequence[KnownCompany]) -> Named:
    """Return what ``text`` above the headers says, which need not be about a company at all.

    A number or a single word means nothing there; only the full name or the business ID of
    another company does. What fits ``company`` as well belongs to it.
    """
    written = _separated(text)
    # A business ID decides before any name, as companies may have the same name.
    for business_id in business_ids_in(written):
        same = _same_id(business_id, company, others)
        if same:
            return Named(text=text, other=same)
    whole = _trimmed(_cleaned(_MONTH_AND_YEAR.sub(" ", written)))
    numbers, names = _parts(whole)
    named = tuple(name for name in (whole, *names) if _may_be_company(name))
    labelled = _labelled_numbers(written)
    if labelled:
        by_number = [one for one in others if one.number in labelled]
        is_own = company.number in labelled
        if is_own or by_number:
            return Named(text=text, other=None if is_own else by_number[0])
    for one in others:
        # A longer name that contains the company's own name.
        if _is_within(company, one) and not _contains_apart(whole, company, one):
            # A number after a name is just as often a month or a run.
            is_named = _contains(whole, one) and not one.name[-1:].isdecimal()
            if is_named or exact_name(one.name) in map(exact_name, named):
                return Named(text=text, other=one)
    if plain_name(company.name) in map(plain_name, (whole, *names)):
        namesakes = [one for one in others if plain_name(one.name) == plain_name(company.name)]
        numbered = [one for one in namesakes if one.number in numbers]
        exact = [one for name in named for one in [_exact(name, namesakes)] if one]
        is_own = company.number in numbers or _fits(written, company)
        other = next(iter(numbered or ([] if is_own else exact)), None)
        return Named(text=text, other=other)
    other = _read_pieces(text, named, company, others, is_own=False).other
    if other is None and not _contains(written, company):
        other = next((one for one in others if _contains(whole, one)), None)
        other = other or _named_without_form(whole, company, others)
    if other and _fits(written, company) and not _is_within(company, other):
        other = None
    return Named(text=text, other=other)


def is_own_title(text: str, company: KnownCompany) -> bool:
    whole = _separated(text)
    own_id = plain_business_id(company.business_id)
    if own_id and own_id in map(plain_business_id, business_ids_in(whole)):
        return True
    if company.number in _labelled_numbers(whole):
        return True
    named = map(plain_name, (whole, *_parts(whole)[1]))
    return plain_name(company.name) in named or _contains(whole, company) or _fits(whole, company)


def is_surely_own_title(text: str, company: KnownCompany) -> bool:
    """Return whether ``text`` names ``company`` by its number or business ID."""
    whole = _separated(text)
    own_id = plain_business_id(company.business_id)
    if own_id and own_id in map(plain_business_id, business_ids_in(whole)):
        return True
    is_numbered = company.number in _parts(whole)[0] and is_own_title(text, company)
    return is_numbered or company.number in _labelled_numbers(whole)


def is_own_name(text: str, company: KnownCompany) -> bool:
    return company.number in _parts(_cleaned(text))[0] or is_own_title(text, company)


def is_title_in_full(text: str, company: KnownCompany) -> bool:
    """Return whether ``text`` names ``company`` by number, ID, or its name with its legal form."""
    if is_surely_own_title(text, company):
        return True
    return bool(_forms(company.name)) and _fits(_separated(text), company)


def business_ids_in(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_BUSINESS_ID.findall(_cleaned(text))))


def read_business_id(text: str, company: KnownCompany, others: Sequence[KnownCompany]) -> Named:
    """Return what ``text`` in a column of business IDs says when imported for ``company``."""
    wanted, own = plain_business_id(text), plain_business_id(company.business_id)
    if not wanted or wanted == own:
        return Named(text=text)
    same = [one for one in others if plain_business_id(one.business_id) == wanted]
    return Named(text=text, other=same[0] if same else None, is_unknown=bool(own) and not same)


def _read_pieces(
    text: str,
    names: Sequence[str],
    company: KnownCompany,
    others: Sequence[KnownCompany],
    *,
    is_own: bool,
) -> Named:
    if exact_name(company.name) in map(exact_name, names):
        return Named(text=text)
    for name in names:
        if exact := _exact(name, others):
            return Named(text=text, other=exact)
    wanted = {plain_name(name) for name in names} - {""}
    if plain_name(company.name) in wanted:
        return Named(text=text)
    alike = [one for one in others if plain_name(one.name) in wanted]
    if len(alike) == 1:
        return Named(text=text, other=alike[0])
    return Named(text=text, is_unknown=not is_own)


def _exact(name: str, others: Sequence[KnownCompany]) -> KnownCompany | None:
    return next((one for one in others if exact_name(one.name) == exact_name(name)), None)


def _contains(text: str, company: KnownCompany) -> bool:
    """Return whether ``text`` contains the full name, as "Palkat Koivulammi Huolto Oy" does."""
    name = exact_name(company.name)
    # A name of one word may be an ordinary word of the title.
    return " " in name and bool(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", exact_name(text)))


def _may_be_company(name: str) -> bool:
    """Return whether a title that is just ``name`` can be a company.

    A single word is more likely a month or a town, unless it has a legal form.
    """
    plain = plain_name(name)
    has_form = plain != " ".join(re.findall(r"\w+", exact_name(name)))
    return (" " in plain or has_form) and exact_name(name) not in _WORDS_OF_TITLES


def _fits(text: str, company: KnownCompany) -> bool:
    """Return whether ``text`` contains the name with its legal forms, wherever they stand.

    "Koivu Oy Ab" fits "Koivu Ab", and "Rakennus Mäki Oy" fits "Rakennus Oy Mäki".
    """
    core, forms = _core(company.name), _forms(company.name)
    words = re.findall(r"\w+", exact_name(text))
    places = [at for at, word in enumerate(words) if not is_legal_form(word)]
    for first in range(len(places) - len(core) + 1):
        span = places[first : first + len(core)]
        if not core or tuple(words[at] for at in span) != core:
            continue
        before = places[first - 1] + 1 if first else 0
        behind = places[first + len(core)] if first + len(core) < len(places) else len(words)
        if forms <= {word for word in words[before:behind] if is_legal_form(word)}:
            return True
    return False


def _is_within(one: KnownCompany, other: KnownCompany) -> bool:
    part, all_of = _core(one.name), _core(other.name)
    return len(part) < len(all_of) and f" {' '.join(part)} " in f" {' '.join(all_of)} "


def _core(name: str) -> tuple[str, ...]:
    words = re.findall(r"\w+", exact_name(name))
    return tuple(word for word in words if not is_legal_form(word))


def _forms(name: str) -> frozenset[str]:
    return frozenset(filter(is_legal_form, re.findall(r"\w+", exact_name(name))))


def _named_without_form(
    text: str, company: KnownCompany, others: Sequence[KnownCompany]
) -> KnownCompany | None:
    """Return the one company whose name without its legal form is part of ``text``."""

    def is_named(name: str) -> bool:
        letters = [word for word in name.split() if word.isalpha()]
        return (
            len(letters) > 1
            and not _WORDS_OF_TITLES.issuperset(letters)
            and name not in plain_name(company.name)
            and f" {name} " in plain
        )

    words = re.findall(r"\w+", exact_name(_NOT_OF_COMPANIES.sub(" ", text)))
    plain = f" {' '.join(words)} "
    if f" {plain_name(company.name)} " in plain:
        return None
    named = [one for one in others if is_named(plain_name(one.name))]
    return named[0] if len(named) == 1 else None


def _labelled_numbers(text: str) -> frozenset[int]:
    """Return the numbers that follow a label for companies, as in "Yritys 1002 - Palkat"."""
    without_dates = _NOT_OF_COMPANIES.sub(" | ", _MONTH_AND_YEAR.sub(" | ", text))
    numbers = _LABELLED_NUMBER.findall(without_dates)
    # A year after such a label is the year of the payroll.
    return frozenset(int(number) for number in numbers if not _YEAR.fullmatch(number))


def _separated(title: str) -> str:
    """Return ``title`` with its words separated by blanks, and business IDs in one piece."""
    text = re.sub(r"(?<=[^\W\d])(?=(?:19|20)[0-9]{2}(?!\w))", " ", title.replace("_", " "))
    text = re.sub(r"(?<![\w-])([0-9]{6,7}) ?[-\u2013] ?([0-9])(?![\w-])", r"\1-\2", text)
    return _cleaned(text)


def _contains_apart(text: str, company: KnownCompany, longer: KnownCompany) -> bool:
    rest = exact_name(text).replace(exact_name(longer.name), " | ")
    return _contains(rest, company) or plain_name(company.name) in map(plain_name, _parts(rest)[1])


def _same_id(
    text: str, company: KnownCompany, others: Sequence[KnownCompany]
) -> KnownCompany | None:
    wanted = plain_business_id(text)
    if not wanted or wanted == plain_business_id(company.business_id):
        return None
    return next((one for one in others if plain_business_id(one.business_id) == wanted), None)


def _parts(text: str) -> tuple[frozenset[int], tuple[str, ...]]:
    """Return the numbers and the names that "1002 Koivulammi Huolto Oy" may mean."""
    if match := _BARE_NUMBER.fullmatch(text):
        return _numbers(match[1]), ()
    without_ids = _trimmed(_NOT_OF_COMPANIES.sub(" ", _BUSINESS_ID.sub(" ", text)))
    if match := _BARE_NUMBER.fullmatch(without_ids):
        return _numbers(match[1]), ()
    numbers: set[int] = set()
    names = [without_ids]
    for piece in (without_ids, *map(_trimmed, _BETWEEN_PIECES.split(without_ids))):
        for part in _without_label(piece):
            if match := _BARE_NUMBER.fullmatch(part):
                # Only with a label is a bare number the company's: pages are numbered too.
                is_labelled = part != piece
                numbers |= _numbers(match[1]) if is_labelled else set()
                continue
            names.append(part)
            if match := _NUMBER_AND_NAME.fullmatch(part):
                numbers |= _numbers(match[1])
                names.append(_trimmed(match[2]))
            if match := _NAME_AND_NUMBER.fullmatch(part):
                numbers |= _numbers(match[2])
                names.append(_trimmed(match[1]))
    named = tuple(dict.fromkeys(name for name in names if plain_name(name)))
    if numbers and _LABEL.fullmatch(without_ids.rstrip("0123456789.,' ")):
        return frozenset(numbers), ()
    return frozenset(numbers), named


def _without_label(piece: str) -> Iterator[str]:
    yield piece
    if (label := _LABEL.match(piece)) and (rest := piece[label.end() :].strip()):
        yield rest


def _numbers(written: str) -> frozenset[int]:
    """Return what a formatted number may be: 1002.0 is 1002, and 1.000 is 1000 or 1."""
    whole = re.sub(r"[.,]0+$", "", written)
    is_grouped = re.fullmatch(r".*[.,][0-9]{3}", written)
    texts = (whole, written) if is_grouped else (whole,)
    return frozenset(int(re.sub("[^0-9]", "", text)) for text in texts)


def _trimmed(text: str) -> str:
    return text.strip(" \t,;:/|-\u2013\u2014()[]")


def _cleaned(text: str) -> str:
    return " ".join(_INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).split())


def exact_name(name: str) -> str:
    """Return ``name`` for comparing it with others as it is written, legal form included."""
    return _cleaned(name).casefold()
