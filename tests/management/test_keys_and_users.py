"""Keys are rotated, and users let in again, at the command line."""

import io

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from cryptography.fernet import Fernet
from pytest_django import Settings
from tests.bureau import an_account
from tests.management.conftest import Give

from procountor_sandbox.app import Sandbox
from tilisilta.models import ProcountorAccount, User
from tilisilta.services.users import create_first_administrator

pytestmark = pytest.mark.django_db
PASSWORD = "a bridge over the river"
OTHER = "kahvikuppi puussa"


@pytest.fixture
def admin() -> User:
    return create_first_administrator("admin", PASSWORD, must_change_password=True)


class TestKeysRotate:
    def test_says_that_the_older_keys_may_go(
        self, give: Give, procountor: Sandbox, settings: Settings
    ) -> None:
        an_account()
        new = Fernet.generate_key().decode()
        settings.ENCRYPTION_KEYS = (new, *settings.ENCRYPTION_KEYS)

        rotated = give("keys", "rotate")
        document = give("keys", "rotate", "--json").document
        settings.ENCRYPTION_KEYS = (new,)

        assert "2 secrets are encrypted with the newest key." in rotated.text
        assert "The older keys can be taken away now" in rotated.text
        assert document == {"rotated": 2, "unreadable": [], "key_count": 2}
        assert ProcountorAccount.objects.get().is_authorised

    def test_says_how_to_change_the_only_key(self, give: Give) -> None:
        assert "put a new one in front" in give("keys", "rotate").text

    def test_names_what_no_key_opens(
        self, give: Give, procountor: Sandbox, settings: Settings
    ) -> None:
        account = an_account()
        settings.ENCRYPTION_KEYS = (Fernet.generate_key().decode(),)

        rotated = give("keys", "rotate")

        assert rotated.status == 1
        assert f"No key opens what belongs to: {account.name}." in rotated.text


class TestUserReset:
    def test_sets_a_password_that_must_be_changed(
        self, give: Give, admin: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        User.objects.update(must_change_password=False)
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{OTHER}\n"))

        done = give("user", "reset", "Admin", "--password", "-")

        admin.refresh_from_db()
        assert done.status == 0
        assert admin.check_password(OTHER)
        assert admin.must_change_password
        assert OTHER not in done.text

    def test_refuses_a_common_one(
        self, give: Give, admin: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("TILISILTA_PASSWORD", "Salasana2026!")

        done = give("user", "reset", "admin")

        admin.refresh_from_db()
        assert done.status == 1
        assert "among the first that a stranger would try" in done.complaint
        assert admin.check_password(PASSWORD)

    def test_turns_off_a_second_step_and_leaves_the_password(self, give: Give, admin: User) -> None:
        TOTP.activate(admin, generate_totp_secret())

        done = give("user", "reset", "admin", "--second-step-off")

        admin.refresh_from_db()
        assert done.status == 0
        assert not Authenticator.objects.exists()
        assert admin.check_password(PASSWORD)

    def test_names_a_user_who_is_not_there(self, give: Give) -> None:
        done = give("user", "reset", "nobody", "--second-step-off")

        assert done.status == 1
        assert "There is no user named nobody" in done.complaint


class TestUserAdd:
    def test_asks_for_another_password_at_the_first_log_in(
        self, give: Give, admin: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("TILISILTA_PASSWORD", OTHER)

        give("user", "add", "anna", "--template", "Reader")

        assert User.objects.get(username="anna").must_change_password
