"""The id that the embedded PostgreSQL runs under when we are root: one that owns nothing else."""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path

from judge.errors import ConfigError

# PostgreSQL refuses to run as root, and we create no user on anyone's machine. systemd's table of ids
# leaves 1879048192 to 2147483647 to nobody, and 65520 to 65533 too, which matters inside containers
# that map 65536 ids; 65534 is the user called nobody, the last resort because others run under it.
UNUSED_IDS = (1879048200, 65533, 65534)


@dataclass(frozen=True)
class Account:
    """A user id and the group of the same number."""

    uid: int

    @property
    def gid(self) -> int:
        """The group, which has no other member."""
        return self.uid

    def can_enter(self, folder: Path) -> bool:
        """Whether this id may pass through ``folder``; asked of the kernel, which knows ACLs as well."""
        return self._may("-x", folder)

    def can_read(self, file: Path) -> bool:
        """Whether this id may read ``file``."""
        return self._may("-r", file)

    def _may(self, test: str, path: Path) -> bool:
        done = subprocess.run(
            ["test", test, str(path)], user=self.uid, group=self.gid, extra_groups=[], cwd="/", check=False
        )
        return done.returncode == 0


def database_account() -> Account | None:
    """The id for the database; None where we are not root and it runs under our own.

    Raises ConfigError where this (container's) root has no other id to give away.
    """
    if os.geteuid() != 0:
        return None
    for uid in UNUSED_IDS:
        if _mapped(uid, "/proc/self/uid_map") and _mapped(uid, "/proc/self/gid_map"):
            return Account(uid)
    raise ConfigError(
        "PostgreSQL does not run as root, and no other user id exists in this user namespace: "
        "start as an ordinary user, or set DATABASE_URL"
    )


def has_name(uid: int) -> bool:
    """Whether the machine knows a user of that id; containers like to run under one that it does not."""
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def named_uid() -> int:
    """An unprivileged id that has a name, which initdb insists on and the server itself does not.

    Raises ConfigError where the machine knows no such user.
    """
    for name in ("nobody", "daemon", "bin"):
        try:
            return pwd.getpwnam(name).pw_uid
        except KeyError:
            continue
    raise ConfigError("no user called nobody on this machine, whom initdb needs once: set DATABASE_URL")


def _mapped(number: int, table: str) -> bool:
    for line in Path(table).read_text().splitlines():
        first, _, count = (int(word) for word in line.split())
        if first <= number < first + count:
            return True
    return False
