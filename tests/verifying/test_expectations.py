"""Results against expectations: what is permitted, required, scored and said."""

from collections.abc import Sequence
from typing import Any

import pytest

from judge.judging.verification.expectations import compared
from judge.manifest import Manifest, TestSpec
from judge.packages.package import Example, Requirement
from judge.records import GroupResult, Judgement, TestResult
from judge.verdict import Verdict

AC, WA, TLE, RTE, MLE, OLE, CE = (
    Verdict.ACCEPTED,
    Verdict.WRONG_ANSWER,
    Verdict.TIME_LIMIT_EXCEEDED,
    Verdict.RUNTIME_ERROR,
    Verdict.MEMORY_LIMIT_EXCEEDED,
    Verdict.OUTPUT_LIMIT_EXCEEDED,
    Verdict.COMPILE_ERROR,
)
GROUPS = ("sample", "secret", "secret")
SPECS = tuple(
    TestSpec(index, f"{group}/{index}", f"{group}/{index}", "", "", group=group)
    for index, group in enumerate(GROUPS, start=1)
)
MANIFEST = Manifest("Sum", 1.0, SPECS)


def rule(**says: Any) -> Requirement:
    says = {name: frozenset(value) if isinstance(value, set) else value for name, value in says.items()}
    return Requirement(says.pop("source", "wrong_answer"), says.pop("tests", (1, 2, 3)), **says)


def reasons(
    verdicts: Sequence[Verdict], *rules: Requirement, expected: tuple[str, ...] = (), **judged: Any
) -> tuple[str, ...]:
    """Why three tests that ended so are not what was expected."""
    results = [
        TestResult(
            spec.index,
            spec.name,
            spec.author_name,
            verdict,
            0.1,
            0.1,
            1,
            0,
            None,
            None,
            spec.group,
            judge_message=f"message {spec.index}",
        )
        for spec, verdict in zip(SPECS, verdicts, strict=True)
    ]
    whole = next((verdict for verdict in verdicts if verdict != AC), AC)
    example = Example("wrong_answer/a.py", "python3", (), expected, rules)
    return compared(example, MANIFEST, Judgement(whole, **judged), results).reasons


@pytest.mark.parametrize(
    ("verdicts", "told"),
    [
        ((AC, WA, AC), ()),
        ((AC, AC, AC), ("no test ends with WA, which 'wrong_answer' requires",)),
        ((AC, WA, TLE), ("TLE on secret/3, where 'wrong_answer' permits AC or WA alone",)),
        ((RTE, WA, TLE), ("RTE on sample/1 and 1 more, where 'wrong_answer' permits AC or WA alone",)),
    ],
)
def test_permitted_on_every_test_and_required_on_one(
    verdicts: Sequence[Verdict], told: tuple[str, ...]
) -> None:
    assert reasons(verdicts, rule(permitted={"AC", "WA"}, required={"WA"})) == told


@pytest.mark.parametrize("verdict", [RTE, MLE, OLE])
def test_memory_and_output_are_run_time_errors_to_the_format(verdict: Verdict) -> None:
    assert reasons((AC, verdict, AC), rule(permitted={"AC", "RTE"}, required={"RTE"})) == ()


def test_a_rule_is_about_its_own_tests() -> None:
    """Here the secret ones."""
    only = rule(tests=(2, 3), permitted={"AC"}, source="accepted")
    assert reasons((WA, AC, AC), only) == ()
    assert reasons((AC, AC, WA), only) == ("WA on secret/3, where 'accepted' permits AC alone",)


def test_the_whole_verdict_counts_as_well() -> None:
    told = reasons((AC, RTE, WA), expected=("accepted", "wrong_answer"))
    assert told == ("expected accepted or wrong_answer, got runtime_error, first on secret/2",)


def test_scores_of_the_whole_and_of_groups() -> None:
    """Inclusive ranges, with a little room for sums of floats."""
    groups = (GroupResult("secret", "secret", "accepted", 30.0, 40.0),)
    verdicts = (AC, AC, AC)
    for least, most, group, fits in [
        (30.0, 30.0, "secret", True),
        (0.0, 29.0, "secret", False),
        (70.0, 70.0, "", True),
        (0.0, 69.0, "", False),
    ]:
        told = reasons(verdicts, rule(score=(least, most), group=group), score=70.0 + 1e-9, groups=groups)
        assert (told == ()) == fits


def test_a_judge_message_on_one_of_the_tests() -> None:
    assert reasons((AC, WA, AC), rule(message="message 3")) == ()
    assert reasons((AC, WA, AC), rule(message="massage")) != ()
    assert reasons((AC, WA, AC), rule(message="message 1", tests=(2, 3))) != ()


def test_a_submission_that_should_compile() -> None:
    """There is no test whose verdict could be held against anything."""
    example = Example("accepted/a.c", "c", (), ("accepted",), (rule(permitted={"AC"}),))
    report = compared(example, MANIFEST, Judgement(CE, compile_output=b"a.c:1: \xff\n  no\n"), [])
    assert report.reasons == (
        "expected accepted, got compile_error",
        "the compiler says: a.c:1: \ufffd no",
    )
    broken = Example("compile_error/a.c", "c", (), ("compile_error",), (rule(permitted={"WA"}),))
    assert compared(broken, MANIFEST, Judgement(CE), []).ok


def test_groups_show_expected_beside_got() -> None:
    """What a rule requires of more than a group's own tests is not required of the group."""
    example = Example(
        "x/a.py",
        "python3",
        (),
        (),
        (rule(permitted={"AC", "WA"}, required={"WA"}), rule(tests=(1,), permitted={"AC"})),
    )
    results = [
        TestResult(s.index, s.name, s.author_name, v, 0.1 * s.index, 0.1, 1, 0, None, None, s.group)
        for s, v in zip(SPECS, (AC, WA, AC), strict=True)
    ]
    sample, secret = compared(example, MANIFEST, Judgement(WA), results).groups
    assert (sample.expected, sample.required, sample.got, sample.ok) == (("AC",), (), {"accepted": 1}, True)
    assert (secret.expected, secret.got) == (("AC", "WA"), {"wrong_answer": 1, "accepted": 1})
    assert secret.cpu_time_s == pytest.approx(0.3)
