"""Signatures by the rules of Standard Webhooks: the published example, and the reference library."""

import base64
from datetime import UTC, datetime

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from judge.webhooks.signatures import new_secret, signature

BODY = '{"test": 2432232314, "é": "\\u0000"}'
ID = "msg_p5jXN8AQM9LWM0D4loKWxJek"


def test_the_published_example() -> None:
    """As the reference libraries have it among their tests."""
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    signed = signature([secret], ID, 1614265330, b'{"test": 2432232314}')
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_reference_library_verifies_each_of_several_secrets() -> None:
    """And no other, nor another body, id or instant."""
    secrets = [new_secret(), new_secret()]
    at = int(datetime.now(UTC).timestamp())
    header = signature(secrets, ID, at, BODY.encode())
    assert header.count(" ") == 1
    headers = {"webhook-id": ID, "webhook-timestamp": str(at), "webhook-signature": header}
    for secret in secrets:
        assert Webhook(secret).verify(BODY, headers)["test"] == 2432232314
    for secret, body, more in (
        (new_secret(), BODY, {}),
        (secrets[0], BODY + " ", {}),
        (secrets[0], BODY, {"webhook-id": "msg_other"}),
        (secrets[0], BODY, {"webhook-timestamp": str(at - 1)}),
    ):
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(body, headers | more)


def test_a_secret_has_the_shape_that_the_rules_want() -> None:
    """24 to 64 random bytes in base64, and never the same ones."""
    secrets = {new_secret() for _ in range(100)}
    assert len(secrets) == 100
    for secret in secrets:
        assert secret.startswith("whsec_")
        assert 24 <= len(base64.b64decode(secret.removeprefix("whsec_"), validate=True)) <= 64


def test_a_secret_of_another_shape() -> None:
    with pytest.raises(ValueError, match="base64"):
        signature(["whsec_?"], ID, 1, b"")
