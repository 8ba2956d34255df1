"""Whether a file belongs to the company it is imported for, by what the file itself names."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence

from django.db.models import F

from tilisilta.clients.files.company_headers import Mark
from tilisilta.clients.files.findings import Findings
from tilisilta.clients.files.raw import RawJournal
from tilisilta.domain.company_match import plain_business_id
from tilisilta.domain.named_companies import (
    KnownCompany,
    Named,
    business_ids_in,
    exact_name,
    is_own_name,
    is_own_title,
    is_surely_own_title,
    is_title_in_full,
    read_business_id,
    read_name,
    read_title,
)
from tilisilta.domain.payroll import SourceJournal
from tilisilta.domain.personal_codes import mask_personal_codes
from tilisilta.domain.problems import ProblemCode
from tilisilta.models import Company, NmbrsCompany, User

_NUMBER = re.compile("0*([0-9]{1,9})(?:[.,]0+)?")
# No company is called longer, and reading longer texts takes long.
_MOST_CHARACTERS = 300
# No text names it, so that all companies are looked at alike.
_NO_COMPANY = KnownCompany(number=0, name="\x00")


def must_be_of(read: SourceJournal, company: Company, *, user: User | None) -> str:
    """Refuse a file that names another company of the bureau.

    Returns the name of a company that the file names and that is not here, or an empty text. It is
    compared with all companies, also those ``user`` may not see; of these the refusal says no more
    than the file itself. Raises ``FileRefused``.
    """
    if not (read.company_names or read.business_ids or read.titles):
        return ""
    findings = Findings()
    unknown = []
    for reason, named in _names_in(read, company):
        # A business ID that is not the company's is another company, even one unknown here.
        if named.is_of_another or (named.is_unknown and reason == "business-id"):
            findings.add(
                ProblemCode.OTHER_COMPANY,
                reason=reason,
                company=named.text,
                expected=str(company),
                other=_visible(named.other, user),
            )
        elif named.is_unknown:
            unknown.append(mask_personal_codes(named.text))
    findings.refuse()
    return unknown[0] if unknown else ""


def companies_named(
    parts: Sequence[RawJournal], *, user: User | None
) -> list[tuple[Company | None, RawJournal]]:
    """Return each part of a file with the company it names, among those that ``user`` may see.

    ``None`` stands for a company that is not here, for one that two parts name, for a number that
    is another company's in Nmbrs, and for a part that names none.
    """
    seen = Company.objects.all() if user is None else Company.objects.visible_to(user)
    companies = {company.number: company for company in seen}
    # Among all companies: what names one that the user may not see must not become another.
    known = [_known(company) for company in Company.objects.all()]
    unclear = _numbers_of_two()
    numbers = [_number_named(part, known, unclear) for part in parts]
    counts = Counter(numbers)
    return [
        (companies.get(number) if number and counts[number] == 1 else None, part)
        for number, part in zip(numbers, parts, strict=True)
    ]


def unclear_numbers(parts: Iterable[RawJournal]) -> list[str]:
    """Return the numbers in a file that are one company here, and another one's in Nmbrs."""
    said = [
        text
        for part in parts
        for text in (part.companies if part.part_of is None else (part.part_of.text,))
    ]
    unclear = _numbers_of_two()
    return [
        text for text in said if (number := _NUMBER.fullmatch(text)) and int(number[1]) in unclear
    ]


def _numbers_of_two() -> frozenset[int]:
    """Return the numbers that are one company here, and another one's in Nmbrs.

    They repeat there from debtor to debtor, and change; here they never change.
    """
    listed = NmbrsCompany.objects.filter(
        gone_at__isnull=True, nmbrs_number__in=Company.objects.values("number")
    )
    others = listed.exclude(nmbrs_number=F("company__number"))
    return frozenset(others.values_list("nmbrs_number", flat=True))


def _number_named(
    part: RawJournal, known: list[KnownCompany], unclear: Collection[int]
) -> int | None:
    if part.part_of is not None:
        said = [(part.part_of.mark, part.part_of.text)]
    else:
        said = [(Mark.NUMBER, text) for text in part.companies]
        said += [(column.mark, text) for column in part.company_columns for text in column.texts]
    for mark, text in said:
        number = _NUMBER.fullmatch(text)
        if number and mark is not Mark.BUSINESS_ID:
            if int(number[1]) not in unclear:
                return int(number[1])
            continue
        if mark is Mark.NUMBER:
            continue
        is_named = _is_named if mark is Mark.NAME else _has_business_id
        named = [one for one in known if is_named(one, text[:_MOST_CHARACTERS])]
        if len(named) == 1:
            return named[0].number
    return None


def _is_named(company: KnownCompany, text: str) -> bool:
    """Return whether ``text`` is the company's name as it is written, or its number and name.

    Nothing less decides where a journal goes: what is only alike refuses a file, but never chooses.
    """
    name, whole = exact_name(company.name), exact_name(text)
    return whole == name or (
        name in whole and str(company.number) in re.findall(r"[0-9]+", whole.replace(name, " "))
    )


def _has_business_id(company: KnownCompany, text: str) -> bool:
    wanted = plain_business_id(text)
    return bool(wanted) and plain_business_id(company.business_id) == wanted


def _names_in(read: SourceJournal, company: Company) -> Iterator[tuple[str, Named]]:
    own = _known(company)
    others = [_known(one) for one in Company.objects.exclude(pk=company.pk)]
    for text in (text[:_MOST_CHARACTERS] for text in read.company_names):
        yield "name", read_name(text, own, others)
        for beside in business_ids_in(text):
            yield "business-id", read_business_id(beside, own, others)
    for text in (text[:_MOST_CHARACTERS] for text in read.business_ids):
        for written in business_ids_in(text) or (text,):
            yield "business-id", read_business_id(written, own, others)
    if not _is_surely_own(read, own, others):
        yield from (("name", named) for named in _names_in_titles(read, own, others))


def _names_in_titles(
    read: SourceJournal, own: KnownCompany, others: list[KnownCompany]
) -> Iterator[Named]:
    """Yield what the titles name, where nothing else shows that the file is the company's."""
    readings = [read_title(text, own, others) for text in read.titles]
    named_own = [
        at
        for at, named in enumerate(readings)
        if not named.is_of_another and is_own_title(named.text, own)
    ]
    for at, named in enumerate(readings):
        # A bureau's own name stands above the names of its customers.
        is_above = bool(named_own) and at < named_own[-1]
        is_sure = named.other is not None and is_title_in_full(named.text, named.other)
        if named.text not in read.company_names and not is_above and (is_sure or not named_own):
            yield named


def _is_surely_own(read: SourceJournal, own: KnownCompany, others: list[KnownCompany]) -> bool:
    """Return whether a column, a label, a number or an ID says it is of the chosen company."""
    own_id = plain_business_id(own.business_id)
    return (
        read.company_number is not None
        or (bool(own_id) and own_id in map(plain_business_id, read.business_ids))
        or any(
            is_own_name(text, own) and not read_name(text, own, others).is_of_another
            for text in (text[:_MOST_CHARACTERS] for text in read.company_names)
        )
        or any(
            is_surely_own_title(text, own) and not read_title(text, own, others).is_of_another
            for text in read.titles
        )
    )


def _known(company: Company) -> KnownCompany:
    return KnownCompany(number=company.number, name=company.name, business_id=company.business_id)


def _visible(other: KnownCompany | None, user: User | None) -> str:
    if other is None:
        return ""
    seen = Company.objects.filter(number=other.number)
    if user is not None:
        seen = seen.visible_to(user)
    return f"{other.number} {other.name}" if seen.exists() else ""
