"""The judge's side of a box: what a caller asks for, and what it takes to carry that out."""

import os
from collections.abc import Callable, Collection, Mapping, Sequence
from types import TracebackType
from typing import BinaryIO, Self

from judge.sandbox import hierarchy, streams, wire
from judge.sandbox.attendance import attend
from judge.sandbox.ending import outcome_of
from judge.sandbox.limits import Limits
from judge.sandbox.link import COVER, PUT, RENEW, RUN, SEAL
from judge.sandbox.opening import CODE_BYTES, CODE_FILES, Opening, Plan
from judge.sandbox.order import order
from judge.sandbox.outcome import STDERR_BYTES, Outcome
from judge.sandbox.streams import Drain


class Box:
    """A place to run one submission's programs in, thrown away afterwards; a context manager.

    One thread uses it, and only ``kill`` may be called from others. The box dies with the thread that opened
    it, so open it in one that lives as long.

    cpus: the processors that agent and programs may use (all, if None). code_bytes, code_files: what /code
    can hold at most. opening: a box that a ``Pool`` has begun, instead of one to be made by these figures;
    meanwhile: what the pool has to do while the box runs its first program.

    Raises SandboxError when any layer of the isolation cannot be made.
    """

    def __init__(
        self,
        *,
        cpus: Collection[int] | None = None,
        code_bytes: int = CODE_BYTES,
        code_files: int = CODE_FILES,
        opening: Opening | None = None,
        meanwhile: Callable[[], None] | None = None,
    ) -> None:
        if opening is None:
            plan = Plan(cpus, code_bytes, code_files)
            hierarchies = hierarchy.find()
            hierarchy.sweep(hierarchies)
            opening = Opening(plan, hierarchies)
        self._opening = opening
        self._link = opening.link
        self._cgroup = opening.cgroup
        self._code_bytes = opening.plan.code_bytes
        self._meanwhile = meanwhile
        self._given_bytes = 0
        """What /code took when files were put there; more than that programs have written."""
        self._written_bytes = 0
        self._scratch: tuple[int, int] | None = None
        """The room of the fresh folder that waits for the next run, if one does."""
        self._scratch_is_new = False
        self._sealed = False
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

    def cover(self, paths: Sequence[str]) -> None:
        """Take files and folders of the box's /usr and /etc out of sight, for good; before anything is run.

        What stands there afterwards is empty and cannot be executed; what is not there stays so.
        """
        self._keep(COVER, len(paths), *paths)

    def put(self, files: Mapping[str, bytes]) -> None:
        """Write files below /code, by relative names; before ``seal``.

        Raises ValueError for a name that is absolute or has empty, '.', '..' or NUL parts, for more bytes
        than /code holds, and after ``seal``; SandboxError when they cannot be written.
        """
        if self._sealed:
            raise ValueError("the box is sealed")
        for name in files:
            _check(name)
        if sum(map(len, files.values())) > self._code_bytes:
            raise ValueError(f"the files are more than {self._code_bytes} bytes")
        content = streams.sealed(b"".join(files.values()))
        try:
            listing = [field for name, data in files.items() for field in (name, len(data))]
            self._given_bytes = self._keep(PUT, len(files), *listing, descriptors=[content])
        finally:
            os.close(content)

    def seal(self) -> None:
        """Make /code read-only for all later runs."""
        self._keep(SEAL)
        self._sealed = True

    def run(
        self,
        argv: Sequence[str],
        limits: Limits,
        *,
        stdin: bytes | BinaryIO | int | None = None,
        env: Mapping[str, str] | None = None,
        merge_stderr: bool = False,
    ) -> Outcome:
        """Run a program in a fresh /tmp, its working folder, and return what became of it.

        argv[0] is a path, or a name looked for in /usr/local/bin, /usr/bin and /bin of the box; when it
        cannot be executed the outcome is exit code 127 with ``exec: …`` on stderr. stdin is copied first,
        files and descriptors from where they stand to their end. env is added to a small fixed environment.
        With merge_stderr both streams come as stdout, in order.

        Raises SandboxError when the run could not be carried through, BoxKilled after ``kill``, and
        ValueError for arguments with NUL or too long to pass.
        """
        program = order(argv, env or {}, limits, memory_cgroup=self._cgroup.counts_memory)
        out = Drain(limits.output_bytes, limits.output_bytes)
        err = Drain(min(STDERR_BYTES, limits.output_bytes), limits.output_bytes)
        try:
            source = streams.nothing() if stdin is None else streams.sealed(stdin)
            try:
                scratch_is_new = self._prepare_scratch(limits)
                self._cgroup.begin(
                    limits.memory_bytes, limits.processes, self._written_bytes, as_left=not scratch_is_new
                )
                descriptors = [source, out.writer, (out if merge_stderr else err).writer]
                self._link.send(wire.pack(RUN, scratch_is_new) + program, descriptors)
            finally:
                os.close(source)
            out.close_writer()
            err.close_writer()
            if self._meanwhile:
                meanwhile, self._meanwhile = self._meanwhile, None
                meanwhile()
            answer = attend(self._link, self._cgroup, limits, [out, err])
            out.read_rest()
            err.read_rest()
            self._written_bytes = max(0, answer.code_bytes - self._given_bytes)
            outcome = outcome_of(answer, limits, self._cgroup, out, err)
            if not answer.untouched:
                # The keeper exchanges the folder while the caller looks at the outcome.
                self._renew_scratch(limits)
            return outcome
        except ValueError:
            raise
        except BaseException:
            self._link.abandon()
            raise
        finally:
            out.close()
            err.close()

    def kill(self) -> None:
        """SIGKILL the whole box, from any thread or signal handler; a run in progress raises BoxKilled."""
        self._link.kill()

    def close(self) -> None:
        """End the box: processes, mounts, files, cgroup. Raises SandboxError if any stays."""
        if not self._closed:
            self._closed = True
            self._opening.close()

    def _keep(self, *request: int | str, descriptors: Sequence[int] = ()) -> int:
        """Ask the keeper, and return what /code takes then."""
        try:
            return self._link.ask_keeper(*request, descriptors=descriptors)
        except ValueError:
            raise  # too long to be sent: the box has heard nothing
        except BaseException:
            self._link.abandon()
            raise

    def _prepare_scratch(self, limits: Limits) -> bool:
        """Have an empty folder of the right size to write to, and return whether it is a new one."""
        if self._scratch != (limits.file_bytes, limits.file_count):
            self._renew_scratch(limits)
        self._link.settle()
        is_new, self._scratch_is_new = self._scratch_is_new, False
        return is_new

    def _renew_scratch(self, limits: Limits) -> None:
        self._link.tell_keeper(RENEW, limits.file_bytes, limits.file_count)
        self._scratch = limits.file_bytes, limits.file_count
        self._scratch_is_new = True


def _check(name: str) -> None:
    """Raise ValueError for a file name that could lead out of /code."""
    if "\0" in name or any(part in ("", ".", "..") or len(part.encode()) > 255 for part in name.split("/")):
        raise ValueError(f"{name!r} is not a plain relative file name")
