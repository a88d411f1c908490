"""Nonsense from both sides of the agent: random calls from inside the box, random packets from outside."""

import contextlib
import os
import random
import shutil
import struct
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from judge.sandbox import Box, Outcome, SandboxError, Status, link, wire
from judge.sandbox.link import CAPTURE, COVER, DISCARD, FETCH, PLACE, PUT, RENEW, RUN, SEAL, STOP, readable
from judge.sandbox.order import order

from .conftest import LIMITS, shell

Run = Callable[..., Outcome]

SEEDS = 6
ROUNDS_S = 6.0
EXTREMES = (0, 1, -1, 2**31, 2**32 - 1, 2**63 - 1, -(2**63), 128 << 10)
CRASHES = ("signal 4", "signal 6", "signal 7", "signal 8", "signal 11")


@pytest.mark.parametrize("seed", range(SEEDS))
def test_calls_at_random(run: Run, box: Box, seed: int) -> None:
    """However such a program ends, it is an outcome, and the next run is as if it had not been."""
    limits = replace(LIMITS, wall_time_s=3, processes=16, memory_bytes=128 << 20)
    assert isinstance(run("fuzz", str(seed + 1), "500", limits=limits).status, Status)
    before = shell(box, "stat -c '%a %u %g' /tmp; ls -A /tmp; umask; ulimit -a; cat /proc/self/limits")
    assert run("fuzz", str(seed + 100), "100", limits=limits)
    after = shell(box, "stat -c '%a %u %g' /tmp; ls -A /tmp; umask; ulimit -a; cat /proc/self/limits")
    assert before == after
    assert (
        run("burn", "alone", "9", limits=replace(LIMITS, cpu_time_s=0.1)).status is Status.CPU_TIME_EXCEEDED
    )


@pytest.fixture
def trapping(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The agent, compiled so that undefined behaviour and overruns end it by a signal."""
    if not shutil.which("cc"):
        pytest.skip("no compiler")
    compile_, agent = link.AGENT.parent / "agent" / "compile", tmp_path / "agent"
    flags = ["-fsanitize=undefined", "-fsanitize-undefined-trap-on-error", "-D_FORTIFY_SOURCE=2"]
    subprocess.run([compile_, agent, *flags], check=True)
    monkeypatch.setattr(link, "AGENT", agent)


def test_packets_at_random(trapping: None) -> None:
    """The agent refuses what it does not understand and ends; it never crashes, and its box is gone."""
    chance = random.Random(1)
    program = order(["true"], {"A": "b"}, LIMITS, memory_cgroup=True)
    requests = [
        (0, wire.pack(PUT, 2, "a", 0, 0, 3, "b/c", 0, 3, 4)),
        (0, wire.pack(PLACE, 2, "a", 0, 0, 3, "b/", 1, 0, 0)),
        (0, wire.pack(FETCH, "a/b")),
        (0, wire.pack(DISCARD, "a/b")),
        (0, wire.pack(CAPTURE, 1 << 20, 100)),
        (0, wire.pack(COVER, 2, "/usr/bin/perl", "/usr/lib/gcc")),
        (0, wire.pack(RENEW, 1 << 20, 16)),
        (0, wire.pack(SEAL)),
        (1, wire.pack(RUN, True) + program),
        (1, wire.pack(STOP)),
    ]
    until = time.monotonic() + ROUNDS_S
    rounds = 0
    while time.monotonic() < until:
        rounds += 1
        with Box() as box:
            box.run(["true"], LIMITS)
            which, request = chance.choice(requests)
            answers = (box._link._keeper, box._link.socket)[which]
            null = [os.open(os.devnull, os.O_RDWR) for _ in range(chance.randrange(5))]
            with contextlib.suppress(wire.Closed):
                wire.send(answers, next(mutations(chance, request)), null)
            for descriptor in null:
                os.close(descriptor)
            readable(answers.fileno(), 0.2)  # an answer, or the agent's end
            reason = reason_of_the_end(box)
            assert not any(crash in reason for crash in CRASHES), reason
    assert rounds > 20


def reason_of_the_end(box: Box) -> str:
    """What the box says when it is used again; nothing when it works."""
    try:
        box.run(["true"], LIMITS)
    except SandboxError as error:
        return str(error)
    return ""


def mutations(chance: random.Random, packet: bytes) -> Iterator[bytes]:
    """Packets that are like one, or like none."""
    while True:
        data = bytearray(packet)
        for _ in range(chance.randrange(1, 4)):
            at = chance.randrange(len(data) // 8 or 1) * 8
            match chance.randrange(4):
                case 0:
                    data[at : at + 8] = struct.pack("=q", chance.choice(EXTREMES))
                case 1:
                    data[at : at + 1] = chance.randbytes(1)
                case 2:
                    del data[at:]
                case _:
                    data += chance.randbytes(chance.randrange(200))
        yield bytes(data[: wire.PACKET_BYTES])
