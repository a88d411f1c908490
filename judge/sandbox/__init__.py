"""Runs foreign programs, one submission to a box, so that they reach nothing and use no more than allowed.

Theory of operation
-------------------

Five kinds of process take part:

* The *judge* (``Box`` and ``Pool``, in the process that judges) may do what its user may. It makes the
  cgroup, keeps the limits that only the outside can keep (output, the kernel's word on memory, a last
  deadline) and decides how a run ended. It never opens a path inside a box.
* The *zygote* is an interpreter started afresh by vfork and exec, so that nothing of the judge's memory,
  environment or descriptors is in it. It has the agent's code loaded, forks an outer agent for every box that
  is asked of it, and keeps nothing of any. It stays who it is, root too; no namespace of a box shows it.
  A ``Pool`` has one, and has the next box made while the last one is first used. A ``Box`` made without a
  pool has an interpreter of its own instead, which is its outer agent.
* The *outer agent* joins the box's cgroup, takes an id that owns nothing on the host (where it is root; an
  ordinary user stays who it is), leaves every namespace, starts pid 1 and waits. From the change of id on
  there is one way for root and for everyone else.
* *Pid 1* of the box builds the file tree, holds capabilities over the box's own namespaces only, and serves
  the judge: put files, seal, run. It watches CPU and wall time, and memory where no cgroup does. When the
  main program ends or meets a limit it kills all other processes, reaps them and renews /tmp.
* The *program* is a child of pid 1 in a session and an IPC namespace of its own, with no capability, a
  seccomp filter and resource limits, its standard streams and no other descriptor. It is of the same user as
  pid 1, so the filter refuses what would reach another process; pid 1 cannot be dumped, traced, signalled or
  seen in /proc. The child is forked ahead, when everything of the last run is dead, and as the *spare* waits
  under its filter to be told what to exec; while a program runs there is no spare.

Between judge and pid 1 passes one SOCK_SEQPACKET socket: a JSON object a packet (``wire``), with contents and
streams as descriptors beside it. Between judge and program pass a sealed copy of the input and two pipes;
between pid 1 and the spare a socket of the same kind, which the exec closes.
What a program wrote comes out by those pipes alone.

The judge and the zygote have a socket of that kind, too: each request is the other end of a new box's own
socket, on which judge and agent settle the rest. Only the outer agent closes the zygote's, before anything
else.

Every life hangs on the one above: zygote and agents ask for SIGKILL when their parent ends, look whether it
has ended before they asked, and leave when their socket does; with pid 1 the kernel ends all that is in its
pid namespace. So the judging thread's end, or the zygote's, is the end of all the boxes below.
``Box.kill`` needs no one's consent. The zygote's agents share the places of their own code and data in
memory, which tells a program nothing: it starts by exec, at new ones, and cannot read those of an agent.

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
from judge.sandbox.pool import Pool, Report

__all__ = [
    "Box",
    "BoxKilled",
    "Layer",
    "Limits",
    "Outcome",
    "Pool",
    "Report",
    "SandboxError",
    "Status",
    "layers",
]
