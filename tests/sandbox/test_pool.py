"""Boxes made ahead: ready, distinct, of one use each, and gone with whatever they hang on."""

import contextlib
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from judge.sandbox import Box, BoxKilled, Pool, SandboxError, Status, hierarchy
from judge.sandbox.link import readable

from .conftest import LIMITS, NOBODY, Remote, shell
from .test_remains import descendants, groups, mounts, own_groups

DEATH_S = 5.0


def ended(pidfd: int) -> bool:
    """Whether a process is gone, soon at least; the descriptor is closed."""
    try:
        return readable(pidfd, DEATH_S)
    finally:
        os.close(pidfd)


@pytest.fixture
def pool_here() -> Iterator[Pool]:
    """A pool of this very process."""
    with Pool() as pool:
        yield pool


def test_boxes_are_ready_and_distinct(new_pool: Callable[..., Pool]) -> None:
    """Each box taken is another one, works like any other, and shares nothing with its neighbours."""
    pool = new_pool(ahead=2)
    boxes = [pool.take() for _ in range(4)]
    for number, box in enumerate(boxes):
        box.put({"mine": str(number).encode()})
    assert [shell(box, "cat /code/mine; echo > /tmp/left; ls /code") for box in boxes] == [
        f"{number}mine\n" for number in range(4)
    ]
    for box in boxes:
        box.seal()
        assert box.run(["sh", "-c", "exit 7"], LIMITS).exit_code == 7
        box.close()


def test_limits_hold_in_a_box_of_the_pool(new_pool: Callable[..., Pool]) -> None:
    """A box of the pool keeps the limits of a box made alone: its programs are counted from its birth on."""
    box = new_pool().take()
    grow = ["python3", "-c", "x = bytearray(300 << 20)"]
    assert box.run(grow, replace(LIMITS, memory_bytes=64 << 20)).status is Status.MEMORY_EXCEEDED
    spin = replace(LIMITS, cpu_time_s=0.2)
    assert box.run(["sh", "-c", "while :; do :; done"], spin).status is Status.CPU_TIME_EXCEEDED
    box.close()


def test_processors(new_pool: Callable[..., Pool]) -> None:
    """Programs keep to the processors of the pool."""
    cpu = min(os.sched_getaffinity(0))
    box = new_pool(cpus=[cpu]).take()
    assert f"Cpus_allowed_list:\t{cpu}\n" in shell(box, "cat /proc/self/status")
    box.close()


@pytest.mark.parametrize("ahead", [0, 17])
def test_bounds(ahead: int) -> None:
    """No pool without a box ahead, and none that hoards."""
    with pytest.raises(ValueError, match="ahead"):
        Pool(ahead=ahead)


def test_report(pool_here: Pool) -> None:
    """A pool tells how many boxes wait and what they take."""
    pool_here.wait()
    before = pool_here.report()
    assert (before.waiting, before.ready, before.taken, before.lost) == (1, 1, 0, 0)
    assert 0 < before.waiting_bytes < 64 << 20
    pool_here.take().close()
    assert pool_here.report().taken == 1


def test_the_next_is_made_while_the_first_compiles(pool_here: Pool) -> None:
    """A box that is taken is replaced when a program runs in it, and not before: nobody waits then."""
    box = pool_here.take()
    box.put({"a": b""})
    assert pool_here.report().waiting == 0
    box.run(["true"], LIMITS)
    assert pool_here.report().waiting == 1
    box.close()
    assert pool_here.report().waiting == 1


def test_the_next_is_not_made_beside_a_run_whose_time_counts(pool_here: Pool) -> None:
    """Where nothing is compiled it is made when the first has done its work."""
    box = pool_here.take()
    box.seal()
    box.run(["true"], LIMITS)
    assert pool_here.report().waiting == 0
    box.close()
    assert pool_here.report().waiting == 1


def test_a_box_is_gone_after_close(pool_here: Pool) -> None:
    """Closing a box ends its processes and its cgroup, and leaves the pool's others alone."""
    pool_here.wait()
    box = pool_here.take()
    box.run(["sh", "-c", "sleep 100 &"], LIMITS)
    other = pool_here.take()
    processes = [os.pidfd_open(pid) for pid in box._link.process_ids or ()]
    assert len(processes) == 2
    count = len(own_groups())
    box.close()
    assert all(map(ended, processes))
    assert len(own_groups()) < count or not hierarchy.find().folders
    assert shell(other, "echo on") == "on\n"
    other.close()


def test_close_leaves_nothing() -> None:
    """After a pool's end there is no process, mount, cgroup or descriptor more than before."""
    before = descendants(), mounts(), own_groups(), len(os.listdir("/proc/self/fd"))
    with Pool(ahead=3) as pool:
        for _ in range(3):
            with pool.take() as box:
                box.run(["true"], LIMITS)
        pool.take().close()
    pool.close()
    assert (descendants(), mounts(), own_groups(), len(os.listdir("/proc/self/fd"))) == before


def test_close_at_once() -> None:
    """A pool may end before its first box stands."""
    before = descendants(), own_groups(), len(os.listdir("/proc/self/fd"))
    Pool(ahead=4).close()
    assert (descendants(), own_groups(), len(os.listdir("/proc/self/fd"))) == before


def test_close_with_a_box_in_use() -> None:
    """A box that was taken outlives the pool; it is its taker's."""
    with Pool() as pool:
        box = pool.take()
    assert shell(box, "echo alive") == "alive\n"
    box.close()
    assert own_groups() == set()


def test_kill(pool_here: Pool) -> None:
    """``Box.kill`` ends a box of the pool as any other, from a signal handler as well."""
    box = pool_here.take()
    before = signal.signal(signal.SIGALRM, lambda *_: box.kill())
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        with pytest.raises(BoxKilled):
            box.run(["sleep", "100"], LIMITS)
    finally:
        signal.signal(signal.SIGALRM, before)
    box.close()


def test_a_dead_box_is_not_handed_out(pool_here: Pool) -> None:
    """A box whose agent died while it waited is replaced, whichever of the two it was."""
    for which in (0, 1):
        pool_here.wait()
        pidfd = os.pidfd_open(pool_here._waiting[0].link.process_ids[which])
        signal.pidfd_send_signal(pidfd, signal.SIGKILL)
        assert ended(pidfd)
        with pool_here.take() as box:
            assert shell(box, "echo alive") == "alive\n"
    assert pool_here.report().lost == 2


def test_what_cannot_be_made_is_told() -> None:
    """Where a layer is missing the pool hands out nothing, and says which one it is."""
    with Pool(cpus=[1023]) as pool:  # a processor that is not there
        for _ in range(2):
            with pytest.raises(SandboxError, match="agent"):
                pool.take()
    assert own_groups() == set()


OWNER = """
import sys
from judge.sandbox import Limits, Pool
pool = Pool(ahead=2)
box = pool.take()
box.run(["true"], Limits(1, 9, 1 << 28, 1))
pool.wait()
waiting = [pid for opening in pool._waiting for pid in opening.link.process_ids]
print(*box._link.process_ids, *waiting, flush=True)
box.run(["sleep", "1000"], Limits(cpu_time_s=1000, wall_time_s=1000, memory_bytes=1 << 28, output_bytes=1))
"""


@pytest.mark.parametrize("user", ["self", "nobody"])
def test_all_dies_with_the_owner(user: str, request: pytest.FixtureRequest) -> None:
    """kill -9 of the judging process ends agents and program; the next pool removes the cgroups."""
    if user == "nobody":
        remote: Remote = request.getfixturevalue("remote")
        options = {
            "user": NOBODY,
            "group": NOBODY,
            "extra_groups": [],
            "env": remote.environment,
            "cwd": "/",
        }
        command = [remote.process.args[0], "-c", OWNER]
    else:
        options, command = {}, [sys.executable, "-c", OWNER]
    owner = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, **options)
    assert owner.stdout
    watched = [os.pidfd_open(int(pid)) for pid in owner.stdout.readline().split()]
    assert len(watched) == 2 * 3
    owner.kill()
    owner.wait()
    owner.stdout.close()
    assert all(ended(pidfd) for pidfd in watched)
    Pool().close()
    assert not {path for path in groups() if path.name.startswith(f"judge-{owner.pid}-")}


def test_agents_hold_nothing(pool_here: Pool) -> None:
    """They are no copies of this process: neither of its environment, nor of its descriptors."""
    not_ours = os.memfd_create("kept open", 0)  # by a library that does not close on exec
    try:
        with Box() as box:
            for pid, own in zip(box._link.process_ids, (2, 6), strict=True):
                folder = Path("/proc", str(pid))
                assert (folder / "environ").read_bytes() == b""
                assert os.getsid(pid) != os.getsid(0)
                # The streams, and: a socket and init's end; a socket and five files of /proc and cgroup.
                assert len(os.listdir(folder / "fd")) <= 3 + own
    finally:
        os.close(not_ours)


@pytest.mark.parametrize("spare", [0, 3, 6, 9, 12, 15])
def test_a_box_ends_though_no_next_one_can_be_begun(pool_here: Pool, spare: int) -> None:
    """Whatever is missing, as descriptors here: the next ``take`` will tell."""
    pool_here.wait()
    box = pool_here.take()
    agents = [os.pidfd_open(pid) for pid in box._link.process_ids]
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    taken: list[int] = []
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(map(int, os.listdir("/proc/self/fd"))) + 50, before[1]))
    try:
        with contextlib.suppress(OSError):
            while True:
                taken.append(os.dup(0))
        for _ in range(spare):
            os.close(taken.pop())
        box.close()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
        for descriptor in taken:
            os.close(descriptor)
    assert all(map(ended, agents))
    with pool_here.take() as another:
        assert shell(another, "echo on") == "on\n"


def test_a_box_ends_though_what_it_prepares_breaks_off() -> None:
    """A time limit's exception may come at any moment, this one among them."""

    def break_off() -> None:
        raise TimeoutError

    box = Box(meanwhile=break_off)
    agents = [os.pidfd_open(pid) for pid in box._link.process_ids]
    with pytest.raises(TimeoutError):
        box.close()
    assert all(map(ended, agents))


def test_a_plain_box_needs_no_pool() -> None:
    """``Box()`` alone works beside a pool."""
    with Pool() as pool, Box() as alone, pool.take() as taken:
        assert shell(alone, "echo 1") + shell(taken, "echo 2") == "1\n2\n"


def test_what_every_box_is_to_hide_is_hidden_ahead(new_pool: Callable[..., Pool]) -> None:
    """And nothing else: who wants to see one of these things gets a box that shows it."""
    pool = new_pool()
    folders = ("/usr/share", "/usr/include", "/usr/lib/nothing-of-this-name")
    first = pool.take(folders)
    assert shell(first, "ls /usr/share | wc -l") != "0\n"  # nobody could know
    first.close()
    second = pool.take(folders)
    assert shell(second, "ls /usr/share /usr/include | grep -v :") == "\n"
    second.close()
    third = pool.take(folders[:1])
    assert shell(third, "ls /usr/share | wc -l; ls /usr/include | grep -c stdio.h") == "0\n1\n"
    third.close()
    fourth = pool.take(folders)
    assert shell(fourth, "ls /usr/share | wc -l") == "0\n"
    fourth.cover(folders)
    assert shell(fourth, "ls /usr/include | wc -l") == "0\n"
    fourth.close()
