"""Dialogues: whoever breaks first decides, each time alike."""

import os

import pytest

from judge.judging.validating import ValidatorFailed
from judge.manifest import Group
from judge.verdict import Verdict
from tests.judging.making import made

TIMES = int(os.environ.get("REPEATS", "3"))
"""How often each dialogue is held; more in `make soak`."""

GUESS = """\
import sys
secret, left = int(open(sys.argv[1]).read()), 10
while left and (line := sys.stdin.readline()):
    try:
        guess = int(line)
    except ValueError:
        sys.exit(43)
    print("lower" if guess > secret else "higher" if guess < secret else "correct", flush=True)
    if guess == secret:
        sys.exit(42)
    left -= 1
sys.exit(43)
"""

HONEST = """\
low, high = 1, 1000
while (reply := (print((low + high) // 2, flush=True), input())[1]) != "correct":
    middle = (low + high) // 2
    low, high = (low, middle - 1) if reply == "lower" else (middle + 1, high)
"""
ACCEPTS_AT_ONCE = "import sys; sys.exit(42)"
REJECTS_AT_ONCE = "import sys; sys.exit(43)"
READS_ALL = "import sys; sys.stdin.read(); sys.exit(43)"

CASES = {
    "both are honest": (HONEST, GUESS, Verdict.ACCEPTED),
    "leaves early": ("print(1, flush=True)", GUESS, Verdict.WRONG_ANSWER),
    "says nothing and leaves": ("pass", GUESS, Verdict.WRONG_ANSWER),
    "crashes in the midst": ("print(1, flush=True); input(); 1 / 0", GUESS, Verdict.RUNTIME_ERROR),
    "floods without a line": (
        "import os\nwhile True: os.write(1, b'1' * 65536)",
        GUESS,
        Verdict.OUTPUT_LIMIT_EXCEEDED,
    ),
    "floods one that does not read": (
        "import os\nwhile True: os.write(1, b'1' * 65536)",
        "import time; time.sleep(60)",
        Verdict.TIME_LIMIT_EXCEEDED,
    ),
    "both wait": ("input()", GUESS, Verdict.TIME_LIMIT_EXCEEDED),
    "does not flush": ("import sys\nprint(500)\nsys.stdin.readline()", GUESS, Verdict.TIME_LIMIT_EXCEEDED),
    "loops": ("while True: pass", GUESS, Verdict.TIME_LIMIT_EXCEEDED),
    "takes too much memory": (
        "print(1, flush=True); input(); x = bytearray(10**9)",
        GUESS,
        Verdict.MEMORY_LIMIT_EXCEEDED,
    ),
    "closes its output and sleeps": (
        "import os, time; os.close(1); time.sleep(60)",
        GUESS,
        Verdict.WRONG_ANSWER,
    ),
    "stops itself": ("import os; os.kill(os.getpid(), 19)", GUESS, Verdict.TIME_LIMIT_EXCEEDED),
    "is rejected while it loops": (
        "print('what', flush=True)\nwhile True: pass",
        GUESS,
        Verdict.WRONG_ANSWER,
    ),
    "is rejected unread": ("while True: print(1, flush=True)", REJECTS_AT_ONCE, Verdict.WRONG_ANSWER),
    "talks on when it is accepted": (
        "import sys\nsys.stdin.read()\nfor _ in range(1000): print(1, flush=True)",
        ACCEPTS_AT_ONCE,
        Verdict.ACCEPTED,
    ),
    "crashes when it is accepted": (
        "import sys\nsys.stdin.read()\n1 / 0",
        ACCEPTS_AT_ONCE,
        Verdict.RUNTIME_ERROR,
    ),
    "loops when it is accepted": (
        "import sys\nsys.stdin.read()\nwhile True: pass",
        ACCEPTS_AT_ONCE,
        Verdict.TIME_LIMIT_EXCEEDED,
    ),
    "leaves a child that holds the pipe": (
        "import os, time\nif os.fork() == 0: time.sleep(60)\nprint(1, flush=True)",
        READS_ALL,
        Verdict.WRONG_ANSWER,
    ),
    "is talked to after it has left": (
        "print(1, flush=True)",
        "import sys, time\nsys.stdin.read()\nfor _ in range(10**4): print('x' * 100)\nsys.exit(43)",
        Verdict.WRONG_ANSWER,
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_who_breaks_first(case: str) -> None:
    """One answer, however often it is asked."""
    contestant, interactor, verdict = CASES[case]
    problem = made(
        [("700", "")] * TIMES,
        validators=[interactor],
        interactive=True,
        time_limit_s=0.25,
        validation_time_s=2.0,
    )
    _, told = problem.judged(contestant, thorough=True)
    assert [test.verdict for test in told.tests] == [verdict] * TIMES


@pytest.mark.parametrize(
    ("contestant", "interactor"),
    [
        ("input()", "import sys; sys.exit(1)"),
        ("input()", "1 / 0"),
        ("print(1, flush=True); input()", "import sys\nsys.stdin.readline(); sys.exit(0)"),
        ("input()", "while True: pass"),
        ("pass", "import sys\nsys.stdin.read(); sys.exit(7)"),
    ],
)
def test_an_interactor_that_breaks_is_our_failure(contestant: str, interactor: str) -> None:
    """Never a verdict, for the submission has done nothing wrong before that."""
    problem = made(
        [("700", "")], validators=[interactor], interactive=True, time_limit_s=2.0, validation_time_s=0.5
    )
    with pytest.raises(ValidatorFailed):
        problem.judged(contestant)


def test_times_are_each_ones_own() -> None:
    """An interactor that thinks for long costs the submission nothing."""
    slow = "import time\nend = time.process_time() + 1.2\nwhile time.process_time() < end: pass\n" + GUESS
    problem = made([("700", "")], validators=[slow], interactive=True, time_limit_s=1.0)
    _, told = problem.judged(HONEST)
    assert told.tests[0].verdict == Verdict.ACCEPTED
    assert told.tests[0].cpu_time_s < 0.5


def test_dialogues_in_passes() -> None:
    """A problem may be both: the state of the feedback folder leads from one dialogue to the next."""
    interactor = (
        "import os, sys\nnext_ = sys.argv[3] + 'nextpass.in'\nmark = sys.argv[3] + 'mark'\n"
        "second = os.path.exists(mark)\nopen(mark, 'w').close()\n"
        "print('again' if second else 'first', flush=True)\nword = input()\n"
        "if not second: open(next_, 'w').close()\nsys.exit(42 if word == ('2' if second else '1') else 43)\n"
    )
    problem = made([("", "")], validators=[interactor], interactive=True, passes=2)
    assert problem.judged("print(1 if input() == 'first' else 2)")[0].verdict is Verdict.ACCEPTED
    assert problem.judged("print(1)")[0].verdict is Verdict.WRONG_ANSWER
    breaks = "import sys\nprint(1 if input() == 'first' else 2, flush=True)\nsys.stdin.read()\n1 / 0"
    judgement, told = problem.judged(breaks)
    assert judgement.verdict is Verdict.RUNTIME_ERROR
    assert told.tests[0].exit_code == 1


def test_a_score_is_lost_with_a_crash() -> None:
    """An interactor that has accepted with a score does not know how the submission ends."""
    interactor = "import sys\nopen(sys.argv[3] + 'score.txt', 'w').write('70')\nsys.exit(42)"
    groups = (Group("", "", accept_score=None), Group("secret", "secret", accept_score=None))
    problem = made([("", "")], validators=[interactor], interactive=True, scoring=True, groups=groups)
    scores = [problem.judged(f"import sys\nsys.stdin.read()\n{end}")[0].score for end in ("pass", "1 / 0")]
    assert scores == [70, 0]


def test_asking_too_much_is_the_submissions_fault() -> None:
    """Whoever makes the interactor print more than it may meets a limit of output, and no failure of ours."""
    talkative = "import sys\nfor line in sys.stdin: print('x' * 10**5, flush=True)\nsys.exit(43)"
    endless = "import sys\nwhile True:\n    print(1, flush=True); sys.stdin.readline()"
    problem = made(
        [("", "")],
        validators=[talkative],
        interactive=True,
        validation_output_bytes=1 << 20,
        time_limit_s=2.0,
    )
    judgement, told = problem.judged(endless)
    assert judgement.verdict is Verdict.OUTPUT_LIMIT_EXCEEDED
    assert told.tests[0].message == "The program had its counterpart say more than the problem allows."
