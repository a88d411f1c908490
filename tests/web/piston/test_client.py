"""The package `piston-client` from npm, unchanged, given our address as its server."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Running

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the locked package in it."""
    if shutil.which("npm") is None:
        if os.environ.get("CI") == "true":
            pytest.fail("npm not found")
        pytest.skip("needs npm")
    folder = tmp_path_factory.mktemp("piston-client")
    for name in ("package.json", "package-lock.json", ".npmrc", "run.mjs"):
        shutil.copy(HERE / name, folder)
    quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    subprocess.run(["npm", "ci", *quiet], cwd=folder, check=True, timeout=120)
    return folder


def answers(judge: Running, folder: Path, *calls: list[Any]) -> list[Any]:
    """What the client's functions return."""
    command = ["node", "run.mjs", f"{judge.url}/piston", json.dumps(calls)]
    done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True, timeout=120)
    return list(json.loads(done.stdout))


def test_what_it_can_do(judge: Running, installed: Path) -> None:
    """Runtimes, code by a language's name, whole jobs, and an error as it is answered."""
    job = {
        "language": "c",
        "version": "*",
        "files": [{"name": "main.c", "content": '#include "x.h"\nX'}, {"name": "x.h", "content": X_H}],
        "stdin": "word",
        "args": ["a", "b c"],
    }
    runtimes, python, c, late, unknown = answers(
        judge,
        installed,
        ["runtimes"],
        ["execute", "python", "import sys\nprint('hi', *sys.argv[1:])"],
        ["execute", job],
        ["execute", {"language": "python", "files": [{"content": "1"}], "runTimeout": 3001}],
        ["execute", "nothing", "1"],
    )
    assert {"python", "c", "c++"} <= {runtime["language"] for runtime in runtimes}
    assert (python["run"]["stdout"], python["run"]["code"]) == ("hi 1 2 3\n", 0), python
    assert (c["run"]["stdout"], c["run"]["signal"]) == ("word a b c\n", None), c
    assert late == {"message": "run_timeout cannot exceed the configured limit of 3000"}
    assert unknown == {"message": "version is required as a string"}


X_H = """
#include <stdio.h>
#define X int main(int n, char **a) { char w[9]; scanf("%8s", w); printf("%s %s %s\\n", w, a[1], a[2]); }
"""
