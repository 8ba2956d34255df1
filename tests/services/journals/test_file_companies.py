"""A file that names another company of the bureau is not taken in."""

import io
from collections.abc import Sequence

import pytest
from openpyxl import Workbook
from tests.bureau import NOW, a_company

from tilisilta.clients.files.columns import ColumnMapping
from tilisilta.clients.files.reading import ColumnsNeeded, FileRefused
from tilisilta.models import Company, Journal, User, UserTemplate
from tilisilta.services.companies import add_company, add_debtor
from tilisilta.services.journals.importing import Imported, import_journal
from tilisilta.services.users import create_user

pytestmark = pytest.mark.django_db

LINES = (("2026-07-31", "5010", "Wages", "18.10"), ("2026-07-31", "2961", "Payable", "-18.10"))


@pytest.fixture
def company() -> Company:
    """The company that files are imported for, beside another one of the bureau."""
    a_company(1002, "Koivulammi Huolto Oy")
    Company.objects.filter(number=1002).update(business_id="9901020-9")
    own = a_company(1009, "Saaristo Siivous Oy")
    own.business_id = "9901090-0"
    own.save()
    return own


def rows_with(header: str, *texts: str) -> list[list[str]]:
    """A journal with one more column; a single text is repeated on each line."""
    said = texts if len(texts) == len(LINES) else texts * len(LINES)
    lines = [[text, *line] for text, line in zip(said, LINES, strict=True)]
    return [[header, "Date", "Account", "Description", "Amount"], *lines]


def as_csv(rows: Sequence[Sequence[str]], delimiter: str = ";", encoding: str = "utf-8") -> bytes:
    return "\n".join(delimiter.join(row) for row in rows).encode(encoding)


def as_xlsx(rows: Sequence[Sequence[str]]) -> bytes:
    workbook = Workbook()
    assert workbook.active is not None
    for row in rows:
        workbook.active.append(list(row))
    content = io.BytesIO()
    workbook.save(content)
    return content.getvalue()


def take(company: Company, content: bytes, name: str = "j.csv", **more: object) -> Imported:
    given: dict[str, object] = {"user": None, **more}
    return import_journal(
        content,
        file_name=name,
        company=company,
        now=NOW,
        **given,  # type: ignore[arg-type]  # each by its name
    )


def refusal(company: Company, content: bytes, name: str = "j.csv", **more: object) -> FileRefused:
    """What the refusal of ``content`` says."""
    with pytest.raises(FileRefused) as refused:
        take(company, content, name, **more)
    assert not Journal.objects.exists()
    return refused.value


class TestAName:
    @pytest.mark.parametrize(
        "header",
        [
            *("Company name", "Company", "Employer", "Yritys", "Yrityksen nimi", "Asiakas"),
            *("Työnantaja", "Företag", "Företagsnamn", "Bolag", "Arbetsgivare", "Kund"),
            *("Bedrijf", "Bedrijfsnaam", "Werkgever", "Klant", "COMPANY_NAME", "Client"),
            *("Firma", "Palkanmaksaja", "Utbetalare", "Administratie", "Virksomhed", "Yhtiö"),
            *("Selskab", "Unternehmen", "Arbejdsgiver", "Firmanavn", "Osakeyhtiö", "Mandant"),
            *("Organisation", "Payer", "Administration", "Firman nimi", "Client company"),
        ],
    )
    def test_of_another_company_is_refused_under_any_header(
        self, company: Company, header: str
    ) -> None:
        refused = refusal(company, as_csv(rows_with(header, "Koivulammi Huolto Oy")))

        assert [problem.code for problem in refused.problems] == ["F17"]
        assert refused.problems[0].fact("company") == "Koivulammi Huolto Oy"
        assert refused.problems[0].fact("other") == "1002 Koivulammi Huolto Oy"

    @pytest.mark.parametrize(
        "text",
        [
            *("koivulammi  huolto oy ", "KOIVULAMMI HUOLTO OY", "Koivulammi Huolto"),
            *("1002", "1002 Koivulammi Huolto Oy", "Koivulammi Huolto Oy (1002)", "1002 - Muu"),
            *(
                "1002.0",
                "1002,00",
                "#1002",
                "Asiakas 1002",
                "Company 1002",
                "Yritys: 1002",
                "1 002",
            ),
            *(
                "1\u00a0002",
                "1.002",
                "01002",
                "(1002)",
                "Nro 1002",
                "Kund nr 1002",
                "Bolag nr. 1002",
            ),
            *("Asiakas nro: 1002", "'1002", "1002.", "Company no. 1002", "Klant #1002", "１００２"),
            *("Koivulammi Huolto Oy 1002", "Muu Oy 1002", "Muu Oy (1002)", "Muu Oy, 1002"),
            *(
                "Muu Oy - 1002",
                "Muu Oy [1002]",
                "Muu Oy #1002",
                "1002_Muu",
                "1002/Muu",
                "1002) Muu",
            ),
            *("Koivulammi Huolto Oy, 9901020-9", "Muu Oy 9901020-9", "Muu Oy (FI99010209)"),
            *("Koivulammi Huolto Oy, 1234567-1", "Koivulammi Huolto Oy 1234567-1", "99010209"),
            *("Koivulammi Huolto Oy / palkat", "Asiakas: Koivulammi Huolto Oy", "9901020-9"),
            *("Saaristo Siivous Oy 1002", "1002 Saaristo Siivous Oy", "Saaristo Siivous (1002)"),
            *("Saaristo Siivous Oy, 1234567-1", "Koivulammi Huolto Oy\u200b", "Palkat 1002: Muu"),
            "Koivulammi Huolto Oy 1002, 9901020-9",
            *("1 002 Muu", "ASIAKAS1002", "Koivulammi Huolto Oy kausi 7", "Muu Oy 1002 (kausi 7)"),
        ],
    )
    def test_of_another_company_is_refused_in_any_shape(self, company: Company, text: str) -> None:
        content = as_xlsx(rows_with("Yritys", text))

        assert refusal(company, content, "j.xlsx").problems[0].code == "F17"

    @pytest.mark.parametrize(
        "text",
        [
            *("Saaristo Siivous Oy", "saaristo siivous", "1009", "1009 Saaristo Siivous Oy"),
            "Saaristo Siivous Oy (1009)",
            *(
                "1009.0",
                "#1009",
                "Asiakas 1009",
                "Yritys: 1009",
                "1 009",
                "Saaristo Siivous Oy 1009",
            ),
            *("Saaristo Siivous Oy, 9901090-0", "Saaristo Siivous Oy FI99010900", "9901090-0"),
            *("Saaristo Siivous Oy 7/2026", "Saaristo Siivous / palkat", "Saaristo Siivous Oy, 1"),
            "1009 Saaristo Siivous Oy (9901090-0)",
            *("Saaristo Siivous Oy kausi 12", "Saaristo Siivous Oy, period 12", "ASIAKAS1009"),
            *("Saaristo Siivous Oy vk 12", "Saaristo Siivous Oy, osasto 12", "1 009 Saaristo"),
            *("Saaristo Siivous Oy (ajo 12)", "Saaristo Siivous Oy 12. jakso", "7/2026 1009"),
        ],
    )
    def test_of_this_company_is_fine(self, company: Company, text: str) -> None:
        a_company(12, "Torni 12 Oy")

        imported = take(company, as_csv(rows_with("Yritys", text)))

        assert imported.is_new
        assert imported.names_company == ""

    @pytest.mark.parametrize(
        "text",
        [
            *("1002 Saaristo Siivous Oy", "Saaristo Siivous Oy (1002)", "Saaristo Siivous Oy 1002"),
            *("#1002 saaristo siivous", "1002.0", "Asiakas 1002 Saaristo Siivous Oy"),
        ],
    )
    def test_of_a_namesake_is_recognised_by_its_number(self, company: Company, text: str) -> None:
        Company.objects.filter(number=1002).update(name=company.name)

        assert refusal(company, as_csv(rows_with("Yritys", text))).problems[0].code == "F17"
        assert take(company, as_csv(rows_with("Yritys", text.replace("1002", "1009")))).is_new

    @pytest.mark.parametrize("name", ["Talo 1002", "1002 Talo Oy", "Oy Talo 24/7 Ab", "24 h Oy"])
    def test_that_holds_a_number_is_still_its_own(self, company: Company, name: str) -> None:
        a_company(24, "Vuorokausi Oy")
        company.name = name
        company.save()

        assert take(company, as_csv(rows_with("Yritys", name.upper()))).is_new

    def test_of_no_company_here_is_reported(self, company: Company) -> None:
        imported = take(company, as_csv(rows_with("Yritys", "Aivan Muu Oy")))

        assert imported.names_company == "Aivan Muu Oy"

    def test_that_only_the_legal_form_tells_apart_is_its_own(self, company: Company) -> None:
        a_company(1010, "Saaristo Siivous Ab")

        refusal(company, as_csv(rows_with("Yritys", "Saaristo Siivous Ab")))
        assert take(company, as_csv(rows_with("Yritys", "Saaristo Siivous"))).is_new

    def test_without_its_legal_form_may_be_two_companies(self, company: Company) -> None:
        a_company(1011, "Koivulammi Huolto Ab")

        imported = take(company, as_csv(rows_with("Yritys", "Koivulammi Huolto")))

        assert imported.names_company == "Koivulammi Huolto"

    @pytest.mark.parametrize("titles", [["Yritys: Koivulammi Huolto Oy"], ["Bolag", "1002"]])
    def test_above_the_headers_counts_too(self, company: Company, titles: list[str]) -> None:
        rows = [titles, *([*row[1:]] for row in rows_with("", ""))]

        assert refusal(company, as_xlsx(rows), "j.xlsx").problems[0].code == "F17"

    @pytest.mark.parametrize(
        "title",
        [
            *("Koivulammi Huolto Oy", "KOIVULAMMI HUOLTO", "Koivulammi-Huolto, Oy", "Asiakas 1002"),
            *(
                "Koivulammi Huolto Oy 7/2026",
                "Palkkajournaali - Koivulammi Huolto Oy",
                "Kund #1002",
            ),
            *("1002 Koivulammi Huolto Oy", "Koivulammi Huolto Oy (1002)", "Firma: 1002"),
            *(
                "Koivulammi Huolto Oy, 9901020-9",
                "9901020-9",
                "Y-tunnus 9901020-9",
                "CVR: 9901020-9",
            ),
            *("Palkanmaksaja: Koivulammi Huolto Oy", "Koivulammi Huolto Oy | heinäkuu"),
            *("Palkkajournaali Koivulammi Huolto Oy", "Tulostettu 1.8.2026 Koivulammi Huolto Oy"),
            *("Koivulammi Huolto Oy palkat 7/2026", "Löner KOIVULAMMI HUOLTO OY, juli"),
            *("Palkat_Koivulammi Huolto Oy_2026-06", "Koivulammi Huolto Oy2026"),
            *("Asiakas 1002, palkat", "Yritys 1002 - Palkat 6/2026", "Yritys 1002 Palkat 6/2026"),
            *("Palkat Koivulammi Huolto", "Koivulammi Huolto palkat", "Y-tunnus 9901020 - 9"),
            *("Palkkakirjaus Koivulammi Huolto 6/2026", "Kund nr 1002 löner"),
        ],
    )
    def test_of_another_company_stands_above_the_headers(
        self, company: Company, title: str
    ) -> None:
        rows = [["Palkat"], [title], *([*row[1:]] for row in rows_with("", ""))]

        assert refusal(company, as_xlsx(rows), "j.xlsx").problems[0].code == "F17"
        assert refusal(company, as_csv(rows)).problems[0].code == "F17"
        columns = ColumnMapping(account="Account", amount="Amount", date="Date")
        assert refusal(company, as_csv(rows), columns=columns).problems[0].code == "F17"

    @pytest.mark.parametrize(
        "titles",
        [
            *(["Palkat"], ["1002"], ["Saaristo Siivous Oy"], ["Saaristo Siivous Oy 7/2026"]),
            *(["Aivan Muu Oy"], ["7/2026", "1002"], ["Tulostettu 1.8.2026"], ["Sivu 1002"]),
            # The bureau prints its own name.
            ["Koivulammi Huolto Oy", "Saaristo Siivous Oy"],
            ["Koivulammi Huolto Oy", "9901090-0"],
            ["Koivulammi Huolto Oy", "Palkat: Saaristo Siivous Oy heinäkuu"],
            ["Koivulammi Huolto Oy / Saaristo Siivous Oy"],
            ["Huolto Oyj", "Vanha Koivulammi"],
            ["Palkat Saaristo Siivous Oy"],
            *(["Asiakas 1009, palkat"], ["Yritys 1009 - Palkat 6/2026"], ["Y-tunnus 9901090 - 0"]),
            *(["Palkat_Saaristo Siivous Oy_2026-06"], ["Saaristo Siivous Oy2026"]),
            *(["Saaristo Siivous palkat"], ["Yritys 12.6.2026"], ["Asiakas 12/2026"]),
            *(["Yritys 12 2026"], ["Yritys 2026 palkat"], ["Palkat 1002 - 6/2026"]),
        ],
    )
    def test_above_the_headers_is_no_other_ones(self, company: Company, titles: list[str]) -> None:
        a_company(1010, "Palkat Oy")
        a_company(1011, "Siivous Oy")
        a_company(12, "Torni Oy")
        a_company(2026, "Vuosi Oy")
        rows = [*([title] for title in titles), *([*row[1:]] for row in rows_with("", ""))]

        imported = take(company, as_csv(rows))

        assert imported.is_new
        assert not imported.names_company

    @pytest.mark.parametrize(
        ("own", "another", "titles"),
        [
            *(("Kone Oy", f"{word} Oy", [word]) for word in ("Kesäkuu", "Kausi", "Palvelu")),
            ("Kone Oy", "Kesäkuu", ["Kesäkuu"]),
            ("Kone Oy Helsinki", "Helsinki Oy", ["Helsinki 30.6.2026"]),
            ("Kone Oy Helsinki", "Helsinki Oy", ["Kone, Helsinki"]),
            ("Lahti Huolto Oy", "Lahti Oy", ["Lahti", "30.6.2026"]),
            ("Kone Oy", "Nimi Oy", ["Nimi: x"]),
            *(
                ("Asunto Oy Kuusi", "Asunto Oy Kuusi 6", [f"Asunto Oy Kuusi {month}"])
                for month in ("6 2026", "06 2026", "6 / 2026", "6/2026")
            ),
            ("Asunto Oy Kuusi 6", "Asunto Oy Kuusi", ["Asunto Oy Kuusi 6 2026"]),
            ("Koivu Ab", "Koivu Oy", ["Koivu Oy Ab palkat"]),
            ("Koivu Ab", "Koivu Oy", ["Koivu Oy Ab"]),
            ("Rakennus Oy Mäki", "Mäki Oy", ["Rakennus Mäki Oy"]),
            *(
                ("Kone Oy", "Talo Tili Oy", [f"{label}: Talo Tili Oy", "Palkat 6/2026"])
                for label in (
                    *("Palkanlaskenta", "Palkanlaskija", "Tilitoimisto", "Palkkatoimisto"),
                    *("Lönebyrå", "Redovisningsbyrå", "Payroll office", "Prepared by"),
                    *("Laatija", "Tulostaja", "Palkat 6/2026, laatija"),
                )
            ),
            ("Kone Oy", "Talo Tili Oy", ["Tilitoimisto:;Talo Tili Oy"]),
            ("Talo Tili Turku Oy", "Talo Tili Oy", ["Palkat Talo Tili"]),
            ("Kone Oy", "Palkat Summa Oy", ["Palkat summa yhteensä"]),
        ],
    )
    def test_that_a_plain_title_may_be_is_not_refused(
        self, own: str, another: str, titles: list[str]
    ) -> None:
        company = a_company(101, own)
        a_company(102, another)
        rows = [*([title] for title in titles), *([*row[1:]] for row in rows_with("", ""))]

        assert take(company, as_csv(rows)).is_new

    @pytest.mark.parametrize(
        ("own", "another", "titles"),
        [
            ("Kone Oy", "Kesäkuu Oy", ["Kesäkuu Oy"]),
            ("Kone Oy", "Kesäkuu Oy", ["Palkat Kesäkuu Oy 6/2026"]),
            ("Koivu Ab", "Koivu Oy", ["Koivu Oy palkat"]),
            ("Asunto Oy Kuusi", "Asunto Oy Kuusi 6", ["Asunto Oy Kuusi 6"]),
            ("Asunto Oy Kuusi", "Asunto Oy Kuusi 6", ["Asunto Oy Kuusi 6 6/2026"]),
            ("Huolto Oy", "Koivulammi Huolto Oy", ["Palkat Koivulammi Huolto Oy"]),
            ("Kone Oy", "Talo Tili Oy", ["Talo Tili Oy", "Palkkakirjaukset 8/2026"]),
            ("Talo Tili Oy", "Koivu Oy", ["Laatija: Talo Tili Oy", "Koivu Oy"]),
            ("Talo Tili Oy", "Koivu Oy", ["Laatija: Talo Tili Oy, asiakas: Koivu Oy"]),
        ],
    )
    def test_in_full_above_the_headers_is_refused(
        self, own: str, another: str, titles: list[str]
    ) -> None:
        company = a_company(101, own)
        a_company(102, another)
        rows = [*([title] for title in titles), *([*row[1:]] for row in rows_with("", ""))]

        assert refusal(company, as_csv(rows)).problems[0].code == "F17"

    @pytest.mark.parametrize(
        "titles",
        [
            ["Talo Tili Oy", "Koivulammi Huolto Oy", "Palkat 8/2026"],
            ["Talo Tili Oy;;Koivulammi Huolto Oy"],
            ["Talo Tili Oy", "Palkat Koivulammi Huolto Oy 8/2026"],
            ["Talo Tili Oy", "Koivulammi Huolto Oy 9901020-9"],
            ["Talo Tili Oy", "Y-tunnus 9901020-9"],
            ["Talo Tili Oy", "Yritys 1002 - Palkat"],
            ["Talo Tili Oy", "1002 Koivulammi Huolto"],
            ["Palkanlaskenta: Talo Tili Oy", "Koivulammi Huolto Oy 9901020-9"],
        ],
    )
    @pytest.mark.usefixtures("company")
    def test_of_a_customer_is_not_the_bureaus_own(self, titles: list[str]) -> None:
        bureau = a_company(1003, "Talo Tili Oy")
        rows = [*([title] for title in titles), *([*row[1:]] for row in rows_with("", ""))]

        assert refusal(bureau, as_csv(rows)).problems[0].code == "F17"
        assert take(Company.objects.get(number=1002), as_csv(rows)).is_new

    @pytest.mark.parametrize(
        "titles",
        [
            ["Talo Tili Oy", "Palkat 8/2026"],
            ["Talo Tili Oy", "Koivulammi Huolto"],
            ["Talo Tili Oy (1003)", "Koivulammi Huolto Oy"],
            ["Yritys: Talo Tili Oy", "Koivulammi Huolto Oy"],
            ["Yritys;1003", "Koivulammi Huolto Oy"],
        ],
    )
    @pytest.mark.usefixtures("company")
    def test_of_the_bureau_itself_is_its_own(self, titles: list[str]) -> None:
        bureau = a_company(1003, "Talo Tili Oy")
        rows = [*([title] for title in titles), *([*row[1:]] for row in rows_with("", ""))]

        assert take(bureau, as_csv(rows)).is_new

    def test_of_a_customer_below_the_bureaus_own_counts_not_where_a_column_is_right(
        self, company: Company
    ) -> None:
        rows = [["Saaristo Siivous Oy"], ["Koivulammi Huolto Oy"]]

        assert take(company, as_csv([*rows, *rows_with("Yritys", "Saaristo Siivous Oy")])).is_new

    @pytest.mark.parametrize(
        ("header", "text"),
        [
            *(("Yritys", "Saaristo Siivous Oy"), ("Y-tunnus", "FI99010900")),
            *(("Yritysnumero", "1009"), ("Firma", "1009 Saaristo Siivous Oy")),
        ],
    )
    def test_of_the_bureau_above_the_headers_is_fine_where_a_column_names_the_right_one(
        self, company: Company, header: str, text: str
    ) -> None:
        rows = [["Koivulammi Huolto Oy"], *rows_with(header, text)]

        assert take(company, as_csv(rows)).is_new

    def test_of_a_namesake_above_the_headers_is_recognised_by_its_number(
        self, company: Company
    ) -> None:
        Company.objects.filter(number=1002).update(name=company.name)
        rows = [["1002 Saaristo Siivous Oy"], *([*row[1:]] for row in rows_with("", ""))]

        assert refusal(company, as_csv(rows)).problems[0].code == "F17"

    @pytest.mark.parametrize("header", ["Firma", "Palkanmaksaja", "Virksomhed", "Organisation"])
    def test_counts_under_any_header_when_a_person_names_the_columns(
        self, company: Company, header: str
    ) -> None:
        columns = ColumnMapping(account="Account", amount="Amount", date="Date")
        content = as_csv(rows_with(header, "Koivulammi Huolto Oy"))

        assert refusal(company, content, columns=columns).problems[0].code == "F17"

    def test_counts_when_a_person_names_the_columns(self, company: Company) -> None:
        columns = ColumnMapping(account="Account", amount="Amount", date="Date")

        refused = refusal(
            company, as_csv(rows_with("Yritys", "Koivulammi Huolto Oy")), columns=columns
        )

        assert refused.problems[0].code == "F17"

    def test_in_a_column_chosen_for_something_else_is_no_company(self, company: Company) -> None:
        columns = ColumnMapping(
            account="Account", amount="Amount", date="Date", cost_unit="Asiakas"
        )
        content = as_csv(rows_with("Asiakas", "Koivulammi Huolto Oy"))

        assert take(company, content, columns=columns).is_new

    def test_of_several_companies_is_refused(self, company: Company) -> None:
        content = as_csv(rows_with("Yritys", "Saaristo Siivous Oy", "Koivulammi Huolto Oy"))

        codes = [problem.code for problem in refusal(company, content).problems]

        assert "F16" in codes

    def test_that_may_be_a_project_is_asked_about(self, company: Company) -> None:
        with pytest.raises(ColumnsNeeded):
            take(company, as_csv(rows_with("Asiakas", "Satama", "Torni")))

    def test_in_the_report_of_nmbrs_counts(self, company: Company) -> None:
        item = (
            "<item><GeneralLedgerAccount>{}</GeneralLedgerAccount><ComponentName>x</ComponentName>"
            "<Debit>{}</Debit><Credit>{}</Credit><Period>7</Period><Year>2026</Year>"
            "<CompanyName>Koivulammi Huolto Oy</CompanyName></item>"
        )
        items = item.format("5010", "1.00", "0.00") + item.format("2961", "0.00", "1.00")

        refused = refusal(company, f"<items>{items}</items>".encode(), "j.xml")

        assert refused.problems[0].code == "F17"


class TestABusinessId:
    @pytest.mark.parametrize(
        "header",
        [
            *("Y-tunnus", "FO-nummer", "Business ID", "KvK", "Organisationsnummer"),
            *("CVR", "VAT", "VAT number", "VAT No.", "ALV", "Moms", "BTW", "CVR-nr."),
        ],
    )
    @pytest.mark.parametrize("text", ["9901020-9", "FI99010209", "1234567-1"])
    def test_of_another_company_is_refused(self, company: Company, header: str, text: str) -> None:
        problem = refusal(company, as_csv(rows_with(header, text))).problems[0]

        assert problem.code == "F17"
        assert bool(problem.fact("other")) == text.endswith("9")

    @pytest.mark.parametrize("text", ["9901090-0", "99010900", "FI99010900"])
    def test_of_this_company_is_fine(self, company: Company, text: str) -> None:
        assert take(company, as_csv(rows_with("Y-tunnus", text))).is_new

    @pytest.mark.parametrize("header", ["VAT", "ALV", "Moms", "BTW"])
    @pytest.mark.parametrize("text", ["25,5", "0", "24 %", "V1"])
    def test_is_not_taken_from_a_rate_of_tax(
        self, company: Company, header: str, text: str
    ) -> None:
        columns = ColumnMapping(account="Account", amount="Amount", date="Date")

        assert take(company, as_csv(rows_with(header, text)), columns=columns).is_new

    def test_of_no_company_here_is_fine_as_long_as_the_company_has_none(self) -> None:
        bare = a_company(1010, "Paljas Oy")

        assert take(bare, as_csv(rows_with("Y-tunnus", "1234567-1"))).is_new

    def test_of_another_one_is_refused_although_the_company_has_none(
        self, company: Company
    ) -> None:
        bare = a_company(1010, "Paljas Oy")

        assert refusal(bare, as_csv(rows_with("Y-tunnus", "9901020-9"))).problems


class TestAUserLimitedToDebtors:
    def test_learns_no_more_than_the_file_says(self, company: Company) -> None:
        hidden = add_company(2001, "Salainen Oy", add_debtor(200, "Toiset", user=None), user=None)
        template = UserTemplate.objects.create(name="Some")
        clerk: User = create_user(
            "sari",
            "a bridge over still water",
            template=template,
            user=None,
            debtors=[company.debtor],
        )
        content = as_csv(rows_with("Yritys", "salainen"))

        narrow = refusal(company, content, user=clerk).problems[0]
        wide = refusal(company, content).problems[0]

        assert narrow.fact("company") == "salainen"
        assert narrow.fact("other") == ""
        assert wide.fact("other") == str(hidden)
