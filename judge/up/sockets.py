"""Folders for Unix sockets: short, because the kernel takes 107 bytes, and closed to everyone else."""

import hashlib
import os
import shutil
import stat
from pathlib import Path

from judge.errors import ConfigError
from judge.up.account import Account

LONGEST_PATH_BYTES = 107  # sun_path, without its final NUL


def socket_folder(home: Path, server: str, longest_name: str, account: Account | None) -> Path:
    """Make the empty 0700 folder for the sockets of ``server``, owned by ``account`` or else by us.

    The name follows from ``home``, so that lines pasted yesterday still fit today.
    Raises ConfigError where somebody else has put something in its place.
    """
    tag = hashlib.sha256(os.fsencode(home)).hexdigest()[:8]
    path = _base() / f"judge-{tag}-{server}"
    if len(os.fsencode(path / longest_name)) > LONGEST_PATH_BYTES:
        raise ConfigError(f"{path} is too long for the path of a Unix socket")
    owners = {os.geteuid()} if account is None else {os.geteuid(), account.uid}
    try:
        path.mkdir(mode=0o700)
    except FileExistsError:
        # Whoever holds the home's lock owns this name; what lies here was left by a `kill -9`.
        found = path.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in owners or found.st_mode & 0o077:
            raise ConfigError(f"{path} is not a private folder of ours: remove it") from None
        shutil.rmtree(path)
        path.mkdir(mode=0o700)
    if account is not None:
        os.chown(path, account.uid, account.gid, follow_symlinks=False)
    return path


def _base() -> Path:
    uid = os.geteuid()
    base = Path("/run") if uid == 0 else Path(f"/run/user/{uid}")
    try:
        status = base.stat()
    except FileNotFoundError:
        return Path("/tmp")  # noqa: S108  mkdir and the checks above make a name there safe
    private = status.st_uid == uid and not status.st_mode & 0o022
    return base if private and os.access(base, os.W_OK) else Path("/tmp")  # noqa: S108
