"""From the tests' verdicts and scores to those of their groups and of the submission: pure rules.

https://www.kattis.com/problem-package-format/spec/2025-09.html, "Result aggregation", and for what only
older packages say https://www.kattis.com/problem-package-format/spec/legacy.html, "Graders".
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from judge.errors import JudgeError
from judge.judging.validating import Opinion
from judge.manifest import Group, Manifest, TestSpec
from judge.records import GroupResult
from judge.verdict import Verdict

_WORST_FIRST = (
    Verdict.RUNTIME_ERROR,
    Verdict.MEMORY_LIMIT_EXCEEDED,
    Verdict.TIME_LIMIT_EXCEEDED,
    Verdict.OUTPUT_LIMIT_EXCEEDED,
    Verdict.WRONG_ANSWER,
)

_FLOAT = re.compile(r"[+-]?(\d*\.\d+|\d+\.?)([Ee][+-]?\d+)?", re.ASCII)

_SLACK = 1e-9
"""A sum of scores may miss its bound by this much, since it is one of floats."""


class ScoreOutOfRange(JudgeError):
    """A group's score is not within the bounds that its problem gives: a fault of the problem."""


@dataclass(frozen=True)
class _Member:
    """What a test or a group contributes to the group that it is in."""

    verdict: Verdict
    score: float
    is_sample: bool = False


@dataclass
class _Standing:
    """A group whose tests are being run; ``result`` is there once they are through."""

    group: Group
    members: list[_Member] = field(default_factory=list)
    rejected: bool = False
    result: _Member | None = None


class Marking:
    """Follows a judging: tells which tests are still to be run, and at the end what they add up to.

    Tests are told in the order of the manifest. thorough: every test is run, whatever became of others; those
    that would not be run otherwise count for nothing, so that what comes out is what everybody else gets.
    """

    def __init__(self, manifest: Manifest, *, thorough: bool = False) -> None:
        groups = manifest.groups or (Group("", ""),)
        self._scoring = manifest.scoring
        self._strict = manifest.strict_scores
        self._thorough = thorough
        self._standings = {group.name: _Standing(group) for group in groups}
        self._counts = True
        """Whether the test that was last asked for is one that is run where not all are."""
        self._open: list[_Standing] = []
        """The groups that the last test belongs to, outer before inner."""

    def due(self, spec: TestSpec) -> bool:
        """Whether this test is to be run, now that those before it are through."""
        around = self._around(spec.group)
        self._close(but=around)
        self._counts = not any(
            (standing.rejected and standing.group.stops) or not self._may_begin(standing.group)
            for standing in around
        )
        return self._thorough or self._counts

    def add(self, spec: TestSpec, verdict: Verdict, opinion: Opinion | None) -> float | None:
        """The test that was due has ended; its score, where there are scores. Raises ScoreOutOfRange."""
        around = self._around(spec.group)
        standing = around[-1]
        score = self._test_score(standing.group, verdict, opinion) if self._scoring else 0.0
        if self._counts:
            self._open = around
            self._tell(standing, _Member(verdict, score))
        return score if self._scoring else None

    def _test_score(self, group: Group, verdict: Verdict, opinion: Opinion | None) -> float:
        given = self._given(group, opinion) if opinion else None
        if given is not None:
            return given
        if verdict is not Verdict.ACCEPTED:
            return group.reject_score
        if group.accept_score is None:
            raise ScoreOutOfRange(
                f"{group.name}: no score is given, neither by the group nor by its validator"
            )
        return group.accept_score

    def _given(self, group: Group, opinion: Opinion) -> float | None:
        """The score that a validator gave. Raises ScoreOutOfRange where it gave what it must not."""
        if group.name == "sample" and self._strict:
            return None
        if self._strict:
            _check_strictly(group, opinion)
        if opinion.multiplier is not None:
            return _number(group, opinion.multiplier) * (group.accept_score or 0.0)
        return None if opinion.score is None else _number(group, opinion.score)

    def ended(self) -> tuple[Verdict, float | None]:
        """The submission's verdict and, where the problem is one of scores, its score.

        Raises ScoreOutOfRange.
        """
        self._close(but=[])
        whole = next(iter(self._standings.values())).result
        assert whole is not None, "a problem has at least one test, and the first one is always run"
        return whole.verdict, whole.score if self._scoring else None

    def results(self) -> tuple[GroupResult, ...]:
        """Every group but the one of all, after ``ended``; without a verdict where none of it was run."""
        return tuple(
            GroupResult(
                name=standing.group.public_name,
                author_name=standing.group.name,
                verdict=standing.result.verdict if standing.result else None,
                score=(standing.result.score if standing.result else 0.0) if self._scoring else None,
                max_score=standing.group.most if self._scoring else None,
            )
            for standing in self._standings.values()
            if standing.group.name
        )

    def _may_begin(self, group: Group) -> bool:
        needed = (self._standings[name].result for name in group.requires)
        return all(result is not None and result.verdict is Verdict.ACCEPTED for result in needed)

    def _around(self, name: str) -> list[_Standing]:
        """The groups that a folder of tests belongs to, outer before inner."""
        parts = name.split("/")
        names = ["", *("/".join(parts[: length + 1]) for length in range(len(parts)))]
        return [self._standings[name] for name in names if name in self._standings]

    def _close(self, but: Sequence[_Standing]) -> None:
        """The groups that were open and go on no longer have a result, inner ones first."""
        while self._open and self._open[-1] not in but:
            standing = self._open.pop()
            standing.result = _aggregated(standing)
            if self._open:
                self._tell(self._open[-1], standing.result)

    @staticmethod
    def _tell(standing: _Standing, member: _Member) -> None:
        standing.members.append(member)
        standing.rejected |= member.verdict is not Verdict.ACCEPTED


def _check_strictly(group: Group, opinion: Opinion) -> None:
    """The rules of format 2025-09, "Scoring test cases"."""
    score, multiplier = opinion.score, opinion.multiplier
    if score is None and multiplier is None:
        return
    fault = ""
    if not opinion.accepted:
        fault = "a score for a test that it rejects"
    elif score is not None and multiplier is not None:
        fault = "both score.txt and score_multiplier.txt"
    elif group.score == "pass-fail":
        fault = "a score for a test of a pass-fail group"
    elif multiplier is not None and group.accept_score is None:
        fault = "score_multiplier.txt where the score has no maximum"
    elif multiplier is not None and not 0 <= _number(group, multiplier) <= 1:
        fault = f"the multiplier {multiplier.strip()}, which is not from 0 to 1"
    elif score is not None and not 0 <= _number(group, score) <= _most(group) + _SLACK:
        fault = f"the score {score.strip()}, which is not from 0 to {_most(group):g}"
    if fault:
        raise ScoreOutOfRange(f"{group.name}: the validator gives {fault}")


def _most(group: Group) -> float:
    return float("inf") if group.accept_score is None else group.accept_score


def _number(group: Group, text: str) -> float:
    """A number as the format writes one: in decimal, without infinity or NaN."""
    if not _FLOAT.fullmatch(text.strip()) or not math.isfinite(float(text)):
        raise ScoreOutOfRange(
            f"{group.name}: the validator gives a score of {len(text)} characters, which is no number"
        )
    return float(text)


def _aggregated(standing: _Standing) -> _Member:
    group = standing.group
    counted = [member for member in standing.members if not (group.ignore_sample and member.is_sample)]
    # Where nothing but the sample was run, because it had to be accepted first, it decides after all.
    members = counted or standing.members
    verdict = _verdict(group, [member.verdict for member in members])
    score = _score(group, verdict, [member.score for member in members])
    least, most = group.least, group.most
    if (least is not None and score < least - _SLACK) or (most is not None and score > most + _SLACK):
        raise ScoreOutOfRange(f"group {group.name!r} scored {score:g}, which is not from {least} to {most}")
    return _Member(verdict, score, is_sample=group.name == "sample")


def _verdict(group: Group, verdicts: Sequence[Verdict]) -> Verdict:
    errors = [verdict for verdict in verdicts if verdict is not Verdict.ACCEPTED]
    if not errors or group.verdict == "always_accept":
        return Verdict.ACCEPTED
    if group.accept_if_any and len(errors) < len(verdicts):
        return Verdict.ACCEPTED
    return min(errors, key=_WORST_FIRST.index) if group.verdict == "worst_error" else errors[0]


def _score(group: Group, verdict: Verdict, scores: Sequence[float]) -> float:
    match group.score:
        case "pass-fail":
            return (group.most or 0.0) if verdict is Verdict.ACCEPTED else 0.0
        case "sum":
            return sum(scores)
        case "avg":
            return sum(scores) / len(scores) if scores else 0.0
        case "min":
            return min(scores, default=0.0)
        case "max":
            return max(scores, default=0.0)
