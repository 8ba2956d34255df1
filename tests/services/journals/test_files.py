"""Files as people have them: with remembered columns, and of several companies."""

from collections.abc import Sequence

import pytest
from tests.bureau import NOW, a_company, csv_file, monthly_lines

from tilisilta.clients.files.columns import ColumnMapping
from tilisilta.clients.files.outcomes import ColumnsNeeded, FileRefused
from tilisilta.models import (
    AuditEntry,
    ColumnChoice,
    Company,
    Journal,
    NmbrsCompany,
    NmbrsConnection,
)
from tilisilta.services.journals.files import SaidOfImport, TakenIn, take_in_file

pytestmark = pytest.mark.django_db

PLAIN = SaidOfImport()
UNKNOWN = "Kto;Eur;Pv\n5010;10,00;28.6.2026\n2961;-10,00;28.6.2026\n"
CHOSEN = SaidOfImport(columns=ColumnMapping(account="Kto", amount="Eur", date="Pv"))
PLACES = SaidOfImport(columns=ColumnMapping(account="2", amount="3", date="1"))


def take_in(
    content: str, company: Company | None, said: SaidOfImport = PLAIN, name: str = "j.csv"
) -> TakenIn:
    return take_in_file(
        content.encode(), file_name=name, company=company, user=None, now=NOW, said=said
    )


def bureau_file(*companies: str, header: str = "Yritysnumero", amount: str = "18,00") -> str:
    lines = [
        f"{company};28.6.2026;{account};{sign}{amount}"
        for company in companies
        for account, sign in (("5010", ""), ("2961", "-"))
    ]
    return "\n".join((f"{header};Pvm;Tili;Summa", *lines)) + "\n"


class TestRememberedColumns:
    def test_read_the_next_file_with_the_same_headers(self) -> None:
        company = a_company()
        take_in(UNKNOWN, company, CHOSEN)

        taken = take_in(UNKNOWN.replace(".6.", ".7."), company)

        assert taken.remembered == CHOSEN.columns
        assert len(taken.imported) == 1

    def test_hold_for_files_without_headers(self) -> None:
        company = a_company()
        content = "28.6.2026;5010;10,00\n28.6.2026;2961;-10,00\n"
        take_in(content, company, PLACES)

        taken = take_in(content.replace(".6.", ".7."), company)

        assert taken.imported[0].journal.line_count == 2

    def test_are_those_of_the_company(self) -> None:
        take_in(UNKNOWN, a_company(), CHOSEN)

        with pytest.raises(ColumnsNeeded):
            take_in(UNKNOWN, a_company(1002))

    def test_give_way_to_a_later_choice(self) -> None:
        company = a_company()
        take_in(UNKNOWN, company, CHOSEN)
        later = ColumnMapping(account="Kto", amount="Eur", date="Pv", cost_center="Kto")

        take_in(UNKNOWN.replace(".6.", ".7."), company, SaidOfImport(columns=later))

        assert ColumnChoice.objects.get().mapping == later.to_mapping()

    def test_are_not_kept_with_a_file_that_is_refused(self) -> None:
        with pytest.raises(FileRefused):
            take_in(UNKNOWN.replace("5010", ""), a_company(), CHOSEN)

        assert not ColumnChoice.objects.exists()

    def test_are_in_the_audit_log_with_the_import(self) -> None:
        take_in(UNKNOWN, a_company(), CHOSEN)

        entry = AuditEntry.objects.get(action=AuditEntry.Action.JOURNAL_IMPORTED)
        assert entry.facts["columns"] == "account=Kto, amount=Eur, date=Pv"


class TestSeveralCompanies:
    @pytest.mark.parametrize(
        ("header", "texts"),
        [
            ("Yritysnumero", ("1001", "1002")),
            ("Company number", ("01001", "01002")),
            ("Yritys", ("Koivulammi Konepaja Oy", "1002")),
            ("Y-tunnus", ("9901010-1", "9901020-9")),
        ],
    )
    def test_get_a_journal_each_in_one_import(self, header: str, texts: tuple[str, str]) -> None:
        first, second = a_company(1001), a_company(1002)
        first.name, first.business_id = "Koivulammi Konepaja Oy", "9901010-1"
        first.save()
        second.name, second.business_id = "Koivulammi Huolto Oy", "9901020-9"
        second.save()

        taken = take_in(bureau_file(*texts, header=header), None)

        assert [one.journal.company for one in taken.imported] == [first, second]
        assert all(one.journal.line_count == 2 for one in taken.imported)

    def test_are_told_apart_by_their_legal_form(self) -> None:
        companies = [a_company(1001), a_company(1002), a_company(1003)]
        names = ("Koivu Oy", "Koivu Ab", "Leppä Oy")
        for company, name in zip(companies, names, strict=True):
            company.name = name
            company.save()

        taken = take_in(bureau_file(*names, header="Yritys"), None)

        assert [one.journal.company for one in taken.imported] == companies
        assert [one.journal.line_count for one in taken.imported] == [2, 2, 2]

    @pytest.mark.parametrize(
        "names",
        [("Koivu Oy", "Leppä Oy"), ("Koivu Ab", "Koivu Ab")],
        ids=["only alike", "two of one name"],
    )
    def test_are_not_chosen_by_a_name_that_does_not_surely_mean_one(
        self, names: tuple[str, str]
    ) -> None:
        for number, name in zip((1001, 1002), names, strict=True):
            company = a_company(number)
            company.name = name
            company.save()

        with pytest.raises(FileRefused) as refused:
            take_in(bureau_file("Koivu Ab", "1002", header="Yritys"), None)

        assert [problem.code for problem in refused.value.problems] == ["F35"]
        assert not Journal.objects.exists()

    def test_are_recognised_when_the_file_comes_again(self) -> None:
        a_company(1001)
        a_company(1002)
        take_in(bureau_file("1001", "1002"), None)

        again = take_in(bureau_file("1001", "1002"), None)

        assert not any(one.is_new for one in again.imported)
        assert Journal.objects.count() == 2

    def test_store_nothing_if_one_of_them_is_not_here(self) -> None:
        a_company(1001)

        with pytest.raises(FileRefused) as refused:
            take_in(bureau_file("1001", "1015"), None)

        assert dict(refused.value.problems[0].facts) == {"companies": "1015", "count": "1"}
        assert not Journal.objects.exists()

    def test_come_in_without_one_that_needs_an_answer_which_is_said(self) -> None:
        first, second = a_company(1001), a_company(1002)
        take_in(csv_file(monthly_lines(6)).decode(), second)

        taken = take_in(bureau_file("1001", "1002"), first)

        told = [(one.company, one.problem.code.value) for one in taken.left]
        assert told == [(second, "F36")]
        assert [one.journal.company for one in taken.imported] == [first]
        assert Journal.objects.filter(company=second).count() == 1

    def test_store_nothing_if_all_of_them_need_an_answer(self) -> None:
        first, second = a_company(1001), a_company(1002)
        for company in (first, second):
            take_in(csv_file(monthly_lines(6, cents=company.number % 100)).decode(), company)

        with pytest.raises(FileRefused) as refused:
            take_in(bureau_file("1001", "1002"), first)

        assert [one.code.value for one in refused.value.problems] == ["F36", "F36"]
        assert Journal.objects.count() == 2

    def test_store_nothing_if_the_lines_of_one_have_a_fault(self) -> None:
        a_company(1001)
        a_company(1002)
        content = bureau_file("1001", "1002").replace("1002;28.6.2026;5010", "1002;28.6.2026;")

        with pytest.raises(FileRefused) as refused:
            take_in(content, None)

        assert [one.code.value for one in refused.value.problems] == ["F12"]
        assert not Journal.objects.exists()

    def test_may_be_taken_in_one_by_one(self) -> None:
        first = a_company(1001)

        taken = take_in(bureau_file("1001", "1015"), first, SaidOfImport(is_only=True))

        assert [one.journal.company for one in taken.imported] == [first]

    def test_are_named_where_the_chosen_one_is_not_among_them(self) -> None:
        a_company(1002)

        with pytest.raises(FileRefused) as refused:
            take_in(bureau_file("1002", "1009"), a_company(1001))

        facts = dict(refused.value.problems[0].facts)
        assert (facts["reason"], facts["company"]) == ("company", "1002, 1009")

    def test_must_be_named_on_every_line(self) -> None:
        a_company(1001)
        content = bureau_file("1001", "1002") + ";28.6.2026;;0,00\n"

        with pytest.raises(FileRefused) as refused:
            take_in(content, None)

        assert dict(refused.value.problems[0].facts) == {"reason": "company-missing"}

    def test_one_company_alone_may_be_named_by_the_file(self) -> None:
        company = a_company(1001)

        assert take_in(bureau_file("1001"), None).imported[0].journal.company == company

    def test_a_file_that_names_none_is_refused_without_a_company(self) -> None:
        with pytest.raises(FileRefused) as refused:
            take_in(csv_file(monthly_lines(6)).decode(), None)

        assert [one.code.value for one in refused.value.problems] == ["F37"]


class TestANumberOfTwoCompanies:
    """It is one company here, and another one in Nmbrs, where numbers repeat and change."""

    @pytest.fixture
    def companies(self) -> tuple[Company, Company]:
        here, other = a_company(1002, "Koivulammi Huolto Oy"), a_company(48102, "Pajulahti Oy")
        made = NmbrsConnection.objects.create(name="palkat", first_year=2026)
        for company, number in ((here, 2002), (other, 1002)):
            NmbrsCompany.objects.create(
                company=company, connection=made, nmbrs_company_id=company.pk, nmbrs_number=number
            )
        return here, other

    @pytest.mark.parametrize("numbers", [("1002",), ("1002", "48102")])
    def test_decides_nothing(
        self, companies: tuple[Company, Company], numbers: Sequence[str]
    ) -> None:
        with pytest.raises(FileRefused) as refused:
            take_in(bureau_file(*numbers), None)

        problem = refused.value.problems[0]
        assert (problem.code, problem.fact("reason")) == ("F35", "number-of-two")
        assert problem.fact("companies") == "1002"
        assert not Journal.objects.exists()

    def test_is_that_of_the_company_a_person_has_chosen(
        self, companies: tuple[Company, Company]
    ) -> None:
        taken = take_in(bureau_file("1002"), companies[0])

        assert taken.imported[0].journal.company == companies[0]

    def test_is_known_again_once_nmbrs_lists_the_other_no_more(
        self, companies: tuple[Company, Company]
    ) -> None:
        NmbrsCompany.objects.filter(company=companies[1]).update(gone_at=NOW)

        taken = take_in(bureau_file("1002"), None)

        assert taken.imported[0].journal.company == companies[0]


class TestFileNames:
    @pytest.mark.parametrize(
        ("name", "kept"),
        [
            ("palkat_hein\udce4kuu.csv", "palkat_hein\ufffdkuu.csv"),
            ("palkka 010100A900F.csv", "palkka ***.csv"),
            ("010100-900F.csv", "***.csv"),
            ("a\nb\x1b[31m.csv", "a\ufffdb\ufffd[31m.csv"),
        ],
    )
    def test_are_kept_readable_and_without_personal_codes(self, name: str, kept: str) -> None:
        taken = take_in(csv_file(monthly_lines(6)).decode(), a_company(), name=name)

        assert taken.imported[0].journal.file_name == kept
