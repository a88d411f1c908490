"""The brokers that the queue may lie in: what Celery has to be told of each, and what its client raises.

Each is one function, from its URL to a Broker. What all of them have in common is in judge.queue, and what
each gives and lacks in docs/brokers.md.
"""

import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from redis.backoff import NoBackoff
from redis.retry import Retry

from judge.config import settings
from judge.errors import ConfigError

_LONGEST_OF_SQS_S = 12 * 3600

_ASKED_TWICE = {
    # A sender that is refused asks once more; by default it would do so for 6 s, or for ever.
    "max_retries": 1,
    "interval_start": 0.2,
}
_ONCE = Retry(NoBackoff(), 0)


@dataclass(frozen=True)
class Broker:
    """A broker as Celery is told of it.

    url: as Celery spells it. options: for the transport. sending: what is otherwise there for who only
    sends, and waits for nothing. celery: further settings of Celery. failures: what its client raises beside
    OSError and kombu's own errors.
    """

    url: str
    options: Mapping[str, Any]
    sending: Mapping[str, Any] = field(default_factory=dict)
    celery: Mapping[str, Any] = field(default_factory=dict)
    failures: tuple[type[Exception], ...] = ()

    @property
    def kind(self) -> str:
        """How people call it."""
        return "Redis" if self.is_redis else "SQS" if self.is_sqs else "RabbitMQ"

    @property
    def is_redis(self) -> bool:
        """Whether Redis keeps the messages."""
        return self.url.startswith(("redis", "sentinel"))

    @property
    def is_sqs(self) -> bool:
        """Whether SQS does, or something that speaks as it does."""
        return self.url.startswith("sqs")


def broker(longest_s: float = 0.0) -> Broker:
    """The broker that CELERY_BROKER_URL names, or REDIS_URL.

    longest_s: it must not deliver again what somebody has held for less. Raises ConfigError where there is
    no broker, or where it could not be used like this.
    """
    url = settings().celery_broker_url or settings().redis_url
    if not url:
        raise ConfigError("REDIS_URL is not set: give it, or start everything with `judge up`")
    scheme = url.partition("://")[0]
    if scheme not in _KINDS:
        raise ConfigError(
            f"CELERY_BROKER_URL begins with {scheme[:20]!r}; "
            f"understood are {', '.join(f'{known}://' for known in _KINDS)}"
        )
    found = _KINDS[scheme](url)
    options = {"visibility_timeout": longest_s, **found.options}
    for name, value in settings().broker_options.items():
        options[name] = {**options.get(name, {}), **value} if isinstance(value, dict) else value
    _check_visibility(found, options["visibility_timeout"], longest_s)
    return replace(found, options=options)


def _check_visibility(found: Broker, timeout_s: object, longest_s: float) -> None:
    """Raise ConfigError where a message would come again while its judging goes on."""
    if not isinstance(timeout_s, int | float) or timeout_s < longest_s:
        raise ConfigError(
            f"JUDGE_BROKER_OPTIONS sets a visibility_timeout of {timeout_s}: it must be at least "
            f"{longest_s:.0f} s, a minute above the hard limit of JUDGE_MAX_JUDGING_S and "
            "JUDGE_MAX_VERIFYING_S, or what takes long would be judged twice at once"
        )
    if found.is_sqs and timeout_s > _LONGEST_OF_SQS_S:
        raise ConfigError(
            f"SQS knows no visibility timeout above {_LONGEST_OF_SQS_S} s, and {timeout_s:.0f} s follow from "
            "JUDGE_MAX_JUDGING_S and JUDGE_MAX_VERIFYING_S"
        )


def _redis(url: str) -> Broker:
    options: dict[str, Any] = {
        "unacked_restore_interval": 5,  # the default sweeps for lost messages every 100 s or so
        "unacked_restore_throttle": 1,
        "socket_timeout": 5,  # a connection that is open and silent is noticed in seconds, not never
        "socket_connect_timeout": 5,
        "socket_keepalive": True,
        "health_check_interval": 10,
        **_ASKED_TWICE,
        "retry_on_timeout": True,  # without it a read that times out loses the message it was to bring
        "priority_steps": [0],  # one list a queue; Celery would spread priorities over several
    }
    if url.startswith("unix://"):
        url = _socket_url(url)
    if url.startswith("rediss://") and "ssl_cert_reqs=" not in url:
        # Unless it is told to, kombu looks at no certificate.
        url = f"{url}{'&' if '?' in url else '?'}ssl_cert_reqs=required"
    sending = {"socket_timeout": 2, "socket_connect_timeout": 2, "retry_on_timeout": False}
    return Broker(url, options, sending, {"worker_disable_prefetch": True})


def _socket_url(url: str) -> str:
    """A Unix socket as kombu spells it, ``redis+socket://``."""
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    who = parts.netloc.removesuffix("@")
    if password := options.pop("password", ""):
        who = f"{options.pop('username', '')}:{quote(password, safe='')}"
    if "db" in options:
        options["virtual_host"] = options.pop("db")
    query = f"?{urlencode(options)}" if options else ""
    return f"redis+socket://{who}{'@' if who else ''}{parts.path}{query}"


def _sentinel(url: str) -> Broker:
    if "master_name" not in settings().broker_options:
        raise ConfigError(
            "a broker behind Sentinel needs the name of its master: "
            """set JUDGE_BROKER_OPTIONS='{"master_name": "…"}'"""
        )
    found = _redis(url)
    # By default each Sentinel that does not answer would be asked four times, with waits between.
    asked = {"socket_timeout": 2, "socket_connect_timeout": 2, "retry": _ONCE}
    return replace(found, options={**found.options, "sentinel_kwargs": asked})


def _rabbitmq(url: str) -> Broker:
    from amqp.exceptions import AMQPError

    options: dict[str, Any] = {
        **_ASKED_TWICE,
        # Publishing waits no longer for a broker that has stopped reading, as one without memory has.
        "write_timeout": 5,
    }
    celery: dict[str, Any] = {
        "broker_connection_timeout": 4,
        # A connection that has waited since RabbitMQ was last there shows it when it is next used.
        "task_publish_retry": True,
        "task_publish_retry_policy": {"max_retries": 1, "interval_start": 0, "interval_step": 0},
        "broker_heartbeat": 10,  # a worker notices an open and silent connection within two of these
    }
    if url.startswith("amqps://"):
        url, celery["broker_use_ssl"] = _certificates(url)
    return Broker(url, options, celery=celery, failures=(AMQPError,))


def _certificates(url: str) -> tuple[str, dict[str, Any]]:
    """An amqps URL (or several) without what it says of certificates, and that as py-amqp spells it.

    The names are those of ``rediss://``, which kombu would hand to py-amqp as they are. Where nothing is said
    certificates are looked at; py-amqp by itself would compare no names of hosts.
    """
    said: dict[str, str] = {}
    urls = []
    for parts in map(urlsplit, url.split(";")):
        query = dict(parse_qsl(parts.query))
        said |= {key.removeprefix("ssl_"): query.pop(key) for key in [*query] if key.startswith("ssl_")}
        urls.append(parts._replace(query=urlencode(query)).geturl())
    tls: dict[str, Any] = {key: said[key] for key in ("ca_certs", "certfile", "keyfile") if key in said}
    if said.get("cert_reqs") == "none":
        tls |= {"cert_reqs": ssl.CERT_NONE}
    else:
        tls |= {"cert_reqs": ssl.CERT_REQUIRED, "server_hostname": None}  # None: that of the URL
    return ";".join(urls), tls


def _sqs(url: str) -> Broker:
    if missing := [name for name in ("boto3", "pycurl") if find_spec(name) is None]:
        raise ConfigError(f"sqs:// needs {' and '.join(missing)}: install judge[sqs]")
    from botocore.exceptions import BotoCoreError, ClientError

    options: dict[str, Any] = {
        **_ASKED_TWICE,
        "queue_name_prefix": "judge-",  # the queues of an account share one namespace
        "wait_time_seconds": 20,  # an idle worker asks each queue three times a minute
        # While all slots are taken kombu looks after this long whether one is free, and with 0 without end.
        "polling_interval": 0.1,
        # By default a POST would wait minutes for an SQS that does not answer.
        "client-config": {"connect_timeout": 2, "read_timeout": 3, "retries": {"total_max_attempts": 1}},
    }
    silent = {"worker_enable_remote_control": False, "worker_send_task_events": False,
              "task_send_sent_event": False}  # fmt: skip  # SQS carries neither
    return Broker(url, options, {"max_retries": 0}, silent, (BotoCoreError, ClientError))


_KINDS: Mapping[str, Callable[[str], Broker]] = {
    "redis": _redis,
    "rediss": _redis,
    "unix": _redis,
    "sentinel": _sentinel,
    "amqp": _rabbitmq,
    "amqps": _rabbitmq,
    "sqs": _sqs,
}
