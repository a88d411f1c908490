"""Runs what has failed beside other tests three times more, alone: each must pass each time.

One that fails once in three fails the suite, as do more than a few, which is no accident.
"""

import json
import subprocess
import sys
from pathlib import Path

FAILED = Path(".pytest_cache/v/cache/lastfailed")
MOST = 5
TIMES = 3


def main() -> int:
    """The exit code."""
    failed = list(json.loads(FAILED.read_text()))
    if len(failed) > MOST:
        print(f"{len(failed)} tests have failed: too many to be tried again, alone")
        return 1
    print(f"{len(failed)} tests have failed beside the others; alone each must pass {TIMES} times:")
    command = [sys.executable, "-m", "pytest", "--exitfirst", "-p", "no:cacheprovider", *failed]
    return int(any(subprocess.run(command, check=False).returncode for _ in range(TIMES)))


if __name__ == "__main__":
    sys.exit(main())
