"""A process beside each worker: it proves the languages and keeps the worker's row, and ends with it.

It is apart so that the worker's parent, from which children are forked, starts no box and holds no
connection to Postgres. It tells the parent, one JSON object a line on standard output::

    {"language": "c"}      proven and registered
    {"ready": ""}          the core languages are through: work may be taken
    {"failed": "…"}        no box can be made here; the worker must not start

and ends when its standard input does, whichever way its parent died.
"""

import json
import logging
import os
import select
import sys

from sqlalchemy.exc import OperationalError

from judge import workers
from judge.judging import SandboxError, layers
from judge.judging.toolchains import CORE, NotProven, Proof, proven

log = logging.getLogger(__name__)


def main(worker: str, slots: int) -> None:
    """Prove, register, then say every few seconds that the worker is there."""
    try:
        mode = sandbox_mode()
        proofs = _prove(worker, slots, mode)
    except SandboxError as error:
        _say("failed", f"no box can be made here. {error}")
        return
    while not _parent_ended(workers.SEEN_EVERY_S):
        try:
            _register(worker, slots, mode, proofs)
        except OperationalError as error:
            log.warning("Postgres is away: %s", error.orig)  # said again a few seconds later
    workers.leave(worker)


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


def _prove(worker: str, slots: int, mode: str) -> list[Proof]:
    proofs: list[Proof] = []
    ready = False
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
    if not ready:
        _begin(worker, slots, mode, proofs)
    return proofs


def _begin(worker: str, slots: int, mode: str, proofs: list[Proof]) -> bool:
    """Whoever sees the worker's row may take it that the core languages have been judged."""
    _register(worker, slots, mode, proofs)
    _say("ready", "")
    return True


def _register(worker: str, slots: int, mode: str, proofs: list[Proof]) -> None:
    workers.register(worker, slots=slots, sandbox=mode, languages=[proof.as_json() for proof in proofs])


def _say(what: str, detail: str) -> None:
    print(json.dumps({what: detail}), flush=True)


def _parent_ended(within_s: float) -> bool:
    """Wait for the end of standard input, on which nobody writes."""
    return bool(select.select([sys.stdin], [], [], within_s)[0])


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
