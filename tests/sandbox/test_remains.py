"""What is left: from one run to the next, and of a box on the host. Nothing."""

import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from judge.sandbox import Box, BoxKilled, Outcome, SandboxError, Status, hierarchy, wire
from judge.sandbox.link import RENEW, RUN
from judge.sandbox.order import order

from .conftest import LIMITS, descriptors, shell

Run = Callable[..., Outcome]


def groups() -> set[Path]:
    """Return the cgroups of all judges on this machine."""
    return {path for folder in hierarchy.find().folders.values() for path in folder.glob("judge-*")}


def own_groups(owner: int | None = None) -> set[Path]:
    """Return the cgroups that a process made, this one if none is given."""
    return {path for path in groups() if path.name.startswith(f"judge-{owner or os.getpid()}-")}


def mounts(owner: int | None = None) -> str:
    """Return the mounts of a process."""
    return Path("/proc", str(owner or "self"), "mountinfo").read_text()


def descendants(above: int | None = None) -> set[int]:
    """Return the ids of all processes below a process, this one if none is given, but for a whole judge's.

    Tests of other folders start one for their session, perhaps in this process, and it has boxes of its own.
    """
    parents = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue
    above = above or os.getpid()
    found = {pid for pid, parent in parents.items() if parent == above and not _is_server(pid)}
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def _is_server(pid: int) -> bool:
    """Whether a child of ours is a judge, a server or the browser for tests, and no interpreter of a box."""
    others = (b"judge\0up", b"postgres\0", b"valkey-server", b"playwright")
    return any(name in command(pid) for name in others)


def command(pid: int) -> bytes:
    """Return the command line of a process; empty once it is gone."""
    try:
        return Path("/proc", str(pid), "cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


def test_files_of_a_run(box: Box) -> None:
    """What a run wrote to /tmp and /dev/shm is gone, however it was made."""
    shell(box, "echo x > f; mkdir d; ln -s / l; mkfifo p; echo y > /dev/shm/s; echo z > .h")
    assert shell(box, "ls -A /tmp /dev/shm/") == "/dev/shm/:\n\n/tmp:\n"


def test_changes_of_the_folder_itself(box: Box) -> None:
    """A folder with another mode or other times is not handed on."""
    before = shell(box, "stat -c '%a %u %g' /tmp")
    shell(box, "touch -d 2001-01-01 /tmp; chmod 0 /tmp")
    assert shell(box, "stat -c '%a %u %g' /tmp; pwd; date -r /tmp +%Y").startswith(before + "/tmp\n2")
    assert not shell(box, "date -r /tmp +%Y").startswith("2001")


def test_ipc_of_a_run(run: Run) -> None:
    """There are no queues, semaphores and segments that a run could leave to the next."""
    assert run("ipc", "make").stdout == b"0\n"
    assert run("ipc", "count").stdout == b"0\n"


def test_daemon_of_a_run(run: Run, box: Box) -> None:
    """A daemon that left its session and blocks every signal is dead when the outcome is there."""
    assert run("daemon").exit_code == 0
    first = shell(box, "wc -c < /code/beat; ls /proc | grep -c '[0-9]'").split()
    assert int(first[0]) > 0
    assert shell(box, "wc -c < /code/beat; ls /proc | grep -c '[0-9]'").split() == first


def test_sealed_code_is_read_only(box: Box) -> None:
    """After seal no run can change /code in any way, and its files still run."""
    box.put({"s": b"#!/bin/sh\necho ok\n"})
    assert shell(box, "touch /code/mine; rm /code/mine; echo w") == "w\n"
    box.seal()
    for attempt in (
        "touch a",
        "rm s",
        "echo x >> s",
        "chmod 0 .",
        "chmod 0 s",
        "mv s t",
        "ln s t",
        "mkdir d",
    ):
        assert b"Read-only" in box.run(["sh", "-c", f"cd /code; {attempt}"], LIMITS).stderr, attempt
    assert shell(box, "/code/s") == "ok\n"
    with pytest.raises(ValueError, match="sealed"):
        box.put({"late": b""})


def test_close_leaves_nothing() -> None:
    """After close there is no process, mount, cgroup or descriptor more than before."""
    before, opened = (descendants(), mounts(), own_groups()), descriptors()
    with Box() as box:
        box.put({"a": b"a"})
        box.run(["sh", "-c", "sleep 100 & echo > f"], LIMITS)
        assert descendants() > before[0]
    assert (descendants(), mounts(), own_groups()) == before
    assert descriptors() <= opened
    box.close()


def test_boxes_at_once_leave_nothing() -> None:
    """Eight boxes opened, used and closed at once, again and again, leave no more than one does."""
    with Box() as box:
        shell(box, "true")
    before, opened = (descendants(), mounts(), own_groups()), descriptors()
    said: list[str] = []

    def use() -> None:
        for _ in range(3):
            with Box() as box:
                said.append(shell(box, "setsid sleep 100 & echo on"))

    threads = [threading.Thread(target=use) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert said == ["on\n"] * 24
    assert (descendants(), mounts(), own_groups()) == before
    assert descriptors() <= opened


def test_close_with_a_program_running() -> None:
    """close ends a box in whatever state it is."""
    before = descendants()
    box = Box()
    with open("/dev/null", "r+b") as null:
        box._link.ask_keeper(RENEW, 1 << 20, 8)
        request = order(["sleep", "100"], {}, LIMITS, memory_cgroup=True)
        box._link.send(wire.pack(RUN, True) + request, [null.fileno()] * 3)
    while not any(command(pid) == b"sleep\x00100\x00" for pid in descendants()):
        pass
    box.close()
    assert descendants() == before
    assert own_groups() == set()


def test_kill_from_another_thread(box_here: Box) -> None:
    """kill ends a run in progress with BoxKilled, and so does everything asked later."""
    timer = threading.Timer(0.1, box_here.kill)
    timer.start()
    with pytest.raises(BoxKilled):
        box_here.run(["sleep", "100"], LIMITS)
    timer.join()
    with pytest.raises(BoxKilled):
        box_here.run(["true"], LIMITS)
    with pytest.raises(BoxKilled):
        box_here.put({"a": b""})
    with pytest.raises(BoxKilled):
        box_here.seal()


def test_kill_from_a_signal_handler(box_here: Box) -> None:
    """kill may be called by a handler that interrupts the run itself."""
    before = signal.signal(signal.SIGALRM, lambda *_: box_here.kill())
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        with pytest.raises(BoxKilled):
            box_here.run(["sleep", "100"], LIMITS)
    finally:
        signal.signal(signal.SIGALRM, before)


@pytest.fixture
def box_here() -> Iterator[Box]:
    """A box of this very process."""
    with Box() as box:
        yield box


OWNER = """
import os, sys
from judge.sandbox import Box, Limits
box = Box()
print(*box._link.process_ids, flush=True)
box.run(["sleep", "1000"], Limits(cpu_time_s=1000, wall_time_s=1000, memory_bytes=1 << 28, output_bytes=1))
"""


RESTLESS = """
from judge.sandbox import Box, Limits
print(flush=True)
while True:
    with Box() as box:
        box.run(["sh", "-c", "setsid sleep 9 & sleep 0.01"], Limits(9, 9, 1 << 28, 1))
"""


def test_box_dies_with_its_owner() -> None:
    """kill -9 of the judge's process ends the agents and the program; the next box removes the cgroup."""
    owner = subprocess.Popen([sys.executable, "-c", OWNER], stdout=subprocess.PIPE, text=True)
    assert owner.stdout
    watched = [os.pidfd_open(int(pid)) for pid in owner.stdout.readline().split()]
    owner.kill()
    owner.wait()
    owner.stdout.close()
    for pidfd in watched:
        poll = select.poll()
        poll.register(pidfd, select.POLLIN)
        assert poll.poll(5000), "an agent outlived its owner"
        os.close(pidfd)
    Box().close()
    assert not {path for path in groups() if path.name.startswith(f"judge-{owner.pid}-")}


def test_box_dies_with_its_owner_at_any_moment() -> None:
    """kill -9 while boxes are opened, used and closed leaves nothing: groups go when processes have."""
    owners = set()
    for i in range(12):
        owner = subprocess.Popen([sys.executable, "-c", RESTLESS], stdout=subprocess.PIPE)
        assert owner.stdout
        owner.stdout.readline()
        select.select([], [], [], i * 0.007)  # the moment of death, in steps over the life of a box
        owner.kill()
        owner.communicate()
        owners.add(str(owner.pid))
    deadline = time.monotonic() + 5
    while left := {path for path in groups() if path.name.split("-")[1] in owners}:
        assert time.monotonic() < deadline, left
        Box().close()


def test_a_box_of_the_dead_is_told_as_such(box_here: Box) -> None:
    """When the agent dies of itself it is our failure, and no outcome."""
    os.kill(box_here._link.process_ids[0], signal.SIGKILL)
    with pytest.raises(SandboxError, match="agent"):
        box_here.run(["sleep", "100"], LIMITS)


def test_a_run_broken_off_ends_the_box(box_here: Box) -> None:
    """When an exception of the caller's interrupts a run, no later call can take its answer for its own."""

    class Alarm(Exception):
        pass

    def ring(*_: object) -> None:
        raise Alarm

    before = signal.signal(signal.SIGALRM, ring)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        with pytest.raises(Alarm):
            box_here.run(["sleep", "100"], LIMITS)
    finally:
        signal.signal(signal.SIGALRM, before)
    with pytest.raises(SandboxError, match="agent"):
        box_here.run(["true"], LIMITS)


def test_pipe_held_by_nobody(run: Run) -> None:
    """A stream sent into a socket that is itself in flight does not keep the judge waiting."""
    outcome = run("inflight")
    assert (outcome.exit_code, outcome.stdout) == (0, b"sent\n")


@pytest.mark.parametrize("folder", ["/tmp", "/code"])
def test_file_held_by_nobody(run: Run, box: Box, folder: str) -> None:
    """A file sent into such a socket keeps neither /tmp from being renewed nor /code from being sealed."""
    assert run("inflight", f"{folder}/held", "1").stdout == b"sent\n"
    assert shell(box, "ls -A /tmp") == ""
    box.seal()
    assert shell(box, "touch /code/new 2>&1 || echo refused").endswith("refused\n")


@pytest.mark.parametrize("leave", [["inflight", "/tmp/held", "60"]])
def test_memory_left_to_the_kernel(run: Run, counted: bool, leave: list[str]) -> None:
    """What the kernel has yet to free of a run is not added to the limit of the next one."""
    if not counted:
        pytest.skip("no cgroup counts memory here")
    limits = replace(LIMITS, memory_bytes=64 << 20, file_bytes=512 << 20)
    run("memory", "heap", "1", limits=limits)  # both are in /code now
    for _ in range(3):
        run(*leave, limits=limits)
        assert run("memory", "heap", "80", limits=limits).status is Status.MEMORY_EXCEEDED
        assert run("memory", "heap", "50", limits=limits).status is Status.EXITED


def test_runs_do_not_tell_of_earlier_ones(box: Box) -> None:
    """Neither the numbers of processes nor the times of /tmp say what ran before."""
    script = "echo $$; stat -c %x%y%z /tmp; ls -A /tmp; for i in 1 2 3; do /bin/true; done"
    assert shell(box, script) == shell(box, script)


def test_many_runs_in_one_box(box: Box) -> None:
    """Runs of a box do not wear it out: descriptors, processes and figures stay as they were."""
    first = box.run(["true"], LIMITS)
    for _ in range(50):
        last = box.run(["sh", "-c", "echo > f; true & exit 0"], LIMITS)
        assert last.status is Status.EXITED
    assert abs(box.run(["true"], LIMITS).memory_bytes - first.memory_bytes) < 2 << 20


def test_boxes_side_by_side(new_box: Callable[..., Box]) -> None:
    """Two boxes share nothing: files, processes and limits are each one's own."""
    one, two = new_box(), new_box()
    one.put({"a": b"1"})
    two.put({"a": b"2"})
    assert (shell(one, "cat /code/a"), shell(two, "cat /code/a")) == ("1", "2")
    tight = replace(LIMITS, processes=2)
    assert one.run(["sh", "-c", "true & wait"], tight).stderr == b""
    assert two.run(["sh", "-c", "true & wait"], tight).stderr == b""
