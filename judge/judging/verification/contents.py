"""Checks of what a package holds that no program has to be run for."""

from collections.abc import Iterator, Sequence

from judge.judging.toolchains import found
from judge.judging.verification.expectations import word
from judge.judging.verification.trying import Trial
from judge.languages import table
from judge.manifest import TestSpec
from judge.packages.package import Example, Note, Package


def repeated_tests(package: Package) -> Iterator[Note]:
    """Tests of one group that give a program the very same."""
    first: dict[tuple[object, ...], TestSpec] = {}
    for spec in package.manifest.tests:
        earlier = first.setdefault((spec.group, spec.input, spec.args, spec.files), spec)
        if earlier is not spec:
            yield f"data/{spec.author_name}.in", f"is the same input as data/{earlier.author_name}.in"


def missing_samples(package: Package) -> Iterator[Note]:
    """People want to see one."""
    if not package.manifest.samples:
        yield "data/sample", "there is no sample"


def missing_language(example: Example) -> str:
    """Why an example cannot be run here; empty where it can."""
    if example.language is None:
        return example.reason or "its language cannot be told"
    if example.language in {language.id for language in found()}:
        return ""
    language = table()[example.language]
    packages = " ".join(getattr(language, "packages", ()))
    mend = f"; apt-get install {packages}" if packages else ""
    return f"{language.name} is not installed here ({', '.join(language.tools)}){mend}"


def idle_tests(package: Package, trials: Sequence[Trial]) -> Iterator[Note]:
    """Tests that no wrong submission fails, where there is a wrong submission."""
    wrong = [trial for trial in trials if trial.results and "accepted" not in trial.example.expected]
    if not wrong:
        return
    failed = {result.index for trial in wrong for result in trial.results if word(result.verdict) != "AC"}
    secret = [spec for spec in package.manifest.tests if spec.group != "sample"]
    idle = [spec.author_name for spec in secret if spec.index not in failed]
    if idle:
        yield (
            "data/secret",
            f"no wrong submission fails {len(idle)} of {len(secret)} tests: {', '.join(idle)}",
        )
