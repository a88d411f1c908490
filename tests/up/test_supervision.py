"""What dies is started again; what is told to stop drains; what is killed takes everything with it."""

import os
import signal
import time

import pytest

from judge.up.child import LOG_BYTES
from tests.up.conftest import Running, Starter, answers, until, wait_gone
from tests.up.standin import SLOW


def begin_slow_task(judge: Running, seconds: float) -> None:
    """Give the worker something to do, and wait until it does."""
    judge.redis().rpush(SLOW, seconds)
    until(lambda: judge.redis().get("slow") == b"started")


@pytest.mark.parametrize("program", ["postgres", "valkey-server", "gunicorn", "worker", "beat"])
def test_whatever_dies_is_started_again(start: Starter, program: str) -> None:
    judge = start("home", "--port", "0")
    url = judge.banner()
    judge.redis().set("before", "1")
    until(lambda: judge.redis().info("persistence")["aof_pending_bio_fsync"] == 0)
    pid = judge.pid_of(program)
    assert pid
    os.kill(pid, signal.SIGKILL)
    judge.wait_for(r"(\w+) was killed by SIGKILL, starting it again in 0.2 s")
    until(lambda: answers(url))
    until(lambda: judge.pid_of(program) not in (None, pid))
    assert judge.redis().get("before") == b"1"
    ticks = int(judge.redis().get("ticks") or 0)
    until(lambda: int(judge.redis().get("ticks") or 0) > ticks)
    assert judge.stop() == 0
    assert judge.left() == []


def test_kill_9_takes_everything_along_and_the_next_start_works(start: Starter) -> None:
    judge = start("home", "--port", "0")
    judge.banner()
    with judge.database() as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE kept AS SELECT 1 AS one")
    connection.close()
    begin_slow_task(judge, 600)
    pids = judge.left()
    judge.process.kill()
    judge.process.wait()
    began = time.monotonic()
    wait_gone(pids)
    assert time.monotonic() - began < 30
    again = start("home", "--port", "0")
    again.banner()
    with again.database() as connection, connection.cursor() as cursor:
        cursor.execute("SELECT one FROM kept")
        assert cursor.fetchone() == (1,)
    connection.close()
    assert again.stop() == 0


def test_a_start_right_after_kill_9_waits_for_what_is_left(start: Starter) -> None:
    judge = start("home", "--port", "0")
    judge.banner()
    postgres, guard = judge.pid_of("postgres"), judge.pid_of("judge.up.guard")
    assert postgres
    assert guard
    os.kill(postgres, signal.SIGSTOP)  # it cannot obey, so it has to be ended
    os.kill(guard, signal.SIGKILL)  # which may end it before the next start looks
    judge.process.kill()
    judge.process.wait()
    again = start("home", "--port", "0")
    again.banner()
    assert "that an earlier start had left" in again.output
    wait_gone([postgres])
    assert again.stop() == 0


def test_a_stale_postmaster_pid_of_a_living_process_does_not_hinder(start: Starter) -> None:
    judge = start("home", "--port", "0")
    judge.banner()
    assert judge.stop() == 0
    stale = judge.home / "postgres" / "postmaster.pid"
    stale.write_text(f"{os.getpid()}\n{stale.parent}\n1\n5432\n/tmp\n\n")
    again = start("home", "--port", "0")
    again.banner()
    assert again.stop() == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_stop_waits_for_running_tasks(start: Starter, number: signal.Signals) -> None:
    judge = start("home", "--port", "0")
    judge.banner()
    begin_slow_task(judge, 2)
    judge.process.send_signal(number)
    assert judge.exit_code() == 0
    assert "killing it" not in judge.output
    again = start("home", "--port", "0")
    again.banner()
    assert again.redis().get("slow") == b"done"
    assert again.stop() == 0


def test_a_second_ctrl_c_hurries(start: Starter) -> None:
    judge = start("home", "--port", "0")
    judge.banner()
    begin_slow_task(judge, 600)
    began = time.monotonic()
    judge.process.send_signal(signal.SIGINT)
    judge.wait_for("draining")
    until(lambda: time.monotonic() - began > 0.6)  # less is the echo of one key press
    judge.process.send_signal(signal.SIGINT)
    assert judge.exit_code() == 0
    assert "worker does not stop, killing it" in judge.output
    assert time.monotonic() - began < 15
    assert judge.left() == []


def test_ctrl_c_before_it_is_up(start: Starter) -> None:
    judge = start("home", "--port", "0")
    judge.wait_for("starting Redis")
    assert judge.stop() == 0
    assert "stopped before it was up" in judge.output
    assert judge.left() == []


def test_logs_are_bounded(start: Starter) -> None:
    judge = start("home", "--port", "0")
    judge.banner()
    log = judge.home / "log" / "beat.log"
    with log.open("ab") as file:
        file.write(b"x" * LOG_BYTES)
    until(lambda: log.stat().st_size < LOG_BYTES)
    assert log.with_suffix(".log.1").stat().st_size >= LOG_BYTES
    assert judge.stop() == 0
