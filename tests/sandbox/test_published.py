"""The shapes of escapes that were published of other judges, each of which a box withstands."""

import os
import socket
import stat
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from judge import languages
from judge.judging import toolchains
from judge.judging.compiling import compile_in
from judge.judging.programs import arranged
from judge.records import SourceFile
from judge.sandbox import Box, Limits, SandboxError, Status, cgroup, hierarchy, layers

from .conftest import LIMITS, shell


@pytest.fixture
def bystander() -> Iterator[Path]:
    """A file of the host's where every program may look for it, if it gets there."""
    path = Path("/var/tmp", f"judge-test-{os.getpid()}")
    path.write_text("the host's")
    path.chmod(0o666)
    yield path
    path.unlink()


def test_host_writes_no_script_through_a_planted_link(box: Box, bystander: Path) -> None:
    """The file is new, and what the link led to is as it was.

    CVE-2024-28185: Judge0 wrote its run script by name into a folder in which the program had left a link.
    """
    shell(box, f"ln -s {bystander} /code/run; ln -s /usr/bin/env /code/compile")
    box.put({"run": b"#!/bin/sh\necho ours\n", "compile": b"#!/bin/sh\necho ours\n"})
    assert shell(box, "/code/run; /code/compile; find /code -type l") == "ours\nours\n"
    assert bystander.read_text() == "the host's"


def test_host_changes_no_owner_by_a_planted_path(box: Box, bystander: Path) -> None:
    """Opening, sealing and closing change neither owner nor mode of what a link leads to.

    CVE-2024-28189: Judge0 ran chown, as root, on a path that the program had replaced by a link.
    """
    before = bystander.stat()
    shell(box, f"rm -rf /code/* /tmp/*; ln -s {bystander} /code/box; ln -s {bystander} /tmp/box")
    box.put({"other": b""})
    box.seal()
    shell(box, "true")
    box.close()
    after = bystander.stat()
    assert (after.st_uid, after.st_gid, after.st_mode) == (before.st_uid, before.st_gid, before.st_mode)


def test_no_service_of_the_host_is_reached(box: Box) -> None:
    """A server on the host's loopback, and one under a name of no file system, hear nothing.

    CVE-2024-29021: a switch gave programs of Judge0 the network, and so its database with a known password.
    """
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket(socket.AF_UNIX) as named:
        name = f"judge-test-{os.getpid()}"
        named.bind(f"\0{name}")
        named.listen()
        port = server.getsockname()[1]
        script = f"exec 3<>/dev/tcp/127.0.0.1/{port}"
        assert box.run(["bash", "-c", script], LIMITS).exit_code != 0
        calls = f"import socket as s\ns.socket(s.AF_UNIX).connect('\\0{name}')"
        assert b"not supported" in box.run(["python3", "-c", calls], LIMITS).stderr
        for listener in (server, named):
            listener.setblocking(False)
            with pytest.raises(BlockingIOError):
                listener.accept()


def test_files_do_not_come_out_through_a_link(box: Box) -> None:
    """What is read of a box comes through a program inside it, for which the host's file is not there.

    go-judge #176: a link left by the program was followed when its output was copied out, by the host.
    """
    shell(box, "ln -s /etc/shadow /code/out; ln -s /proc/1/environ /code/err")
    for name in ("out", "err"):
        outcome = box.run(["cat", f"/code/{name}"], LIMITS)
        assert (outcome.exit_code, outcome.stdout) == (1, b"")


def test_files_do_not_come_in_through_a_link(box: Box) -> None:
    """A folder that is a link is not entered, and the box is given up.

    go-judge #176: copying in followed links of the program's as well.
    """
    shell(box, "mkdir /tmp/d; ln -s /tmp/d /code/d")
    with pytest.raises(SandboxError, match="code folder"):
        box.put({"d/f": b"new"})


@pytest.mark.parametrize("name", ["../code2/a", "/code/../tmp/a", "/codes/a", "a/../../tmp/b"])
def test_names_are_compared_by_their_parts(box: Box, name: str) -> None:
    """A name that begins like the folder is not within it.

    go-judge before 1.12: whether a path lay in the box was decided by its first letters.
    """
    with pytest.raises(ValueError, match="plain relative"):
        box.put({name: b""})


def test_compiler_is_in_the_box(box: Box) -> None:
    """What a source has its compiler do is done where programs run, and under the same filter.

    DMOJ/judge-server #318: compilers ran outside the sandbox.
    """
    language = languages.table()["perl"]
    if language not in toolchains.found():
        pytest.skip("no perl")
    code = "BEGIN { exec 'cat', '/proc/self/mountinfo', '/proc/self/status' }"
    program = arranged(language, [SourceFile(language.source, code)])
    seen = compile_in(box, program, time_limit_s=10, memory_bytes=256 << 20).output
    assert b" /code rw," in seen
    assert b"Seccomp:\t2" in seen
    assert b"NoNewPrivs:\t1" in seen


@pytest.mark.parametrize("header", ["/dev/random", "/dev/urandom", "/dev/zero", "/dev/stdin"])
def test_endless_header(box: Box, header: str) -> None:
    """The compiler is ended, or ends, within its limits.

    judge0 #64, ejudge #122: a source included /dev/random.
    """
    box.put({"a.c": f"#include <{header}>\n".encode()})
    limits = replace(LIMITS, cpu_time_s=1, wall_time_s=5, memory_bytes=128 << 20)
    outcome = box.run(["gcc", "-c", "-o", "/tmp/a.o", "/code/a.c"], limits)
    assert outcome.cpu_time_s < 2
    assert outcome.memory_bytes < 256 << 20  # where memory is only sampled, on a busy machine it is seen late
    assert outcome.status is not Status.EXITED or outcome.exit_code in (0, 1)


def test_nothing_is_handed_on_in_a_shared_folder(new_box: Callable[..., Box]) -> None:
    """What one box writes to /tmp, /dev/shm and /var/tmp no other box has, and no later run.

    QDUOJ #165, isolate before 2.5: all programs shared one /tmp, or one /dev/shm.
    """
    one, two = new_box(), new_box()
    shell(
        one,
        "for d in /tmp /dev/shm /var/tmp /run /dev/mqueue; do echo secret > $d/left; done 2>/dev/null; true",
    )
    for box in (one, two):
        assert shell(box, "cat /tmp/left /dev/shm/left /var/tmp/left 2>/dev/null; true") == ""


def test_no_descriptor_of_the_judge(box: Box, tmp_path: Path) -> None:
    """Open files of the judge, inheritable ones as well, are not among a program's.

    DOMjudge 8.3: the descriptor of the file with the run's metadata leaked into the program.
    """
    path = tmp_path / "metadata"
    holder = os.open(path, os.O_CREAT | os.O_RDWR)
    os.set_inheritable(holder, True)
    try:
        listed = shell(box, "ls -l /proc/self/fd")
    finally:
        os.close(holder)
    assert "metadata" not in listed
    assert len([line for line in listed.splitlines() if "->" in line]) == 4  # of ls: its own folder, too


def test_no_group_is_kept(box: Box) -> None:
    """The groups of whoever started the judge are not the program's.

    isolate before 2.5: the group id of the caller was kept.
    """
    inside = dict(line.split(":\t", 1) for line in shell(box, "cat /proc/self/status").splitlines())
    assert inside["Gid"].split() == ["1000"] * 4
    assert inside["Groups"].split() in ([], ["1000"])
    # One group is mapped, so a second could not even be shown.
    assert shell(box, "cat /proc/self/gid_map").split()[0::2] == ["1000", "1"]


def test_stopping_itself_wins_no_time(box: Box) -> None:
    """A program that stops itself meets the wall limit.

    Piston #196: SIGSTOP stopped the watch with the program.
    """
    outcome = box.run(["sh", "-c", "kill -STOP $$"], replace(LIMITS, wall_time_s=0.3))
    assert outcome.status is Status.WALL_TIME_EXCEEDED
    assert outcome.wall_time_s < 2


@pytest.mark.parametrize("wall_time_s", [0.5, 0.05, 0.001])
def test_short_limits_are_limits(box: Box, wall_time_s: float) -> None:
    """A limit below a second holds as any other; none at all is refused.

    Judge0 before 1.13: a wall limit below 1 was rounded to none.
    """
    outcome = box.run(["sleep", "5"], replace(LIMITS, wall_time_s=wall_time_s))
    assert outcome.status is Status.WALL_TIME_EXCEEDED
    assert outcome.wall_time_s < 2
    with pytest.raises(ValueError, match="wall_time_s"):
        Limits(cpu_time_s=1, wall_time_s=0, memory_bytes=1, output_bytes=1)


def test_missing_groups_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without control groups the limits hold all the same, and what is less exact is said.

    go-judge: without the right to make control groups their limits vanished, and nothing was said.
    """
    missing = dict.fromkeys(hierarchy.CONTROLLERS, "not ours to write")
    monkeypatch.setattr(hierarchy, "find", lambda: hierarchy.Hierarchies(missing=missing))
    told = {layer.name: layer for layer in layers()}
    for controller in hierarchy.CONTROLLERS:
        layer = told[f"cgroup {controller}"]
        assert not layer.ok
        assert not layer.needed
        assert layer.mend
    with Box() as box:
        grow = ["python3", "-c", "bytearray(300 << 20)"]
        outcome = box.run(grow, replace(LIMITS, memory_bytes=64 << 20))
        assert outcome.status is Status.MEMORY_EXCEEDED


def test_groups_that_fail_are_fatal(monkeypatch: pytest.MonkeyPatch) -> None:
    """A control group that is there and cannot be used is an error, and no box.

    go-judge: a limit that could not be set was left out.
    """
    if "memory" not in hierarchy.find().folders:
        pytest.skip("no cgroup counts memory here")
    monkeypatch.setattr(cgroup.Cgroup, "_write", lambda *_: (_ for _ in ()).throw(OSError("no")))
    with Box() as box, pytest.raises(SandboxError, match="cgroup"):
        box.run(["true"], LIMITS)


def test_no_queue_of_requests(box: Box) -> None:
    """io_uring and vsock, which pass over filter and network namespace, are refused.

    isolate before 2.6: both were open.
    """
    script = (
        "import ctypes, os, socket\n"
        "libc = ctypes.CDLL(None, use_errno=True)\n"
        "print(libc.syscall(425, 1, bytes(120)), os.strerror(ctypes.get_errno()))\n"
        "try: socket.socket(40, socket.SOCK_STREAM)\n"
        "except OSError as error: print(error.strerror)"
    )
    assert shell(box, f'python3 -c "{script}"').splitlines() == [
        "-1 Function not implemented",
        "Address family not supported by protocol",
    ]


def test_own_mode_is_no_weapon(box: Box) -> None:
    """A program that closes its folders to everyone keeps neither the next run nor the judge from its work.

    CVE-2024-28189 and its kin: the judge, as root, opened again by name what a program had closed.
    """
    shell(box, "mkdir /code/d; touch /code/d/f; chmod 0 /code/d; chmod 0 /tmp")
    box.put({"g": b"#!/bin/sh\nstat -c %a /tmp\n"})
    assert stat.filemode(int(shell(box, "sh /code/g"), 8)) == "?rwx------"
