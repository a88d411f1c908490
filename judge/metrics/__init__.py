"""What the processes count for Prometheus: every metric there is, but for what is read when it is asked for.

``docs/metrics.md`` lists them; what the web process reads from Postgres meanwhile is in judge/web/metrics.py.
Labels have few values, which no user chooses: never an id, a name or a path.
"""

from judge.metrics.kinds import Counter, Gauge, Histogram

KINDS = ("submission", "run", "verification")

_SOON_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_LATE_S = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800)

# What happens to submissions, runs and verifications; counted once their transactions have committed.

events = Counter("judge_events_total", "Events recorded, by type.", type=())
attempts = Counter("judge_attempts_total", "Attempts begun, by what they are at.", kind=KINDS)
verdicts = Counter("judge_verdicts_total", "Submissions that were judged.", language=(), verdict=())
wait_s = Histogram(
    "judge_wait_seconds", "From the creation of a row to its first claim by a worker.", _LATE_S, kind=KINDS
)
compiling_s = Histogram(
    "judge_compiling_seconds", "From a submission's first claim to its first test.", _LATE_S, language=()
)
judging_s = Histogram(
    "judge_judging_seconds", "From a submission's first claim to its verdict.", _LATE_S, language=()
)
test_s = Histogram("judge_test_seconds", "Time by the clock of one test's run.", _LATE_S, language=())
give_backs = Counter(
    "judge_give_backs_total",
    "Attempts given back: by a drain, by a failure of ours, or for their lease has run out.",
    reason=("drain", "failure", "lease"),
)
hard_limits = Counter("judge_hard_limits_total", "Children killed at Celery's hard time limit.")
put_back = Counter(
    "judge_messages_put_back_total", "Messages put back by a worker that could not judge, or read no row."
)
attempts_taken_away = Counter(
    "judge_attempts_taken_away_total", "Attempts whose worker found that it held them no more."
)
resent = Counter("judge_resent_total", "Messages that the broker has forgotten, sent again by the sweeper.")

# Boxes

boxes_made = Counter("judge_boxes_made_total", "Boxes begun.")
boxes_taken = Counter("judge_boxes_taken_total", "Boxes in which something was run.")
boxes_killed = Counter("judge_boxes_killed_total", "Boxes killed, for their attempt had to end.")
boxes_lost = Counter("judge_boxes_lost_total", "Boxes that died while they waited to be taken.")
box_wait_s = Histogram(
    "judge_box_wait_seconds", "How long a box was waited for; those made ahead are there at once.", _SOON_S
)
compilations = Counter(
    "judge_compilations_total",
    "Compilations: served from what is kept (hit), or carried out (miss).",
    cache=("hit", "miss"),
)

# Queue, Redis, Postgres

messages = Counter("judge_messages_sent_total", "Messages put on a queue, by task.", task=())
queue_errors = Counter("judge_queue_errors_total", "Messages that the broker did not take.")
published = Counter("judge_events_published_total", "Events that Redis has taken.")
redis_errors = Counter(
    "judge_redis_errors_total",
    "Failures of Redis, by what for it was asked.",
    use=("publish", "subscribe", "cache", "limits"),
)
postgres_errors = Counter(
    "judge_postgres_errors_total", "Failures of Postgres to connect, to answer in time or at all."
)

# Webhooks

webhook_attempts = Counter(
    "judge_webhook_attempts_total",
    "Requests to webhooks: answered by 2xx (delivered), or not.",
    outcome=("delivered", "failed"),
)
webhook_s = Histogram("judge_webhook_seconds", "Time of one request to a webhook.", _LATE_S)

# Web

requests = Counter("judge_http_requests_total", "Requests answered.", method=(), route=(), status=())
request_s = Histogram(
    "judge_http_request_seconds",
    "Time to the answer's first byte, but for what waits for events: sockets, long polls, Piston's jobs.",
    _SOON_S,
    method=(),
    route=(),
)
throttled = Counter(
    "judge_throttled_total", "Requests answered with 429.", limit=("rate", "pending", "guess")
)
rate_limits_open = Counter(
    "judge_rate_limits_open_total", "Requests that no rate limit was put on, for Redis did not answer."
)
cache_reads = Counter(
    "judge_cache_reads_total",
    "Answers by where they came from: Redis (hit), Postgres (miss, or bypass where Redis is not asked).",
    status=("hit", "miss", "bypass"),
)
streams = Gauge("judge_streams", "What is open, by kind.", kind=("socket", "event_stream", "poll"))
received = Counter("judge_events_received_total", "Events that web processes have heard of from Redis.")
forwarded = Counter("judge_events_forwarded_total", "Events sent on sockets and event streams.")
event_lag_s = Histogram(
    "judge_event_lag_seconds",
    "From an event's instant in Postgres to the web process that sends it on; clocks may differ.",
    _SOON_S,
)

# The sweeper, in beat and beside each worker

sweeps = Counter(
    "judge_sweeps_total", "Looks for lost work; of several processes that look, one does at a time."
)

# The autoscaler

autoscaled = Gauge("judge_autoscaled_workers", "Workers that an autoscaler keeps.")
autoscaled_died = Counter(
    "judge_autoscaled_workers_died_total", "Workers of an autoscaler that have ended without being told to."
)
