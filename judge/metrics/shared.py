"""Where processes count that are asked by one address: in files of a folder, which is theirs alone.

The folder lies in JUDGE_HOME, is locked as long as one of them lives that was forked, and goes with the next
start after that.
"""

import fcntl
import logging
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from prometheus_client import CollectorRegistry, values
from prometheus_client.multiprocess import MultiProcessCollector

from judge.config import settings
from judge.metrics.kinds import DECLARED, REGISTRY, forget, open_files

log = logging.getLogger(__name__)

_FILES = ("counter", "histogram", "gauge_livesum")
_FILE_BYTES = 1 << 20  # the library's own size, ten times what is needed
_FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # where the library looks for it, in this process and those it starts


def share(process: str, identify: Callable[[], object] = os.getpid) -> None:
    """Count in a fresh folder from now on, here and in whatever process is forked or started by this one.

    identify: the name of the present process, of whose files there is one set each; it must be no other's at
    the same time, and one that comes after another by the same name counts on. Where there is
    no room for a folder each process counts for itself: metrics are nothing to die for.
    """
    above = settings().home.resolve() / "metrics"
    try:
        above.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _locked(above, fcntl.LOCK_EX):
            _remove_left(above)
            folder = tempfile.mkdtemp(prefix=f"{process}-", dir=above)
            _held.append(_Lock(Path(folder), fcntl.LOCK_EX | fcntl.LOCK_NB))
    except OSError as error:
        log.warning("what is counted is shown for each process alone: %s", error)
        return
    os.environ[_FOLDER] = folder
    _use(identify)
    take_room(identify)


def join(identify: Callable[[], object]) -> None:
    """Count in the folder of whoever started this process, if there is one, under a name of our own."""
    if _FOLDER in os.environ:
        _use(identify)
        take_room(identify)


def take_room(identify: Callable[[], object] = os.getpid) -> None:
    """Have the disk keep room for what this process counts; called before it does, after it was forked.

    The library maps files with holes, and the kernel ends whoever writes to a hole of a full disk; and it
    opens them late, when the disk may be gone, and whoever counts fails. Without room this process counts for
    itself, which nobody sees.
    """
    if _FOLDER not in os.environ:
        return
    try:
        for kind in _FILES:
            with open(f"{os.environ[_FOLDER]}/{kind}_{identify()}.db", "ab") as file:
                os.posix_fallocate(file.fileno(), 0, _FILE_BYTES)
        open_files()
    except OSError as error:
        log.warning("what this process counts is not shown: %s", error)
        values.ValueClass = values.MutexValue
        forget()


def collected() -> CollectorRegistry:
    """What all of them have counted; without a folder, what this one has."""
    if _FOLDER not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry, os.environ[_FOLDER])  # type: ignore[no-untyped-call]  # it has no types
    return registry


def begin() -> None:
    """Show as 0 what can be; for one process of those that count together."""
    for metric in DECLARED:
        metric.begin()


def leave() -> None:
    """Remove the folder: those who counted there have ended."""
    if folder := os.environ.pop(_FOLDER, ""):
        shutil.rmtree(folder, ignore_errors=True)


class _Lock:
    """A folder's lock, held by this process and by those that it forks from then on."""

    def __init__(self, folder: Path, how: int) -> None:
        self._folder = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            fcntl.flock(self._folder, how)
        except BaseException:
            os.close(self._folder)
            raise

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        os.close(self._folder)


_held: list[_Lock] = []
_locked = _Lock


def _remove_left(above: Path) -> None:
    for folder in above.iterdir():
        try:
            with _locked(folder, fcntl.LOCK_EX | fcntl.LOCK_NB):
                shutil.rmtree(folder)
        except BlockingIOError:
            continue  # somebody counts there


def _use(identify: Callable[[], object]) -> None:
    # The library would choose when it is imported, and Celery's command line imports it with Flower, before
    # any line of ours is run.
    values.ValueClass = values.MultiProcessValue(identify)  # type: ignore[no-untyped-call]
