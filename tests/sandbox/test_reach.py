"""What a program tries to reach beyond itself, and does not."""

import errno
import json
import os
import platform
import signal
import socket
import subprocess
import threading
from collections.abc import Callable
from dataclasses import replace

import pytest

from judge.sandbox import Box, Outcome, Status
from judge.sandbox.seccomp import TABLE

from .conftest import LIMITS, shell

Run = Callable[..., Outcome]

PERMITTED = {"PR_SET_SECUREBITS": errno.EPERM, "raise limit": errno.EPERM, "setuid": errno.EINVAL}
"""Calls that are let through to the kernel, which refuses them to a program without capabilities."""


def answers(outcome: Outcome) -> list[tuple[str, int]]:
    """Return the (name, errno) lines that ``calls`` printed."""
    assert outcome.exit_code == 0, outcome
    return [(name, int(number)) for name, number in (line.rsplit(" ", 1) for line in lines(outcome))]


def lines(outcome: Outcome) -> list[str]:
    """Return what was printed, by lines."""
    return outcome.stdout.decode().splitlines()


def test_every_forbidden_call_is_refused(run: Run) -> None:
    """No call of the list succeeds, and each is answered by the filter as its table says."""
    table = {refusal.name: refusal.answer for refusal in TABLE}
    found = answers(run("calls"))
    assert len(found) > 150
    assert [name for name, number in found if not number] == []
    for name, number in found:
        word = name.split()[0]
        if word in table:
            assert (name, number) == (name, table[word])
        if name in PERMITTED:
            assert number == PERMITTED[name]
    assert ("prlimit agent", errno.EPERM) in found
    assert ("TIOCSTI wide", errno.EPERM) in found
    assert ("unknown", errno.ENOSYS) in found
    assert all(number == errno.EAFNOSUPPORT for name, number in found if name.startswith("socket "))


def test_the_agent_is_as_before(run: Run) -> None:
    """After all those calls the limits of later runs hold as they did."""
    limits = replace(LIMITS, memory_bytes=32 << 20, cpu_time_s=0.2)
    run("calls")
    assert run("memory", "heap", "100", limits=limits).status is Status.MEMORY_EXCEEDED
    assert run("burn", "alone", "9", limits=limits).status is Status.CPU_TIME_EXCEEDED


def test_ordinary_calls_work(run: Run) -> None:
    """What runtimes need is not refused: threads, pairs, epoll, semaphores, their own limits."""
    assert run("allowed").exit_code == 0


@pytest.mark.skipif(platform.machine() != "x86_64", reason="only x86_64 has these conventions")
@pytest.mark.parametrize("convention", ["i386", "x32"])
def test_foreign_convention(run: Run, convention: str) -> None:
    """A system call by another convention, which the filter's numbers do not fit, ends the program."""
    outcome = run("foreign", convention)
    assert outcome.status is Status.SIGNALED
    assert outcome.signal in (signal.SIGSYS, signal.SIGSEGV)  # SEGV: a kernel without i386


def test_signals_to_pid_1(box: Box) -> None:
    """Every signal to the agent is lost on it, and the box works on."""
    shell(box, "for s in $(seq 1 64); do kill -$s 1 2>/dev/null; done; true")
    assert shell(box, "echo on") == "on\n"


def test_signals_to_all(box: Box) -> None:
    """A program may kill what it can reach, which is itself and its own."""
    outcome = box.run(["sh", "-c", "sleep 9 & kill -KILL -1; echo on; wait"], LIMITS)
    assert outcome.status in (Status.EXITED, Status.SIGNALED)
    assert shell(box, "echo on") == "on\n"


@pytest.mark.parametrize(
    "path",
    [
        *(
            "/etc/shadow",
            "/etc/ssh",
            "/etc/machine-id",
            "/root",
            "/home",
            "/var/lib/dpkg",
            "/var/log",
            "/sys",
        ),
        *(
            "/proc/1",
            "/proc/kallsyms",
            "/proc/sys",
            "/proc/keys",
            "/proc/kcore",
            "/proc/cmdline",
            os.getcwd(),
        ),
        *("/dev/kmsg", "/dev/tty", "/dev/pts", "/dev/vda", "/dev/mem", "/dev/net", "/dev/fuse", "/dev/kvm"),
    ],
)
def test_not_there(box: Box, path: str) -> None:
    """Paths of the host, its devices, and the kernel's own tables do not exist in a box."""
    assert not shell(box, f"ls -d {path} 2>/dev/null; true")


def test_settings_of_local_programs_are_hidden(box: Box) -> None:
    """What local programs are configured with, tokens maybe, is not shown though it lies below /usr."""
    assert shell(box, "ls -A /usr/etc /usr/local/etc 2>/dev/null | grep -v -e :$ -e '^$'; true") == ""


def test_the_tree_is_read_only(box: Box) -> None:
    """Nothing but /code and /tmp can be changed, by owner's rights or otherwise."""
    places = "/ /usr /usr/bin /etc /etc/passwd /bin/sh /dev /dev/null /proc/self/oom_score_adj /var /run"
    # Of a file in /proc the time is now, so without times.
    look = f"stat -c '%n %A %u %g %s' {places}; ls /usr /etc /"
    before = shell(box, look)
    for attempt in ("touch $p/x", "chmod 777 $p", "mv $p $p.old", "ln -s /tmp $p/x", "echo 0 > $p"):
        box.run(["sh", "-c", f"for p in {places}; do {attempt}; done"], LIMITS)
    assert shell(box, look) == before


def test_mounts(box: Box) -> None:
    """Every mount is nosuid, all but the devices nodev, and all but /code and /tmp read-only."""
    for line in shell(box, "cat /proc/self/mountinfo").splitlines():
        where, options = line.split()[4], line.split()[5].split(",")
        assert "nosuid" in options, line
        assert ("nodev" in options) != where.startswith("/dev/"), line
        assert ("ro" in options) != (where in ("/code", "/tmp")), line


def test_proc_shows_the_box_alone(box: Box) -> None:
    """/proc holds the run's own processes and no file about the machine."""
    names = shell(box, "sleep 1 & ls /proc; kill $!").split()
    assert {"self", "thread-self"} <= set(names)
    assert all(name.isdecimal() and name != "1" for name in names if "self" not in name)
    assert len(names) <= 5


def test_proc_tells_nothing_of_the_host(box: Box) -> None:
    """Not the host's name, nor the judge's user, command line or cgroup is found in what /proc says."""
    script = "cd /proc/self; cat cgroup mountinfo status cmdline environ stat maps; uname -n"
    text = shell(box, script)
    assert "judge" not in text
    assert os.getcwd() not in text
    assert text.splitlines()[-1] == "box"
    assert socket.gethostname() not in text.split() or socket.gethostname() == "localhost"


def test_descriptors(run: Run) -> None:
    """A program has its three streams and no other descriptor."""
    holder = os.open("/", os.O_RDONLY)
    os.set_inheritable(holder, True)
    try:
        assert lines(run("descriptors")) == ["0", "1", "2"]
    finally:
        os.close(holder)


def test_identity(box: Box) -> None:
    """A program is an ordinary user of one group, without capability, terminal or privilege to gain."""
    status = dict(line.split(":\t", 1) for line in shell(box, "cat /proc/self/status").splitlines())
    assert status["Uid"].split() == ["1000"] * 4
    assert status["Gid"].split() == ["1000"] * 4
    assert status["Groups"].strip() in ("", "1000")
    assert {int(status[name], 16) for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")} == {0}
    assert status["NoNewPrivs"] == "1"
    assert status["Seccomp"] == "2"
    assert int(status["SigIgn"], 16) == int(status["SigBlk"], 16) == 0


def test_owns_nothing_outside(box: Box, mode: str) -> None:
    """Outside, as root, the program is an id from the spare range and not that of any user."""
    inside, outside, count = shell(box, "cat /proc/self/uid_map").split()
    assert (inside, count) == ("1000", "1")
    if mode == "self" and os.geteuid() == 0:
        assert int(outside) >= 1879048192
    else:
        assert int(outside) != 0


WATCH = """
import ctypes, os, select, time
libc = ctypes.CDLL(None)
watcher = libc.inotify_init1(0)
libc.inotify_add_watch(watcher, b"/usr/bin", 0x20)  # IN_OPEN
print("watching", flush=True)
ready = select.poll()
ready.register(watcher, select.POLLIN)
end = time.monotonic() + 2
while time.monotonic() < end:
    if ready.poll(100) and b"basename" in os.read(watcher, 1 << 16):
        print("seen")
        break
"""


def test_neighbours_are_not_watched(box: Box) -> None:
    """A program does not learn what other boxes, or the host, start of the toolchains that all share."""
    start = threading.Timer(0.5, subprocess.run, (["basename", "/a"],), {"stdout": subprocess.DEVNULL})
    start.start()
    assert box.run(["python3", "-c", WATCH], LIMITS).stdout == b"watching\n"
    start.join()


def test_setuid_programs_gain_nothing(box: Box) -> None:
    """A set-user-id program runs as the one who starts it."""
    script = "cp /usr/bin/id /tmp/id; chmod 6755 /tmp/id; /tmp/id -u; /tmp/id -g"
    assert shell(box, script).split() == ["1000"] * 2


def test_outcome_is_never_json_of_the_program(box: Box) -> None:
    """What a program prints is only output, even when it looks like the agent's answers."""
    fake = json.dumps({"reason": "exit", "wait_status": 0})
    assert shell(box, f"printf '%s' '{fake}'") == fake
