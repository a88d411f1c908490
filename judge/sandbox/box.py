"""The judge's side of a box: what a caller asks for, and the limits that only the outside can hold."""

import os
import selectors
import signal as signals
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from types import TracebackType
from typing import BinaryIO, Self

from judge.sandbox import cgroup, streams
from judge.sandbox.errors import BoxKilled, SandboxError
from judge.sandbox.files import parts
from judge.sandbox.limits import Limits
from judge.sandbox.opening import CODE_BYTES, CODE_FILES, Opening, Plan
from judge.sandbox.outcome import STDERR_BYTES, Outcome, Status
from judge.sandbox.streams import Drain
from judge.sandbox.wire import Message

LOOK_EVERY_S = 0.02
"""How often the peak of memory is noted."""

MARGIN_S = 10.0
"""How much later than the wall limit the agent must have answered; otherwise the box is ended."""


class Box:
    """A place to run one submission's programs in, thrown away afterwards; a context manager.

    One thread uses it, and only ``kill`` may be called from others. The box dies with the thread that opened
    it, so open it in one that lives as long.

    cpus: the processors that agent and programs may use (all, if None). code_bytes, code_files: what /code
    can hold at most. opening: a box that a ``Pool`` has begun, instead of one to be made by these figures;
    meanwhile: what the pool has to do while the box works at its first request.

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
            hierarchies = cgroup.find()
            cgroup.sweep(hierarchies)
            opening = Opening(plan, hierarchies)
        self._opening = opening
        self._link = opening.link
        self._cgroup = opening.cgroup
        self._code_bytes = opening.plan.code_bytes
        self._meanwhile = meanwhile
        self._files_bytes = 0
        self._sealed = False
        self._closed = False
        try:
            self._link.wait()
            self._cgroup.spare_bytes = self._link.spare_bytes
        except BaseException:
            self.close()
            raise
        self._cgroup.opened()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def put(self, files: Mapping[str, bytes]) -> None:
        """Write files below /code, by relative names; before ``seal``.

        Raises ValueError for a name that is absolute or has empty, '.', '..' or NUL parts, for more bytes
        than /code holds, and after ``seal``; SandboxError when they cannot be written.
        """
        if self._sealed:
            raise ValueError("the box is sealed")
        for name in files:
            parts(name)
        if sum(map(len, files.values())) > self._code_bytes:
            raise ValueError(f"the files are more than {self._code_bytes} bytes")
        content = streams.sealed(b"".join(files.values()))
        try:
            listing = [(name, len(data)) for name, data in files.items()]
            self._files_bytes = self._ask({"op": "put", "files": listing}, [content])["files_bytes"]
        finally:
            os.close(content)

    def seal(self) -> None:
        """Make /code read-only for all later runs."""
        self._ask({"op": "seal"})
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
        if not argv or any("\0" in word for word in (*argv, *(env or {}), *(env or {}).values())):
            raise ValueError("an argument or variable is missing or has a NUL")
        request = {"op": "run", "argv": list(argv), "env": dict(env or {}), "limits": _limits(limits)}
        out = Drain(limits.output_bytes, limits.output_bytes)
        err = Drain(min(STDERR_BYTES, limits.output_bytes), limits.output_bytes)
        try:
            source = streams.sealed(b"" if stdin is None else stdin)
            try:
                self._cgroup.begin(limits.memory_bytes, limits.processes, self._files_bytes)
                self._link.send(request, [source, out.writer, out.writer if merge_stderr else err.writer])
            finally:
                os.close(source)
            out.close_writer()
            err.close_writer()
            self._use_the_time()
            answer = self._attend(limits, out, err)
            self._files_bytes = answer["files_bytes"]
            return self._outcome(limits, answer, out, err)
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

    def _ask(self, message: Message, descriptors: Sequence[int] = ()) -> Message:
        try:
            self._link.send(message, descriptors)
            self._use_the_time()
            return self._link.receive()
        except ValueError:
            raise  # too long to be sent: the box has heard nothing
        except BaseException:
            self._link.abandon()
            raise

    def _use_the_time(self) -> None:
        if self._meanwhile:
            meanwhile, self._meanwhile = self._meanwhile, None
            meanwhile()

    def _attend(self, limits: Limits, out: Drain, err: Drain) -> Message:
        """Drain the streams until the agent says that the run is over and every process of it dead."""
        look = time.monotonic() + LOOK_EVERY_S
        deadline = time.monotonic() + limits.wall_time_s + MARGIN_S
        stopped = False
        answer: Message | None = None
        with selectors.PollSelector() as selector:
            for drain in (out, err):
                selector.register(drain.reader, selectors.EVENT_READ, drain.read)
            selector.register(self._link.socket, selectors.EVENT_READ)
            if self._cgroup.oom_event is not None:
                selector.register(self._cgroup.oom_event, selectors.EVENT_READ, self._cgroup.give_room)
            while answer is None:
                events = selector.select(max(0, min(look, deadline) - time.monotonic()))
                if time.monotonic() >= look:
                    self._cgroup.look()
                    look = time.monotonic() + LOOK_EVERY_S
                heard = any(key.fileobj is self._link.socket for key, _ in events)
                if not heard and time.monotonic() >= deadline:
                    # Whose fault the agent's silence is cannot be told, so it is ours.
                    late = f"no answer {MARGIN_S:.0f} s after the wall limit"
                    raise SandboxError("agent", late, "the machine is overloaded, or its kernel is stuck")
                stop = False
                for key, _ in events:
                    if key.fileobj is self._link.socket:
                        answer = self._answer()
                    else:
                        key.data()
                        stop = stop or key.fd == self._cgroup.oom_event
                for drain in (out, err):
                    stop = stop or drain.exceeded
                    if drain.ended and drain.reader in selector.get_map():
                        selector.unregister(drain.reader)
                if stop and not stopped and answer is None:
                    stopped = True
                    self._link.send({"op": "stop"})
        out.read_rest()
        err.read_rest()
        return answer

    def _answer(self) -> Message:
        try:
            return self._link.receive()
        except BoxKilled:
            raise
        except SandboxError:
            if not self._cgroup.memory_exceeded():
                raise
            # Where the agent may not be hidden from it, the kernel's memory killer can take the whole box.
            # The group holds nothing else, so the program was the cause; the box is of no use any more.
            return {"reason": "memory", "wait_status": int(signals.SIGKILL), "started": True} | dict.fromkeys(
                ("cpu_ns", "wall_ns", "memory_bytes", "exec_errno", "files_bytes"), 0
            )

    def _outcome(self, limits: Limits, answer: Message, out: Drain, err: Drain) -> Outcome:
        """Decide how the run ended: the kernel's word on memory first, then output, CPU time, wall time."""
        memory_exceeded = answer["reason"] == "memory" or self._cgroup.memory_exceeded()
        if not answer["started"] and not memory_exceeded:
            raise SandboxError("start of a program", "it died before exec")
        code = os.waitstatus_to_exitcode(answer["wait_status"])
        cpu_time_s, wall_time_s = answer["cpu_ns"] / 1e9, answer["wall_ns"] / 1e9
        if memory_exceeded:
            status = Status.MEMORY_EXCEEDED
        elif out.exceeded or err.exceeded:
            status = Status.OUTPUT_EXCEEDED
        elif cpu_time_s > limits.cpu_time_s:
            status = Status.CPU_TIME_EXCEEDED
        elif wall_time_s > limits.wall_time_s:
            status = Status.WALL_TIME_EXCEEDED
        else:
            status = Status.EXITED if code >= 0 else Status.SIGNALED
        failure = answer["exec_errno"]
        return Outcome(
            status=status,
            exit_code=code if code >= 0 else None,
            signal=-code if code < 0 else None,
            cpu_time_s=cpu_time_s,
            wall_time_s=wall_time_s,
            memory_bytes=self._cgroup.peak_bytes() if self._cgroup.counts_memory else answer["memory_bytes"],
            stdout=out.content,
            stderr=f"exec: {os.strerror(failure)}".encode() if failure else err.content,
        )


def _limits(limits: Limits) -> Message:
    return {
        "cpu_ns": round(limits.cpu_time_s * 1e9),
        "wall_ns": round(limits.wall_time_s * 1e9),
        "memory_bytes": limits.memory_bytes,
        "processes": limits.processes,
        "file_bytes": limits.file_bytes,
        "file_count": limits.file_count,
        "open_files": limits.open_files,
    }
