"""Which accounts of a journal look like those of net pay."""

from decimal import Decimal

import pytest

from tilisilta.domain.net_pay_accounts import (
    AccountCredit,
    ProposedBy,
    propose_net_pay_accounts,
)


def credit(account: str, amount: str, name: str = "", *texts: str) -> AccountCredit:
    return AccountCredit(account=account, name=name, texts=texts, credit=Decimal(amount))


def proposed(*found: AccountCredit, paid: str | None = None) -> tuple[tuple[str, ...], str]:
    proposal = propose_net_pay_accounts(found, paid=Decimal(paid) if paid else None)
    assert proposal is not None
    return proposal.accounts, proposal.reason


@pytest.mark.parametrize(
    "name",
    [
        "Palkkavelka",
        "Palkkavelat",
        "Maksettavat palkat",
        "Nettopalkat",
        "Löneskulder",
        "Nettolön",
        "Utbetald lön",
        "Net pay",
        "Salaries payable",
        "Te betalen netto lonen",
        "Nettolonen",
    ],
)
def test_by_the_names_of_the_country(name: str) -> None:
    others = (credit("2921", "90", "Ennakonpidätysvelka"), credit("2931", "500", "TyEL-velka"))

    assert proposed(*others, credit("2999", "80", name)) == (("2999",), ProposedBy.NAME)
    assert proposed(*others, credit("2999", "80", "Muut", name)) == (("2999",), ProposedBy.NAME)


@pytest.mark.parametrize(
    "name", ["Lomapalkkavelka", "Semesterlöneskuld", "Palkkaennakot", "Arbetsgivaravgifter"]
)
def test_not_by_names_that_only_resemble_them(name: str) -> None:
    found = (credit("2965", "80", name), credit("2999", "100", "Muut velat"))

    assert proposed(*found) == (("2999",), ProposedBy.LARGEST_CREDIT)


def test_by_what_the_files_pay() -> None:
    found = (credit("1910", "80.00", "Pankki"), credit("2921", "90.00", "Ennakonpidätys"))

    assert proposed(*found, paid="80.00") == (("1910",), ProposedBy.PAYMENT_FILES)


def test_not_by_what_the_files_pay_against_a_name() -> None:
    found = (credit("2921", "80.00", "Vero"), credit("2961", "90.00", "Palkkavelka"))

    assert proposed(*found, paid="80.00") == (("2961",), ProposedBy.NAME)


def test_by_usual_numbers() -> None:
    assert proposed(credit("2821", "80"), credit("2710", "90")) == (("2821",), ProposedBy.NUMBER)


def test_several_by_name() -> None:
    found = (
        credit("2962", "5", "Palkkavelka, toimihenkilöt"),
        credit("2961", "7", "Palkkavelka"),
    )

    assert proposed(*found) == (("2961", "2962"), ProposedBy.NAME)


def test_nothing_where_nothing_is_credited() -> None:
    assert propose_net_pay_accounts([credit("5010", "-100", "Nettopalkat")]) is None
