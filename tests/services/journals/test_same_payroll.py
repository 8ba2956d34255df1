"""The same payroll is held under another number, date or company."""

import pytest
from tests.bureau import NOW, a_linked_company, problem_codes
from tests.services.journals.august import RECALCULATED, WAGES, take_in

from procountor_sandbox.app import Sandbox
from tilisilta.models import Journal
from tilisilta.services.journals.answers import discard, say_surely_another
from tilisilta.services.sending.asking import CannotBeSent, send_journal

pytestmark = pytest.mark.django_db


class TestTheSamePayroll:
    @pytest.mark.parametrize(
        "shape",
        [
            WAGES.replace("Kuukausipalkat", "Palkat elokuu"),
            WAGES.replace("31.8.2026", "2026-08-31"),
            WAGES + "\n31.8.2026;9999;Tyhja;0,00;",
            WAGES.replace(
                "31.8.2026;5010;Kuukausipalkat;4200,00;",
                "31.8.2026;5010;Kuukausipalkat;4000,00;\n31.8.2026;5010;Lisat;200,00;",
            ),
            "\n".join((WAGES.split("\n")[0], WAGES.split("\n")[2], WAGES.split("\n")[1])),
            "\ufeff" + WAGES,
        ],
    )
    def test_is_held_under_another_number_in_whatever_shape(
        self, procountor: Sandbox, shape: str
    ) -> None:
        company = a_linked_company()
        take_in(company, WAGES, run="8")

        again = take_in(company, shape, run="81").journal

        assert "N35" in problem_codes(again)
        with pytest.raises(CannotBeSent):
            send_journal(again, user=None, now=NOW)
        assert say_surely_another(again, user=None, now=NOW).state == "ready"

    def test_is_another_one_when_a_cent_is(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        take_in(company, WAGES, run="8")

        other = take_in(company, WAGES.replace("4200,00", "4200,01"), run="81").journal

        assert other.state == "ready"

    @pytest.mark.parametrize("is_gone", [True, False])
    def test_is_held_beside_a_run_of_its_month_that_is_gone(
        self, procountor: Sandbox, is_gone: bool
    ) -> None:
        """Deleted and made anew, and corrected by the way: no amount need be the same."""
        company = a_linked_company()
        first = take_in(company, WAGES, run="8").journal
        Journal.objects.filter(pk=first.pk).update(is_deleted_at_source=is_gone)

        anew = take_in(company, WAGES.replace("4200,00", "4300,00"), run="81").journal

        assert ("N35" in problem_codes(anew)) is is_gone

    @pytest.mark.parametrize("uses", [False, True])
    def test_is_told_apart_by_dimensions_where_the_link_books_them(
        self, procountor: Sandbox, uses: bool
    ) -> None:
        company = a_linked_company(uses_cost_centers=uses, cost_center_dimension="Kustannuspaikka")
        heads = "Pvm;Tili;Selite;Kustannuspaikka;Summa"
        texts = [
            f"{heads}\n31.8.2026;5010;Palkat;{item};100,00\n31.8.2026;2961;Velka;;-100,00"
            for item in ("100", "210")
        ]
        take_in(company, texts[0], run="8")

        second = take_in(company, texts[1], run="81").journal

        assert ("N35" in problem_codes(second)) is not uses

    @pytest.mark.parametrize(
        ("day", "is_held"), [("30.8.", True), ("1.9.", True), ("17.8.", False)]
    )
    def test_dated_otherwise_is_held(self, procountor: Sandbox, day: str, is_held: bool) -> None:
        """Less than a week apart it cannot be another pay period."""
        company = a_linked_company()
        take_in(company, WAGES, run="8")

        second = take_in(company, WAGES.replace("31.8.", day), run="81").journal

        assert ("N35" in problem_codes(second)) is is_held

    def test_of_another_company_is_held(self, procountor: Sandbox) -> None:
        take_in(a_linked_company(1003), WAGES, run="8")

        strange = take_in(a_linked_company(1002), "\ufeff" + WAGES, run="8").journal

        assert problem_codes(strange) == ["N37"]
        assert say_surely_another(strange, user=None, now=NOW).state == "ready"

    def test_of_another_company_is_held_whatever_dimensions_no_link_books(
        self, procountor: Sandbox
    ) -> None:
        heads = "Pvm;Tili;Selite;Kustannuspaikka;Summa"
        split = f"{heads}\n31.8.2026;5010;P;100;100,00\n31.8.2026;2961;V;;-100,00"
        take_in(a_linked_company(1003), split, run="8")

        strange = take_in(a_linked_company(1002), split.replace(";100;1", ";;1"), run="8").journal

        assert problem_codes(strange) == ["N37"]

    def test_of_another_company_is_held_no_longer_than_that_one_is_there(
        self, procountor: Sandbox
    ) -> None:
        first = take_in(a_linked_company(1003), WAGES, run="8").journal
        strange = take_in(a_linked_company(1002), "\ufeff" + WAGES, run="8").journal

        discard(first, reason="another company's", user=None, now=NOW)

        strange.refresh_from_db()
        assert strange.state == "ready"

    def test_of_another_company_that_was_corrected_is_let_go(self, procountor: Sandbox) -> None:
        other = a_linked_company(1003)
        take_in(other, WAGES, run="8")
        strange = take_in(a_linked_company(1002), "\ufeff" + WAGES, run="8").journal

        take_in(other, RECALCULATED, run="8")

        strange.refresh_from_db()
        assert strange.state == "ready"
