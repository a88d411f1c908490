"""Results of an example submission held against what its author says must come out: pure rules.

https://www.kattis.com/problem-package-format/spec/2025-09.html, "Example submissions"
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from judge.judging.verification.report import ExampleReport, GroupReport
from judge.manifest import Manifest
from judge.packages.package import Example, Requirement
from judge.records import Judgement, TestResult
from judge.verdict import Verdict

WORDS = ("AC", "WA", "TLE", "RTE")
"""The format's verdicts, which know less than ours."""

_WORD = {
    Verdict.ACCEPTED: "AC",
    Verdict.WRONG_ANSWER: "WA",
    Verdict.TIME_LIMIT_EXCEEDED: "TLE",
    Verdict.RUNTIME_ERROR: "RTE",
    Verdict.MEMORY_LIMIT_EXCEEDED: "RTE",
    Verdict.OUTPUT_LIMIT_EXCEEDED: "RTE",
}
_SCORE_SLACK = 1e-6
_COMPILER_SHOWN = 300


def word(verdict: str) -> str:
    """The format's word for the verdict on a test."""
    return _WORD[Verdict(verdict)]


def compared(
    example: Example, manifest: Manifest, judgement: Judgement, results: Sequence[TestResult]
) -> ExampleReport:
    """The report on a submission that was run on all tests, or did not compile."""
    reasons = tuple(_reasons(example, judgement, results))
    failed = next((result for result in results if result.verdict != Verdict.ACCEPTED), None)
    return ExampleReport(
        name=example.name,
        language=example.language,
        expected=example.expected,
        got=judgement.verdict,
        score=judgement.score,
        ok=not reasons,
        cpu_time_s=judgement.cpu_time_s,
        memory_bytes=judgement.memory_bytes,
        first_failed_test=failed.author_name if failed else None,
        groups=tuple(_groups(example, manifest, judgement, results)),
        tests=tuple(result.verdict for result in results),
        reasons=reasons,
    )


def _reasons(example: Example, judgement: Judgement, results: Sequence[TestResult]) -> Iterator[str]:
    """Each way in which it is not what was expected."""
    if example.expected and judgement.verdict not in example.expected:
        yield f"expected {' or '.join(example.expected)}, got {judgement.verdict}{_where(judgement, results)}"
    if judgement.verdict is Verdict.COMPILE_ERROR:
        if example.expected and Verdict.COMPILE_ERROR not in example.expected:
            output = (judgement.compile_output or b"").decode("utf-8", "replace")
            yield f"the compiler says: {' '.join(output.split())[:_COMPILER_SHOWN]}"
        return
    by_index = {result.index: result for result in results}
    for requirement in example.requirements:
        concerned = [by_index[index] for index in requirement.tests]
        yield from _unmet(requirement, judgement, concerned)


def _where(judgement: Judgement, results: Sequence[TestResult]) -> str:
    first = next((result for result in results if result.verdict == judgement.verdict), None)
    return f", first on {first.author_name}" if first and judgement.verdict is not Verdict.ACCEPTED else ""


def _unmet(requirement: Requirement, judgement: Judgement, results: Sequence[TestResult]) -> Iterator[str]:
    source, permitted, required = requirement.source, requirement.permitted, requirement.required
    wrong = [result for result in results if permitted is not None and word(result.verdict) not in permitted]
    if permitted is not None and wrong:
        more = f" and {len(wrong) - 1} more" if len(wrong) > 1 else ""
        yield (
            f"{word(wrong[0].verdict)} on {wrong[0].author_name}{more}, where {source!r} permits "
            f"{_or(permitted)} alone"
        )
    if required is not None and not any(word(result.verdict) in required for result in results):
        yield f"no test ends with {_or(required)}, which {source!r} requires"
    if requirement.score is not None:
        yield from _out_of_range(requirement, requirement.score, _score(requirement.group, judgement))
    if requirement.message and not any(requirement.message in (each.judge_message or "") for each in results):
        yield f"no judge message holds {requirement.message!r}, which {source!r} requires"


def _out_of_range(
    requirement: Requirement, bounds: tuple[float, float], score: float | None
) -> Iterator[str]:
    least, most = bounds
    if score is None or not least - _SCORE_SLACK <= score <= most + _SCORE_SLACK:
        wanted = f"{least:g}" if least == most else f"from {least:g} to {most:g}"
        of = f" of {requirement.group}" if requirement.group else ""
        got = "none" if score is None else f"{score:g}"
        yield f"the score{of} is {got}, where {requirement.source!r} wants {wanted}"


def _score(group: str, judgement: Judgement) -> float | None:
    """The score of a group, of the whole where none is named."""
    scores = {each.author_name: each.score for each in judgement.groups or ()}
    return scores.get(group, judgement.score) if group else judgement.score


def _or(words: frozenset[str]) -> str:
    return " or ".join(each for each in WORDS if each in words)


# By group, as the matrix shows it


def columns(manifest: Manifest) -> tuple[str, ...]:
    """The groups that tests are in, in the order of the tests."""
    return tuple(dict.fromkeys(spec.group for spec in manifest.tests))


def _groups(
    example: Example, manifest: Manifest, judgement: Judgement, results: Sequence[TestResult]
) -> Iterator[GroupReport]:
    scores = {each.author_name: each.score for each in judgement.groups or ()}
    for name in columns(manifest) if results else ():
        members = [result for result in results if result.group == name]
        indices = {result.index for result in members}
        permitted = _permitted_here(example.requirements, indices)
        required = _required_here(example.requirements, indices)
        words = Counter(word(result.verdict) for result in members)
        yield GroupReport(
            name=name,
            expected=tuple(each for each in WORDS if each in permitted),
            required=tuple(each for each in WORDS if each in required),
            got=dict(Counter(result.verdict for result in members)),
            ok=set(words) <= permitted and (not required or bool(required & set(words))),
            cpu_time_s=max((result.cpu_time_s for result in members), default=None),
            score=scores.get(name),
        )


def _permitted_here(requirements: Sequence[Requirement], indices: set[int]) -> frozenset[str]:
    """What all rules together permit for this group's tests, as far as they are about any of them."""
    permitted = frozenset(WORDS)
    for requirement in requirements:
        if requirement.permitted is not None and indices & set(requirement.tests):
            permitted &= requirement.permitted
    return permitted


def _required_here(requirements: Sequence[Requirement], indices: set[int]) -> frozenset[str]:
    """What must be among this group's own tests: what is required of the whole may come out elsewhere."""
    required: frozenset[str] = frozenset()
    for requirement in requirements:
        if requirement.required is not None and set(requirement.tests) <= indices:
            required |= requirement.required
    return required
