"""A file whose title above the headers names another company of the bureau is not taken in."""

import pytest
from tests.bureau import a_company
from tests.services.journals.naming import as_csv, as_xlsx, refusal, rows_with, take

from tilisilta.clients.files.columns import ColumnMapping
from tilisilta.models import Company

pytestmark = pytest.mark.django_db


class TestAName:
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
