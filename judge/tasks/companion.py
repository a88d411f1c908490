"""A process beside each worker: it proves the languages, keeps the worker's row and sweeps, and ends with it.

It is apart so that the worker's parent, from which children are forked, starts no box and holds no
connection to Postgres. It tells the parent, one JSON object a line on standard output::

    {"language": "c"}      proven and registered
    {"ready": ""}          the core languages are through: work may be taken
    {"failed": "…"}        no box can be made here; the worker must not start

and ends when its standard input does, whichever way its parent died. A byte on it says that the worker
drains.
"""

import ctypes
import json
import logging
import os
import select
import signal
import sys
import threading
import time

from sqlalchemy.exc import OperationalError

from judge import db, log_lines, workers
from judge.judging import SandboxError, headers, layers
from judge.judging.toolchains import CORE, NotProven, Proof, found, proven
from judge.metrics import serving, shared
from judge.tasks.sweeping import Sweeper

log = logging.getLogger(__name__)

_EVERY_S = 4.0
_AGAIN_S = 1.0
_NICE = 10
_PR_SET_PDEATHSIG = 1


def main(worker: str, slots: int) -> None:
    """Prove, register, then sweep and say every few seconds that the worker is there."""
    # The end of standard input tells as well, but not while a child forked later holds its other end.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(0))
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    log_lines.begin("companion", worker)
    db.give_up_silent_connections()
    shared.join(lambda: "companion")
    serving.serve("worker")  # of all its processes; not by the parent, whose children would hold the port
    try:
        mode = sandbox_mode()
        _go_on(worker, slots, mode, _prove(worker, slots, mode))
    except SandboxError as error:
        _say("failed", f"no box can be made here. {error}")
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # both ways of being told come at once
        _leave(worker)


def _leave(worker: str) -> None:
    try:
        workers.leave(worker)
    except OperationalError as error:
        log.warning("Postgres is away: %s", error.orig)  # the row says when this was last heard of


_sweeper = Sweeper()
_draining = threading.Event()


def _go_on(worker: str, slots: int, mode: str, proofs: list[Proof]) -> None:
    while not _parent_ended(_EVERY_S):
        _look_after(worker, slots, mode, proofs)


def _look_after(worker: str, slots: int, mode: str, proofs: list[Proof]) -> None:
    try:
        if not workers.seen(worker, is_draining=_draining.is_set()):
            _register(worker, slots, mode, proofs)
        _sweeper.sweep()  # as beat does, which may be away
    except OperationalError as error:
        log.warning("Postgres is away: %s", error.orig)  # tried again a few seconds later


def sandbox_mode() -> str:
    """How programs are isolated here, in a few words. Raises SandboxError where they cannot be."""
    weaker = []
    for layer in layers():
        if not layer.ok and layer.needed:
            raise SandboxError(layer.name, layer.detail, layer.mend)
        if not layer.ok:
            weaker.append(layer.name)
    who = "as root" if os.geteuid() == 0 else "unprivileged"
    return f"namespaces and seccomp, {who}" + (f"; without {', '.join(weaker)}" if weaker else ", cgroup")


def _provide_headers() -> None:
    """Make what C++ compiles faster by; nobody waits for it, and it gives way to whoever judges."""
    os.nice(_NICE)  # of this thread, and of what it starts
    try:
        headers.provide(found())
    except (SandboxError, OSError) as error:
        log.warning("no precompiled headers: %s", error)


def _prove(worker: str, slots: int, mode: str) -> list[Proof]:
    proofs: list[Proof] = []
    ready, looked_at = False, time.monotonic()
    for result in proven():
        if isinstance(result, NotProven):
            log.error("%s", result)
            continue
        if not ready and result.language not in CORE:
            ready = _begin(worker, slots, mode, proofs)
        proofs.append(result)
        if ready:
            _register(worker, slots, mode, proofs)
        _say("language", result.language)
        if _parent_ended(0):
            break
        if ready and time.monotonic() > looked_at + _EVERY_S:
            looked_at = time.monotonic()
            _look_after(worker, slots, mode, proofs)
    if not ready:
        _begin(worker, slots, mode, proofs)
    return proofs


def _begin(worker: str, slots: int, mode: str, proofs: list[Proof]) -> bool:
    """Whoever sees the worker's row may take it that the core languages have been judged."""
    _register(worker, slots, mode, proofs)
    _say("ready", "")
    threading.Thread(target=_provide_headers, daemon=True).start()
    return True


def _register(worker: str, slots: int, mode: str, proofs: list[Proof]) -> None:
    """As soon as Postgres takes it: what has been proven need not be proven again."""
    languages = [proof.as_json() for proof in proofs]
    while True:
        try:
            workers.register(worker, slots=slots, sandbox=mode, languages=languages)
            return
        except OperationalError as error:
            log.warning("Postgres is away: %s", error.orig)
            if _parent_ended(_AGAIN_S):
                raise


def _say(what: str, detail: str) -> None:
    print(json.dumps({what: detail}), flush=True)


def _parent_ended(within_s: float) -> bool:
    """Wait for the end of standard input, or for the word that the worker drains."""
    if not select.select([sys.stdin], [], [], within_s)[0]:
        return False
    if not os.read(sys.stdin.fileno(), 1):
        return True
    _draining.set()
    return False


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
