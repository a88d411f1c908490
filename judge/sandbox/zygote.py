"""The zygote: a process that has the agent's code loaded, and forks an agent for every box asked of it.

It holds nothing but that code and its socket to the judge: no file, no box, no word of a submission.
"""

import gc
import os
import signal
from _socket import socket as Socket
from typing import NoReturn

from judge.sandbox import agent, identity, wire
from judge.sandbox.errors import SandboxError


def main(control: int, judge: int) -> NoReturn:
    """Fork agents until the judge ends or closes its end.

    control: the descriptor of a SOCK_SEQPACKET socket to the judge; judge: its process id.
    """
    identity.die_with(judge)
    # The kernel reaps the agents; who waits for one does so by its pidfd.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    socket = Socket(fileno=control)
    os.set_inheritable(control, False)
    # Agents share these pages for as long as nobody writes to them, be it only a mark of the collector.
    gc.disable()
    gc.freeze()
    zygote = os.getpid()
    try:
        while True:
            _, (box, words) = wire.receive(socket)
            try:
                child = os.fork()
            except OSError as error:
                failure = SandboxError("agent", f"fork: {error}", "raise the host's limit")
                agent.fail(Socket(fileno=box), failure)
                os.close(words)
                continue
            if child == 0:
                socket.close()
                os.dup2(words, 2)
                os.close(words)
                agent.main(box, zygote)
            os.close(box)
            os.close(words)
    except wire.Closed:
        os._exit(0)
