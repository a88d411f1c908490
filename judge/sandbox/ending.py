"""How a run is said to have ended, by what init, the kernel and the streams tell of it."""

import errno
import os

from judge.sandbox.cgroup import Cgroup
from judge.sandbox.errors import SandboxError
from judge.sandbox.limits import Limits
from judge.sandbox.order import Answer, Reason
from judge.sandbox.outcome import Outcome, Status
from judge.sandbox.streams import Stream

ARTEFACT_FAULTS = {errno.ENOENT, errno.EACCES, errno.ENOEXEC, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG}
ARTEFACT_FAULTS |= {errno.EINVAL, errno.ELIBBAD, errno.ETXTBSY, errno.EPERM, errno.EIO}
_TOO_LARGE = {errno.E2BIG, errno.EFAULT, errno.ENOMEM}
ARTEFACT_FAULTS |= _TOO_LARGE
"""What exec answers when the file is missing, no program, ends early, or asks for more than any box has."""


def outcome_of(answer: Answer, limits: Limits, cgroup: Cgroup, out: Stream, err: Stream) -> Outcome:
    """The kernel's word on memory comes first, then output, CPU time, wall time.

    Raises SandboxError when the program was never started, by no fault of its own.
    """
    memory_exceeded = answer.reason == Reason.MEMORY or cgroup.memory_exceeded()
    if not answer.began_ns and not memory_exceeded:
        raise SandboxError("start of a program", "it died before exec")
    failure = f"exec: {os.strerror(answer.failure)}" if answer.failure else ""
    if answer.failure and answer.failure not in ARTEFACT_FAULTS:
        raise SandboxError("start of a program", failure)
    code = os.waitstatus_to_exitcode(answer.wait_status)
    # The kernel's account of a short run may be some microseconds less than it was before that.
    cpu_time_s, wall_time_s = max(0, answer.cpu_ns) / 1e9, answer.wall_ns / 1e9
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
    return Outcome(
        status=status,
        exit_code=code if code >= 0 else None,
        signal=-code if code < 0 else None,
        cpu_time_s=cpu_time_s,
        wall_time_s=wall_time_s,
        memory_bytes=cgroup.peak_bytes(answer.memory_bytes),
        stdout=out.content,
        stderr=failure.encode() or err.content,
        could_not_start=bool(answer.failure),
        did_not_fit=answer.failure in _TOO_LARGE,
    )
