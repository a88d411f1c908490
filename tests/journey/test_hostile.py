"""Programs that loop, fork, allocate, print, sleep and read secrets: each its verdict, and a calm machine."""

import os
import time
from collections.abc import Callable, Sequence

import pytest

from tests.conftest import PATIENCE_S, Running
from tests.journey import machine

HOSTILE = {
    "loops": ("c", "int main(void) { for (;;) {} }", "time_limit_exceeded"),
    "forks": (
        "c",
        "#include <unistd.h>\nint main(void) { for (;;) fork(); }",
        "time_limit_exceeded",
    ),
    "forks from a shell": ("bash", ":(){ :|:& };: ; sleep 100", "time_limit_exceeded"),
    "allocates": (
        "c",
        "#include <stdlib.h>\n#include <string.h>\n"
        "int main(void) { for (;;) { char *p = malloc(1 << 20); if (p) memset(p, 1, 1 << 20); } }",
        "memory_limit_exceeded",
    ),
    "allocates in Python": (
        "python3",
        "kept = []\nwhile True: kept.append(bytearray(1 << 20))",
        "memory_limit_exceeded",
    ),
    "prints": ("c", '#include <stdio.h>\nint main(void) { for (;;) puts("x"); }', "output_limit_exceeded"),
    "sleeps": ("python3", "import time\ntime.sleep(1000)", "time_limit_exceeded"),
    "stops itself": (
        "c",
        "#include <signal.h>\nint main(void) { raise(SIGSTOP); for (;;) {} }",
        "time_limit_exceeded",
    ),
    "reads secrets": ("python3", "print(open('/etc/shadow').read())", "runtime_error"),
    "leaves a daemon": (
        "python3",
        "import os, time\n"
        "if os.fork() == 0:\n    os.setsid()\n    os.fork() or time.sleep(1000)\n    os._exit(0)\n"
        "print(sum(map(int, input().split())))",
        "accepted",
    ),
    "compiles secrets": ("c", '#include "/etc/shadow"\nint main(void) { return 0; }', "compile_error"),
    "compiles for ever": ("c", '#include "/dev/zero"\nint main(void) { return 0; }', "compile_error"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_gets_its_verdict(judge: Running, name: str) -> None:
    """The contestant's failure is a verdict, whatever it is."""
    language, code, verdict = HOSTILE[name]
    submission = judge.ended(judge.submit("a-plus-b", language, code)["id"], within_s=150)
    assert (submission["state"], submission["verdict"]) == ("done", verdict), submission


def test_nothing_is_left(judge: Running) -> None:
    """After all of them at once no program, box or mount is left but the box each slot has ahead."""
    mounts = machine.mounts()
    posted = [judge.submit("a-plus-b", language, code)["id"] for language, code, _ in HOSTILE.values()]
    for id_ in posted:
        judge.ended(id_, within_s=200)
    _comes_to_nothing(lambda: machine.programs(judge.pid))
    slots = len(os.sched_getaffinity(0))
    _comes_to_nothing(lambda: sorted({path.name for path in machine.cgroups(judge.pid)})[slots:])
    assert machine.mounts() == mounts


def _comes_to_nothing(left: Callable[[], Sequence[object]]) -> None:
    """A box is closed after its verdict is told, so it may be there for a moment."""
    until = time.monotonic() + PATIENCE_S
    while found := left():
        assert time.monotonic() < until, f"still there: {found}"
        time.sleep(0.05)
