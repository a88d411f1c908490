"""The agents: one that waits outside the pid namespace, and pid 1 of the box, which serves the judge.

This module and those it imports are loaded at the opening of every box, so they import little (no
``dataclasses``, which costs as much as all the others), and all at once: once the box stands, Python's own
library is out of reach.
"""

import contextlib
import gc
import os
from _socket import sethostname
from _socket import socket as Socket
from collections.abc import Callable
from typing import NoReturn

from judge.sandbox import identity, mounts, wire
from judge.sandbox.errors import SandboxError
from judge.sandbox.files import put
from judge.sandbox.program import Programs
from judge.sandbox.wire import Message

Handler = Callable[[Message, list[int]], Message]


def main(control: int, parent: int) -> NoReturn:
    """Make the box that the first message asks for, then serve until the control socket ends.

    control: the descriptor of a SOCK_SEQPACKET socket to the judge; parent: the process that started this
    one, the judge or a zygote.
    """
    socket = Socket(fileno=control)
    os.set_inheritable(control, False)
    os.set_blocking(control, True)
    try:
        identity.die_with(parent)
        request, descriptors = wire.receive(socket)
        _join_cgroups(descriptors, request["cgroups"])
        identity.forget_signals()
        identity.leave_keyring()
        identity.protect_from_oom()
        identity.become_nobody()
        identity.die_with(parent)  # again: the change of ids has cleared it
        identity.enter_namespaces()
        _fork_init(socket, request, descriptors)
    except wire.Closed:
        pass
    except SandboxError as error:
        fail(socket, error)
    except OSError as error:
        fail(socket, SandboxError("agent", str(error)))
    os._exit(1)


def _join_cgroups(descriptors: list[int], count: int) -> None:
    """Join the groups whose lists of tasks are the first descriptors; all that is forked is born there."""
    for _ in range(count):
        tasks = descriptors.pop(0)
        try:
            os.write(tasks, b"0")  # 0 is whoever writes
        except OSError as error:
            raise SandboxError("cgroup", str(error), "let the worker write to its own groups") from error
        os.close(tasks)


def _fork_init(socket: Socket, request: Message, descriptors: list[int]) -> NoReturn:
    """Start pid 1 of the box and live as long as it does."""
    alive, held = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(held)
        identity.die_with(0)
        # The byte comes when the judge has been told of us; none, when our parent died before the line above.
        if os.read(alive, 1):
            os.close(alive)
            _serve(socket, request, descriptors)
        os._exit(1)
    os.close(alive)
    pidfds = [os.pidfd_open(os.getpid()), os.pidfd_open(child)]
    wire.send(socket, wire.encode({"agent": os.getpid(), "init": child}), pidfds)
    socket.close()
    for pidfd in pidfds:
        os.close(pidfd)
    os.write(held, b"1")
    os.waitpid(child, 0)
    os._exit(0)


def _serve(socket: Socket, request: Message, descriptors: list[int]) -> NoReturn:
    """Be pid 1: make the tree, then answer one request after another."""
    try:
        os.setsid()
        sethostname("box")
        usage = descriptors[0] if descriptors else None
        proc = mounts.build(request["code_bytes"], request["code_files"])
        if request["cpus"]:
            # Not sooner: a box is made ahead while its CPU judges another submission.
            os.sched_setaffinity(0, request["cpus"])
        identity.shed_for_good()
        programs = Programs(socket, proc, usage, memory_cgroup=request["memory_cgroup"])
        handlers: dict[str, Handler] = {"put": _put, "seal": _seal, "run": programs.run}
        # What a fork need not copy makes every run faster; the box is gone before garbage could matter.
        gc.disable()
        gc.freeze()
        programs.get_ready()
        wire.send(socket, wire.encode({"spare_bytes": programs.spare_bytes}))
        while True:
            request, descriptors = wire.receive(socket)
            if request["op"] == "stop":
                continue  # it crossed our answer on the way: that run is over
            answer = handlers[request["op"]](request, descriptors)
            for descriptor in descriptors:
                os.close(descriptor)
            wire.send(socket, wire.encode(answer))
            programs.get_ready()
    except wire.Closed:
        pass
    except SandboxError as error:
        fail(socket, error)
    except OSError as error:
        fail(socket, SandboxError("agent", str(error)))
    os._exit(1)


def _put(request: Message, descriptors: list[int]) -> Message:
    put(request["files"], descriptors[0])
    return {"files_bytes": mounts.code_bytes()}


def _seal(request: Message, descriptors: list[int]) -> Message:
    mounts.seal()
    return {}


def fail(socket: Socket, error: SandboxError) -> None:
    """Tell the judge why there is no box; whoever calls this ends, and pid 1's end is the end of the box."""
    failed = {"layer": error.layer, "reason": error.reason, "mend": error.mend}
    with contextlib.suppress(wire.Closed):
        wire.send(socket, wire.encode({"failed": failed}))
    socket.close()
