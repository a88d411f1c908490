"""The lock files: a hash for everything, and the address of no registry."""

import json
import re
import subprocess
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parent.parent
LOCKS = ("requirements.lock", "requirements-test.lock")
COMPILER, NODE = "requirements-compiler.lock", "requirements-node.lock"
NPM = REPOSITORY / "judge/web/assets"
REQUIREMENT = re.compile(r"(?P<name>[a-z0-9][a-z0-9._-]*)==(?P<version>[^\s;]+)( ; .*?)?(?=\s+--hash|$)")
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")
ADDRESS = re.compile(r"://|--(extra-)?index|--find-links|\bwww\.|\.(org|com|io|net)\b| @ ")


def requirements(lock: str) -> dict[str, str]:
    """Version by name."""
    found = {}
    for entry in re.sub(r"\\\n", " ", (REPOSITORY / lock).read_text()).splitlines():
        line = entry.partition("#")[0].strip()
        if line:
            words = REQUIREMENT.match(line)
            assert words, f"not a pinned requirement: {line}"
            hashes = line[words.end() :].split()
            assert hashes, f"no hash: {line}"
            assert all(HASH.fullmatch(word) for word in hashes), line
            found[words["name"]] = words["version"]
    return found


@pytest.mark.parametrize(("lock", "least"), [(LOCKS[0], 41), (LOCKS[1], 41), (COMPILER, 1), (NODE, 1)])
def test_everything_has_a_hash_and_nothing_an_address(lock: str, least: int) -> None:
    assert len(requirements(lock)) >= least
    assert ADDRESS.findall((REPOSITORY / lock).read_text()) == []


def test_every_package_of_npm_has_a_hash_and_none_an_address() -> None:
    """Nor is any program run that one of them brings for when it is installed."""
    lock = json.loads((NPM / "package-lock.json").read_text())
    wanted = json.loads((NPM / "package.json").read_text())
    packages = {path: told for path, told in lock["packages"].items() if path}
    assert len(packages) >= 20
    for path, told in packages.items():
        assert re.fullmatch(r"sha512-[A-Za-z0-9+/]{86}==", told["integrity"]), path
        assert "resolved" not in told, path
    assert ADDRESS.findall((NPM / "package-lock.json").read_text()) == []
    assert {f"node_modules/{name}" for name in wanted["dependencies"]} <= packages.keys()
    assert "--ignore-scripts" in (NPM / "build").read_text()


def test_nothing_of_others_is_committed() -> None:
    """What is made of npm's packages is made where it is used."""
    listed = subprocess.run(
        ["git", "ls-files", "--", str(NPM)], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    folders = {Path(name).relative_to(NPM.relative_to(REPOSITORY)).parent for name in listed.stdout.split()}
    assert folders == {Path(), Path("bundle"), Path("page")}


def test_tests_run_with_the_versions_that_users_get() -> None:
    product, tests = (requirements(lock) for lock in LOCKS)
    assert product.items() <= tests.items()


def test_what_builds_the_project_is_locked_too() -> None:
    assert int(requirements("requirements.lock")["setuptools"].partition(".")[0]) >= 77
