"""What Celery is told of each broker, and which are refused."""

import json
import ssl
from collections.abc import Iterator

import pytest

from judge import brokers
from judge.brokers import broker
from judge.config import settings
from judge.errors import ConfigError
from judge.queue import found_broker
from tests.servers import forget_settings


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """An environment to be changed; it is read when it is first asked for."""
    forget_settings()
    yield monkeypatch
    monkeypatch.undo()
    forget_settings()


def test_a_scheme_that_nobody_knows(environment: pytest.MonkeyPatch) -> None:
    """Those that are understood are named."""
    environment.setenv("CELERY_BROKER_URL", "kafka://host")
    with pytest.raises(ConfigError, match=r"'kafka'; understood are redis://, .*amqp://, .*sqs://"):
        broker()


@pytest.mark.parametrize("url", ["redis://host", "amqp://host", "sqs://"])
def test_no_visibility_timeout_below_the_longest_judging(environment: pytest.MonkeyPatch, url: str) -> None:
    """A minute above every hard limit, or it is refused."""
    environment.setenv("CELERY_BROKER_URL", url)
    longest = max(settings().max_judging_s, settings().max_verifying_s)
    assert found_broker().options["visibility_timeout"] >= longest + 60
    for timeout_s, ok in ((longest + 59, False), ("60", False), (longest + 600, True)):
        environment.setenv("JUDGE_BROKER_OPTIONS", json.dumps({"visibility_timeout": timeout_s}))
        forget_settings()
        if ok:
            assert found_broker().options["visibility_timeout"] == timeout_s
        else:
            with pytest.raises(ConfigError, match="visibility_timeout of"):
                found_broker()


def test_sqs_knows_twelve_hours(environment: pytest.MonkeyPatch) -> None:
    """What takes longer cannot be kept from coming twice."""
    environment.setenv("CELERY_BROKER_URL", "sqs://")
    environment.setenv("JUDGE_MAX_VERIFYING_S", "43200")
    with pytest.raises(ConfigError, match="43200"):
        found_broker()


def test_sqs_without_its_libraries(environment: pytest.MonkeyPatch) -> None:
    """What is to be installed is named."""
    environment.setenv("CELERY_BROKER_URL", "sqs://")
    environment.setattr(brokers, "find_spec", lambda name: None)
    with pytest.raises(ConfigError, match=r"boto3 and pycurl: install judge\[sqs\]"):
        broker()


def test_sentinel_without_a_master(environment: pytest.MonkeyPatch) -> None:
    """Nobody could guess its name."""
    environment.setenv("CELERY_BROKER_URL", "sentinel://host:26379")
    with pytest.raises(ConfigError, match="master_name"):
        broker()


def test_options_are_laid_over_ours(environment: pytest.MonkeyPatch) -> None:
    """Also within what is an object itself; what is none is refused."""
    environment.setenv("CELERY_BROKER_URL", "sqs://")
    environment.setenv("JUDGE_BROKER_OPTIONS", '{"region": "x", "client-config": {"read_timeout": 9}}')
    options = broker().options
    assert (options["region"], options["client-config"]["read_timeout"]) == ("x", 9)
    assert options["client-config"]["connect_timeout"] == 2
    for wrong in ("{", "[1]"):
        environment.setenv("JUDGE_BROKER_OPTIONS", wrong)
        forget_settings()
        with pytest.raises(ConfigError, match="broker_options"):
            broker()


def test_certificates_of_rabbitmq(environment: pytest.MonkeyPatch) -> None:
    """Looked at, with the host's name, unless somebody says no."""
    checked = {"cert_reqs": ssl.CERT_REQUIRED, "server_hostname": None}  # None: that of the URL
    for url, expected in (
        ("amqps://host/", checked),
        ("amqps://host/?ssl_ca_certs=/ca", {"ca_certs": "/ca", **checked}),
        ("amqps://host/?ssl_cert_reqs=none", {"cert_reqs": ssl.CERT_NONE}),
    ):
        environment.setenv("CELERY_BROKER_URL", url)
        forget_settings()
        assert broker().celery["broker_use_ssl"] == expected
