import ast
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st
from tests.services.errors import known_errors

import tilisilta
from tilisilta.clients.procountor.errors import ProcountorBusy, ProcountorRejected
from tilisilta.domain.problems import Problem, ProblemCode, facts
from tilisilta.errors import NeedsAttention, OutcomeUnknown, TilisiltaError, TryAgainLater
from tilisilta.services.connections import OtherCompanyChosen
from tilisilta.services.explanations import SUBJECTS, WORDS, catalogue, explain, explain_error
from tilisilta.services.explanations.wording import LITTLE_KNOWN, PLACEHOLDER
from tilisilta.services.links import AccountNotAuthorised

# Needs no database: a second one would show nothing new.
pytestmark = pytest.mark.once

SOURCE = Path(tilisilta.__file__).parent
GENERAL = {TryAgainLater.code, OutcomeUnknown.code, NeedsAttention.code}


def _given_codes(tree: ast.AST) -> Iterator[str]:
    """The codes below ``tree``, without those that something is only compared with or sorted by."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "ProblemCode":
            yield ProblemCode[node.attr].value
        elif not isinstance(node, ast.Compare | ast.Set | ast.Dict):
            yield from _given_codes(node)


@cache
def _made_codes() -> set[str]:
    """The codes that errors carry, or that the source makes a problem of or shows on a page."""
    found = {kind.code for kind in known_errors()} | GENERAL
    for path in SOURCE.rglob("*.py"):
        if "explanations" in path.parts or path == SOURCE / "domain" / "problem_codes.py":
            continue
        found |= set(_given_codes(ast.parse(path.read_text(encoding="utf-8"))))
    return found | _codes_on_pages()


def _codes_on_pages() -> set[str]:
    texts = "".join(path.read_text(encoding="utf-8") for path in SOURCE.rglob("*.html"))
    return set(re.findall(r'(?:explained |code=)"([A-Z]\d\d)"', texts))


def _values_of(code: ProblemCode, name: str) -> st.SearchStrategy[str]:
    """Values of a fact: those that words of the code are about, and those of all examples."""
    about = {(wording.when or {}).get(name, "") for wording in WORDS[code]}
    shown = {dict(other.example).get(name, "") for other in ProblemCode}
    return st.sampled_from(sorted((about | shown) - {""}) or ["420"])


class TestExplain:
    @pytest.mark.parametrize("code", list(ProblemCode))
    def test_has_words_for_every_problem_whatever_is_known_of_it(self, code: ProblemCode) -> None:
        explained = explain(Problem(code=code))

        assert explained.message
        assert explained.cause
        assert explained.remedy

    @given(data=st.data())
    def test_has_words_for_every_problem_with_any_of_its_facts(self, data: st.DataObject) -> None:
        code = data.draw(st.sampled_from(list(ProblemCode)))
        names = (
            data.draw(st.sets(st.sampled_from(sorted(code.fact_names)))) if code.fact_names else ()
        )
        facts = tuple((name, data.draw(_values_of(code, name))) for name in sorted(names))

        explained = explain(Problem(code=code, line=7, facts=facts))

        assert explained.code == code.value
        assert explained.message
        assert explained.remedy
        assert not PLACEHOLDER.search(f"{explained.message}{explained.cause}{explained.remedy}")

    @pytest.mark.parametrize("code", sorted(_codes_on_pages() | {"F19"}))
    def test_has_words_of_its_own_for_what_a_page_tells_without_facts(self, code: str) -> None:
        explained = explain(Problem(code=ProblemCode(code)))

        assert explained.message != str(LITTLE_KNOWN.message)

    @pytest.mark.parametrize(
        "code", [ProblemCode.TEST_COMPANY, ProblemCode.DIMENSION_UNKNOWN, ProblemCode.WHICH_RUN]
    )
    def test_says_so_when_too_little_is_known_of_a_case(self, code: ProblemCode) -> None:
        explained = explain(Problem(code=code))

        assert explained.message == "A problem of which not all is known"
        assert explained.code == code.value

    def test_names_the_facts_of_the_case(self) -> None:
        problem = Problem(
            code=ProblemCode.LEDGER_ACCOUNT_UNKNOWN,
            line=12,
            facts=facts(account="5035", near="5030, 5010", lines=4),
        )

        explained = explain(problem)

        assert explained.message == "Ledger account 5035 is unknown in Procountor"
        assert explained.cause.endswith("Lines 12 and 3 more.")
        assert explained.remedy.endswith("Ledger accounts that look alike: 5030, 5010.")

    @pytest.mark.parametrize(
        ("lines", "others", "sentence"),
        [
            (1, "", "Line 4."),
            (2, "5", "Lines 4 and 5."),
            (3, "5, 8", "Lines 4, 5 and 8."),
            (4, "5, 8", "Lines 4, 5, 8 and 1 more."),
            (1203, "5, 8", "Lines 4, 5, 8 and 1,200 more."),
            # A problem that an older release stored names the first line alone.
            (2, "", "Lines 4 and 1 more."),
        ],
    )
    def test_names_the_first_lines_and_counts_the_rest(
        self, lines: int, others: str, sentence: str
    ) -> None:
        told = facts(account="5035", lines=lines, others=others)
        problem = Problem(code=ProblemCode.LEDGER_ACCOUNT_UNKNOWN, line=4, facts=told)

        assert explain(problem).cause.endswith(f" {sentence}")

    def test_leaves_out_a_hint_without_facts(self) -> None:
        problem = Problem(code=ProblemCode.LEDGER_ACCOUNT_UNKNOWN, facts=facts(account="5035"))

        explained = explain(problem)

        assert "look alike" not in explained.remedy

    def test_tells_a_closed_year_from_a_missing_one(self) -> None:
        day = date(2026, 1, 31)
        closed, missing = (
            explain(Problem(code=ProblemCode.PERIOD_CLOSED, facts=facts(date=day, reason=reason)))
            for reason in ("fiscal-year", "no-fiscal-year")
        )

        assert "closed fiscal year" in closed.message
        assert "no fiscal year" in missing.message

    def test_shows_amounts_with_a_true_minus(self) -> None:
        problem = Problem(
            code=ProblemCode.NOT_BALANCED,
            facts=facts(difference=Decimal("-1234.5"), dates="2026-05-31 -1234.50, +3"),
        )

        explained = explain(problem)

        assert explained.message == "The journal does not balance: −1,234.50"
        assert "3 more dates" in explained.cause

    @pytest.mark.parametrize(
        ("language", "day"), [("en", "31 Jan 2026"), ("sv", "2026-01-31"), ("fi", "31.1.2026")]
    )
    def test_shows_dates_in_the_way_of_the_language(self, language: str, day: str) -> None:
        problem = Problem(
            code=ProblemCode.PERIOD_CLOSED,
            facts=facts(date=date(2026, 1, 31), reason="tracking-period"),
        )

        with translation.override(language):
            explained = explain(problem)

        assert day in explained.message

    @pytest.mark.parametrize("fact", ["company", "name"])
    def test_names_the_company_an_account_acts_for_instead(self, fact: str) -> None:
        problem = Problem(code=ProblemCode.WRONG_COMPANY, facts=((fact, "Konepaja Oy"),))

        explained = explain(problem)

        assert explained.message == "The account is authorised for another company, Konepaja Oy"

    def test_names_the_fields_that_were_booked_differently(self) -> None:
        problem = Problem(
            code=ProblemCode.BOOKED_DIFFERENTLY,
            facts=facts(fields="receipt_date, row 3 accounting_value"),
        )

        explained = explain(problem)

        assert explained.cause == "These differ: receipt date; row 3: amount."

    def test_says_in_which_column_of_a_file_an_amount_stands(self) -> None:
        problem = Problem(
            code=ProblemCode.AMOUNT_UNREADABLE,
            line=7,
            facts=facts(value="1,234", reason="ambiguous", column="Belopp"),
        )

        explained = explain(problem)

        assert explained.message == "The amount 1,234 can mean two things"
        assert "It stands in column “Belopp”. Line 7." in explained.cause

    def test_shows_a_percent_sign_in_a_fact(self) -> None:
        problem = Problem(code=ProblemCode.TEST_COMPANY, facts=facts(company="100 %(x)s Oy"))

        assert explain(problem).message == "100 %(x)s Oy is a test company"


class TestCatalogue:
    def test_has_every_problem_once(self) -> None:
        codes = [code for code, _ in catalogue()]

        assert codes == list(ProblemCode)
        assert sum(len(subject.words) for subject in SUBJECTS) == len(codes)

    @pytest.mark.parametrize("code", list(ProblemCode))
    def test_has_no_problem_that_nothing_makes(self, code: ProblemCode) -> None:
        assert code.value in _made_codes()

    def test_goes_from_the_journal_by_file_payroll_and_sending_to_the_actions(self) -> None:
        groups = "".join(dict.fromkeys(code[0] for code, _ in catalogue()))

        assert groups == "NFPSE"

    @pytest.mark.parametrize("language", ["en", "fi", "sv"])
    def test_explains_every_problem_by_a_case_that_its_own_words_fit(self, language: str) -> None:
        with translation.override(language):
            messages = {explained.message for _, explained in catalogue()}
            little_known = str(LITTLE_KNOWN.message)

        assert little_known not in messages
        assert not PLACEHOLDER.search("".join(messages))

    def test_names_the_facts_of_an_invented_case(self) -> None:
        explained = dict(catalogue())[ProblemCode.LEDGER_ACCOUNT_UNKNOWN]

        assert explained.message == "Ledger account 5035 is unknown in Procountor"
        assert explained.remedy.endswith("Ledger accounts that look alike: 5030, 5040.")

    @pytest.mark.parametrize(
        ("language", "message"),
        [
            ("en", "The receipt of 31 May 2026 does not balance: 120.50"),
            ("fi", "Tosite, jonka päivä on 31.5.2026, ei täsmää: 120,50"),
            ("sv", "Verifikatet för 2026-05-31 balanserar inte: 120,50"),
        ],
    )
    def test_shows_the_example_in_the_way_of_the_language(
        self, language: str, message: str
    ) -> None:
        with translation.override(language):
            explained = dict(catalogue())[ProblemCode.PERIOD_NOT_BALANCED]

        assert explained.message == message

    def test_has_no_words_that_no_case_can_have(self) -> None:
        named = {
            (code, name)
            for code, wordings in WORDS.items()
            for wording in wordings
            for name in (
                *(wording.when or {}),
                *PLACEHOLDER.findall("".join(map(str, wording.texts))),
            )
        }

        assert {(code, name) for code, name in named if name not in code.fact_names} == set()


class TestExplainError:
    @pytest.mark.parametrize("kind", sorted(known_errors(), key=str))
    def test_knows_every_error_by_a_code_of_its_own(self, kind: type[TilisiltaError]) -> None:
        assert kind.code in set(ProblemCode)
        assert kind.code not in GENERAL

    def test_knows_the_codes_of_the_errors_that_sort_the_others(self) -> None:
        assert set(ProblemCode) >= GENERAL

    def test_says_how_long_to_wait(self) -> None:
        explained = explain_error(ProcountorBusy("busy", retry_after_seconds=200))

        assert explained.remedy == "Try again in 4 minutes."

    def test_keeps_the_words_of_procountor(self) -> None:
        error = ProcountorRejected(
            "Refused", status=400, answers=(("account", "Account 5035 is unknown."),)
        )

        explained = explain_error(error)

        assert explained.message == "Procountor refused it: Account 5035 is unknown."
        assert "400" in explained.cause

    def test_names_both_companies_when_another_was_chosen(self) -> None:
        explained = explain_error(OtherCompanyChosen(expected="Puutyö Oy", chosen="Konepaja Oy"))

        assert explained.message == "Another company was chosen: Konepaja Oy"
        assert "Puutyö Oy" in explained.remedy

    def test_says_the_code_of_the_error(self) -> None:
        assert explain_error(OtherCompanyChosen(expected="A", chosen="B")).code == "E13"

    def test_says_how_to_link_to_an_account_that_is_not_authorised(self) -> None:
        explained = explain_error(AccountNotAuthorised(""))

        assert explained.code == "N03"
        assert explained.remedy.endswith("then make the link.")

    @pytest.mark.parametrize(
        ("error", "code"),
        [
            (TryAgainLater("later"), "E01"),
            (OutcomeUnknown("perhaps"), "E02"),
            (NeedsAttention("no"), "E03"),
            (TilisiltaError("no"), "E03"),
        ],
    )
    def test_has_general_words_for_an_error_without_a_code_of_its_own(
        self, error: TilisiltaError, code: str
    ) -> None:
        explained = explain_error(error)

        assert explained.code == code
        assert explained.remedy


@pytest.fixture(autouse=True)
def _english() -> None:
    translation.activate("en")
