"""The last deadline of a run is the judge's own, whatever the box does."""

import os
import signal
import threading
from dataclasses import replace

import pytest

from judge.sandbox import Box, SandboxError, attendance

from .conftest import LIMITS


def test_agent_that_hangs_while_its_program_prints(monkeypatch: pytest.MonkeyPatch) -> None:
    """It holds however busy the streams are, and a silent agent is no verdict."""
    monkeypatch.setattr(attendance, "MARGIN_S", 0.5)
    limits = replace(LIMITS, cpu_time_s=20, wall_time_s=1, output_bytes=1 << 20)
    with Box() as box:
        hang = threading.Timer(0.3, os.kill, (box._link.process_ids[1], signal.SIGSTOP))
        hang.start()
        with pytest.raises(SandboxError, match="no answer"):
            box.run(["bash", "-c", "sleep 0.6; yes"], limits)
        hang.join()
