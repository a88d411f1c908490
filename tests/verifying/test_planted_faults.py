"""Packages that are green but for one planted fault: red, by a line that names the place and the reason."""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from judge.judging import toolchains
from tests.verifying.conftest import Copied, verified, write

RIGHT = "input()\nprint(max(map(int, input().split())))\n"
WRONG = "print(0)\n"
ABORT = "os.kill(os.getpid(), 11)"


def busy(seconds: float) -> str:
    """A right submission that takes its time."""
    return f"import time\nwhile time.process_time() < {seconds}:\n    pass\n{RIGHT}"


@dataclass
class Fault:
    """What is changed in which package, and the one error that tells of it."""

    name: str
    kind: str
    plant: Callable[[Path], None]
    path: str
    words: str

    def __str__(self) -> str:
        return self.name


def file(name: str, text: str) -> Callable[[Path], None]:
    """Put a file there, or something else into it."""
    return lambda folder: write(folder / name, text)


def gone(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


def changed(name: str, pattern: str, instead: str) -> Callable[[Path], None]:
    """Change a file by a regular expression that must be found."""

    def plant(folder: Path) -> None:
        text, count = re.subn(pattern, instead, (folder / name).read_text(), flags=re.MULTILINE)
        assert count
        (folder / name).write_text(text)

    return plant


def both(*plants: Callable[[Path], None]) -> Callable[[Path], None]:
    def plant(folder: Path) -> None:
        for each in plants:
            each(folder)

    return plant


LIMIT = changed("problem.yaml", r"^limits:", "limits:\n  time_limit: 1")
# What has to be late is given three times the limit to end in, which leaves room on a machine that is busy.
PATIENT = changed(
    "problem.yaml", r"^limits:", "limits:\n  time_limit: 1\n  time_multipliers:\n    time_limit_to_tle: 3"
)
STATEMENT = "statement/problem.en.md"

FAULTS = [
    # problem.yaml and statements
    Fault(
        "an unknown key",
        "pass-fail",
        changed("problem.yaml", r"\Z", "colour: red\n"),
        "problem.yaml",
        "colour",
    ),
    Fault("no uuid", "pass-fail", changed("problem.yaml", r"^uuid: .*\n", ""), "problem.yaml", "uuid"),
    Fault(
        "a name in a language that has no statement",
        "pass-fail",
        changed("problem.yaml", r"^name: .*", "name: {en: Largest, sv: Störst}"),
        "statement/problem.sv.md",
        "name in sv",
    ),
    Fault(
        "an image that is not there",
        "pass-fail",
        changed(STATEMENT, r"\Z", "\n![a list](list.png)\n"),
        STATEMENT,
        "no image 'list.png'",
    ),
    Fault(
        "an image from elsewhere",
        "pass-fail",
        changed(STATEMENT, r"\Z", "\n![x](https://a.example/x.png)\n"),
        STATEMENT,
        "not in the package",
    ),
    Fault(
        "more samples asked for than there are",
        "pass-fail",
        changed(STATEMENT, r"\Z", "\n{{nextsample}}\n\n{{nextsample}}\n"),
        STATEMENT,
        "sample",
    ),
    Fault(
        "an image that is none",
        "pass-fail",
        both(changed(STATEMENT, r"\Z", "\n![a list](list.png)\n"), file("statement/list.png", "no picture")),
        "statement/list.png",
        "is no png",
    ),
    # Data and input validators
    Fault("no answer", "pass-fail", gone("data/secret/01-last.ans"), "data/secret/01-last.ans", "is missing"),
    Fault(
        "a wrong answer",
        "pass-fail",
        file("data/secret/01-last.ans", "5\n"),
        "submissions/accepted/largest.py",
        "WA on secret/01-last",
    ),
    Fault(
        "an input out of bounds",
        "pass-fail",
        both(file("data/secret/03.in", "1\n5000\n"), file("data/secret/03.ans", "5000\n")),
        "data/secret/03.in",
        "rejected by input validator validate.py: exit code 1: a number is out of bounds",
    ),
    Fault(
        "an input validator that accepts everything",
        "pass-fail",
        file("input_validators/validate.py", "import sys\nsys.exit(42)\n"),
        "data/invalid_input/no-number.in",
        "accepted by every input validator",
    ),
    Fault(
        "an invalid input that is valid",
        "pass-fail",
        file("data/invalid_input/one.in", "1\n1\n"),
        "data/invalid_input/one.in",
        "accepted by every input validator",
    ),
    Fault(
        "an input validator that crashes on one input",
        "pass-fail",
        file(
            "input_validators/second.py", f"import os, sys\nif input() == '4':\n    {ABORT}\nsys.exit(42)\n"
        ),
        "input_validators/second.py",
        "crashes on data/secret/01-last.in: signal 11",
    ),
    Fault(
        "an input validator that does not compile",
        "pass-fail",
        file("input_validators/second.py", "if:\n"),
        "input_validators/second.py",
        "cannot be made ready",
    ),
    Fault(
        "a link out of the package",
        "pass-fail",
        lambda folder: os.symlink("/etc/passwd", folder / "data" / "secret" / "03.in"),
        "data/secret/03.in",
        "link",
    ),
    Fault(
        "arguments that the default validator does not have",
        "pass-fail",
        file("data/secret/test_group.yaml", "output_validator_args: [tolerant]\n"),
        "data/secret/test_group.yaml",
        "tolerant",
    ),
    Fault(
        "a group without its most points",
        "scoring",
        changed("data/secret/2-all/test_group.yaml", r"^max_score: 60\n", "{}\n"),
        "data/secret/2-all/test_group.yaml",
        "max_score",
    ),
    # Output validators
    Fault(
        "a sample answer that is not accepted",
        "custom",
        file("data/sample/1.ans", "2\n"),
        "data/sample/1.ans",
        "is rejected by the output validator, and must be accepted: '2'",
    ),
    Fault(
        "an invalid output that is accepted",
        "custom",
        both(
            file("data/invalid_output/1.in", "1\n1\n"),
            file("data/invalid_output/1.ans", "1\n"),
            file("data/invalid_output/1.out", "1\n"),
        ),
        "data/invalid_output/1.out",
        "is accepted by the output validator",
    ),
    Fault(
        "a valid output that is rejected",
        "pass-fail",
        both(
            file("data/valid_output/1.in", "1\n1\n"),
            file("data/valid_output/1.ans", "1\n"),
            file("data/valid_output/1.out", "1 1\n"),
        ),
        "data/valid_output/1.out",
        "is rejected by the output validator",
    ),
    Fault(
        "a valid output for an input that is not valid",
        "pass-fail",
        both(
            file("data/valid_output/1.in", "1\n2000\n"),
            file("data/valid_output/1.ans", "1\n"),
            file("data/valid_output/1.out", "1\n"),
        ),
        "data/valid_output/1.in",
        "rejected by input validator",
    ),
    Fault(
        "an output validator that does not compile",
        "custom",
        both(
            gone("output_validator/validate.py"),
            file("output_validator/validate.cpp", "int main() { return x; }\n"),
        ),
        "output_validator/validate.cpp",
        "cannot be made ready",
    ),
    # Submissions and time
    Fault(
        "a wrong submission that is right",
        "pass-fail",
        file("submissions/wrong_answer/right.py", RIGHT),
        "submissions/wrong_answer/right.py",
        "expected wrong_answer, got accepted",
    ),
    Fault(
        "a right submission that is wrong",
        "pass-fail",
        file("submissions/accepted/wrong.py", WRONG),
        "submissions/accepted/wrong.py",
        "expected accepted, got wrong_answer, first on sample/1",
    ),
    Fault(
        "a right submission that does not compile",
        "pass-fail",
        file("submissions/accepted/broken.py", "if:\n"),
        "submissions/accepted/broken.py",
        "expected accepted, got compile_error; the compiler says: ",
    ),
    Fault(
        "a slow submission that is quick",
        "pass-fail",
        file("submissions/time_limit_exceeded/quick.py", RIGHT),
        "submissions/time_limit_exceeded/quick.py",
        "expected time_limit_exceeded, got accepted",
    ),
    Fault(
        "a slow submission that is hardly slow",
        "pass-fail",
        both(PATIENT, file("submissions/time_limit_exceeded/hardly.py", busy(1.25))),
        "submissions/time_limit_exceeded/hardly.py",
        "it must take 3 s, 3 times the time limit of 1 s",
    ),
    Fault(
        "a tight time limit",
        "pass-fail",
        both(LIMIT, file("submissions/accepted/busy.py", busy(0.7))),
        "submissions/accepted/busy.py",
        "more than the time limit of 1 s",
    ),
    Fault(
        "a submission in no known language",
        "pass-fail",
        file("submissions/accepted/largest.zzz", RIGHT),
        "submissions/accepted/largest.zzz",
        "language",
    ),
    Fault(
        "a score that does not come out",
        "scoring",
        changed("submissions/submissions.yaml", r"score: 40", "score: [41, 100]"),
        "submissions/time_limit_exceeded/every_pair.py",
        "the score is 40, where",
    ),
    Fault(
        "a judge message that does not come",
        "interactive",
        changed("submissions/submissions.yaml", r"message: .*", "message: was found"),
        "submissions/wrong_answer/one_by_one.py",
        "no judge message holds 'was found'",
    ),
    Fault(
        "an interactor that rejects everybody",
        "interactive",
        file("output_validator/validate.py", "import sys\nsys.exit(43)\n"),
        "submissions/accepted/binary_search.py",
        "expected accepted, got wrong_answer",
    ),
]
"""Each by itself makes an error, and is the only one."""


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_one_fault_is_told_in_one_line(copied: Copied, fault: Fault) -> None:
    folder = copied(fault.kind)
    fault.plant(folder)
    report = verified(folder)
    assert not report["ok"]
    told = [error for error in report["errors"] if error["path"] == fault.path]
    assert told, report["errors"]
    assert fault.words in told[0]["message"]
    if fault.name not in NOT_ALONE:
        assert report["errors"] == told[:1]


NOT_ALONE = {"an interactor that rejects everybody", "a group without its most points"}
"""What else does not come out as it should, or is told of from two sides."""


def test_what_a_sample_shows_must_be_right_and_not_what_it_hides(copied: Copied) -> None:
    """Its .out stands above its answer, which then may be anything that the validator understands."""
    folder = copied("custom")
    write(folder / "data" / "sample" / "1.out", "7\n")
    write(folder / "data" / "sample" / "1.ans", "see the input\n")
    assert verified(folder)["ok"]
    write(folder / "data" / "sample" / "1.out", "6\n")
    (error,) = verified(folder)["errors"]
    assert error["path"] == "data/sample/1.out"
    assert "is rejected by the output validator" in error["message"]


def test_an_output_validator_that_crashes_is_blamed(copied: Copied) -> None:
    """On every answer and every submission alike; what the submissions would have got nobody knows."""
    folder = copied("custom")
    write(folder / "output_validator" / "validate.py", f"import os\n{ABORT}\n")
    report = verified(folder)
    assert {error["path"] for error in report["errors"]} == {"output_validator/validate.py"}
    assert all(submission["got"] is None for submission in report["submissions"])


def test_an_output_validator_that_crashes_on_a_late_output(copied: Copied) -> None:
    """It sees that output only once the submission is given more time, and then it is told of too."""
    folder = copied("custom")
    PATIENT(folder)
    late = "import time\nwhile time.process_time() < 1.2:\n    pass\nprint('late')\n"
    write(folder / "submissions" / "time_limit_exceeded" / "late.py", late)
    validator = folder / "output_validator" / "validate.py"
    crash = 'if output == ["late"]:\n    sys.exit(1)\nright ='
    write(validator, validator.read_text().replace("right =", crash))
    [error] = verified(folder)["errors"]
    assert error["path"] == "submissions/time_limit_exceeded/late.py"
    assert "exit code 1, not 42 or 43" in error["message"]


def test_an_output_validator_that_accepts_everything(copied: Copied) -> None:
    """The wrong submission shows it, and so does junk."""
    folder = copied("custom")
    write(folder / "output_validator" / "validate.py", "import sys\nsys.exit(42)\n")
    report = verified(folder)
    assert [error["path"] for error in report["errors"]] == ["submissions/wrong_answer/first.py"]
    messages = [
        warning["message"] for warning in report["warnings"] if warning["path"].startswith("output_v")
    ]
    assert messages == ["accepts an empty output on every test", "accepts junk on every test"]


def test_a_secret_answer_need_not_be_an_output(copied: Copied) -> None:
    """The format wants it of samples alone, so this is odd and no error."""
    folder = copied("custom")
    write(folder / "data" / "secret" / "01-last.ans", "see the input\n")
    report = verified(folder)
    assert report["ok"]
    assert [warning["path"] for warning in report["warnings"]] == ["data/secret/01-last.ans"]


def test_missing_toolchains_are_errors_unless_allowed(
    copied: Copied, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is told with the Debian packages that bring it; a submission that was not run is never ok."""
    monkeypatch.setattr(toolchains, "PATH", "/nowhere")
    folder = copied("pass-fail")
    LIMIT(folder)
    names = ["submissions/accepted/largest.py", "submissions/wrong_answer/first.py"]
    report = verified(folder)
    assert [error["path"] for error in report["errors"]] == names
    assert all("apt-get install python3" in error["message"] for error in report["errors"])
    allowed = verified(folder, options=("--allow-missing-languages",))
    assert allowed["ok"]
    assert [warning["path"] for warning in allowed["warnings"]] == names
    assert [submission["ok"] for submission in allowed["submissions"]] == [False, False]


def test_without_a_submission_to_run_there_is_no_time_limit(
    copied: Copied, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where none is given, even if missing toolchains are allowed."""
    monkeypatch.setattr(toolchains, "PATH", "/nowhere")
    report = verified(copied("pass-fail"), options=("--allow-missing-languages",))
    assert [error["message"] for error in report["errors"]] == [
        "no submission that can be run here bounds the time limit"
    ]
    assert report["time_limit_s"] is None
