"""One program under supervision: how it is described, started, signalled, collected and logged."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from judge.up.account import Account
from judge.up.kernel import die_with_parent

LOG_BYTES = 16 * 1024 * 1024
TAIL_BYTES = 4096


@dataclass(frozen=True)
class Program:
    """What to start and how to end it; programs of a lower ``stop_rank`` are stopped first."""

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str]
    stop_rank: int = 0
    stop_signal: signal.Signals = signal.SIGTERM
    death_signal: signal.Signals = signal.SIGTERM  # what the kernel sends it when we are killed
    grace_s: float = 10.0
    hurry: bool = True  # a second request to stop kills it; never servers, which have data to write
    cwd: str | None = None
    account: Account | None = None
    pass_fds: tuple[int, ...] = ()


class Child:
    """A started Program, leader of its own session, so that the terminal's Ctrl-C is not its business."""

    def __init__(self, program: Program, logs: Path) -> None:
        self.program = program
        self.log = logs / f"{program.name}.log"
        self.started = time.monotonic()
        user = None if program.account is None else program.account.uid
        group = None if program.account is None else program.account.gid
        log_fd = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            self._log_start = os.fstat(log_fd).st_size
            self._process = subprocess.Popen(
                program.argv,
                env=dict(program.env),
                cwd=program.cwd,
                stdin=subprocess.DEVNULL,
                stdout=log_fd,
                stderr=log_fd,
                start_new_session=True,
                user=user,
                group=group,
                extra_groups=None if program.account is None else [],
                pass_fds=program.pass_fds,
                # Safe because this process has one thread; Python runs it after the change of user.
                preexec_fn=die_with_parent(program.death_signal),
            )
        finally:
            os.close(log_fd)
        self.pid = self._process.pid

    def send(self, number: signal.Signals) -> None:
        """Signal the program itself; it knows best what to tell its children."""
        os.kill(self.pid, number)  # not Popen's own, which may reap it; unreaped, the number stays its own

    def kill(self) -> None:
        """End the program and its whole process group at once."""
        os.killpg(self.pid, signal.SIGKILL)

    def collect(self) -> int | None:
        """Exit status (negative: signal) once the program has ended, None while it runs."""
        if os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
            return None
        # While it is a zombie its number cannot belong to anyone else: now its group can be swept.
        self.kill()
        return self._process.wait()

    def lived_s(self) -> float:
        """Seconds since it was started."""
        return time.monotonic() - self.started

    def tail(self) -> str:
        """The end of what this start has written, at most TAIL_BYTES."""
        with open(self.log, "rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(min(self._log_start, size), size - TAIL_BYTES))
            return file.read().decode(errors="replace").strip()

    def trim_log(self) -> None:
        """Move a log that has reached LOG_BYTES aside; at most two such pieces exist."""
        if self.log.stat().st_size < LOG_BYTES:
            return
        # The program keeps its descriptor, so copy and truncate; a line written in between is lost.
        shutil.copyfile(self.log, self.log.with_suffix(".log.1"))
        self.log.with_suffix(".log.1").chmod(0o600)
        os.truncate(self.log, 0)
