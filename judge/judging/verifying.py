"""Verifying a package: whether everything in it is as its author and the format say.

Beside what reading shows: statements, validators, answers, the time limit, and every example submission on
every test, each in a box.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from judge.judging.installing import NotInstalled
from judge.judging.validating import ValidatorFailed
from judge.judging.verification import contents, inputs, outputs
from judge.judging.verification.expectations import compared
from judge.judging.verification.limiting import Limiting
from judge.judging.verification.progress import Counter, Step
from judge.judging.verification.report import ExampleReport, Report
from judge.judging.verification.slots import Slot, Slots
from judge.judging.verification.statements import rendered
from judge.judging.verification.trying import Trial, tried
from judge.packages.package import Example, Note, Package
from judge.verdict import Verdict

_Item = TypeVar("_Item")
Job = Callable[[Slot], Any]
_REASONS_SHOWN = 3


def verify(
    package: Package,
    *,
    slots: int | None = None,
    progress: Callable[[Step], None],
    allow_missing_languages: bool = False,
) -> Report:
    """Verify a package that could be read. Raises SandboxError, BlobDamaged.

    slots: how many programs run side by side; as many as there are processors, if None. progress: is told
    of each step by the calling thread; what it raises ends the verification, as does KeyboardInterrupt, and
    every box with it. allow_missing_languages: an example whose toolchain is not here is a warning only.
    """
    with Slots(slots or len(os.sched_getaffinity(0)), (counter := Counter(progress)).did) as crew:
        return _Verification(package, crew, counter, allow_missing_languages).report()


class _Verification:
    """One verification of one package."""

    def __init__(
        self, package: Package, crew: Slots, counter: Counter, allow_missing_languages: bool
    ) -> None:
        self._package = package
        self._crew = crew
        self._counter = counter
        self._allow_missing_languages = allow_missing_languages
        self._errors: list[Note] = []
        self._warnings: list[Note] = list(package.warnings)
        self._missing = {example.name: contents.missing_language(example) for example in package.examples}

    def report(self) -> Report:
        """Do it all."""
        package = self._package
        self._read()
        limiting = Limiting(package, self._crew, self._counter)
        runnable = [example for example in package.examples if not self._missing[example.name]]
        trials = self._validated_and_tried(limiting.first(runnable))
        limiting.settle(trials)
        trials += self._tried(limiting.package, limiting.left(runnable, trials))
        latest = {trial.example.name: trial for trial in trials}
        reports = [self._example(example, latest) for example in package.examples]
        limiting.check(list(latest.values()))
        self._warnings += contents.idle_tests(package, list(latest.values()))
        self._errors += limiting.errors
        self._warnings += limiting.warnings
        return Report(
            package.id,
            time_limit_s=limiting.limit_s,
            errors=_once(self._errors),
            warnings=_once(self._warnings),
            tests=tuple(test.author_name for test in package.manifest.tests),
            submissions=tuple(reports),
            safety=limiting.safety,
        )

    def _read(self) -> None:
        """What needs no box."""
        errors, warnings = rendered(self._package)
        self._errors += errors
        self._warnings += warnings
        self._warnings += contents.repeated_tests(self._package)
        self._warnings += contents.missing_samples(self._package)

    def _validated_and_tried(self, examples: Sequence[Example]) -> list[Trial]:
        """Validators and the first submissions, side by side."""
        package, count = self._package, len(self._package.manifest.tests)
        given = [*inputs.inputs(package), *inputs.junk(package)]
        looked_at = [*outputs.outputs(package), *outputs.junk(package)]
        self._counter.expect(len(package.input_validators) * len(given) + len(looked_at))
        self._counter.expect(count * sum(not missing for missing in self._missing.values()))
        input_jobs: list[Job] = [
            partial(inputs.examine, package, program, chunk)
            for program in package.input_validators
            for chunk in _chunks(given, inputs.CHUNK)
        ]
        output_jobs: list[Job] = [
            partial(outputs.examine, package, chunk) for chunk in _chunks(looked_at, outputs.CHUNK)
        ]
        # Submissions first, since they take longest; what waits for nothing fills the gaps at the end.
        trial_jobs: list[Job] = [partial(tried, package, example) for example in _longest_first(examples)]
        done: list[Any] = self._crew.work([*trial_jobs, *output_jobs, *input_jobs])
        trials, others = done[: len(trial_jobs)], done[len(trial_jobs) :]
        looked, read = others[: len(output_jobs)], others[len(output_jobs) :]
        self._errors += [*inputs.errors(read), *outputs.errors(package, looked)]
        self._warnings += [*inputs.warnings(read), *outputs.warnings(package, looked)]
        return trials

    def _tried(self, package: Package, examples: Sequence[Example]) -> list[Trial]:
        return self._crew.work([partial(tried, package, example) for example in _longest_first(examples)])

    def _example(self, example: Example, trials: Mapping[str, Trial]) -> ExampleReport:
        """The report on an example; what is wrong with it is noted."""
        where = f"submissions/{example.name}"
        plain = ExampleReport(example.name, example.language, example.expected)
        if missing := self._missing[example.name]:
            allowed = self._allow_missing_languages and example.language is not None
            (self._warnings if allowed else self._errors).append((where, missing))
            return replace(plain, reasons=(missing,), skipped=allowed)
        trial = trials.get(example.name)
        if trial is None:
            return replace(plain, reasons=("it was not run, as there is no time limit",))
        if trial.judgement is None:
            self._errors.append(self._blamed(trial))
            return replace(plain, reasons=(trial.complaint,))
        report = compared(example, self._package.manifest, trial.judgement, trial.results)
        if not report.ok:
            self._errors.append((where, "; ".join(report.reasons[:_REASONS_SHOWN])))
        return report

    def _blamed(self, trial: Trial) -> Note:
        """Where a fault of the package lies that a submission has brought to light."""
        if isinstance(trial.fault, ValidatorFailed):
            return outputs.validator_path(self._package), f"{trial.example.name}: {trial.complaint}"
        if isinstance(trial.fault, NotInstalled):
            return outputs.validator_path(self._package), f"cannot be made ready: {trial.complaint}"
        return f"submissions/{trial.example.name}", str(trial.fault)


def _longest_first(examples: Sequence[Example]) -> list[Example]:
    """Those that meet the time limit again and again are not left for the end, when other slots are idle."""
    return sorted(examples, key=lambda example: Verdict.TIME_LIMIT_EXCEEDED not in example.expected)


def _chunks(items: Sequence[_Item], size: int) -> Iterator[Sequence[_Item]]:
    """At least one, so that a validator with nothing to look at is made ready all the same."""
    for start in range(0, max(1, len(items)), size):
        yield items[start : start + size]


def _once(notes: Iterable[Note]) -> tuple[Note, ...]:
    return tuple(dict.fromkeys(notes))
