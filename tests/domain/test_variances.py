from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tilisilta.domain.variances import Change, JournalSums, Threshold, variance

amounts = st.integers(min_value=-(10**13), max_value=10**13).map(lambda cents: Decimal(cents) / 100)
sums = st.builds(
    JournalSums, accounts=st.dictionaries(st.sampled_from("ABCDEFG"), amounts, max_size=7)
)
THRESHOLD = Threshold(percent=20, amount=Decimal("100.00"))


class TestVariance:
    @given(last=sums, this=sums)
    def test_adds_up_to_the_cent_and_drops_no_account(
        self, last: JournalSums, this: JournalSums
    ) -> None:
        found = variance(last, this, THRESHOLD)

        changes = found.accounts.values()
        assert found.accounts.keys() == last.accounts.keys() | this.accounts.keys()
        assert sum(one.last or 0 for one in changes) == sum(last.accounts.values())
        assert sum(one.this or 0 for one in changes) == sum(this.accounts.values())
        assert (
            sum(one.difference for one in changes)
            == found.debit.difference + found.credit.difference
            == sum(this.accounts.values()) - sum(last.accounts.values())
        )

    @given(last=sums, this=sums)
    def test_is_the_same_either_way_round(self, last: JournalSums, this: JournalSums) -> None:
        there, back = variance(last, this, THRESHOLD), variance(this, last, THRESHOLD)

        for account, change in there.accounts.items():
            assert change.difference == -back.accounts[account].difference
            assert change.is_new == back.accounts[account].is_vanished

    @given(one=sums)
    def test_of_equal_journals_is_nothing(self, one: JournalSums) -> None:
        found = variance(one, one, Threshold(percent=0, amount=Decimal(0)))

        assert not found.is_above
        assert not found.has_new_or_vanished

    def test_is_above_only_if_percent_and_amount_are(self) -> None:
        last = {"small": "3.00", "large": "50000.00", "both": "-1000.00", "edge": "500.00"}
        this = {"small": "4.00", "large": "50150.00", "both": "-1300.00", "edge": "600.00"}
        this["new"] = "100.01"

        found = variance(_sums(last), _sums(this), THRESHOLD)

        assert found.above == ("both", "new")
        assert found.accounts["new"].is_new
        assert found.accounts["both"].percent == Decimal("30.0")
        assert found.accounts["new"].percent is None

    def test_does_not_mix_corrections_in(self) -> None:
        this = JournalSums(corrections={"5010": Decimal("9.00"), "2961": Decimal("-9.00")})

        found = variance(JournalSums(), this, THRESHOLD)

        assert not found.accounts
        assert found.corrections == Change(last=Decimal("0.00"), this=Decimal("9.00"))


def _sums(amounts: dict[str, str]) -> JournalSums:
    return JournalSums(accounts={code: Decimal(one) for code, one in amounts.items()})
