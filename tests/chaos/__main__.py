"""``python -m tests.chaos [--seed N] [--submissions N] [--short]``: 0 where everything held, 1 otherwise."""

import argparse
import secrets
import sys
from dataclasses import replace
from pathlib import Path

from tests.chaos.report import table
from tests.chaos.run import SHORT, Size, run


def main() -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--seed", type=int, default=None, help="draws everything; another each time")
    parser.add_argument("--submissions", type=int, default=None)
    parser.add_argument("--short", action="store_true", help="one fault of each kind")
    parser.add_argument("--logs", type=Path, help="a folder for what the judge's programs have written")
    asked = parser.parse_args()
    size = SHORT if asked.short else Size()
    if asked.submissions is not None:
        size = replace(size, submissions=asked.submissions)
    seed = secrets.randbelow(10_000) if asked.seed is None else asked.seed
    _say(f"seed {seed}")
    outcome = run(seed, size, _say, asked.logs)
    print(table(outcome))
    for violation in outcome.audit.violations:
        print(f"\n{violation}")
    return 1 if outcome.audit.violations else 0


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
