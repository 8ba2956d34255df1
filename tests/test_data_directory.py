"""The data directory is for its owner alone."""

import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from tilisilta import data_directory
from tilisilta.data_directory import prepare, secret_made_once


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def opened(path: Path, mode: int) -> Path:
    path.chmod(mode)
    return path


class TestPrepare:
    def test_makes_a_directory_for_its_owner_alone(self, tmp_path: Path) -> None:
        prepare(tmp_path / "of" / "tilisilta")

        assert mode_of(tmp_path / "of" / "tilisilta") == 0o700

    @pytest.mark.parametrize("mode", [0o755, 0o750, 0o707, 0o777, 0o711])
    def test_closes_one_that_is_open(self, tmp_path: Path, mode: int) -> None:
        prepare(opened(tmp_path, mode))

        assert mode_of(tmp_path) == 0o700

    @pytest.mark.parametrize(
        "name", ["tilisilta.sqlite3", "tilisilta.sqlite3-wal", "encryption-keys"]
    )
    def test_closes_our_files(self, tmp_path: Path, name: str) -> None:
        (tmp_path / name).touch()
        opened(tmp_path / name, 0o644)

        prepare(tmp_path)

        assert mode_of(tmp_path / name) == 0o600

    def test_closes_static_files_at_any_depth(self, tmp_path: Path) -> None:
        deep = tmp_path / "static" / "one" / "two"
        deep.mkdir(parents=True)
        opened(deep, 0o755)
        (deep / "style.css").touch()
        opened(deep / "style.css", 0o644)

        prepare(tmp_path)

        assert mode_of(deep) == 0o700
        assert mode_of(deep / "style.css") == 0o600

    def test_leaves_files_of_others_behind_the_closed_door(self, tmp_path: Path) -> None:
        (tmp_path / "program").touch()
        opened(tmp_path / "program", 0o755)

        prepare(opened(tmp_path, 0o755))

        assert mode_of(tmp_path / "program") == 0o755

    def test_follows_no_link(self, tmp_path: Path) -> None:
        elsewhere = tmp_path / "elsewhere"
        elsewhere.touch()
        opened(elsewhere, 0o644)
        (tmp_path / "data").mkdir()
        (tmp_path / "data" / "secret-key").symlink_to(elsewhere)

        prepare(tmp_path / "data")

        assert mode_of(elsewhere) == 0o644

    def test_refuses_a_directory_that_everybody_writes_to(self, tmp_path: Path) -> None:
        with pytest.raises(ImproperlyConfigured, match="Choose a directory of its own"):
            prepare(opened(tmp_path, 0o1777))

        assert mode_of(tmp_path) == 0o1777

    def test_refuses_a_directory_of_the_machine(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(data_directory, "SHARED_PARENTS", {tmp_path.parent.resolve()})
        (tmp_path / "apt").mkdir()

        with pytest.raises(ImproperlyConfigured, match="is shared with others"):
            prepare(opened(tmp_path, 0o755))

        assert mode_of(tmp_path) == 0o755

    @pytest.mark.skipif(os.geteuid() != 0, reason="Only root can make a file of somebody else.")
    def test_refuses_what_it_cannot_close(self, tmp_path: Path) -> None:
        nobody = 65534
        data = tmp_path / "data"
        data.mkdir()
        opened(data, 0o755)
        # However deep the folder of the test is: pytest's own are closed to others.
        for part in (data, *data.parents[:-2]):
            part.chmod(0o755)
        program = (
            "import os, sys; from pathlib import Path\n"
            "from tilisilta.data_directory import prepare\n"
            f"os.setuid({nobody}); prepare(Path(sys.argv[1]))"
        )

        done = subprocess.run(
            [sys.executable, "-c", program, str(data)], check=False, capture_output=True, text=True
        )

        assert "is not ours to close" in done.stderr


class TestSecretMadeOnce:
    def test_is_made_and_stays(self, tmp_path: Path) -> None:
        first = secret_made_once(tmp_path / "secret-key", "one")
        second = secret_made_once(tmp_path / "secret-key", "two")

        assert (first, second) == ("one", "one")
        assert mode_of(tmp_path / "secret-key") == 0o600

    def test_is_the_same_for_all_that_start_at_once(self, tmp_path: Path) -> None:
        with ThreadPoolExecutor(8) as pool:
            made = pool.map(lambda n: secret_made_once(tmp_path / "key", f"of {n}"), range(40))

        assert len(set(made)) == 1
        assert [path.name for path in tmp_path.iterdir()] == ["key"]
