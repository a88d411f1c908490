"""The server keeps to its OpenAPI document: schemathesis with every check, in both modes.

SCHEMATHESIS_EXAMPLES: so many requests an operation, in each of its phases; SCHEMATHESIS_SEED: what they
follow from, printed with each run.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from judge.packages import archives
from tests.conftest import REPOSITORY, Running, judge_up, open_folder
from tests.packages.building import write
from tests.servers import NO_LIMITS
from tests.web.pictured import PICTURED

EXAMPLES = os.environ.get("SCHEMATHESIS_EXAMPLES", "6")
SEED = os.environ.get("SCHEMATHESIS_SEED", "20261123")
MOST_S = 1500.0
"""When a run is given up."""

ROLES = {"ann": "user", "ben": "user", "root": "admin"}
LANGUAGES = {"python3": ".py", "bash": ".sh"}
SMALL = {"JUDGE_LANGUAGES": ",".join(LANGUAGES), "JUDGE_MAX_WAIT_S": "1", **NO_LIMITS}
FILES = {
    "figures": {"problem_id": "sum", "name": "pixel.png"},
    "attachments": {"problem_id": "sum", "name": "hint.txt"},
}


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A package that has whatever one may have to show, as a folder; beside it as a zip."""
    folder = write(tmp_path_factory.mktemp("package") / "sum", PICTURED)
    with folder.with_suffix(".zip").open("wb") as zip_:
        archives.pack(folder, zip_)
    return folder


@pytest.fixture(scope="module")
def open_judge(package: Path) -> Iterator[Running]:
    """A judge without accounts, whose data a run may spoil."""
    with judge_of(package) as running:
        yield running


@pytest.fixture(scope="module")
def closed_judge(package: Path) -> Iterator[Running]:
    """One that wants tokens."""
    with judge_of(package, JUDGE_AUTH="token", SECRET_KEY="only for these tests") as running:
        yield running


@contextmanager
def judge_of(package: Path, **environment: str) -> Iterator[Running]:
    """A judge that has that package too, and that waits for nothing for long."""
    with open_folder() as folder, judge_up(folder, env=SMALL | environment) as running:
        running.command("problem", "add", str(package), check=True)
        yield running


def conforms(running: Running, package: Path, *options: str) -> None:
    """Run schemathesis; what it finds is the failure."""
    known = {
        "problems": ["a-plus-b"],
        "languages": LANGUAGES,
        "files": FILES,
        "users": list(ROLES),
        "package": str(package.with_suffix(".zip")),
    }
    print(f"SCHEMATHESIS_SEED={SEED} SCHEMATHESIS_EXAMPLES={EXAMPLES}")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", *options, "run", f"{running.url}/openapi.json"),
            *("--checks", "all", "--seed", SEED, "--max-examples", EXAMPLES, "--continue-on-failure"),
            *("--suppress-health-check", "all", "--request-timeout", "60", "--no-color"),
            *("--generation-database", "none"),
        ],
        cwd=package.parent,
        env=os.environ
        | {
            "SCHEMATHESIS_HOOKS": "tests.web.conformance",
            "PYTHONPATH": str(REPOSITORY),
            "CONFORMANCE": json.dumps(known),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=MOST_S,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_without_accounts(open_judge: Running, package: Path) -> None:
    """Every operation, every check."""
    conforms(open_judge, package)


@pytest.mark.parametrize("first", ["root", "ann"])
def test_with_accounts(closed_judge: Running, package: Path, first: str, tmp_path: Path) -> None:
    """As an admin; and as a user, who must not see what is another's, and an admin for what users may not."""
    tokens = {name: token_of(closed_judge, name, role) for name, role in ROLES.items()}
    order = sorted(tokens, key=lambda name: name != first)
    (tmp_path / "users.json").write_text(
        json.dumps({"auth": [{"name": name, "fixedHeaders": [bearer(tokens[name])]} for name in order]})
    )
    config = tmp_path / "schemathesis.toml"
    config.write_text(f'[auth.wfc]\npath = "{tmp_path / "users.json"}"\npeers = ["ann", "ben"]\n')
    conforms(closed_judge, package, "--config-file", str(config))


def token_of(running: Running, name: str, role: str) -> str:
    """A token of a user, who is made where there is none of that name."""
    running.command("user", "add", name, "--role", role)
    return running.command("user", "token", name, check=True).stdout.strip()


def bearer(token: str) -> Mapping[str, str]:
    """The header that says who is asking."""
    return {"name": "Authorization", "value": f"Bearer {token}"}
