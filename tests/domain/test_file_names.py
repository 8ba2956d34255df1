import pytest

from tilisilta.domain.file_names import shown_file_name


class TestShownFileName:
    @pytest.mark.parametrize(
        ("name", "shown"),
        [
            ("palkat 6-2026.csv", "palkat 6-2026.csv"),
            ("Löner–juni.xlsx", "Löner–juni.xlsx"),
            # As the system gives a name of another code page, and with a control character.
            ("palkat p\udce4iv\udce4.csv", "palkat p\ufffdiv\ufffd.csv"),
            ("\ud800\udfff", "\ufffd\ufffd"),
            ("palkat\n\x07.csv", "palkat\ufffd\ufffd.csv"),
            ("hetu 150390-904F.csv", "hetu ***.csv"),
        ],
    )
    def test_can_be_read_and_holds_no_personal_code(self, name: str, shown: str) -> None:
        assert shown_file_name(name) == shown
