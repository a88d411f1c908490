"""The queue: Celery and its settings, one list a language, and sending one id to it.

Redis (or another broker) carries hints only: a message that is lost is sent again by the sweeper, one
that comes twice finds nothing to claim.
"""

from typing import Any

from celery import Celery, Task
from kombu import Exchange, Queue
from kombu.exceptions import ChannelError, OperationalError

from judge import metrics
from judge.brokers import Broker, broker
from judge.config import settings
from judge.errors import QueueUnavailable
from judge.languages import table
from judge.manifest import Manifest
from judge.redis_transport import mend

JUDGE = "judge.judge"
RUN = "judge.run"
VERIFY = "judge.verify"
PURGE = "judge.purge"
DELIVER = "judge.deliver"
CALL = "judge.call"

SUBJECTS = {
    JUDGE: "submission_id",
    RUN: "run_id",
    VERIFY: "verification_id",
    DELIVER: "delivery_id",
    CALL: "run_id",
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
_NOT_FOUND = "404"  # by the standard of AMQP, which kombu keeps for every broker


def language_queue(language: str) -> Queue:
    """The queue of one language, so that a worker takes only what it can judge."""
    name = f"{_LANGUAGE}{language}"
    return Queue(name, exchange=_DIRECT, routing_key=name)


def found_broker() -> Broker:
    """The broker that the settings name. Raises ConfigError where there is none, or none that would do."""
    return broker(_visibility_timeout_s())


def broker_url() -> str:
    """CELERY_BROKER_URL or REDIS_URL, as Celery spells it. Raises ConfigError, as ``found_broker`` does."""
    return found_broker().url


def _visibility_timeout_s() -> float:
    """How long a broker without acknowledgements waits before it delivers again.

    A judging that outlives it would run twice at once, so it follows from the longest one; what makes a
    lost worker's submission wait only seconds is its lease, not this.
    """
    longest_s = max(settings().max_judging_s, settings().max_verifying_s)
    return longest_s + HARD_AFTER_S + _BEYOND_HARD_S


def configure(app: Celery) -> None:
    """Tell Celery of the broker, and of all else. Raises ConfigError."""
    found = found_broker()
    visibility_timeout_s = found.options["visibility_timeout"]
    if found.is_sqs:
        from judge import sqs_transport  # what it needs is there for who uses it

        sqs_transport.mend()
    app.conf.update(
        broker_url=found.url,
        # Celery by itself would read CELERY_BROKER_URL before the former, and so look at no certificate.
        broker_read_url=found.url,
        broker_write_url=found.url,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        # What a broker refuses may pass, and RabbitMQ closes channels on which it waits for long.
        broker_channel_error_retry=True,
        broker_pool_acquire_timeout=5,  # while it is silent senders do not gather without end
        broker_transport_options=dict(found.options),
        # The same figure stands in three places, of which each is read by another part (celery #9339).
        visibility_timeout=visibility_timeout_s,
        result_backend_transport_options={"visibility_timeout": visibility_timeout_s},
        task_queues=[UPKEEP],  # languages are added as they are proven
        task_default_queue=UPKEEP.name,
        task_default_exchange="",
        task_default_routing_key=UPKEEP.name,
        task_create_missing_queues=False,
        task_publish_retry=False,  # the sweeper does
        task_ignore_result=True,  # the row is the result
        task_acks_late=True,
        # The message of a killed child comes back at once and finds nothing to claim while the lease lasts;
        # with one that kills each child it would come for ever, if the row did not count the attempts.
        task_reject_on_worker_lost=True,
        task_acks_on_failure=True,  # the row decides what is tried again, not the broker
        task_acks_on_timeout=True,  # who is killed at the hard limit tells nobody; its lease does
        worker_prefetch_multiplier=1,
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
            "purge": {"task": PURGE, "schedule": 3600.0, "options": {"expires": 3600}},
        },
        beat_max_loop_interval=5,
        beat_scheduler="celery.beat:Scheduler",  # nothing of a schedule of seconds is worth keeping on disk
    )
    app.conf.update(found.celery)


class QueueApp(Celery):
    """Celery, with settings that are read when they are first needed; ConfigError where there is no broker.

    A receiver of the signal ``on_configure`` could not raise: Celery would log it, and look for RabbitMQ.
    """

    def on_configure(self) -> None:
        configure(self)

    def connection_for_write(self, url: str | None = None, *args: Any, **kwargs: Any) -> Any:
        """Of who sends, and of the pools; who consumes has one of its own, with more patience."""
        options = {**broker().sending, **(kwargs.pop("transport_options", None) or {})}
        return super().connection_for_write(url, *args, transport_options=options, **kwargs)


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


def send_callback(run_id: str) -> None:
    """Put one run, whose end is to be told, on the couriers' queue. Raises QueueUnavailable."""
    _send(CALL, run_id, COURIERS)


def _send(task: str, id_: str, queue: Queue, soft_s: float | None = None) -> None:
    limits = {} if soft_s is None else {"soft_time_limit": soft_s, "time_limit": soft_s + HARD_AFTER_S}
    try:
        app.send_task(task, args=[id_], queue=queue, **limits)
        metrics.messages.inc(task)
    except _failures() as error:
        metrics.queue_errors.inc()
        raise QueueUnavailable(str(error)) from error


def language_of(task: Task) -> str:
    """The language on whose queue the message came that a task carries out."""
    return str(task.request.delivery_info["routing_key"]).removeprefix(_LANGUAGE)


def depth(language: str) -> int:
    """How many messages wait on a language's queue. Raises QueueUnavailable."""
    return depth_of(language_queue(language))


def depth_of(queue: Queue) -> int:
    """How many messages wait on a queue; SQS only knows about how many. Raises QueueUnavailable."""
    try:
        with app.connection_for_write() as connection:
            found = connection.default_channel.queue_declare(queue=queue.name, passive=True)
    except _failures() as error:
        if isinstance(error, ChannelError) and str(error.reply_code) == _NOT_FOUND:
            return 0  # no such queue: nothing was ever sent to it, or the broker has forgotten
        raise QueueUnavailable(str(error)) from error
    return int(found.message_count)


def _failures() -> tuple[type[Exception], ...]:
    """What it may raise that the broker is away, or does not want."""
    return (OperationalError, ChannelError, OSError, *broker().failures)
