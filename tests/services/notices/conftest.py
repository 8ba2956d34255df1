"""Users who want to be told."""

from collections.abc import Callable

import pytest

from tilisilta.domain.notices import Cadence, NoticeKind
from tilisilta.models import Debtor, NoticeChoice, Right, User, UserTemplate

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
            confirmed_at="2026-01-01T00:00Z",
        )
        return user

    return make
