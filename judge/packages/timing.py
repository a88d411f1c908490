"""Whether there is time to judge a problem: under its time limit, or to find one."""

from dataclasses import replace

from judge.config import settings
from judge.manifest import Manifest
from judge.packages.package import Package
from judge.packages.problem_yaml import PATH
from judge.packages.reading import Reading

_LONGEST_S = 60.0
"""No time limit above this is looked for where a package gives none."""


def timed(reading: Reading, manifest: Manifest) -> Manifest:
    """Under the given time limit or, where it is 0, the longest that a judging of all tests has time for."""
    most_s = settings().max_judging_s
    if manifest.time_limit_s:
        if manifest.judging_s > most_s:
            reading.fault(
                PATH,
                f"judging one submission could take {manifest.judging_s:.0f} s, more than "
                f"JUDGE_MAX_JUDGING_S ({most_s:.0f}): lower the limit or have fewer tests",
            )
        return manifest
    # How long a judging may take is a straight line of the time limit.
    at_none, at_one = manifest.judging_s, replace(manifest, time_limit_s=1.0).judging_s
    each_s = at_one - at_none  # none where no test could be read
    longest_s = min(_LONGEST_S, (most_s - at_none) / each_s) if each_s else _LONGEST_S
    return replace(manifest, time_limit_s=longest_s)


def check_timing(reading: Reading, package: Package) -> None:
    """Note where no time limit could be found for a package that gives none."""
    if package.timing.given_s is not None or reading.faults:
        return
    if package.manifest.time_limit_s < package.timing.resolution_s:
        reading.fault(
            PATH,
            f"{len(package.manifest.tests)} tests leave no time within JUDGE_MAX_JUDGING_S "
            f"({settings().max_judging_s:.0f}): have fewer tests, or raise it",
        )
    rules = [rule for example in package.examples if not example.reason for rule in example.requirements]
    if not any(rule.bounds_time == "lower" for rule in rules):
        reading.fault(
            PATH, "limits.time_limit: is not given, and no submission tells how long a right one takes"
        )
