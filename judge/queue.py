"""The queue: Celery and its settings, one list a language, and sending one id to it.

Redis (or another broker) carries hints only: a message that is lost is sent again by the sweeper, one
that comes twice finds nothing to claim.
"""

from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from celery import Celery, Task
from kombu import Exchange, Queue
from kombu.exceptions import ChannelError, OperationalError

from judge import metrics
from judge.config import settings
from judge.errors import ConfigError, QueueUnavailable
from judge.languages import table
from judge.manifest import Manifest
from judge.redis_transport import mend

JUDGE = "judge.judge"
RUN = "judge.run"
VERIFY = "judge.verify"
SWEEP = "judge.sweep"
PURGE = "judge.purge"
DELIVER = "judge.deliver"

SUBJECTS = {
    JUDGE: "submission_id",
    RUN: "run_id",
    VERIFY: "verification_id",
    DELIVER: "delivery_id",
}
"""What the one argument of a task is."""

# The nameless exchange routes by queue name alone. A named one keeps its bindings in Redis, and a Redis
# that comes back empty would then refuse every message that a producer sends to it.
_DIRECT = Exchange("", type="direct")
UPKEEP = Queue("upkeep", exchange=_DIRECT, routing_key="upkeep")
"""What any worker may do: the sweeper's work."""

VERIFYING = Queue("verify", exchange=_DIRECT, routing_key="verify")
"""Packages to be verified, by any worker that has proven its languages."""

COURIERS = Queue("webhooks", exchange=_DIRECT, routing_key="webhooks")
"""Deliveries to webhooks, for couriers alone: a receiver may be slow, and no slot waits for it."""

_LANGUAGE = "judge."

HARD_AFTER_S = 10.0
"""Seconds between the soft limit of a judging, at which it is told to stop, and the hard one."""
_BEYOND_HARD_S = 60.0


def language_queue(language: str) -> Queue:
    """The queue of one language, so that a worker takes only what it can judge."""
    name = f"{_LANGUAGE}{language}"
    return Queue(name, exchange=_DIRECT, routing_key=name)


def broker_url() -> str:
    """CELERY_BROKER_URL or REDIS_URL as Celery spells it: a Unix socket is ``redis+socket://`` there.

    Raises ConfigError where neither is set.
    """
    url = settings().celery_broker_url or settings().redis_url
    if not url:
        raise ConfigError("REDIS_URL is not set: give it, or start everything with `judge up`")
    if url.startswith("unix://"):
        return _socket_url(url)
    if url.startswith("rediss://") and "ssl_cert_reqs=" not in url:
        # Unless it is told to, kombu looks at no certificate.
        return f"{url}{'&' if '?' in url else '?'}ssl_cert_reqs=required"
    return url


def _socket_url(url: str) -> str:
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    who = parts.netloc.removesuffix("@")
    if password := options.pop("password", ""):
        who = f"{options.pop('username', '')}:{quote(password, safe='')}"
    if "db" in options:
        options["virtual_host"] = options.pop("db")
    query = f"?{urlencode(options)}" if options else ""
    return f"redis+socket://{who}{'@' if who else ''}{parts.path}{query}"


def _is_redis(url: str) -> bool:
    return url.startswith(("redis", "sentinel"))


def _visibility_timeout_s() -> float:
    """How long a broker without acknowledgements waits before it delivers again.

    A judging that outlives it would run twice at once, so it follows from the longest one; what makes a
    lost worker's submission wait only seconds is its lease, not this.
    """
    longest_s = max(settings().max_judging_s, settings().max_verifying_s)
    return longest_s + HARD_AFTER_S + _BEYOND_HARD_S


def _configure(app: Celery) -> None:
    url = broker_url()
    visibility_timeout_s = _visibility_timeout_s()
    transport_options: dict[str, Any] = {"visibility_timeout": visibility_timeout_s}
    if _is_redis(url):
        transport_options |= {
            "unacked_restore_interval": 5,  # the default sweeps for lost messages every 100 s or so
            "unacked_restore_throttle": 1,
            "socket_timeout": 5,  # a connection that is open and silent is noticed in seconds, not never
            "socket_connect_timeout": 5,
            "socket_keepalive": True,
            "health_check_interval": 10,
            # A sender that is refused asks once more; by default it would do so for 6 s.
            "max_retries": 1,
            "interval_start": 0.2,
            "retry_on_timeout": True,  # without it a read that times out loses the message it was to bring
            "priority_steps": [0],  # one list a queue; Celery would spread priorities over several
        }
    app.conf.update(
        broker_url=url,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_transport_options=transport_options,
        # The same figure stands in three places, of which each is read by another part (celery #9339).
        visibility_timeout=visibility_timeout_s,
        result_backend_transport_options={"visibility_timeout": visibility_timeout_s},
        task_queues=[UPKEEP],  # languages are added as they are proven
        task_default_queue=UPKEEP.name,
        task_default_exchange="",
        task_default_routing_key=UPKEEP.name,
        task_create_missing_queues=False,
        task_ignore_result=True,  # the row is the result
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_acks_on_failure=True,  # the row decides what is tried again, not the broker
        task_acks_on_timeout=True,
        worker_prefetch_multiplier=1,
        worker_disable_prefetch=_is_redis(url),
        worker_cancel_long_running_tasks_on_connection_loss=False,  # the lease fences, so let it end
        worker_soft_shutdown_timeout=20.0,
        worker_concurrency=settings().slots,
        worker_hijack_root_logger=False,
        worker_send_task_events=False,  # Flower, where it runs, has them sent; each costs a message
        task_send_sent_event=False,
        task_serializer="json",
        accept_content=["json"],
        timezone="UTC",
        beat_schedule={
            # A sweep that could not start before the next is due is not worth starting.
            "sweep": {
                "task": SWEEP,
                "schedule": settings().sweep_s,
                "options": {"expires": settings().sweep_s},
            },
            "purge": {"task": PURGE, "schedule": 3600.0, "options": {"expires": 3600}},
        },
        beat_max_loop_interval=5,
        beat_scheduler="celery.beat:Scheduler",  # nothing of a schedule of seconds is worth keeping on disk
    )


class QueueApp(Celery):
    """Celery, with settings that are read when they are first needed; ConfigError where there is no broker.

    A receiver of the signal ``on_configure`` could not raise: Celery would log it, and look for RabbitMQ.
    """

    def on_configure(self) -> None:
        _configure(self)


mend()
app = QueueApp("judge", set_as_current=True)


def judging_s(manifest: Manifest, language: str) -> float:
    """No judging of a submission in this language lasts longer, in seconds: some runtimes start slowly."""
    known = table().get(language)
    limit_s = known.time_limit_s(manifest.time_limit_s) if known else manifest.time_limit_s
    return manifest.judging_s_at(limit_s)


def send(submission_id: str, language: str, judging_s: float) -> None:
    """Put one id on its language's queue; limits on the task follow from the longest judging, in seconds.

    Raises QueueUnavailable: the row stays, and the sweeper sends it later.
    """
    _send(JUDGE, submission_id, language_queue(language), judging_s + HARD_AFTER_S)


def send_run(run_id: str, language: str, longest_s: float) -> None:
    """Put one run on its language's queue, as ``send`` does. Raises QueueUnavailable."""
    _send(RUN, run_id, language_queue(language), longest_s + HARD_AFTER_S)


def send_verification(verification_id: str) -> None:
    """Put one id on the queue of verifications. Raises QueueUnavailable, as ``send`` does."""
    _send(VERIFY, verification_id, VERIFYING, settings().max_verifying_s)


def send_delivery(delivery_id: str) -> None:
    """Put one id on the couriers' queue. Raises QueueUnavailable, as ``send`` does."""
    _send(DELIVER, delivery_id, COURIERS)  # without limits: a courier's threads know none


def _send(task: str, id_: str, queue: Queue, soft_s: float | None = None) -> None:
    limits = {} if soft_s is None else {"soft_time_limit": soft_s, "time_limit": soft_s + HARD_AFTER_S}
    try:
        app.send_task(task, args=[id_], queue=queue, retry=False, **limits)
        metrics.messages.inc(task)
    except (OperationalError, OSError) as error:
        metrics.queue_errors.inc()
        raise QueueUnavailable(str(error)) from error


def language_of(task: Task) -> str:
    """The language on whose queue the message came that a task carries out."""
    return str(task.request.delivery_info["routing_key"]).removeprefix(_LANGUAGE)


def depth(language: str) -> int:
    """How many messages wait on a language's queue. Raises QueueUnavailable."""
    return depth_of(language_queue(language))


def depth_of(queue: Queue) -> int:
    """How many messages wait on a queue. Raises QueueUnavailable."""
    try:
        with app.connection_for_write() as connection:
            try:
                found = connection.default_channel.queue_declare(queue=queue.name, passive=True)
            except ChannelError:
                return 0  # no such queue: nothing was ever sent to it, or the broker has forgotten
    except (OperationalError, OSError) as error:
        raise QueueUnavailable(str(error)) from error
    return int(found.message_count)
