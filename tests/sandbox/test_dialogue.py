"""Two programs that talk with each other: who ends first and how, and that neither holds up the other."""

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from judge.sandbox import Box, BoxKilled, Dialogue, Limits, SandboxError, Side, Status, interact

from .conftest import LIMITS, descriptors, shell

MB = 1 << 20
TALK = "/code/talk"
REPEATS = int(os.environ.get("REPEATS", "5"))
"""How often each case is played; each time it must come to the same."""

PATIENT = replace(LIMITS, wall_time_s=5)
HASTY = replace(LIMITS, wall_time_s=0.3)
REJECTED = 43

Talk = Callable[..., Dialogue]


@pytest.fixture
def boxes(new_box: Callable[..., Box], compiled: Callable[[str], bytes]) -> tuple[Box, Box]:
    """Two boxes on one processor, as a slot of a worker has them, with ``talk.c``."""
    cpu = {min(os.sched_getaffinity(0))}
    pair = new_box(cpus=cpu), new_box(cpus=cpu)
    for box in pair:
        box.put({"talk": compiled("talk"), "inflight": compiled("inflight")})
        box.seal()
    return pair


@pytest.fixture
def talk(mode: str, boxes: tuple[Box, Box], request: pytest.FixtureRequest) -> Talk:
    """Have two programs talk, each given by what it does, or by its arguments."""

    def talk_(
        program: str | list[str],
        interactor: str | list[str],
        *,
        limits: Limits = PATIENT,
        limits_of_the_interactor: Limits = PATIENT,
        **kwargs: Any,
    ) -> Dialogue:
        sides = [
            (box, [TALK, *does.split()] if isinstance(does, str) else does, its)
            for box, does, its in zip(
                boxes, (program, interactor), (limits, limits_of_the_interactor), strict=True
            )
        ]
        if mode == "self":
            return interact(*(Side(*side) for side in sides), **kwargs)
        remote = request.getfixturevalue("remote")
        return remote.call(-1, "interact", *((box.number, *rest) for box, *rest in sides), **kwargs)

    return talk_


@dataclass(frozen=True, kw_only=True)
class Case:
    """Who does what, and how both must end: by exit code, or by status."""

    name: str
    program: str
    interactor: str
    ends: tuple[int | Status, int | Status]
    program_was_first: bool
    limits: Limits = PATIENT
    limits_of_the_interactor: Limits = PATIENT
    stop: bool = False


CASES = [
    Case(
        name="the program leaves at once",
        program="exit=1",
        interactor="hear=43",
        ends=(1, REJECTED),
        program_was_first=True,
    ),
    Case(
        name="the program leaves at once, and the interactor writes on",
        program="exit=0",
        interactor="to-the-end write=900000 exit=42",
        ends=(0, 42),
        program_was_first=True,
    ),
    Case(
        name="the interactor rejects without reading",
        program="say hear=1",
        interactor="exit=43",
        ends=(1, REJECTED),
        program_was_first=False,
    ),
    Case(
        name="the interactor rejects, and the program writes on",
        program="to-the-end write=900000 exit=0",
        interactor="exit=43",
        ends=(0, REJECTED),
        program_was_first=False,
    ),
    Case(
        name="the interactor rejects, and the program sleeps",
        program="say sleep",
        interactor="hear=44 exit=43",
        ends=(Status.SIGNALED, REJECTED),
        program_was_first=False,
        stop=True,
    ),
    Case(
        name="the interactor rejects, and the program floods",
        program="say flood",
        interactor="hear=44 exit=43",
        limits=replace(PATIENT, output_bytes=1 << 40),
        ends=(Status.SIGNALED, REJECTED),
        program_was_first=False,
        stop=True,
    ),
    Case(
        name="both wait",
        program="hear=1",
        interactor="hear=43",
        limits=HASTY,
        ends=(Status.WALL_TIME_EXCEEDED, REJECTED),
        program_was_first=True,
    ),
    Case(
        name="the program floods",
        program="flood",
        interactor="to-the-end exit=43",
        ends=(Status.OUTPUT_EXCEEDED, REJECTED),
        program_was_first=True,
    ),
    Case(
        name="the program floods, and nobody reads",
        program="flood",
        interactor="sleep",
        limits=HASTY,
        limits_of_the_interactor=HASTY,
        ends=(Status.WALL_TIME_EXCEEDED, Status.WALL_TIME_EXCEEDED),
        program_was_first=True,
    ),
    Case(
        name="the interactor floods, and nobody reads",
        program="sleep",
        interactor="flood",
        limits=HASTY,
        ends=(Status.WALL_TIME_EXCEEDED, Status.OUTPUT_EXCEEDED),
        program_was_first=True,
    ),
    Case(
        name="the program closes its output and sleeps",
        program="close-out sleep",
        interactor="hear=43",
        ends=(Status.SIGNALED, REJECTED),
        program_was_first=False,
        stop=True,
    ),
    Case(
        name="the program closes its output and listens",
        program="close-out to-the-end exit=3",
        interactor="to-the-end exit=42",
        ends=(3, 42),
        program_was_first=False,
    ),
    Case(
        name="the interactor closes its output and listens",
        program="to-the-end say exit=0",
        interactor="say close-out hear=44 to-the-end exit=42",
        ends=(0, 42),
        program_was_first=True,
    ),
    Case(
        name="the interactor closes its input, and the program floods",
        program="flood",
        interactor="close-in sleep",
        ends=(Status.OUTPUT_EXCEEDED, Status.WALL_TIME_EXCEEDED),
        limits_of_the_interactor=HASTY,
        limits=replace(PATIENT, wall_time_s=1),
        program_was_first=True,
    ),
    Case(
        name="the program closes its input, and the interactor floods",
        program="close-in sleep",
        interactor="flood",
        limits=replace(PATIENT, wall_time_s=1),
        ends=(Status.WALL_TIME_EXCEEDED, Status.OUTPUT_EXCEEDED),
        program_was_first=False,
    ),
    Case(
        name="a child of the program holds its output",
        program="heir exit=0",
        interactor="hear=43",
        ends=(0, REJECTED),
        program_was_first=True,
    ),
    Case(
        name="the program stops itself",
        program="say stop",
        interactor="hear=44 hear=43",
        limits=HASTY,
        ends=(Status.WALL_TIME_EXCEEDED, REJECTED),
        program_was_first=True,
    ),
    Case(
        name="the program crashes at what it hears",
        program="hear=1 crash",
        interactor="say hear=43",
        ends=(Status.SIGNALED, REJECTED),
        program_was_first=True,
    ),
    Case(
        name="the interactor crashes",
        program="say hear=1",
        interactor="hear=44 crash",
        ends=(1, Status.SIGNALED),
        program_was_first=False,
    ),
    Case(
        name="the interactor computes for ever",
        program="say hear=1",
        interactor="hear=44 burn",
        limits_of_the_interactor=replace(PATIENT, cpu_time_s=0.1),
        ends=(1, Status.CPU_TIME_EXCEEDED),
        program_was_first=False,
    ),
    Case(
        name="all is well",
        program="hear=1 say hear=1 say exit=0",
        interactor="say hear=43 say hear=43 to-the-end exit=42",
        ends=(0, 42),
        program_was_first=True,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_who_ends_first(case: Case, talk: Talk) -> None:
    """However the two end, it is each time the same: of both, how, and who was first."""
    for _ in range(REPEATS):
        found = talk(
            case.program,
            case.interactor,
            limits=case.limits,
            limits_of_the_interactor=case.limits_of_the_interactor,
            stop_when=frozenset({REJECTED} if case.stop else ()).__contains__,
        )
        for outcome, end in zip((found.program, found.interactor), case.ends, strict=True):
            if isinstance(end, Status):
                assert outcome.status is end, found
            else:
                assert (outcome.status, outcome.exit_code) == (Status.EXITED, end), found
        assert found.program_was_first is case.program_was_first, found


def test_all_arrives(talk: Talk) -> None:
    """Every byte comes through in order, in both directions, in pieces larger than a pipe."""
    roomy = replace(PATIENT, output_bytes=100 * MB)
    found = talk("exchange=100", "echo", limits=roomy, limits_of_the_interactor=roomy)
    assert (found.program.exit_code, found.interactor.exit_code) == (0, 0), found


@pytest.mark.parametrize("size", [0, 1, 100_000, 900_000])
def test_the_rest_arrives(talk: Talk, size: int) -> None:
    """What a program wrote before it ended is read by one that comes to it later."""
    found = talk(f"write={size} exit=0", f"nap=20 count={size}")
    assert (found.program.exit_code, found.interactor.exit_code) == (0, 0), found
    found = talk(f"nap=20 count={size}", f"write={size} exit=0")
    assert (found.program.exit_code, found.interactor.exit_code) == (0, 0), found


def test_output_limit_is_exact(talk: Talk) -> None:
    """As much as the limit may be written, and nobody reads more."""
    limits = replace(PATIENT, output_bytes=100_000)
    for size, status in ((100_000, Status.EXITED), (100_001, Status.OUTPUT_EXCEEDED)):
        found = talk(f"write={size} exit=0", "to-the-end exit=42", limits=limits)
        assert (found.program.status, found.interactor.exit_code) == (status, 42)
        found = talk(f"to-the-end write={size} exit=0", "exit=42", limits=limits)
        assert (found.program.status, found.interactor.exit_code) == (status, 42)


def test_error_streams_are_each_ones_own(talk: Talk) -> None:
    """What they write to stderr is told, and what to stdout the other has read."""
    found = talk(["sh", "-c", "echo out; echo err >&2"], ["sh", "-c", "cat >&2; exit 42"])
    assert (found.program.stdout, found.program.stderr) == (b"", b"err\n")
    assert (found.interactor.stdout, found.interactor.stderr) == (b"", b"out\n")


def test_times_are_each_ones_own(talk: Talk) -> None:
    """One computes while the other waits; neither is told the other's CPU time."""
    limits = replace(PATIENT, cpu_time_s=0.2)
    found = talk("hear=1", "burn", limits=limits, limits_of_the_interactor=replace(PATIENT, cpu_time_s=0.5))
    assert found.interactor.status is Status.CPU_TIME_EXCEEDED
    assert found.program.exit_code == 1
    assert found.program.cpu_time_s < 0.1
    assert found.program.wall_time_s > 0.4


def test_streams_by_their_names(talk: Talk) -> None:
    """A program may open /dev/stdin and /dev/stdout, whoever it is."""
    found = talk("reopen hear=1 say", "reopen say hear=43")
    assert (found.program.exit_code, found.interactor.exit_code) == (0, 0), found


def test_stream_held_by_nobody(talk: Talk) -> None:
    """A stream sent into a socket that is itself in flight does not keep the other from its end."""
    found = talk(["/code/inflight"], "count=5 exit=42")
    assert (found.program.exit_code, found.interactor.exit_code) == (0, 42), found


@pytest.mark.parametrize("argv", [["/code/none"], ["/code"]])
def test_what_cannot_be_started(talk: Talk, argv: list[str]) -> None:
    """A program that is none ends at once, and the other one reads the end."""
    found = talk(argv, "hear=43")
    assert found.program.could_not_start
    assert (found.program.exit_code, found.interactor.exit_code) == (127, REJECTED)
    assert found.program_was_first


def test_the_boxes_go_on(talk: Talk, boxes: tuple[Box, Box]) -> None:
    """After a dialogue both run programs as before, and nothing of it is left."""
    talk(["sh", "-c", "echo > left; sleep 100 & exit"], ["sh", "-c", "echo > left; cat"])
    for box in boxes:
        assert shell(box, "ls -A; set -- /proc/[0-9]*; echo $#") == "1\n"


def test_keep() -> None:
    """The interactor's feedback stays to be fetched."""
    with Box() as one, Box() as other:
        other.place({"feedback/": b""})
        judge = Side(other, ["sh", "-c", "cat > feedback/said"], PATIENT, keep=True)
        interact(Side(one, ["echo", "hello"], PATIENT), judge)
        found = other.fetch("feedback/said", 99)
        assert found
        assert found.content == b"hello\n"


def test_arguments_are_judged_before_anything_runs() -> None:
    """A ValueError leaves both boxes as they were, or ends what had begun already."""
    with Box() as one, Box() as other:
        with pytest.raises(ValueError, match="NUL"):
            interact(Side(one, ["a\0"], PATIENT), Side(other, ["true"], PATIENT))
        with pytest.raises(ValueError, match="NUL"):
            interact(Side(one, ["true"], PATIENT), Side(other, ["a\0"], PATIENT))
        assert shell(one, "echo on") == shell(other, "echo on") == "on\n"
        one.place({"large": bytes(2 * MB)})
        with pytest.raises(ValueError, match="bytes"):
            interact(Side(one, ["true"], replace(PATIENT, file_bytes=MB)), Side(other, ["cat"], PATIENT))
        with pytest.raises(SandboxError):
            shell(other, "echo on")


@pytest.mark.parametrize("which", [0, 1])
def test_kill(which: int) -> None:
    """Killing one box ends the dialogue with BoxKilled, and the other box with it."""
    with Box() as one, Box() as other:
        timer = threading.Timer(0.1, (one, other)[which].kill)
        timer.start()
        with pytest.raises(BoxKilled):
            interact(Side(one, ["cat"], PATIENT), Side(other, ["cat"], PATIENT))
        timer.join()
        for box in (one, other):
            with pytest.raises(SandboxError):
                box.run(["true"], LIMITS)


def test_nothing_is_left() -> None:
    """After a dialogue there is no descriptor more than before, however it ended."""
    before = descriptors()
    with Box() as one, Box() as other:
        during = descriptors()
        interact(Side(one, ["echo", "hello"], PATIENT), Side(other, ["cat"], PATIENT))
        interact(Side(one, ["cat"], PATIENT), Side(other, ["echo", "hello"], PATIENT))
        assert descriptors() <= during
        one.kill()
        with pytest.raises(BoxKilled):
            interact(Side(one, ["cat"], PATIENT), Side(other, ["cat"], PATIENT))
        assert descriptors() <= during
    assert descriptors() <= before
