"""Every way in which a run can end, and the figures it ends with."""

import io
import os
import platform
import struct
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from judge.sandbox import Box, Outcome, Status

from .conftest import LIMITS, shell

MB = 1 << 20
Run = Callable[..., Outcome]

INTERPRETER_PAST_THE_END = b"\x7fELF\2\1\1".ljust(16, b"\0") + struct.pack(
    "=HHIQQQIHHHHHH IIQQQQQQ",
    *(2, 62, 1, 0, 64, 0, 0, 64, 56, 1, 64, 0, 0),
    *(3, 5, 1 << 20, 0, 0, 20, 20, 1),
)
"""An executable of x86_64 that says that the name of its interpreter is where the file has ended."""


def test_exit_code_and_streams(box: Box) -> None:
    """A program that leaves by itself: its code, and each stream as it wrote it."""
    outcome = box.run(["sh", "-c", "cat; echo err >&2; exit 7"], LIMITS, stdin=b"in\0\xff")
    assert (outcome.status, outcome.exit_code, outcome.signal) == (Status.EXITED, 7, None)
    assert (outcome.stdout, outcome.stderr) == (b"in\0\xff", b"err\n")


def test_merged_streams_keep_their_order(box: Box) -> None:
    """With merge_stderr everything comes as stdout, in the order it was written."""
    outcome = box.run(["sh", "-c", "echo 1; echo 2 >&2; echo 3"], LIMITS, merge_stderr=True)
    assert (outcome.stdout, outcome.stderr) == (b"1\n2\n3\n", b"")


def test_signal(box: Box) -> None:
    """A program that a signal ends: the signal and no code."""
    outcome = box.run(["sh", "-c", "kill -SEGV $$"], LIMITS)
    assert (outcome.status, outcome.exit_code, outcome.signal) == (Status.SIGNALED, None, 11)


@pytest.mark.parametrize("how", ["alone", "threads", "children"])
def test_cpu_time_is_that_of_all(run: Run, how: str) -> None:
    """CPU time adds up over threads and children, and is what was used with little besides."""
    outcome = run("burn", how, "0.3")
    assert outcome.status is Status.EXITED
    # The program's own clock begins before its exec, at the fork.
    assert 0.29 < outcome.cpu_time_s < 0.36


@pytest.mark.parametrize("how", ["alone", "threads", "children", "unseen", "left"])
def test_cpu_time_exceeded(run: Run, how: str) -> None:
    """The limit is on the sum, also over children that nobody waits for, and ends the run at once."""
    outcome = run("burn", how, "100", limits=replace(LIMITS, cpu_time_s=0.3))
    assert outcome.status is Status.CPU_TIME_EXCEEDED
    assert outcome.signal == 9
    assert 0.3 < outcome.cpu_time_s < 0.5


def test_wall_time_exceeded_asleep(box: Box) -> None:
    """A program that sleeps past the wall limit is ended, with hardly any CPU time."""
    outcome = box.run(["sleep", "100"], replace(LIMITS, wall_time_s=0.2))
    assert (outcome.status, outcome.signal) == (Status.WALL_TIME_EXCEEDED, 9)
    assert outcome.wall_time_s >= 0.2
    assert outcome.cpu_time_s < 0.1


def test_wall_time_exceeded_stopped(run: Run) -> None:
    """A program that stops itself, and the agent if it could, meets the wall limit all the same."""
    assert run("stopper", limits=replace(LIMITS, wall_time_s=0.2)).status is Status.WALL_TIME_EXCEEDED
    assert run("stopper", limits=replace(LIMITS, wall_time_s=0.2)).status is Status.WALL_TIME_EXCEEDED


@pytest.mark.parametrize("how", ["heap", "stack", "mmap", "shared", "file", "shm", "children", "tables"])
def test_memory_exceeded(run: Run, how: str) -> None:
    """Memory of every kind counts: when it is more than the limit, that is the outcome."""
    limits = replace(LIMITS, memory_bytes=64 * MB, file_bytes=512 * MB)
    outcome = run("memory", how, "256", limits=limits)
    assert outcome.status is Status.MEMORY_EXCEEDED
    assert outcome.memory_bytes > 60 * MB


def test_memory_exceeded_without_a_first_thread(run: Run) -> None:
    """A process whose first thread has ended is still asked what it holds, and ended while it runs."""
    outcome = run("memory", "leader", "256", limits=replace(LIMITS, memory_bytes=64 * MB))
    assert (outcome.status, outcome.signal) == (Status.MEMORY_EXCEEDED, 9)


def test_memory_that_only_a_cgroup_sees(run: Run, counted: bool) -> None:
    """Anonymous files count in a cgroup, and are refused without one."""
    limits = replace(LIMITS, memory_bytes=64 * MB, file_bytes=512 * MB)
    outcome = run("memory", "memfd", "256", limits=limits)
    if counted:
        assert outcome.status is Status.MEMORY_EXCEEDED
    else:
        assert (outcome.status, outcome.exit_code) == (Status.EXITED, 9)


@pytest.mark.parametrize("how", ["sysv", "semaphores", "messages"])
def test_memory_that_outlives_its_process(run: Run, how: str) -> None:
    """What stays when its maker ends, and is told of by its number when it does not, is refused."""
    assert run("memory", how, "1").exit_code == 9


@pytest.mark.parametrize("how", ["heap", "stack", "mmap", "shared", "file", "shm"])
def test_memory_below_the_limit(run: Run, how: str) -> None:
    """A program may use what it was given; the peak is told within 4 MB."""
    limits = replace(LIMITS, memory_bytes=128 * MB, file_bytes=512 * MB)
    outcome = run("memory", how, "100", limits=limits)
    assert (outcome.status, outcome.exit_code) == (Status.EXITED, 0)
    assert 99 * MB < outcome.memory_bytes < 104 * MB


def test_peak_behind_cached_files(run: Run) -> None:
    """A peak does not vanish from the figures when files are cached after it."""
    outcome = run("memory", "behind", "100", limits=replace(LIMITS, memory_bytes=512 * MB))
    assert (outcome.status, outcome.exit_code) == (Status.EXITED, 0)
    # The kernel charges in batches, one a CPU, so a figure may be a megabyte or so too low.
    assert outcome.memory_bytes > 97 * MB


def test_hardly_any_memory(run: Run, box: Box) -> None:
    """A limit below what any program needs is still the program's to exceed, and the box survives it."""
    outcome = run("memory", "heap", "50", limits=replace(LIMITS, memory_bytes=100_000))
    assert outcome.status is Status.MEMORY_EXCEEDED
    assert shell(box, "echo on") == "on\n"


def test_small_program_is_small(run: Run) -> None:
    """A program that uses next to nothing is charged with that, and not with the agent it came from."""
    for _ in range(20):
        assert 0.2 * MB < run("descriptors").memory_bytes < 3 * MB


def test_runs_after_the_memory_limit(run: Run) -> None:
    """The limit ends a run, not the box; the next run has all its memory and its own figures."""
    limits = replace(LIMITS, memory_bytes=64 * MB)
    for _ in range(3):
        assert run("memory", "heap", "100", limits=limits).status is Status.MEMORY_EXCEEDED
        outcome = run("memory", "heap", "50", limits=limits)
        assert (outcome.status, outcome.exit_code) == (Status.EXITED, 0)
        assert outcome.memory_bytes < 56 * MB


@pytest.mark.parametrize("stream", ["", ">&2"])
def test_output_exceeded(box: Box, stream: str) -> None:
    """More than the limit on either stream ends the run; what is kept is cut."""
    script = f"while :; do echo 0123456789; done {stream}"
    outcome = box.run(["sh", "-c", script], replace(LIMITS, output_bytes=1000))
    assert outcome.status is Status.OUTPUT_EXCEEDED
    assert (outcome.stdout or outcome.stderr) == (b"0123456789\n" * 91)[:1000]


def test_output_at_the_limit(box: Box) -> None:
    """Exactly as many bytes as allowed are allowed."""
    outcome = box.run(["sh", "-c", "printf 12345"], replace(LIMITS, output_bytes=5))
    assert (outcome.status, outcome.stdout) == (Status.EXITED, b"12345")


def test_stderr_is_cut(box: Box) -> None:
    """Of standard error a bounded part is kept, and much of it is no offence."""
    outcome = box.run(["sh", "-c", "head -c 500000 /dev/zero >&2"], LIMITS)
    assert outcome.status is Status.EXITED
    assert len(outcome.stderr) == 64 << 10


def test_large_streams(box: Box) -> None:
    """Megabytes in and out, at once, arrive whole."""
    data = os.urandom(8 * MB)
    outcome = box.run(["cat"], replace(LIMITS, output_bytes=8 * MB), stdin=data)
    assert outcome.stdout == data


def test_fork_bomb(run: Run) -> None:
    """Processes are bounded: forks fail with EAGAIN, and nothing of the bomb outlives the run."""
    outcome = run("forkbomb", limits=replace(LIMITS, processes=20, wall_time_s=0.5, cpu_time_s=0.4))
    assert outcome.status in (Status.WALL_TIME_EXCEEDED, Status.CPU_TIME_EXCEEDED)
    assert set(outcome.stdout.split()) == {b"11"}
    assert len(outcome.stdout.split()) <= 20


def test_as_many_processes_as_allowed(box: Box) -> None:
    """The limit is the number itself: a shell and nine children are ten."""
    script = "for i in 1 2 3 4 5 6 7 8 9; do sleep 0.05 & done; wait"
    ten, nine = (replace(LIMITS, processes=count) for count in (10, 9))
    assert box.run(["sh", "-c", script], ten).stderr == b""
    assert b"fork" in box.run(["sh", "-c", script], nine).stderr


def test_orphans_do_not_add_up(box: Box) -> None:
    """Ended processes whose parents are gone are reaped during the run and cost nothing."""
    script = "for i in $(seq 100); do (true &) ; sleep 0.002; done"
    outcome = box.run(["sh", "-c", script], replace(LIMITS, processes=60))
    assert (outcome.exit_code, outcome.stderr) == (0, b"")


def test_file_limits(box: Box) -> None:
    """Bytes and number of files are bounded for the folder as a whole, and each file's size."""
    limits = replace(LIMITS, file_bytes=1 * MB, file_count=10)
    assert b"No space" in box.run(["sh", "-c", "head -c 700000 /dev/zero | tee a > b"], limits).stderr
    assert b"No space" in box.run(["sh", "-c", "for i in $(seq 11); do : > $i; done"], limits).stderr
    assert box.run(["sh", "-c", "for i in $(seq 10); do : > $i; done"], limits).stderr == b""
    assert box.run(["sh", "-c", "exec head -c 2000000 /dev/zero > /code/a"], limits).signal == 25


def test_open_files(box: Box) -> None:
    """The number of descriptors is bounded."""
    outcome = box.run(["sh", "-c", "ulimit -n; ulimit -Hn"], replace(LIMITS, open_files=17))
    assert outcome.stdout == b"17\n17\n"


def test_no_core_dump(box: Box) -> None:
    """A crash writes nothing and starts nothing."""
    outcome = box.run(["sh", "-c", "sh -c 'kill -ABRT $$'; ls -A"], LIMITS)
    assert outcome.stdout == b""


@pytest.mark.parametrize("make", [lambda p: p.open("rb"), lambda p: os.open(p, os.O_RDONLY)])
def test_stdin_of_a_file(tmp_path: Path, make: Callable[[Path], io.BufferedReader | int]) -> None:
    """A file or descriptor is copied from where it stands; the program gets neither its path nor its mode."""
    path = tmp_path / "input"
    path.write_bytes(b"skip\nrest\n")
    source = make(path)
    with Box() as box:
        descriptor = source if isinstance(source, int) else source.fileno()
        os.lseek(descriptor, 5, os.SEEK_SET)
        script = "readlink /proc/self/fd/0; chmod 0 /dev/stdin; echo 2>&- >> /dev/stdin; cat"
        outcome = box.run(["sh", "-c", script], LIMITS, stdin=source)
        assert outcome.stdout.startswith(b"/memfd:stdin")
        assert outcome.stdout.endswith(b"rest\n")
    os.close(descriptor) if isinstance(source, int) else source.close()
    assert path.read_bytes() == b"skip\nrest\n"


def test_no_stdin_is_empty(box: Box) -> None:
    """Without input the program reads the end at once."""
    assert box.run(["cat"], LIMITS).stdout == b""


def test_streams_by_name(box: Box) -> None:
    """Programs may open their streams as /dev/stdin, /dev/stdout and /dev/stderr."""
    outcome = box.run(["sh", "-c", "cat /dev/stdin > /dev/stdout; echo e > /dev/stderr"], LIMITS, stdin=b"x")
    assert (outcome.stdout, outcome.stderr) == (b"x", b"e\n")


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("/code/none", None, b"No such file"),
        ("nonesuch", None, b"No such file"),
        ("/code/text", b"no program\n", b"Exec format error"),
        pytest.param(
            *("/code/text", INTERPRETER_PAST_THE_END, b"Input/output error"),
            marks=pytest.mark.skipif(platform.machine() != "x86_64", reason="its file is for x86_64"),
        ),
        ("/code", None, b"Permission denied"),
    ],
)
def test_cannot_be_executed(box: Box, name: str, content: bytes | None, reason: bytes) -> None:
    """What is missing or no program ends with 127 and says why; it is the artefact's fault, not ours."""
    if content:
        box.put({"text": content})
    outcome = box.run([name], LIMITS)
    assert (outcome.status, outcome.exit_code) == (Status.EXITED, 127)
    assert outcome.stderr.startswith(b"exec: " + reason)


def test_affinity(new_box: Callable[..., Box]) -> None:
    """Programs run on the processors given and on no other."""
    one = max(os.sched_getaffinity(0))
    assert shell(new_box(cpus={one}), "nproc; grep Cpus_allowed_list /proc/self/status").split() == [
        *("1", "Cpus_allowed_list:", str(one))
    ]


def test_environment_is_clean(box: Box) -> None:
    """A program sees a fixed environment and what it is given, nothing of the judge's."""
    os.environ["JUDGE_SECRET"] = "secret"
    outcome = box.run(["env"], LIMITS, env={"A": "b", "LANG": "C"})
    assert sorted(outcome.stdout.decode().split()) == [
        *("A=b", "HOME=/tmp", "LANG=C", "PATH=/usr/local/bin:/usr/bin:/bin", "TMPDIR=/tmp")
    ]


@pytest.mark.parametrize("argv", [[], ["a\0b"]])
def test_impossible_arguments(box: Box, argv: list[str]) -> None:
    """Nothing to run, or a NUL in it, is the caller's error."""
    with pytest.raises(ValueError, match="argument"):
        box.run(argv, LIMITS)


def test_arguments_of_any_bytes(box: Box) -> None:
    """Text and surrogate-escaped bytes arrive as they are."""
    odd = os.fsdecode(b"\xff\xfe") + "ü"
    assert box.run(["printf", "%s", odd], LIMITS).stdout == os.fsencode(odd)


def test_figures_against_the_bare_program(run: Run, compiled: Callable[[str], bytes], tmp_path: Path) -> None:
    """CPU time in the box is what getrusage says of the same program outside, within 10 ms."""
    path = tmp_path / "burn"
    path.write_bytes(compiled("burn"))
    path.chmod(0o700)
    script = (
        "import resource, subprocess, sys; subprocess.run(sys.argv[1:]);"
        "used = resource.getrusage(resource.RUSAGE_CHILDREN); print(used.ru_utime + used.ru_stime)"
    )
    bare = float(subprocess.check_output([sys.executable, "-c", script, path, "alone", "0.2"]))
    assert run("burn", "alone", "0.2").cpu_time_s == pytest.approx(bare, abs=0.01)
