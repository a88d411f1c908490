"""The worker and the beat of the stand-in."""

import os
import time

import redis
from celery import Celery
from celery.signals import worker_ready

from tests.up.standin import SLOW

URL = os.environ["REDIS_URL"]
app = Celery("standin", broker=URL.replace("unix://", "redis+socket://").replace("?db=0", ""))
app.conf.broker_connection_retry_on_startup = True
app.conf.beat_scheduler = "celery.beat:Scheduler"
app.conf.beat_schedule = {"tick": {"task": "tick", "schedule": 0.5}}


@worker_ready.connect
def register(sender: object, **_: object) -> None:
    """Say that this worker has proven its languages."""
    redis.Redis.from_url(URL).sadd("workers", sender.hostname)


@app.task(name="tick")
def tick() -> None:
    """Count, so that a test can see beat, broker and worker at work, and send what it has asked for."""
    client = redis.Redis.from_url(URL)
    client.incr("ticks")
    if (seconds := client.lpop(SLOW)) is not None:
        slow.delay(float(seconds))


@app.task(name="slow")
def slow(seconds: float) -> None:
    """Work for a while, and say so."""
    redis.Redis.from_url(URL).set("slow", "started")
    time.sleep(seconds)
    redis.Redis.from_url(URL).set("slow", "done")
