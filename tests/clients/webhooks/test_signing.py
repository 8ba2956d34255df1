"""Signatures of what is sent."""

import base64
import hashlib
import hmac

from tilisilta.clients.webhooks.signing import new_secret, signature, signed_headers


def test_signs_the_example_of_the_specification_s_libraries() -> None:
    # Known from outside: what the reference libraries test themselves with.
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    body = b'{"test": 2432232314}'

    signed = signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)

    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_signs_with_each_secret_in_force() -> None:
    new, former = new_secret(), new_secret()

    headers = signed_headers(
        secrets_in_force=(new, former), message_id="msg_1", timestamp=1_780_000_000, body=b"{}"
    )

    assert headers["webhook-id"] == "msg_1"
    assert headers["webhook-timestamp"] == "1780000000"
    ours, theirs = headers["webhook-signature"].split(" ")
    for given, secret in ((ours, new), (theirs, former)):
        key = base64.b64decode(secret.removeprefix("whsec_"))
        digest = hmac.new(key, b"msg_1.1780000000.{}", hashlib.sha256).digest()
        assert given == f"v1,{base64.b64encode(digest).decode()}"


def test_makes_a_secret_of_256_bits() -> None:
    assert len(base64.b64decode(new_secret().removeprefix("whsec_"))) == 32
    assert new_secret() != new_secret()
