"""What starts the judge's programs and starts them again whenever they die, as any platform would.

Unlike `judge up` it sweeps nothing up after them: children whose parent was killed are left to themselves.
"""

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from judge.up.kernel import adopt_orphans, children, die_with_parent

RESTART_S = 0.5


@dataclass(frozen=True)
class _Program:
    argv: Sequence[str]
    env: Mapping[str, str]
    pass_fds: tuple[int, ...]


class Platform:
    """Programs by their names; all of it belongs to the one thread that calls ``tend`` again and again."""

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._programs: dict[str, _Program] = {}
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._due: dict[str, float] = {}
        self._struck: set[int] = set()
        self.unasked: list[str] = []
        """What has ended though nobody had killed it."""
        adopt_orphans()

    def start(
        self, name: str, argv: Sequence[str], env: Mapping[str, str], pass_fds: tuple[int, ...] = ()
    ) -> None:
        """Start a program and keep it running from now on."""
        self._programs[name] = _Program(argv, env, pass_fds)
        self._begin(name)

    def pid(self, name: str) -> int | None:
        """Its process; None while there is none."""
        process = self._processes.get(name)
        return process.pid if process and process.poll() is None else None

    def kill(self, name: str) -> None:
        """kill -9, if it runs."""
        if (pid := self.pid(name)) is not None:
            self._struck.add(pid)
            os.kill(pid, signal.SIGKILL)

    def tend(self) -> None:
        """Start again what has died a moment ago."""
        now = time.monotonic()
        for name, due in list(self._due.items()):
            if now >= due:
                del self._due[name]
                self._begin(name)
        for name, process in list(self._processes.items()):
            if (code := process.poll()) is not None:
                del self._processes[name]
                self._due[name] = now + RESTART_S
                if process.pid not in self._struck:
                    self.unasked.append(f"{name} ended with {code} at {time.strftime('%H:%M:%S')}")

    def close(self) -> None:
        """End everything that was started."""
        for process in self._processes.values():
            process.kill()
            process.wait()
        self._processes.clear()

    def _begin(self, name: str) -> None:
        program = self._programs[name]
        with (self._logs / f"{name}.log").open("ab") as log:
            self._processes[name] = subprocess.Popen(
                program.argv,
                env=dict(program.env),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                pass_fds=program.pass_fds,
                preexec_fn=die_with_parent(signal.SIGKILL),
            )


def end_orphans() -> None:
    """Whatever has lost its parent has become our child: end it, and see it gone."""
    while left := children():
        for pid in left:
            os.kill(pid, signal.SIGKILL)
        for pid in left:
            os.waitpid(pid, 0)
