"""Runs foreign programs, one submission to a box, so that they reach nothing and use no more than allowed.

Theory of operation
-------------------

Four kinds of process take part:

* The *judge* (``Box``, in the process that judges) may do what its user may. It makes the cgroup, keeps the
  limits that only the outside can keep (output, the kernel's word on memory, a last deadline) and decides
  how a run ended. It never opens a path inside a box.
* The *outer agent* is an interpreter started afresh, so that nothing of the judge's memory, environment or
  descriptors is in it. It takes an id that owns nothing on the host (where it is root; an ordinary user stays
  who it is), leaves every namespace, starts pid 1 and waits. From the change of id on there is one way for
  root and for everyone else.
* *Pid 1* of the box builds the file tree, holds capabilities over the box's own namespaces only, and serves
  the judge: put files, seal, run. It watches CPU and wall time, and memory where no cgroup does. When the
  main program ends or meets a limit it kills all other processes, reaps them and renews /tmp.
* The *program* is a child of pid 1 in a session and an IPC namespace of its own, with no capability, a
  seccomp filter and resource limits, its standard streams and no other descriptor. It is of the same user as
  pid 1, so the filter refuses what would reach another process; pid 1 cannot be dumped, traced, signalled or
  seen in /proc.

Between judge and pid 1 passes one SOCK_SEQPACKET socket: a JSON object a packet (``wire``), with contents and
streams as descriptors beside it. Between judge and program pass a sealed copy of the input and two pipes.
What a program wrote comes out by those pipes alone.

Every life hangs on the one above: the agents ask for SIGKILL when their parent ends and leave when the socket
does, and with pid 1 the kernel ends all that is in its pid namespace. ``Box.kill`` needs no one's consent.

/usr is mounted read-only and whole, with the few files of /etc that toolchains read. /code holds the
submission until the box is thrown away, /tmp (and /dev/shm, a link to it) what one run writes.

Any layer that cannot be made is a ``SandboxError`` and no box. One is optional: the cgroup. With it memory,
processes and CPU time are counted by the kernel; without, they are bounded by resource limits and sampled,
and the calls whose memory no sample sees are refused. ``layers`` tells which it is.
"""

from judge.sandbox.box import Box
from judge.sandbox.checkup import Layer, layers
from judge.sandbox.errors import BoxKilled, SandboxError
from judge.sandbox.limits import Limits
from judge.sandbox.outcome import Outcome, Status

__all__ = ["Box", "BoxKilled", "Layer", "Limits", "Outcome", "SandboxError", "Status", "layers"]
