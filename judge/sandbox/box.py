"""The judge's side of a box: what a caller asks for, and what it takes to carry that out."""

import os
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from judge.sandbox import hierarchy, streams
from judge.sandbox.attendance import attend
from judge.sandbox.code import CAPTURE_BYTES, CAPTURE_FILES, Code
from judge.sandbox.limits import Limits
from judge.sandbox.link import COVER
from judge.sandbox.mounts import SHELF
from judge.sandbox.opening import CODE_BYTES, CODE_FILES, Opening, Plan
from judge.sandbox.outcome import STDERR_BYTES, Outcome
from judge.sandbox.parcel import Content
from judge.sandbox.runner import Runner
from judge.sandbox.scratch import Fetched, Scratch
from judge.sandbox.streams import Drain


class Box:
    """A place to run one submission's programs in, thrown away afterwards; a context manager.

    One thread uses it, and only ``kill`` may be called from others. The box dies with the thread that opened
    it, so open it in one that lives as long.

    cpus: the processors that agent and programs may use (all, if None). code_bytes, code_files: what /code
    can hold at most. shelf: a folder of the host's to be shown read-only, see the property. opening: a box
    that a ``Pool`` has begun, instead of one to be made by these figures; meanwhile: what the pool has to do
    while the box compiles, or else at its end.

    Raises SandboxError when any layer of the isolation cannot be made.
    """

    def __init__(
        self,
        *,
        cpus: Collection[int] | None = None,
        code_bytes: int = CODE_BYTES,
        code_files: int = CODE_FILES,
        shelf: Path | None = None,
        opening: Opening | None = None,
        meanwhile: Callable[[], None] | None = None,
    ) -> None:
        if opening is None:
            plan = Plan(cpus, code_bytes, code_files, shelf)
            hierarchies = hierarchy.find()
            hierarchy.sweep(hierarchies)
            opening = Opening(plan, hierarchies)
        self._opening = opening
        self._link = opening.link
        self._cgroup = opening.cgroup
        self._code = Code(opening.link, opening.cgroup, opening.plan.code_bytes)
        self._scratch = Scratch(opening.link)
        self.runner = Runner(self._link, self._cgroup, self._code, self._scratch, meanwhile)
        self._closed = False
        try:
            self._link.wait()
            self._cgroup.opened()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def shelf(self) -> str | None:
        """Where the folder is that was to be shown, or None if there is none, or it could not be.

        It is for speed alone, so its absence is no failure. It and what is in it must be everybody's to read;
        where it lies need not be, if the judge may make mounts or owns the way there.
        """
        return SHELF if self._link.has_shelf else None

    @property
    def name(self) -> str:
        """By which it is told from others of this machine, now: the process id of its agent."""
        return str(self._link.process_ids[0])

    def cover(self, paths: Sequence[str]) -> None:
        """Take files and folders of the box's /usr and /etc out of sight, for good; before anything is run.

        What stands there afterwards is empty and cannot be executed; what is not there stays so.
        """
        if more := [path for path in paths if path not in self._opening.plan.hidden]:
            with self.runner:
                self._link.ask_keeper(COVER, len(more), *more)

    def put(self, files: Mapping[str, Content]) -> None:
        """Write files below /code, by relative names; before ``seal``.

        A file or descriptor is read from where it stands to its end, and stays open. A name that ends in a
        slash, with b"", is a folder's.

        Raises ValueError for a name that is absolute or has empty, '.', '..' or NUL parts, for more bytes
        than /code holds, and after ``seal``; SandboxError when they cannot be written.
        """
        with self.runner:
            self._code.put(files)

    def capture(
        self, most_bytes: int = CAPTURE_BYTES, most_files: int = CAPTURE_FILES
    ) -> dict[str, bytes] | None:
        """Return all that is in /code, for ``put`` to restore it in another box; None where it cannot.

        That is when there are more bytes, or more files and folders, when anything there is neither, and for
        a name that is not UTF-8. A folder's name ends in a slash; modes are those that ``put`` gives.
        """
        with self.runner:
            return self._code.capture(most_bytes, most_files)

    def seal(self) -> None:
        """Make /code read-only for all later runs."""
        with self.runner:
            self._code.seal()

    def place(self, files: Mapping[str, Content]) -> None:
        """Have files in /tmp when the next run begins, which may change them; they are not of its memory.

        Names and contents are as for ``put``. The folder is a fresh one, or that which the last run was told
        to keep. They count against ``Limits.file_bytes`` and ``file_count`` of the run, so size these.

        Raises ValueError for a name; the run raises it for more bytes, and SandboxError for what cannot be
        written.
        """
        self._scratch.place(files)

    def fetch(self, name: str, most_bytes: int) -> Fetched | None:
        """Return the first bytes of a regular file that a run with ``keep`` has left in /tmp.

        None when there is no file of that name, or something else: a folder, link, FIFO, or a way through a
        link. Raises ValueError for a name that is not plain and relative.
        """
        with self.runner:
            return self._scratch.fetch(name, most_bytes)

    def discard(self, name: str) -> bool:
        """Remove what a run with ``keep`` has left under a name in /tmp; False if it is a folder, or nothing.

        Raises ValueError for a name that is not plain and relative.
        """
        with self.runner:
            return self._scratch.discard(name)

    def clear(self) -> None:
        """Forget what was placed for the next run, and throw away what the last one was told to keep."""
        with self.runner:
            self._scratch.clear()

    def run(
        self,
        argv: Sequence[str],
        limits: Limits,
        *,
        stdin: bytes | BinaryIO | int | None = None,
        env: Mapping[str, str] | None = None,
        merge_stderr: bool = False,
        keep: bool = False,
    ) -> Outcome:
        """Run a program in a fresh /tmp, its working folder, and return what became of it.

        argv[0] is a path, or a name looked for in /usr/local/bin, /usr/bin and /bin of the box; when it
        cannot be executed the outcome is exit code 127 with ``exec: …`` on stderr. stdin is copied first,
        files and descriptors from where they stand to their end. env is added to a small fixed environment.
        With merge_stderr both streams come as stdout, in order. With keep, what is in /tmp afterwards stays
        for ``fetch``, ``discard``, and the next run, whatever size its limits give /tmp.

        Raises SandboxError when the run could not be carried through, BoxKilled after ``kill``, and
        ValueError for arguments with NUL or too long to pass, and for placed files beyond the limits.
        """
        program = self.runner.order(argv, env, limits)
        with (
            Drain(limits.output_bytes, limits.output_bytes) as out,
            Drain(min(STDERR_BYTES, limits.output_bytes), limits.output_bytes) as err,
            self.runner,
        ):
            source = streams.nothing() if stdin is None else streams.sealed(stdin)
            try:
                self.runner.begin(
                    program, limits, [source, out.writer, (out if merge_stderr else err).writer]
                )
            finally:
                os.close(source)
            out.close_writer()
            err.close_writer()
            self.runner.prepare_the_next()
            run = self.runner.attended(limits, [out, err])
            attend(run)
            return self.runner.finish(run, out, err, keep=keep)

    def kill(self) -> None:
        """SIGKILL the whole box, from any thread or signal handler; a run in progress raises BoxKilled."""
        self._link.kill()

    def close(self) -> None:
        """End the box: processes, mounts, files, cgroup. Raises SandboxError if any stays."""
        if not self._closed:
            self._closed = True
            try:
                self.runner.prepare_the_next(is_end=True)
            finally:
                self._scratch.close()
                self._opening.close()
