"""The time limit of a package under verification: derived where none is given, and tried for its margins."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from judge.config import settings
from judge.judging.verification import timing
from judge.judging.verification.progress import Counter
from judge.judging.verification.report import Safety
from judge.judging.verification.slots import Slots
from judge.judging.verification.timing import Bound
from judge.judging.verification.trying import Trial, language_of, tried_again
from judge.manifest import wall_limit_s
from judge.packages.package import Example, Note, Package
from judge.verdict import Verdict

_TIMES = 3
"""How often a time that decides is taken, with nothing else running here; the one in the middle counts."""


class Limiting:
    """The submissions that bound the limit from below are run first; then it stands, and others follow."""

    def __init__(self, package: Package, crew: Slots, counter: Counter) -> None:
        self._crew = crew
        self._counter = counter
        self._timing = package.timing
        self._lower: list[Bound] = []
        self.package = package
        self.limit_s = package.timing.given_s
        self.errors: list[Note] = []
        self.warnings: list[Note] = []
        self.safety: Safety | None = None

    def first(self, examples: Sequence[Example]) -> list[Example]:
        """Those to be run before the limit stands: all, where it is given."""
        if self.limit_s is not None:
            return list(examples)
        return [example for example in examples if _bounds(example, "lower")]

    def settle(self, trials: Sequence[Trial]) -> None:
        """Have a limit, now that those are run."""
        self._lower = [
            bound
            for trial in trials
            if trial.results
            for bound in timing.bounds(trial.example, language_of(trial.example), trial.results, "lower")
        ]
        if not self._lower:
            # Where one was run and came to nothing, that is told already.
            if self.limit_s is None and not any(_bounds(trial.example, "lower") for trial in trials):
                self.errors.append(
                    ("submissions", "no submission that can be run here bounds the time limit")
                )
            return
        self._lower = self._measured_alone(self._lower)
        if self.limit_s is None:
            slowest = timing.slowest(self._lower)
            assert slowest is not None
            self._derive(slowest)

    def _derive(self, slowest: Bound) -> None:
        generous_s = self.package.manifest.time_limit_s
        self.limit_s = timing.derived_s(self._timing, slowest.seconds)
        package = self.package.with_time_limit(self.limit_s)
        if self.limit_s > generous_s or package.manifest.judging_s > settings().max_judging_s:
            self.errors.append(
                (
                    f"submissions/{slowest.example.name}",
                    f"takes {slowest.seconds:.3f} s on {slowest.test_name}: with a time limit of "
                    f"{self.limit_s:g} s judging could take longer than JUDGE_MAX_JUDGING_S allows",
                )
            )
        self.package = package

    def left(self, examples: Sequence[Example], trials: Sequence[Trial]) -> list[Example]:
        """Those to be run under the limit: all that were not, or for which it makes a difference."""
        if self.limit_s is None:
            return []
        as_good = {trial.example.name for trial in trials if not self._may_differ(trial)}
        return [example for example in examples if example.name not in as_good]

    def _may_differ(self, trial: Trial) -> bool:
        """Whether a run under another limit might have ended in another way under ours."""
        assert self.limit_s is not None
        if trial.limit_s == self.limit_s or not trial.results:
            return False
        language = language_of(trial.example)
        near_s = timing.NEAR * self.limit_s
        wall_s = wall_limit_s(language.time_limit_s(near_s))
        return any(
            timing.plain_s(language, result.cpu_time_s) > near_s or result.wall_time_s > wall_s
            for result in trial.results
        )

    def check(self, trials: Sequence[Trial]) -> None:
        """Whether the limit leaves everybody the margin that the package asks for."""
        if self.limit_s is None or not self._lower:
            return
        for bound in self._lower:
            # One that is over the limit itself has failed a test, which is told already.
            if bound.seconds <= self.limit_s and (
                fault := timing.too_tight(self._timing, bound, self.limit_s)
            ):
                self._complain(bound, fault)
        upper = self._late_ones(trials)
        for bound in upper:
            if fault := timing.too_fast(self._timing, bound, self.limit_s):
                self._complain(bound, fault)
        slowest = max(self._lower, key=lambda bound: bound.seconds)
        fastest = min(upper, key=lambda bound: bound.seconds, default=None)
        late_from_s = timing.late_from_s(self._timing, self.limit_s)
        if fastest and fastest.seconds >= late_from_s:
            fastest = None
        self.safety = Safety(
            slowest_s=slowest.seconds,
            slowest=slowest.where,
            needed_s=slowest.seconds * self._timing.ac_to_time_limit,
            late_from_s=late_from_s,
            fastest_s=fastest.seconds if fastest else None,
            fastest=fastest.where if fastest else None,
        )

    def _complain(self, bound: Bound, fault: str) -> None:
        """The margins are rules of format 2025-09, and advice in older ones."""
        notes = self.errors if self.package.version.is_strict else self.warnings
        notes.append((f"submissions/{bound.example.name}", fault))

    def _tell_of_fault(self, bound: Bound, again: Trial) -> None:
        fault = again.complaint if again.fault else "it did not compile"
        self.errors.append(
            (f"submissions/{bound.example.name}", f"run once more on {bound.test_name}: {fault}")
        )

    def _measured_alone(self, lower: list[Bound]) -> list[Bound]:
        """With the times that decide taken again, one after the other, so that nothing disturbs them."""
        slowest_s = max(bound.seconds for bound in lower)
        measured = []
        for bound in lower:
            if self._decides(bound, slowest_s):
                self._counter.expect(_TIMES)
                job = partial(tried_again, self.package, bound.example, bound.test, times=_TIMES)
                (again,) = self._crew.work([job])
                language = language_of(bound.example)
                times = sorted(timing.plain_s(language, each.cpu_time_s) for each in again.results)
                if times:
                    bound = replace(bound, seconds=times[len(times) // 2])
                else:
                    self._tell_of_fault(bound, again)
            measured.append(bound)
        return measured

    def _decides(self, bound: Bound, slowest_s: float) -> bool:
        if self.limit_s is None:
            return bound.seconds >= timing.NEAR * slowest_s and timing.is_sensitive(self._timing, slowest_s)
        return bool(timing.too_tight(self._timing, bound, self.limit_s)) and bound.seconds <= self.limit_s

    def _late_ones(self, trials: Sequence[Trial]) -> list[Bound]:
        """Those that must be late, and are, with what they take if they are given more time.

        One that is still late then is as late as has to be; that it would take even longer is not measured.
        """
        assert self.limit_s is not None
        found = [bound for trial in trials for bound in _late(trial)]
        late_s = timing.late_from_s(self._timing, self.limit_s)
        patient = self.package.with_time_limit(late_s)
        self._counter.expect(len(found))
        jobs = [partial(tried_again, patient, bound.example, bound.test) for bound in found]
        bounds = []
        for bound, again in zip(found, self._crew.work(jobs), strict=True):
            if not again.results:
                self._tell_of_fault(bound, again)
                continue
            (result,) = again.results
            seconds = timing.plain_s(language_of(bound.example), result.cpu_time_s)
            if result.verdict == Verdict.TIME_LIMIT_EXCEEDED:
                seconds = max(seconds, late_s)  # it may have waited
            bounds.append(replace(bound, seconds=seconds))
        return bounds


def _bounds(example: Example, kind: str) -> bool:
    return any(requirement.bounds_time == kind for requirement in example.requirements)


def _late(trial: Trial) -> list[Bound]:
    """One bound for each rule that wants the submission late, on a test on which it is: the slowest."""
    late = {each.index: each for each in trial.results if each.verdict == Verdict.TIME_LIMIT_EXCEEDED}
    found = []
    for requirement in trial.example.requirements:
        concerned = [late[index] for index in requirement.tests if index in late]
        if requirement.bounds_time == "upper" and concerned:
            slowest = max(concerned, key=lambda each: (each.wall_time_s, each.cpu_time_s))
            found.append(Bound(trial.example, slowest.index, slowest.author_name, 0.0))
    return found
