"""The examples of ``docs/webhooks.md``: tried with what a real webhook sends."""

import json
import os
import re
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from tests.bureau import Clock, a_company
from tests.receivers import Receiver
from tests.services.webhooks.told import a_webhook, raise_notices

from tilisilta.domain.notices import NoticeKind
from tilisilta.services.webhooks.delivering import claim_webhook, send_due
from tilisilta.services.webhooks.gathering import gather

pytestmark = [pytest.mark.django_db, pytest.mark.once]

DOCUMENT = (Path(__file__).parents[3] / "docs" / "webhooks.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", DOCUMENT, re.DOTALL)


def test_verify_what_is_sent(receiver: Receiver, tmp_path: Path) -> None:
    secret = a_webhook(receiver.url()).secret
    clock = Clock()
    raise_notices(a_company(), at=clock.now, kind=NoticeKind.NEEDS_PERSON, code="N20")
    gather(clock.now)
    clock.forward(1)
    webhook = claim_webhook(clock.now)
    assert webhook is not None
    send_due(webhook)
    [came] = receiver.received

    [python] = blocks("python")
    made: dict[str, Any] = {}
    exec(python, made)  # noqa: S102  # the example as it stands there
    is_from_tilisilta = made["is_from_tilisilta"]
    assert is_from_tilisilta(secret, came.headers, came.body)
    assert not is_from_tilisilta(secret, came.headers, came.body + b" ")
    old = {**came.headers, "webhook-timestamp": str(int(time.time()) - 400)}
    assert not is_from_tilisilta(secret, old, came.body)

    (tmp_path / "body.json").write_bytes(came.body)
    values = {
        "SECRET": secret,
        "ID": came.headers["webhook-id"],
        "TIMESTAMP": came.headers["webhook-timestamp"],
        "RECEIVER": receiver.url(),
    }
    said = subprocess.run(  # noqa: S602  # the example as it stands there
        "\n".join(blocks("sh")),
        shell=True,
        check=True,
        cwd=tmp_path,
        env={**os.environ, **values},
        capture_output=True,
        text=True,
    ).stdout
    assert said.strip() == came.headers["webhook-signature"]
    again = receiver.received[1]
    assert again.body == came.body
    assert is_from_tilisilta(secret, again.headers, again.body)


def test_show_every_member_that_is_sent(receiver: Receiver) -> None:
    [example] = [json.loads(block) for block in blocks("json")]
    a_webhook(receiver.url())
    clock = Clock()
    raise_notices(a_company(), at=clock.now)
    gather(clock.now)
    clock.forward(1)
    webhook = claim_webhook(clock.now)
    assert webhook is not None
    send_due(webhook)

    document = json.loads(receiver.received[0].body)
    assert document.keys() == example.keys()
    assert document["data"].keys() == example["data"].keys()
    types = set(re.findall(r"^\| `notice\.(\w+)` \|", DOCUMENT, re.MULTILINE))
    assert types == {kind.value for kind in NoticeKind}
