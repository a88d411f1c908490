"""One test of a submission: run, in passes or in a dialogue, validated, and repeated where time is close."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import BinaryIO, TypeVar

from judge.comparison import comparison
from judge.judging.comparing import difference, matches
from judge.judging.contestant import Contestant
from judge.judging.grading import flaw, message
from judge.judging.interacting import interact
from judge.judging.scoring import Marking
from judge.judging.turns import Turns
from judge.judging.validating import Opinion, Validator, ValidatorFailed
from judge.manifest import MOST_REPEATED, REPEATED_FROM, REPEATS, STOP_FACTOR, Manifest, TestSpec
from judge.records import TestResult
from judge.sandbox import Outcome, Status
from judge.verdict import Verdict

Told = TypeVar("Told")

_SHOWN_BYTES = 2000

_BUSY_SHARE = 0.5
"""A program that met the wall limit, but used this much of its time, may only have been kept waiting. That is
looked at once a submission: one that sleeps on purpose is not to pause the others again and again."""


@dataclass(frozen=True)
class Trial:
    """How a submission did on one test, or in one pass of it; opinion: where its output was looked at."""

    verdict: Verdict
    outcome: Outcome
    opinion: Opinion | None = None


class Tester:
    """Tries a submission on the tests of its problem."""

    def __init__(
        self,
        manifest: Manifest,
        contestant: Contestant,
        validators: Sequence[Validator],
        opened: Callable[[str], BinaryIO],
        turns: Turns,
    ) -> None:
        self._manifest = manifest
        self._contestant = contestant
        self._validators = validators
        self._opened = opened
        self._turns = turns
        self._repeated = 0
        self._waited = False

    def test(self, spec: TestSpec, marking: Marking) -> TestResult:
        """How the submission does on a test, which is noted in its marks."""
        with self._turns.beside_others():
            passes = self._passes(spec)
        cpu_times_s = None
        if self._is_close(passes) and self._repeated < MOST_REPEATED:
            self._repeated += 1
            with self._turns.alone():
                tries = [passes, *(self._passes(spec) for _ in range(REPEATS))]
            passes, cpu_times_s = middle_of(tries), sorted(map(_cpu_time_s, tries))
        last = passes[-1]
        score = marking.add(spec, last.verdict, last.opinion)
        return TestResult(
            index=spec.index,
            name=spec.name,
            author_name=spec.author_name,
            group=spec.group,
            verdict=last.verdict,
            score=score,
            cpu_time_s=_cpu_time_s(passes),
            wall_time_s=max(trial.outcome.wall_time_s for trial in passes),
            memory_bytes=max(trial.outcome.memory_bytes for trial in passes),
            exit_code=last.outcome.exit_code,
            signal=last.outcome.signal,
            message=(last.opinion and last.opinion.team_message) or message(last.verdict, last.outcome),
            judge_message=_judge_message(last),
            repeated_cpu_s=cpu_times_s,
        )

    def _is_close(self, passes: Sequence[Trial]) -> bool:
        """Whether other programs on the machine may have decided between in time and too late."""
        last, share = passes[-1], _cpu_time_s(passes) / self._contestant.time_limit_s
        if last.verdict in (Verdict.MEMORY_LIMIT_EXCEEDED, Verdict.OUTPUT_LIMIT_EXCEEDED):
            return False
        if last.outcome.status is Status.WALL_TIME_EXCEEDED:
            was_kept_waiting, self._waited = share > _BUSY_SHARE and not self._waited, True
            return was_kept_waiting
        return REPEATED_FROM <= share <= STOP_FACTOR

    def _passes(self, spec: TestSpec) -> list[Trial]:
        """The passes up to the one that decides; there is one, but where a problem has more."""
        for validator in self._validators:
            validator.begin(spec)
        passes: list[Trial] = []
        given: bytes | None = None
        for _ in range(self._manifest.passes):
            trial = self._trial(spec, given)
            passes.append(trial)
            if trial.opinion is None or trial.opinion.next_input is None:
                return passes
            given = trial.opinion.next_input
        raise ValidatorFailed(f"{spec.author_name}: the validator asks for more than {len(passes)} passes")

    def _trial(self, spec: TestSpec, given: bytes | None) -> Trial:
        """One pass; given: its input, where it is not the test's own."""
        self._contestant.begin(spec)
        if self._manifest.interactive:
            verdict, outcome, opinion = interact(self._contestant, self._validators[0], spec)
            return Trial(verdict, outcome, opinion)
        if given is not None:
            outcome = self._contestant.run(spec, given)
        else:
            with self._opened(spec.input) as stdin:
                outcome = self._contestant.run(spec, stdin)
        if flawed := flaw(outcome, self._contestant.time_limit_s):
            return Trial(flawed, outcome)
        opinion = self._opinion(spec, outcome.stdout)
        return Trial(Verdict.ACCEPTED if opinion.accepted else Verdict.WRONG_ANSWER, outcome, opinion)

    def _opinion(self, spec: TestSpec, output: bytes) -> Opinion:
        if not self._validators:
            return self._compared(spec, output)
        return _together([validator.check(spec, output) for validator in self._validators])

    def _compared(self, spec: TestSpec, output: bytes) -> Opinion:
        """What the default validator says."""
        rules = comparison(spec.validator_args)
        with self._opened(spec.answer) as file:
            answer = file.read()
        if matches(output, answer, rules):
            return Opinion(accepted=True)
        return Opinion(accepted=False, judge_message=difference(output, answer, rules))


def _together(opinions: Sequence[Opinion]) -> Opinion:
    """All have to accept; each says what it has to say, and of scores and inputs the first one counts."""
    if len(opinions) == 1:
        return opinions[0]

    def joined(texts: Iterable[str | None]) -> str | None:
        return "\n".join(filter(None, texts)) or None

    def first(found: Iterable[Told | None]) -> Told | None:
        return next((each for each in found if each is not None), None)

    return Opinion(
        accepted=all(opinion.accepted for opinion in opinions),
        judge_message=joined(opinion.judge_message for opinion in opinions),
        team_message=joined(opinion.team_message for opinion in opinions),
        score=first(opinion.score for opinion in opinions),
        multiplier=first(opinion.multiplier for opinion in opinions),
        next_input=first(opinion.next_input for opinion in opinions),
    )


def _cpu_time_s(passes: Sequence[Trial]) -> float:
    return max(trial.outcome.cpu_time_s for trial in passes)


def middle_of(tries: Sequence[list[Trial]]) -> list[Trial]:
    """The try whose time is in the middle; one that the clock has stopped is slowest, whatever it used."""

    def slowness(passes: Sequence[Trial]) -> tuple[bool, float]:
        return passes[-1].outcome.status is Status.WALL_TIME_EXCEEDED, _cpu_time_s(passes)

    return sorted(tries, key=slowness)[len(tries) // 2]


def _judge_message(trial: Trial) -> str | None:
    """What the author may read: the validator's words, or the last ones of a program that failed."""
    if trial.opinion is not None:
        return trial.opinion.judge_message
    return trial.outcome.stderr[-_SHOWN_BYTES:].decode("utf-8", "replace").replace("\0", "\ufffd") or None
