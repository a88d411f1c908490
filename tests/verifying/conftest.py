"""Packages to be verified: copies of the skeletons, small enough to be verified again and again."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from judge.cli.new import SKELETONS
from judge.cli.verify import verify
from tests.reference import reference as reference

Copied = Callable[[str], Path]

_MAXIMUM = """import sys
from pathlib import Path

length, *numbers = map(int, Path(sys.argv[1]).read_text().split())
output = sys.stdin.read().split()
right = output == [str(max(numbers))]
Path(sys.argv[3], "judgemessage.txt").write_text(f"{' '.join(output)[:20]!r}")
sys.exit(42 if right else 43)
"""


@pytest.fixture
def copied(tmp_path: Path) -> Copied:
    """Copy a skeleton; "custom" is the pass-fail one with an output validator that needs no answers."""

    def copied(kind: str) -> Path:
        folder = tmp_path / kind
        shutil.copytree(SKELETONS / ("pass-fail" if kind == "custom" else kind), folder)
        if kind == "custom":
            write(folder / "output_validator" / "validate.py", _MAXIMUM)
        return folder

    return copied


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def verified(*folders: Path, options: tuple[str, ...] = ()) -> Any:
    """What `judge problem verify --json` prints, after a look at its exit code."""
    result = CliRunner().invoke(verify, [*map(str, folders), "--json", "--slots", "2", *options])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    report = json.loads(result.stdout)
    reports = report if isinstance(report, list) else [report]
    assert result.exit_code == (0 if all(each["ok"] for each in reports) else 1)
    return report
