"""What a list says of each company that is to be set up."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import QuerySet

from tilisilta.domain.company_match import plain_business_id, plain_name
from tilisilta.domain.whole_numbers import whole_number
from tilisilta.models import Company, Profile
from tilisilta.services.link_texts import Unreadable, find_profile, read_month
from tilisilta.services.lists import ListRow, read_list

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "company": ("yritys", "företag", "number", "numero", "nummer"),
    "account": ("procountor account", "procountor-tili", "procountor-konto"),
    "key": ("api key", "api-avain", "api-nyckel"),
    "dimensions": ("dimensiot", "dimensioner"),
    "start": ("alku", "first month", "ensimmäinen kuukausi", "första månad"),
    "profile": ("profiili", "profil"),
}
"""The columns of a list, each with the other headers that it may have."""
KEY_COLUMNS: Mapping[str, tuple[str, ...]] = {
    name: COLUMNS[name] for name in ("company", "account", "key")
}
NO_DIMENSION = "-"


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A company of a list, and how it is to be linked.

    ``dimensions`` are those for cost centers and for cost units; ``None`` leaves them to the
    profile. ``fault`` says what of the line is wrong, with the text that is. The API key is never
    shown.
    """

    line: int
    company: Company | None = None
    company_text: str = ""
    account_name: str = ""
    api_key: str = field(default="", repr=False)
    dimensions: tuple[str, str] | None = None
    start: date | None = None
    profile: Profile | None = None
    fault: str = ""
    fault_text: str = ""

    def stored(self) -> dict[str, Any]:
        """Return what can be stored as it is read, which the API key cannot."""
        return {
            "company": self.company_text,
            "account": self.account_name,
            "dimensions": list(self.dimensions) if self.dimensions is not None else None,
            "start": f"{self.start:%Y-%m}" if self.start else "",
            "profile": self.profile.pk if self.profile else None,
            "fault": self.fault,
            "fault_text": self.fault_text,
        }


def read_wanted(
    content: bytes, companies: QuerySet[Company], *, keys: bytes | None = None
) -> tuple[Wanted, ...]:
    """Return what a list says of each of its companies, which are looked for in ``companies``.

    ``keys`` is a list of API keys by company or account, for lists that are stored without them.
    Raises ``ListUnreadable``. A line that is wrong does not stop the others.
    """
    rows = read_list(content, COLUMNS, required=("company",))
    known = _Companies(companies)
    found = [(row, known.find(row.text("company"))) for row in rows]
    given = {} if keys is None else _keys(keys)
    default = Profile.objects.filter(is_default=True).first()
    return tuple(_without_twins(_wanted(row, company, given, default) for row, company in found))


class _Companies:
    """Companies by number, by business ID, and by name where only one has it."""

    def __init__(self, companies: Iterable[Company]) -> None:
        self._by_number: dict[int, Company] = {}
        self._by_text: dict[str, list[Company]] = {}
        for company in companies:
            self._by_number[company.number] = company
            for text in (plain_business_id(company.business_id), plain_name(company.name)):
                if text:
                    self._by_text.setdefault(text, []).append(company)

    def find(self, text: str) -> Company | None:
        number = whole_number(text)
        if number is not None:
            return self._by_number.get(number)
        for plain in (plain_business_id(text), plain_name(text)):
            alike = self._by_text.get(plain, [])
            if len(alike) == 1:
                return alike[0]
        # As our own screens write a company: "1001 Koivulammi Konepaja Oy".
        first, _blank, name = text.partition(" ")
        numbered = self._by_number.get(whole_number(first) or 0)
        is_named = numbered is not None and plain_name(numbered.name) == plain_name(name)
        return numbered if is_named else None


def _wanted(
    row: ListRow, company: Company | None, keys: Mapping[str, str], default: Profile | None
) -> Wanted:
    text, account = _without_keys(row.text("company")), row.text("account")
    key = (
        row.text("key")
        or keys.get(_key_name(account), "")
        or keys.get(_key_name(row.text("company")), "")
    )
    start = profile = None
    fault = fault_text = ""
    if company is None:
        fault, fault_text = "company", text[:200]
    elif len(account) > MOST_ACCOUNT_CHARACTERS:
        fault = "account"
    try:
        start = read_month(row.text("start")) if row.text("start") else None
    except Unreadable:
        fault, fault_text = fault or "start", fault_text or row.text("start")[:40]
    try:
        profile = find_profile(row.text("profile")) or default
    except Unreadable:
        fault, fault_text = fault or "profile", fault_text or row.text("profile")[:80]
    return Wanted(
        line=row.line,
        company=company,
        company_text=text[:200],
        account_name=account[:200],
        api_key=key,
        dimensions=_dimensions(row.text("dimensions")),
        start=start,
        profile=profile,
        fault=fault,
        fault_text=fault_text,
    )


def _without_keys(text: str) -> str:
    """Return what names a company; what may be an API key in the wrong column is left out."""
    is_like_key = len(text) > LONGEST_WORD and " " not in text
    return "…" if is_like_key else text


MOST_ACCOUNT_CHARACTERS = 80
LONGEST_WORD = 25
"""A number, a business ID or a single word of a name is shorter."""


def _dimensions(text: str) -> tuple[str, str] | None:
    """Return the dimensions of ``Kustannuspaikka | Projekti``; a single ``-`` stands for none."""
    if not text:
        return None
    centers, _bar, units = (part.strip() for part in text.partition("|"))
    named = [name if name != NO_DIMENSION else "" for name in (centers, units)]
    return named[0], named[1]


def _without_twins(wanted: Iterable[Wanted]) -> Iterator[Wanted]:
    """Yield the rows; a company that was there before is a fault of its line."""
    seen: dict[int, int] = {}
    for one in wanted:
        pk = one.company.pk if one.company is not None else None
        if pk is not None and pk in seen:
            yield Wanted(
                line=one.line,
                company_text=one.company_text,
                fault="twice",
                fault_text=str(seen[pk]),
            )
            continue
        if pk is not None:
            seen[pk] = one.line
        yield one


def _keys(content: bytes) -> dict[str, str]:
    keys = {}
    for row in read_list(content, KEY_COLUMNS, required=("key",)):
        for column in ("account", "company"):
            if row.text(column) and row.text("key"):
                keys[_key_name(row.text(column))] = row.text("key")
    return keys


def _key_name(text: str) -> str:
    return text.strip().casefold()
