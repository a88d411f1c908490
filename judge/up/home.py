"""JUDGE_HOME: the folder of one judge, held by one process at a time, private to its user."""

import fcntl
import json
import os
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from judge.errors import ConfigError
from judge.up.account import Account

LOCK = "lock"
RUNNING = "running.json"  # `judge submit` and the like find a running judge by it


@dataclass(frozen=True)
class Home:
    """An opened JUDGE_HOME; the lock is the kernel's and ends with this process, however it ends."""

    path: Path
    lock_fd: int
    started: str
    mark: str  # of every process of this run

    def announce(self, url: str | None) -> None:
        """Write into the lock file who holds this folder, for the next one who asks."""
        holder = {"pid": os.getpid(), "url": url, "started": self.started}
        # In place, because a renamed file would leave the lock on the old inode.
        os.ftruncate(self.lock_fd, 0)
        os.pwrite(self.lock_fd, json.dumps(holder).encode() + b"\n", 0)

    def folder(self, name: str) -> Path:
        """A 0700 folder inside, made where missing."""
        path = self.path / name
        path.mkdir(mode=0o700, exist_ok=True)
        return path

    def secret(self, name: str, form: str = "{}") -> str:
        """A random secret kept in the 0600 file ``name``; ``form`` says how it stands there."""
        path = self.path / name
        if not path.exists():
            # Under another name first: half a secret after a power cut would lock the user out for good.
            fresh = path.with_suffix(".new")
            with open(fresh, "w", opener=_private) as file:
                file.write(form.format(secrets.token_urlsafe(32)) + "\n")
                file.flush()
                os.fsync(file.fileno())
            fresh.rename(path)
        before, _, after = form.partition("{}")
        return path.read_text().strip().removeprefix(before).removesuffix(after)

    def tell(self, **addresses: str | None) -> None:
        """Write ``addresses`` for other commands of this user; they stand there until ``close``."""
        fresh = self.path / (RUNNING + ".new")
        with open(fresh, "w", opener=_private) as file:
            json.dump({"pid": os.getpid()} | addresses, file)
        fresh.rename(self.path / RUNNING)

    def close(self) -> None:
        """Give the folder back."""
        (self.path / RUNNING).unlink(missing_ok=True)
        os.ftruncate(self.lock_fd, 0)
        os.close(self.lock_fd)


def open_home(path: Path, account: Account | None) -> Home:
    """Make ``path`` where missing and take it; ``account`` may pass through it, and nobody else may.

    Raises ConfigError where another `judge up` holds it (the message says which), or where the folder
    belongs to someone else or is open to writing by others.
    """
    path = path.resolve()
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"JUDGE_HOME {path} cannot be made: {error.strerror}") from error
    status = path.stat()
    if status.st_uid != os.geteuid():
        raise ConfigError(
            f"JUDGE_HOME {path} belongs to user id {status.st_uid}, not to {os.geteuid()}: "
            "start as that user, or set JUDGE_HOME to another folder"
        )
    if status.st_mode & 0o022:
        raise ConfigError(f"JUDGE_HOME {path} can be written to by others: chmod go-w {path}")
    if (path / LOCK).exists() or not any(path.iterdir()):  # ours, not a folder that holds other things
        if account is not None:
            os.chown(path, -1, account.gid)
        path.chmod(0o700 if account is None else 0o710)
    started = datetime.now(UTC).isoformat(timespec="seconds")
    home = Home(path, _lock(path), started, mark=f"{path}:{secrets.token_hex(8)}")
    home.announce(None)
    return home


def _lock(path: Path) -> int:
    fd = os.open(path / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        said = os.pread(fd, 4096, 0)
        os.close(fd)
        raise ConfigError(f"JUDGE_HOME {path} is in use by {_holder(said)}") from None
    return fd


def _holder(said: bytes) -> str:
    try:
        holder = json.loads(said)
    except ValueError:
        return "another judge that is just starting"
    where = holder["url"] or "still starting"
    return f"process {holder['pid']} ({where}), started {holder['started']}"


def _private(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW, 0o600)
