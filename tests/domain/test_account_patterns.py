import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilisilta.domain.account_patterns import check_pattern, matches_pattern


class TestMatchesPattern:
    @pytest.mark.parametrize(
        ("account", "pattern"),
        [
            ("5010", "[3-8]..."),
            ("3", "[3-8]..."),
            ("5010", "5010"),
            ("5010", "50[1358]0"),
            ("7010", "[3-4]..., [6-7]..."),
            ("anything", ""),
            ("2961", "..."),
        ],
    )
    def test_holds_for_accounts_that_fit(self, account: str, pattern: str) -> None:
        assert matches_pattern(account, pattern)

    @pytest.mark.parametrize(
        ("account", "pattern"),
        [
            ("2961", "[3-8]..."),
            ("50100", "5010"),
            ("501", "5010"),
            ("5020", "50[1358]0"),
            ("5010", "[3-4]..., [6-7]..."),
        ],
    )
    def test_fails_for_all_others(self, account: str, pattern: str) -> None:
        assert not matches_pattern(account, pattern)


class TestCheckPattern:
    @pytest.mark.parametrize("pattern", ["[3-", "[8-3]...", "5.*", "...5", "5010,", "(5)", "[]"])
    def test_refuses_what_cannot_be_read(self, pattern: str) -> None:
        with pytest.raises(ValueError, match=r"pattern|read|range"):
            check_pattern(pattern)

    @given(st.text(alphabet="0123456789[]-.,aä(|)* ", max_size=12), st.text(max_size=6))
    def test_lets_through_only_what_can_be_matched(self, pattern: str, account: str) -> None:
        try:
            check_pattern(pattern)
        except ValueError:
            return

        assert matches_pattern(account, pattern) in {True, False}
