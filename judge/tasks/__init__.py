"""The worker: Celery tasks that judge, run, verify and sweep; by signals their steps become events.

Start it with ``celery -A judge.tasks worker`` (or ``judge worker``).
"""

from judge.queue import app
from judge.tasks import beating, judging, lifecycle, running, signals, sweeping, verifying
from judge.tasks.consuming import LanguageQueues

app.steps["consumer"].add(LanguageQueues)

__all__ = ["app", "beating", "judging", "lifecycle", "running", "signals", "sweeping", "verifying"]
