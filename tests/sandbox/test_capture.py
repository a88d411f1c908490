"""What a compiler left, taken out of one box and put into another."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from judge.sandbox import Box

from .conftest import LIMITS, shell

LONG = "x" * 250


def test_capture_and_restore(new_box: Callable[..., Box]) -> None:
    """Names, folders and contents are in the other box as they were in the first, and can be executed."""
    one, two = new_box(), new_box()
    one.put({"main.c": b"source", "d/e/data": bytes(range(256)), "run": b"#!/bin/sh\necho ran\n"})
    shell(
        one, "cd /code; mkdir empty; echo ü > 'a b\tü'; printf '' > none; chmod 0 main.c d; rm -r d/e; true"
    )
    found = one.capture()
    assert found is not None
    assert found["main.c"] == b"source"
    assert found["empty/"] == b""
    two.put(found)
    listing = "cd /code; find . -printf '%p %y\\n' | sort; md5sum $(find . -type f | grep -v ' ' | sort)"
    shell(one, "chmod -R u+rwx /code")
    assert shell(one, listing) == shell(two, listing)
    one.seal()
    two.seal()
    assert one.capture() == two.capture() == found
    assert shell(two, "/code/run; stat -c %a /code/run") == "ran\n755\n"


def test_capture_of_nothing(box: Box) -> None:
    """An empty folder is captured as such."""
    assert box.capture() == {}


@pytest.mark.parametrize(
    "made",
    [
        "ln -s /etc/passwd /code/l",
        "mkdir -p /code/d/e; ln -s / /code/d/e/l",
        "mkfifo /code/p",
        "touch $(printf '/code/\\377')",
        "mkdir -p /code" + 70 * "/d",
        f'cd /code; python3 -c \'import os\nfor i in range(20): os.mkdir("{LONG}"); os.chdir("{LONG}")\'',
    ],
)
def test_what_cannot_be_restored(box: Box, made: str) -> None:
    """Links, FIFOs, names that are no text and folders without end are not captured, and do no harm."""
    box.put({"a": b""})
    shell(box, made)
    assert box.capture() is None
    assert shell(box, "echo on") == "on\n"


def test_bounds(box: Box) -> None:
    """So many bytes and so many files and folders, holes and second names counted in full."""
    shell(box, "cd /code; mkdir d; head -c 1000 /dev/zero > d/f")
    assert box.capture(1000, 2) == {"d/": b"", "d/f": bytes(1000)}
    assert box.capture(999, 2) is None
    assert box.capture(1000, 1) is None
    shell(box, "ln /code/d/f /code/d/g")
    assert box.capture(1999, 3) is None
    sparse = box.run(["truncate", "-s", "10G", "/code/h"], replace(LIMITS, file_bytes=20 << 30))
    assert sparse.exit_code == 0
    assert box.capture() is None


def test_captured_bytes_are_not_the_next_programs(box: Box) -> None:
    """Nothing of what was copied on its way out is left in the account of the box."""
    shell(box, "head -c 40000000 /dev/urandom > /code/f")
    first = box.run(["true"], LIMITS)
    assert box.capture() is not None
    again = box.run(["true"], replace(LIMITS, memory_bytes=16 << 20))
    assert again.exit_code == 0
    assert abs(again.memory_bytes - first.memory_bytes) < 2 << 20
