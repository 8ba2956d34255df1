"""Everything stored encrypted goes over to a new key."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from cryptography.fernet import Fernet
from django.db import connection
from pytest_django import Settings
from tests.bureau import a_connection, an_account

from procountor_sandbox.app import Sandbox
from tilisilta.models import AuditEntry, NmbrsConnection, ProcountorAccount, User
from tilisilta.models.encryption import KeysDoNotFit, UnreadableSecret, readable
from tilisilta.services.connections import check_account
from tilisilta.services.keys import do_keys_fit, rotate_keys
from tilisilta.services.users import create_first_administrator

pytestmark = pytest.mark.django_db


@pytest.fixture
def new() -> str:
    return Fernet.generate_key().decode()


@pytest.fixture
def administrator() -> User:
    made = create_first_administrator("aino", "a bridge over the river")
    TOTP.activate(made, generate_totp_secret())
    RecoveryCodes.activate(made)
    return made


@pytest.fixture
def account(procountor: Sandbox) -> ProcountorAccount:
    return an_account()


def codes_of(user: User) -> list[str]:
    found = Authenticator.objects.get(user=user, type=Authenticator.Type.RECOVERY_CODES)
    return RecoveryCodes(found).get_unused_codes()


def stored(table: str, column: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT "{column}" FROM {table} ORDER BY 1')  # noqa: S608  # ours
        return [str(row[0]) for row in cursor.fetchall()]


class TestRotateKeys:
    def test_makes_the_former_key_needless(
        self, administrator: User, account: ProcountorAccount, settings: Settings, new: str
    ) -> None:
        grant, token, codes = account.grant, account.access_token, codes_of(administrator)
        former = settings.ENCRYPTION_KEYS[0]

        settings.ENCRYPTION_KEYS = (new, former)
        rotated = rotate_keys(user=administrator)
        settings.ENCRYPTION_KEYS = (new,)

        account = ProcountorAccount.objects.get()
        assert (account.grant, account.access_token) == (grant, token)
        assert codes_of(administrator) == codes
        assert (rotated.count, rotated.unreadable) == (4, ())
        assert do_keys_fit()
        settings.ENCRYPTION_KEYS = (former,)
        assert ProcountorAccount.objects.get().is_unreadable

    def test_includes_the_tokens_of_nmbrs_and_codes_that_were_moved_here(
        self, administrator: User, nmbrs: object, settings: Settings, new: str
    ) -> None:
        made = a_connection()
        former = settings.ENCRYPTION_KEYS[0]
        second = Authenticator.objects.get(
            user=administrator, type=Authenticator.Type.RECOVERY_CODES
        )
        encrypted = Fernet(former).encrypt(b"12345678").decode()
        second.data = {"migrated_codes": [encrypted]}
        second.save()

        settings.ENCRYPTION_KEYS = (new, former)
        rotate_keys(user=None)
        settings.ENCRYPTION_KEYS = (new,)

        assert NmbrsConnection.objects.get().token == made.token
        assert codes_of(administrator) == ["12345678"]

    def test_is_written_down(self, administrator: User) -> None:
        rotate_keys(user=administrator)

        entry = AuditEntry.objects.get(action=AuditEntry.Action.KEYS_ROTATED)
        assert (entry.user, entry.facts) == (administrator, {"count": "2"})

    def test_names_what_no_key_opens_and_leaves_it(
        self, administrator: User, account: ProcountorAccount, settings: Settings, new: str
    ) -> None:
        before = stored("tilisilta_procountoraccount", "grant")
        former = settings.ENCRYPTION_KEYS[0]

        settings.ENCRYPTION_KEYS = (new,)
        rotated = rotate_keys(user=None)

        assert rotated.unreadable == (account.name, "aino")
        assert stored("tilisilta_procountoraccount", "grant") == before
        settings.ENCRYPTION_KEYS = (former,)
        assert not ProcountorAccount.objects.get().is_unreadable

    def test_of_an_empty_database_has_nothing_to_do(self) -> None:
        assert rotate_keys(user=None).count == 0


class TestLostKey:
    def test_is_noticed(self, account: ProcountorAccount, settings: Settings, new: str) -> None:
        assert do_keys_fit()

        settings.ENCRYPTION_KEYS = (new,)

        assert not do_keys_fit()

    def test_keeps_the_secret_for_the_day_it_is_found(
        self, account: ProcountorAccount, settings: Settings, new: str
    ) -> None:
        former, grant = settings.ENCRYPTION_KEYS, account.grant
        settings.ENCRYPTION_KEYS = (new,)

        ProcountorAccount.objects.get().save()

        settings.ENCRYPTION_KEYS = former
        assert ProcountorAccount.objects.get().grant == grant

    def test_ends_no_authorisation(
        self, account: ProcountorAccount, settings: Settings, new: str
    ) -> None:
        settings.ENCRYPTION_KEYS = (new,)

        checked = check_account(ProcountorAccount.objects.get())

        assert checked.state == ProcountorAccount.State.AUTHORISED
        assert not checked.is_authorised
        assert checked.check_failed_at is not None

    def test_is_told_where_the_secret_is_used(self) -> None:
        with pytest.raises(KeysDoNotFit):
            readable(UnreadableSecret("gAAAA"))
