"""How each kind of fault is carried out: a step at a time, so that several go on at once in one thread."""

import contextlib
import os
import random
import shutil
import signal
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field

from tests.chaos.plan import Strike
from tests.chaos.processes import children, companion, descendants, holders
from tests.chaos.programs import POISON
from tests.chaos.stage import SMALL_DISK, Stage

_PATIENCE_S = 120.0
"""How long a fault waits for somebody who holds a running submission."""


@dataclass
class Blow:
    """A fault as it was carried out. Instants are of ``time.time``; held: files of submissions."""

    kind: str
    at: float
    target: str
    held: set[str] = field(default_factory=set)
    over: float | None = None

    def touches(self, begin: float, end: float) -> bool:
        """Whether it went on at some time between two instants."""
        return self.at <= end and (self.over is None or begin <= self.over)


Steps = Generator[None, None, None]


class Faults:
    """Carries out what was drawn; ``step`` is to be called again and again."""

    def __init__(self, stage: Stage, chance: random.Random) -> None:
        self._stage, self._chance = stage, chance
        self._going_on: list[Steps] = []
        self._killed: set[int] = set()
        self.blows: list[Blow] = []
        self.skipped: list[str] = []

    def strike(self, strike: Strike) -> None:
        """Begin with one."""
        kind = strike.kind.name
        server, _, how = kind.partition("-")
        if how == "silent":
            self._going_on.append(self._silent(kind, server, strike.lasts_s))
        elif how == "cut":
            self._going_on.append(self._cut(kind, server, strike.lasts_s))
        elif server in ("redis", "postgres"):
            self._going_on.append(self._server(kind, server, strike.lasts_s))
        elif kind in ("child", "worker", "frozen", "disk"):
            self._going_on.append(getattr(self, f"_{kind}")(strike.lasts_s))
        else:
            self._going_on.append(self._kill(kind))

    def step(self) -> None:
        """Go a step further with everything that goes on, and kill who holds a poisoned submission."""
        for steps in list(self._going_on):
            try:
                next(steps)
            except StopIteration:
                self._going_on.remove(steps)
        for name in self._stage.worker_names():
            for child, files in self._holders(name).items():
                if any(file.startswith(POISON) for file in files):
                    self._kill_process(child)

    @property
    def is_over(self) -> bool:
        """Whether nothing goes on any more."""
        return not self._going_on

    # Processes

    def _kill(self, kind: str) -> Steps:
        targets: list[int] = []
        name = {"companion": self._chance.choice(self._stage.worker_names()), "web-process": "web"}.get(
            kind, kind
        )

        def look() -> bool:
            parent = self._stage.platform.pid(name)
            targets[:] = (
                [pid for pid in self._below(kind, parent) if pid not in self._killed] if parent else []
            )
            return bool(targets)

        yield from _until(look)
        if not targets:
            self._skip(kind, f"{name} was dead already")
            return
        blow = self._blow(kind, name)
        if name == kind:
            self._stage.platform.kill(name)
        self._kill_process(targets[0])
        blow.over = blow.at

    def _below(self, kind: str, parent: int) -> list[int]:
        """What a fault of this kind may kill of a program."""
        if kind == "companion":
            return [pid for pid in [companion(parent)] if pid is not None]
        return children(parent) if kind == "web-process" else [parent]

    def _child(self, _: float) -> Steps:
        found: dict[int, tuple[str, set[str]]] = {}

        def look() -> bool:
            for name in self._stage.worker_names():
                found.update({pid: (name, files) for pid, files in self._holders(name).items()})
            return bool(found)

        yield from _until(look)
        if not found:
            self._skip("child", "no child held anything")
            return
        child = self._chance.choice(sorted(found))
        name, files = found[child]
        blow = self._blow("child", name, files)
        self._kill_process(child)
        blow.over = blow.at

    def _worker(self, _: float) -> Steps:
        name, files = yield from self._busy(self._stage.worker_names())
        parent = self._stage.platform.pid(name)
        if parent is None:
            self._skip("worker", f"{name} was dead already")
            return
        blow = self._blow("worker", name, files)
        self._killed.add(parent)
        self._stage.platform.kill(name)
        blow.over = blow.at

    def _frozen(self, lasts_s: float) -> Steps:
        name, files = yield from self._busy(self._stage.worker_names())
        parent = self._stage.platform.pid(name)
        if parent is None:
            self._skip("frozen", f"{name} was dead already")
            return
        blow = self._blow("frozen", name, files)
        frozen = [parent, *descendants(parent)]
        for pid in frozen:
            _send(pid, signal.SIGSTOP)
        yield from _wait(lasts_s)
        for pid in frozen:
            _send(pid, signal.SIGCONT)
        blow.over = time.time()

    def _disk(self, lasts_s: float) -> Steps:
        disk = self._stage.disk
        if disk is None:
            self._skip("disk", "a small disk can be mounted by root alone")
            return
        name, files = yield from self._busy([f"worker-{SMALL_DISK}"])
        blow = self._blow("disk", name, files)
        # What was cached was cleaned away, so that each submission needs the disk.
        for folder in ("blobs", "artefacts"):
            shutil.rmtree(disk / folder, ignore_errors=True)
        filler = disk / f"filler-{blow.at}"  # beside another's, it fills what that one's end makes free
        with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
            while True:
                file.write(bytes(65536))
        yield from _wait(lasts_s)
        filler.unlink(missing_ok=True)  # where there was no room even for its name
        blow.over = time.time()

    def _busy(self, names: list[str]) -> Generator[None, None, tuple[str, set[str]]]:
        """A worker that holds something, where one does, and what."""
        held: dict[str, set[str]] = {}

        def look() -> bool:
            for name in names:
                held[name] = set().union(*self._holders(name).values())
            return any(held.values())

        yield from _until(look)
        self._chance.shuffle(names)
        busiest = max(names, key=lambda name: len(held[name]))
        return busiest, held[busiest]

    def _holders(self, name: str) -> dict[int, set[str]]:
        """Those of a worker's children that hold something, and are not dying already."""
        pid = self._stage.platform.pid(name)
        if pid is None or pid in self._killed:
            return {}
        return {child: files for child, files in holders(pid).items() if child not in self._killed}

    def _kill_process(self, pid: int) -> None:
        self._killed.add(pid)
        _send(pid, signal.SIGKILL)

    # Servers

    def _server(self, kind: str, server: str, lasts_s: float) -> Steps:
        blow = self._blow(kind, server)
        self._stage.kill_server(server)
        if kind == "redis-emptied":
            self._stage.empty_redis()
        yield from _wait(lasts_s)
        self._stage.start_server(server)
        while not self._stage.server_ready(server):
            yield
        blow.over = time.time()

    def _cut(self, kind: str, server: str, lasts_s: float) -> Steps:
        blow = self._blow(kind, server)
        self._stage.proxies[server].order("cut")
        yield from _wait(lasts_s)
        self._stage.proxies[server].order("open")
        blow.over = time.time()

    def _silent(self, kind: str, server: str, lasts_s: float) -> Steps:
        again = self._chance.choice(["open", "resume"])
        blow = self._blow(kind, f"{server}, then {again}")
        self._stage.proxies[server].order("silent")
        yield from _wait(lasts_s)
        self._stage.proxies[server].order(again)
        blow.over = time.time()

    def _blow(self, kind: str, target: str, held: set[str] | None = None) -> Blow:
        blow = Blow(kind, time.time(), target, held or set())
        self.blows.append(blow)
        return blow

    def _skip(self, kind: str, why: str) -> None:
        self.skipped.append(f"{kind}: {why}")


def _send(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def _wait(lasts_s: float) -> Steps:
    end = time.monotonic() + lasts_s
    while time.monotonic() < end:
        yield


def _until(look: Callable[[], bool]) -> Steps:
    end = time.monotonic() + _PATIENCE_S
    while not look() and time.monotonic() < end:
        yield
