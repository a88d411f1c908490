"""Runs foreign programs, one submission to a box, so that they reach nothing and use no more than allowed.

Theory of operation
-------------------

Four kinds of process take part; the second and third are the agent, one program in C (``agent/``):

* The *judge* (``Box`` and ``Pool``, in the process that judges) may do what its user may. It makes the
  cgroup, plans the file tree, the filter and the limits, keeps the limits that only the outside can keep
  (output, the kernel's word on memory, a last deadline) and decides how a run ended. It never opens a path
  inside a box. It starts a keeper for each box by vfork and exec, so that nothing of its memory,
  environment or descriptors is in one; a ``Pool`` starts the next one while the last compiles, or ends.
* The *keeper* is born in the box's cgroup or joins it, takes an id that owns nothing on the host (where it
  is root; an ordinary user stays who it is), leaves the host's namespaces, and starts pid 1. From the
  change of id on there is one way for root and for everyone else. It holds capabilities over the box's
  namespaces only, outside the pid namespace, where no program can see or signal it. It serves the judge:
  cover, put files, seal, renew /tmp, place files there, fetch and remove them, capture /code. All this is
  done while no program is alive.
* *Init*, pid 1 of the box, builds the file tree, and then gives up what it could do: all capabilities but
  the one to renumber processes, and by the very filter that programs are under, most of the kernel. It
  serves the judge: run, stop, and whether the program goes on. It watches CPU and wall time, and memory
  where no cgroup does. When the main program ends or meets a limit it kills all other processes and reaps
  them.
* The *program* is a child of init in a session of its own, with no capability, under init's filter, with
  resource limits, its standard streams and no other descriptor. It is started by vfork: the child borrows
  init's memory for the few calls up to its exec, while no other process of the box is alive. It is of the
  same user as init, so the filter refuses what would reach another process; init cannot be dumped, traced,
  signalled or seen in /proc.

Between the judge and each of keeper and init passes one SOCK_SEQPACKET socket: rows of numbers and strings
(``wire``), with contents and streams as descriptors beside them. Between judge and program pass a sealed
copy of the input and two pipes. What a program wrote comes out by those pipes, and where the judge asks
for it as a file: the keeper opens it by a plain name, past no link and no mount, and only if it is a regular
file; the judge gets a descriptor to read from, of a file or of a copy of all that is in /code.

Two programs that talk (``interact``) run in two boxes at once, and one loop attends both. What one writes the
judge splices into a second pipe, the other's input: so it is counted, waits while the reader is slow, and is
thrown away once the reader has ended; the programs share no pipe, and neither dies of one. When a stream ends
because its writer does, the reader is let know after the writer's init has noted the end: so what follows
from an end is noted after it, and the inits' clocks tell who was first. Whether a writer ends, or only closed
its stream and goes on, the judge asks its init.

A program that talks with a person (``run_live``) writes into pipes whose reading is told piece by piece, and
reads from a third one. Into that the same loop passes what other threads have written to a ``Feed``, as the
program makes room, and drops it once nobody reads; a descriptor tells the loop that there is more. It waits
for no thread, and no thread for it but by a deadline of its own.

Every life hangs on the one above: keeper and init ask for SIGKILL when their parent ends, look whether it
has ended before they asked, and leave when their socket does; with init the kernel ends all that is in its
pid namespace. So the judging thread's end is the end of its boxes. ``Box.kill`` needs no one's consent.

Between two runs nothing is left of the first: its processes are dead, what it sent into sockets is
collected, System V IPC and POSIX queues are refused by the filter, process numbers start again. /tmp (and
/dev/shm, a link to it) is exchanged for a fresh one by the keeper, unless it is found untouched, or the run
was told to keep it, as a validator's that goes on in the next pass. Files placed or kept there, like those of
/code, are no memory of the run that finds them. /code holds the submission until the box is thrown away.
/usr is mounted read-only, with the few files of /etc that toolchains read; boxes wait without knowing for
which language, so it is whole at first, and ``cover`` takes the other languages' toolchains out of sight.
What compilers keep in order to be fast can be shown as /shelf, read-only too: the judge makes a mount of the
folder that is nowhere yet, so that the box's user needs no way there, and init puts it into the tree. It is
the one mount that a box can do without, and says so.

Any layer that cannot be made is a ``SandboxError`` and no box. One is optional: the cgroup. With it memory,
processes and CPU time are counted by the kernel; without, they are bounded by resource limits and sampled,
and the calls whose memory no sample sees are refused. ``layers`` tells which it is.

Why C: in Python a run of a program that returns at once took 3.5 to 4.2 times the bare program, and the
first box 33 ms, most of it the start of an interpreter; the agent takes both below goals that no
interpreter can meet (see benchmarks/). It is some 1,700 lines with no library but the C one.
"""

from judge.sandbox.box import Box
from judge.sandbox.checkup import Layer, layers
from judge.sandbox.dialogue import Dialogue, Side, interact
from judge.sandbox.errors import BoxKilled, SandboxError
from judge.sandbox.feed import Feed
from judge.sandbox.limits import Limits
from judge.sandbox.live import run_live
from judge.sandbox.outcome import Outcome, Status
from judge.sandbox.parcel import Content
from judge.sandbox.pool import Pool, Report
from judge.sandbox.scratch import Fetched

__all__ = [
    "Box",
    "BoxKilled",
    "Content",
    "Dialogue",
    "Feed",
    "Fetched",
    "Layer",
    "Limits",
    "Outcome",
    "Pool",
    "Report",
    "SandboxError",
    "Side",
    "Status",
    "interact",
    "layers",
    "run_live",
]
