"""Brokers over TLS: only the right certificate, for the right name, and the right password."""

import pytest

from judge.queue import depth, send
from tests.brokers.conftest import queue_at
from tests.brokers.servers import SecureRedis
from tests.brokers.test_sending import succeeds
from tests.servers import Servers


@pytest.mark.xdist_group("rediss")
def test_certificates(rediss: SecureRedis, clean: Servers) -> None:
    """Everything else is refused, and nothing was sent."""
    right = rediss.url
    wrong = {
        "an authority that has not signed it": rediss.url_for("stranger"),
        "no authority but those of the system": right.partition("?")[0],
        "another name": rediss.url_for("authority", host="localhost"),
        "another password": right.replace("p%40ss", "other"),
        "no TLS": right.partition("?")[0].replace("rediss://", "redis://"),
    }
    with queue_at({"CELERY_BROKER_URL": right}):
        before = depth("c")
    for what, url in wrong.items():
        with queue_at({"CELERY_BROKER_URL": url}):
            assert not succeeds(lambda: send("id", "c", 1.0)), what
    unchecked = right.partition("?")[0] + "?ssl_cert_reqs=none"
    for url in (right, unchecked):
        with queue_at({"CELERY_BROKER_URL": url}):
            send("id", "c", 1.0)
            before += 1
            assert depth("c") == before
