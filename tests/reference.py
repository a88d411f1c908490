"""The example packages of the format's own tools, fetched once by their digest as every test run may."""

import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import pytest

_PROJECT, _VERSION = "problemtools", "1.20260907"
_SHA256 = "55f19b6a72ef5cb07daf0a4e612be963a15e7972891a3afb0fff89244b6228c6"
_PATIENCE_S = 300.0


@pytest.fixture(scope="session")
def reference(pytestconfig: pytest.Config) -> Path:
    """The folder of the examples, each a package, MIT; that they cannot be fetched is a failure."""
    assert pytestconfig.cache
    kept = pytestconfig.cache.mkdir(_PROJECT) / _VERSION
    if not kept.is_dir():
        with tempfile.TemporaryDirectory(dir=kept.parent) as folder:
            made = _unpacked(_fetched(Path(folder)), Path(folder))
            try:
                os.rename(made, kept)
            except OSError:  # another process was quicker
                assert kept.is_dir()
    return kept / "examples"


def _fetched(folder: Path) -> Path:
    """The source distribution, its bytes checked by pip."""
    (folder / "requirement.txt").write_text(f"{_PROJECT}=={_VERSION} --hash=sha256:{_SHA256}\n")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"]
    command += ["--no-binary", _PROJECT, "--dest", str(folder), "--requirement", f"{folder}/requirement.txt"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=_PATIENCE_S, check=False)
    assert done.returncode == 0, done.stderr
    return folder / f"{_PROJECT}-{_VERSION}.tar.gz"


def _unpacked(archive: Path, folder: Path) -> Path:
    with tarfile.open(archive) as tar:
        tar.extractall(folder)  # by its digest it is the one that was looked at
    return folder / f"{_PROJECT}-{_VERSION}"
