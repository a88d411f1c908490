"""Slots: jobs side by side, results in order, and an end that leaves nothing behind."""

import os
import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from judge.judging.verification.slots import Slot, Slots, Stopped
from judge.sandbox import BoxKilled, Limits

MIB = 1 << 20
LONG = Limits(cpu_time_s=60, wall_time_s=60, memory_bytes=64 * MIB, output_bytes=MIB)


def cpu_of_a_program(slot: Slot) -> bytes:
    with slot.take(()) as box:
        return box.run(("sh", "-c", "grep Cpus_allowed_list /proc/self/status"), LONG).stdout


def sleep(begun: threading.Event, slot: Slot) -> None:
    with slot.take(()) as box:
        slot.tell("begun")
        begun.set()
        box.run(("sleep", "60"), LONG)


def fail(slot: Slot) -> None:
    raise ZeroDivisionError


def test_results_come_in_the_order_of_the_jobs() -> None:
    """Whichever ended first."""
    second_is_done = threading.Event()
    jobs: list[Callable[[Slot], Any]] = [
        lambda slot: second_is_done.wait(30),
        lambda slot: second_is_done.set(),
    ]
    with Slots(2, lambda message: None) as crew:
        assert crew.work(jobs) == [True, None]
        assert crew.work([]) == []


def test_each_slot_has_a_processor() -> None:
    """One of those that we may use."""
    allowed = os.sched_getaffinity(0)
    with Slots(1, lambda message: None) as crew:
        (told,) = crew.work([cpu_of_a_program])
    assert int(told.split()[-1]) == min(allowed)


def test_what_jobs_tell_is_heard_by_the_one_who_waits() -> None:
    heard: list[tuple[object, str]] = []
    with Slots(2, lambda message: heard.append((message, threading.current_thread().name))) as crew:
        crew.work([lambda slot: slot.tell("one"), lambda slot: slot.tell("two")])
    assert sorted(heard) == [("one", "MainThread"), ("two", "MainThread")]


def test_a_failure_ends_all_others() -> None:
    """A program that would sleep for a minute is killed."""
    begun = threading.Event()
    with pytest.raises(ZeroDivisionError), Slots(2, lambda message: None) as crew:
        crew.work([partial(sleep, begun), lambda slot: begun.wait(30) and fail(slot)])
    assert begun.is_set()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("slot on CPU")]


def test_what_the_listener_raises_ends_the_work() -> None:
    """As an interrupt would."""
    begun = threading.Event()

    def heard(message: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), Slots(1, heard) as crew:
        crew.work([partial(sleep, begun)])


def test_a_job_that_asks_for_more_after_the_end_is_stopped() -> None:
    """A box that it still had is gone by then."""
    ends: list[type] = []

    def stubborn(slot: Slot) -> None:
        with slot.take(()) as box:
            slot.tell("begun")
            for step in (
                lambda: box.run(("sleep", "60"), LONG),
                partial(slot.take, ()),
                lambda: slot.tell("more"),
            ):
                try:
                    step()
                except (Stopped, BoxKilled) as end:
                    ends.append(type(end))

    def heard(message: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), Slots(1, heard) as crew:
        crew.work([stubborn])
    assert ends == [BoxKilled, Stopped, Stopped]
