"""Custom output validators: their word is the verdict, and their failures are ours."""

import pytest

from judge.judging.installing import NotInstalled
from judge.judging.validating import MESSAGE_BYTES, ValidatorFailed
from judge.manifest import Group
from judge.verdict import Verdict
from tests.judging.making import made

BEGIN = (
    "import sys\nread = lambda path: open(path).read()\ninput_, answer, feedback, *arguments = sys.argv[1:]\n"
)
ANY_DIVISOR = (
    BEGIN
    + "given = sys.stdin.read().split()\n"
    + "sys.exit(42 if len(given) == 1 and int(read(input_)) % int(given[0]) == 0 else 43)\n"
)
ECHO = "print(input())\n"


def test_a_validator_decides() -> None:
    """There are many right outputs, and none of them need be the answer."""
    problem = made([("12", "2"), ("35", "5")], validators=[ANY_DIVISOR])
    assert problem.judged(ECHO)[0].verdict is Verdict.ACCEPTED
    judgement, told = problem.judged("print(int(input()) // 2)")
    assert judgement.verdict is Verdict.WRONG_ANSWER
    assert told.steps == ["compiled", "secret/1", "secret/2"]


def test_what_a_validator_is_given() -> None:
    """Input, answer, an empty feedback folder that ends in a slash, the arguments, and the output."""
    validator = BEGIN + (
        "import os\n"
        "assert read(input_) == 'the input' and read(answer) == 'the answer', sys.argv\n"
        "assert feedback.endswith('/') and os.listdir(feedback) == []\n"
        "assert arguments == ['one', 'two words'], arguments\n"
        "assert sys.stdin.buffer.read() == b'\\xff\\0\\n'\n"
        "sys.exit(42)\n"
    )
    problem = made(
        [("the input", "the answer")] * 2,
        validators=[validator],
        specs={"validator_args": ("one", "two words")},
    )
    assert problem.judged(r"import os; os.write(1, b'\xff\0\n')")[0].verdict is Verdict.ACCEPTED


def test_messages_are_kept_apart() -> None:
    """The team's message is shown, the judge's is for authors; both are text that a database takes."""
    validator = BEGIN + (
        "open(feedback + 'judgemessage.txt', 'wb').write(b'for \\xff judges \\0')\n"
        "open(feedback + 'teammessage.txt', 'w').write('for the team')\n"
        "sys.exit(43)\n"
    )
    _, told = made([("", "")], validators=[validator]).judged(ECHO.replace("input()", "1"))
    assert (told.tests[0].message, told.tests[0].judge_message) == (
        "for the team",
        "for \ufffd judges \ufffd",
    )


def test_a_long_message_is_cut() -> None:
    """Feedback is bounded."""
    validator = BEGIN + "open(feedback + 'judgemessage.txt', 'w').write('x' * 10**6)\nsys.exit(43)\n"
    _, told = made([("", "")], validators=[validator]).judged("print(1)")
    assert len(told.tests[0].judge_message or "") == MESSAGE_BYTES


@pytest.mark.parametrize(
    ("end", "words"),
    [
        ("sys.exit(0)", "exit code 0"),
        ("sys.exit(1)", "exit code 1"),
        ("raise ValueError('oh')", "ValueError: oh"),
        ("import os; os.kill(os.getpid(), 11)", "signaled"),
        ("x = bytearray(10**9)", "memory_exceeded"),
        ("\nwhile True: pass", "time_exceeded"),
    ],
)
def test_any_other_end_is_our_failure(end: str, words: str) -> None:
    """Never a verdict: whoever wrote the submission has not failed."""
    problem = made([("", "")], validators=[BEGIN + end], validation_time_s=0.5)
    with pytest.raises(ValidatorFailed) as failed:
        problem.judged("print(1)")
    assert words in failed.value.told
    assert "oh" not in str(failed.value), "it may quote a secret test, and this goes into logs"


def test_a_submission_that_fails_is_not_validated() -> None:
    """A validator sees outputs of programs that ended well."""
    problem = made([("", "")], validators=[BEGIN + "sys.exit(1)"])
    assert problem.judged("raise SystemExit(3)")[0].verdict is Verdict.RUNTIME_ERROR


def test_a_validator_that_does_not_compile() -> None:
    """A fault of the problem, told with the compiler's words, which no log may have: they quote it."""
    with pytest.raises(NotInstalled, match="does not compile") as failed:
        made([("", "")], validators=["print(  # the secret"]).judged("print(1)")
    assert "SyntaxError" in failed.value.told
    assert "the secret" in failed.value.told
    assert "the secret" not in repr(failed.value)


def test_a_validator_by_scripts() -> None:
    """The format's way for whatever has no language: build makes run."""
    scripts = {"build": "#!/bin/sh\ncp judge.sh run && chmod +x run\n", "judge.sh": "#!/bin/sh\nexit 42\n"}
    assert made([("", "")], validators=[scripts]).judged("print(1)")[0].verdict is Verdict.ACCEPTED


def test_nothing_of_one_test_is_there_on_the_next() -> None:
    """Each test begins with its own files and an empty folder."""
    validator = BEGIN + (
        "import os\nassert os.listdir(feedback) == [] and not os.path.exists('/tmp/mark')\n"
        "open('/tmp/mark', 'w').close(); open(feedback + 'mark', 'w').close()\nsys.exit(42)\n"
    )
    assert made([("", "")] * 3, validators=[validator]).judged("print(1)")[0].verdict is Verdict.ACCEPTED


def test_several_validators_must_all_accept() -> None:
    """Older packages may have more than one."""
    yes, no = BEGIN + "sys.exit(42)", BEGIN + "sys.exit(43)"
    assert made([("", "")], validators=[yes, yes]).judged("print(1)")[0].verdict is Verdict.ACCEPTED
    assert made([("", "")], validators=[yes, no]).judged("print(1)")[0].verdict is Verdict.WRONG_ANSWER


def test_scores_by_a_validator() -> None:
    """Half of the first test, all of the second."""
    validator = BEGIN + (
        "if read(input_) == 'half': open(feedback + 'score_multiplier.txt', 'w').write('0.5')\nsys.exit(42)\n"
    )
    groups = (
        Group("", "", stops=False),
        Group("secret", "secret", accept_score=50.0, most=100.0, stops=False),
    )
    problem = made([("half", ""), ("all", "")], validators=[validator], groups=groups, scoring=True)
    judgement, told = problem.judged("print(1)")
    assert (judgement.verdict, judgement.score) == (Verdict.ACCEPTED, 75)
    assert [test.score for test in told.tests] == [25, 50]
    assert [group.score for group in judgement.groups or ()] == [75]


PASSES = BEGIN + (
    "import os\n"
    "passes = int(read(feedback + 'count')) if os.path.exists(feedback + 'count') else 0\n"
    "open(feedback + 'count', 'w').write(str(passes + 1))\n"
    "assert not os.path.exists(feedback + 'nextpass.in')\n"
    "given = sys.stdin.read().strip()\n"
    "if given != str(passes * 10 + 1): sys.exit(43)\n"
    "if passes < int(read(answer)): open(feedback + 'nextpass.in', 'w').write(str((passes + 1) * 10))\n"
    "sys.exit(42)\n"
)
ADDS_ONE = "print(int(input()) + 1)\n"


def test_passes() -> None:
    """Each pass gets what the validator wrote for it; the feedback folder stays between them."""
    problem = made([("0", "2"), ("0", "0")], validators=[PASSES], passes=3)
    judgement, told = problem.judged(ADDS_ONE)
    assert judgement.verdict is Verdict.ACCEPTED
    assert len(told.tests) == 2
    assert (
        problem.judged("x = int(input()); print(x + (1 if x < 20 else 0))")[0].verdict is Verdict.WRONG_ANSWER
    )
    assert problem.judged("x = int(input()); print(x + 1 // (x < 20))")[0].verdict is Verdict.RUNTIME_ERROR


def test_more_passes_than_allowed_are_the_validators_fault() -> None:
    """It may ask for no more than limits.validation_passes."""
    with pytest.raises(ValidatorFailed, match="more than 2 passes"):
        made([("0", "2")], validators=[PASSES], passes=2).judged(ADDS_ONE)


def test_a_next_pass_after_a_rejection_is_the_validators_fault() -> None:
    """The format forbids it."""
    validator = BEGIN + "open(feedback + 'nextpass.in', 'w').close()\nsys.exit(43)\n"
    with pytest.raises(ValidatorFailed, match="rejection"):
        made([("", "")], validators=[validator], passes=2).judged("print(1)")
