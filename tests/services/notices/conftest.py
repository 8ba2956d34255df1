"""A mail server that the settings name, and users who want to be told."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytest_django import Settings
from tests.mail_server import PASSWORD, USER, MailServer, a_mail_server

from tilisilta.domain.notices import Cadence, NoticeKind
from tilisilta.models import Debtor, NoticeChoice, Right, User, UserTemplate


@pytest.fixture(scope="session")
def mail_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mail")


@pytest.fixture(scope="session")
def running_box(mail_folder: Path) -> Iterator[MailServer]:
    with a_mail_server(mail_folder) as box:
        yield box


@pytest.fixture
def box(running_box: MailServer, mail_folder: Path, settings: Settings) -> MailServer:
    running_box.mails.clear()
    running_box.recipients.clear()
    running_box.refused.clear()
    running_box.data_answers.clear()
    running_box.refused_sender = ""
    settings.MAIL_HOST = "127.0.0.1"
    settings.MAIL_PORT = running_box.port
    settings.MAIL_USER, settings.MAIL_PASSWORD = USER, PASSWORD
    settings.MAIL_FROM = "Tilisilta <tilisilta@bureau.example>"
    settings.MAIL_CA_FILE = str(mail_folder / "certificate.pem")
    settings.MAIL_TIMEOUT_SECONDS = 2
    return running_box


AReader = Callable[..., User]


@pytest.fixture
def a_reader(db: None) -> AReader:
    """Return a way to a user who is told of all kinds."""

    def make(
        name: str,
        cadence: Cadence = Cadence.AT_ONCE,
        *,
        debtors: tuple[Debtor, ...] = (),
        language: str = "en",
        **rights: str,
    ) -> User:
        given = rights or {"journal_exports": Right.READ, "procountor": Right.READ}
        template = UserTemplate.objects.create(name=f"template of {name}", **given)
        user = User.objects.create(
            username=name, template=template, language=language, sees_all_debtors=not debtors
        )
        user.debtors.set(debtors)
        NoticeChoice.objects.create(
            user=user,
            address=f"{name}@bureau.example",
            cadences={kind.value: cadence.value for kind in NoticeKind},
            chosen_at="2026-01-01T00:00Z",
        )
        return user

    return make
