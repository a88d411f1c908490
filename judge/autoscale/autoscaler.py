"""The loop of `judge autoscale`: look at the load, decide, have workers start or end, and say so."""

import fcntl
import logging
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.exc import OperationalError

from judge import capacity, db, log_lines, metrics, workers
from judge.autoscale.fleet import Fleet
from judge.autoscale.pace import Pace
from judge.capacity import Load
from judge.config import settings
from judge.errors import ConfigError
from judge.metrics import serving
from judge.up.kernel import adopt_orphans
from judge.up.stop_requests import StopRequests

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Look:
    """What was found at one moment. ``here``: how many workers this machine is asked for, without bounds."""

    load: Load
    desired_workers: int  # by the whole judge
    elsewhere: float  # workers of our size that others run and that can judge all that waits
    here: int
    idle: frozenset[str]  # workers that hold nothing, by name

    def __str__(self) -> str:
        load = self.load
        return (
            f"{load.queued} queued, the oldest for {load.oldest_wait_s:.1f} s; {load.stranded} that nobody "
            f"present can judge; {load.verifications} verifications wait; {load.running} running; "
            f"{load.judging_s:.2f} s each; {self.desired_workers} workers desired, "
            f"{self.elsewhere:g} of them elsewhere"
        )

    def as_json(self) -> dict[str, Any]:
        """What `judge autoscale --once --json` prints, beside the decision."""
        figures = asdict(self.load) | {"languages": sorted(self.load.languages)}
        return {
            "desired_workers": self.desired_workers,
            "elsewhere": self.elsewhere,
            "here": self.here,
            "load": figures,
        }


class Eye:
    """Looks at the load for one fleet, and remembers what its workers could judge when there were any."""

    def __init__(self, fleet: Fleet, slots: int) -> None:
        self._fleet, self._slots = fleet, slots
        self._able: frozenset[str] | None = None

    def look(self) -> Look:
        """Read Postgres. Raises OperationalError while it is away."""
        present = workers.present()
        ours = [worker for worker in present if self._fleet.owns(worker.name)]
        self._able = capacity.able(ours) or self._able
        load = capacity.read_load(self._able)
        desired = capacity.desired_workers(load, slots=self._slots, target_wait_s=settings().target_wait_s)
        # Who takes nothing, or cannot judge what waits, is no help; a dead autoscaler's are about to go.
        helping = [
            worker.slots
            for worker in present
            if worker.takes_work
            and load.languages <= set(worker.languages)
            and not self._fleet.is_kin(worker.name)
        ]
        elsewhere = sum(helping) / self._slots
        idle = frozenset(worker.name for worker in ours if not worker.busy)
        return Look(load, desired, elsewhere, max(0, desired - int(elsewhere)), idle)


def autoscale(least: int, most: int, options: Sequence[str]) -> None:
    """Keep workers until somebody asks to stop, then drain them all.

    options: further words for each `celery worker`. Raises ConfigError where another one is at it here.
    """
    home = settings().home
    with _alone(home):
        log_lines.begin("autoscaler")
        serving.serve("autoscaler")
        db.give_up_silent_connections()  # a request to stop must not wait for one
        adopt_orphans()
        requests = StopRequests()
        fleet = Fleet(home, settings().slots, options)
        pace = Pace(least, most, hold_s=settings().autoscale_hold_s, step_s=settings().autoscale_step_s)
        log.info("keeping %d to %d workers of %d slots", least, most, settings().slots)
        try:
            _keep(fleet, pace, requests)
        finally:
            log.info("draining %d workers", fleet.number)
            asked = requests.count
            fleet.stop(requests.sleep, lambda: requests.count > asked)
            requests.close()


def once(least: int, most: int) -> tuple[Look, int]:
    """What an autoscaler that started now would find, and how many workers it would have."""
    slots = settings().slots
    look = Eye(Fleet(settings().home, slots, ()), slots).look()
    return look, Pace(least, most, hold_s=0, step_s=0).follow(look.here, 0.0)


def _keep(fleet: Fleet, pace: Pace, requests: StopRequests) -> None:
    eye = Eye(fleet, settings().slots)
    idle: frozenset[str] = frozenset()
    away, shown = False, 0
    while not requests.count:
        try:
            before, look = pace.number, eye.look()
            number, idle = pace.follow(look.here, time.monotonic()), look.idle
            if away:
                log.info("Postgres is back")
            if number != before:
                log.info("%d workers from now on, %d before: %s", number, before, look)
            away = False
        except OperationalError as error:
            if not away:
                log.warning("Postgres is away, keeping %d workers: %s", pace.number, error.orig)
            away, idle = True, frozenset()
        fleet.tend(pace.number, idle)
        metrics.autoscaled.inc(by=fleet.number - shown)
        shown = fleet.number
        requests.sleep(settings().autoscale_every_s)


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """One autoscaler a JUDGE_HOME; the kernel opens the lock when it dies, however it does."""
    home.mkdir(parents=True, exist_ok=True)
    file = os.open(home / "autoscale.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ConfigError(f"another autoscaler keeps the workers of {home.resolve()}") from None
        yield
    finally:
        os.close(file)
