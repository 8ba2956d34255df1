"""A file whose columns name another company of the bureau is not taken in."""

import pytest
from tests.bureau import a_company
from tests.services.journals.naming import as_csv, as_xlsx, refusal, rows_with, take

from tilisilta.clients.files.columns import ColumnMapping
from tilisilta.clients.files.reading import ColumnsNeeded
from tilisilta.models import Company, User, UserTemplate
from tilisilta.services.companies import add_company, add_debtor
from tilisilta.services.users import create_user

pytestmark = pytest.mark.django_db


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
