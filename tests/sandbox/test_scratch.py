"""Files that are placed in a run's /tmp, and what is fetched from one that was kept."""

import io
import os
import tempfile
from collections.abc import Callable
from dataclasses import replace

import pytest

from judge.sandbox import Box, SandboxError, Status

from .conftest import LIMITS, shell

MB = 1 << 20
ROOMY = replace(LIMITS, file_bytes=200 * MB)


def kept(box: Box, script: str) -> None:
    """Run a script of the shell, which must succeed, and keep what it leaves."""
    outcome = box.run(["sh", "-c", script], LIMITS, keep=True)
    assert (outcome.status, outcome.exit_code) == (Status.EXITED, 0), outcome


def test_placed_files_are_the_programs(box: Box) -> None:
    """Files arrive with their folders, empty ones as well, and the program may change all of it."""
    box.place({"a": b"\0\xff", "d/e/f": b"deep", "empty/": b"", "ü b": b"x"})
    box.place({"later": b"too"})
    script = "find . | sort; cat d/e/f; echo new >> a; rm -r d; touch empty/x; mv later e"
    expected = ".\n./a\n./d\n./d/e\n./d/e/f\n./empty\n./later\n./ü b\ndeep"
    assert shell(box, script) == expected
    assert shell(box, "ls -A") == ""


def test_placed_files_come_after_a_run_that_wrote(box: Box) -> None:
    """The folder is renewed for them: nothing of the last run is beside them."""
    shell(box, "echo > old")
    box.place({"new": b""})
    assert shell(box, "ls -A") == "new\n"


@pytest.mark.parametrize("name", ["", "/", "/a", "../a", "a/../b", "a//b", "a//", ".", "a\0b", "x" * 256])
def test_names_that_lead_elsewhere(box: Box, name: str) -> None:
    """A name that is no plain relative path is a ValueError for each of the three."""
    with pytest.raises(ValueError, match="name"):
        box.place({name: b""})
    with pytest.raises(ValueError, match="name"):
        box.fetch(name, 1)
    with pytest.raises(ValueError, match="name"):
        box.discard(name)
    assert shell(box, "ls -A") == ""


def test_contents_of_every_kind() -> None:
    """Bytes, descriptors, files from where they stand, objects without a descriptor, pipes, and /proc."""
    reader, writer = os.pipe()
    os.write(writer, b"pipe")
    os.close(writer)
    with Box() as box, tempfile.TemporaryFile() as file, open("/proc/self/comm", "rb") as comm:
        file.write(b"01234")
        file.seek(2)
        with open(reader, "rb", closefd=True) as pipe:
            box.place({"file": file, "fd": file.fileno(), "object": io.BytesIO(b"object"), "comm": comm})
            box.place({"pipe": pipe, "b": b"bytes"})
        found = shell(box, "cat file; echo; cat object; echo; cat pipe; echo; cat b; echo; cat comm")
        with open("/proc/self/comm") as again:
            assert found == f"234\nobject\npipe\nbytes\n{again.read()}"
        file.seek(0)
        assert file.read() == b"01234"


def test_many_files(box: Box) -> None:
    """More than one packet holds, and more descriptors than one can carry."""
    box.place({f"{'x' * 200}{i}": b"%d" % i for i in range(2000)})
    assert shell(box, "ls | wc -l; cat *1999") == "2000\n1999"


def test_many_descriptors() -> None:
    """A packet carries eight; more files go in more packets."""
    with Box() as box:
        sources = [os.memfd_create(str(i)) for i in range(30)]
        for i, source in enumerate(sources):
            os.write(source, b"%d " % i)
            os.lseek(source, 0, os.SEEK_SET)
        box.place({f"{i:02}": source for i, source in enumerate(sources)})
        for source in sources:
            os.close(source)
        assert shell(box, "cat *") == "".join(f"{i} " for i in range(30))


def test_placed_bytes_are_not_the_programs(run: Callable[..., object], box: Box) -> None:
    """A hundred megabytes placed neither count as the program's memory nor add to what it may have."""
    limits = replace(ROOMY, memory_bytes=64 * MB)
    run("memory", "heap", "1")  # put into /code
    for megabytes, status in ((1, Status.EXITED), (50, Status.EXITED), (80, Status.MEMORY_EXCEEDED)):
        box.place({"large": bytes(100 * MB)})
        outcome = box.run(["/code/memory", "heap", str(megabytes)], limits)
        assert outcome.status is status
        assert outcome.memory_bytes < 90 * MB  # where it is sampled, some come late


def test_kept_bytes_are_not_the_next_programs(run: Callable[..., object], box: Box) -> None:
    """What a run kept was counted as its own, and is not once more."""
    limits = replace(ROOMY, memory_bytes=64 * MB)
    run("memory", "heap", "1")
    # It stays for a moment: where there is no control group, memory is looked at now and then.
    outcome = box.run(["sh", "-c", "head -c 40000000 /dev/zero > f; sleep 0.5"], limits, keep=True)
    assert 32 * MB < outcome.memory_bytes < 64 * MB
    outcome = box.run(["/code/memory", "heap", "50"], limits, keep=True)
    assert (outcome.status, outcome.exit_code) == (Status.EXITED, 0)
    assert box.run(["/code/memory", "heap", "80"], limits).status is Status.MEMORY_EXCEEDED


def test_more_than_there_is_room_for(box: Box) -> None:
    """More bytes than the limits of the run is a ValueError, and the files wait for better ones."""
    box.place({"large": bytes(2 * MB)})
    with pytest.raises(ValueError, match="bytes"):
        box.run(["true"], replace(LIMITS, file_bytes=2 * MB - 1))
    assert shell(box, "stat -c %s large") == "2097152\n"


def test_more_than_a_kept_folder_has_room_for(box: Box) -> None:
    """Where a run has left no room, files cannot be placed, which is our failure and no outcome."""
    limits = replace(LIMITS, file_bytes=2 * MB)
    box.run(["sh", "-c", "head -c 2000000 /dev/zero > f"], limits, keep=True)
    box.place({"large": bytes(MB)})
    with pytest.raises(SandboxError, match="No space"):
        box.run(["true"], limits)


def test_kept_from_run_to_run(box: Box) -> None:
    """A kept folder is the next run's, what is placed comes on top, and a run without keep is the last."""
    kept(box, "echo 1 > one; mkdir d")
    box.place({"d/two": b"2\n", "one": b"new\n"})
    kept(box, "cat one d/two > three")
    assert shell(box, "cat three") == "new\n2\n"
    assert shell(box, "ls -A") == ""


def test_clear(box: Box) -> None:
    """What was kept, and what waited to be placed, is gone."""
    kept(box, "echo 1 > one")
    box.place({"two": b""})
    box.clear()
    assert box.fetch("one", 9) is None
    assert shell(box, "ls -A") == ""


def test_fetch(box: Box) -> None:
    """A regular file, whole or cut, whatever its mode; and None for what is not there."""
    kept(box, "mkdir d; printf 0123456789 > d/f; printf '' > none; chmod 0 d/f d .")
    found = box.fetch("d/f", 10)
    assert found
    assert (found.content, found.size, found.cut) == (b"0123456789", 10, False)
    found = box.fetch("d/f", 4)
    assert found
    assert (found.content, found.size, found.cut) == (b"0123", 10, True)
    found = box.fetch("none", 4)
    assert found
    assert (found.content, found.cut) == (b"", False)
    for missing in ("x", "d/x", "x/f", "d/f/x", "d"):
        assert box.fetch(missing, 9) is None


def test_fetch_without_keep(box: Box) -> None:
    """What a run left that was not told to keep it is not to be had, nor what waits to be placed."""
    assert box.fetch("f", 9) is None
    shell(box, "echo > f")
    box.place({"g": b""})
    assert box.fetch("f", 9) is None
    assert box.fetch("g", 9) is None


@pytest.mark.parametrize(
    ("left", "name"),
    [
        ("ln -s /proc/1/status f", "f"),
        ("ln -s /proc/self/fd/0 f", "f"),
        ("ln -s /code/secret f", "f"),
        ("ln -s /etc/passwd f", "f"),
        ("ln -s ../etc f", "f/passwd"),
        ("ln -s / f", "f/etc/passwd"),
        ("echo x > g; ln -s g f", "f"),
        ("ln -s f f", "f"),
        ("mkfifo f", "f"),
        ("mkdir f", "f"),
        ("mkdir d; mkfifo d/f", "d/f"),
    ],
)
def test_fetch_of_what_is_no_file(box: Box, left: str, name: str) -> None:
    """A link, FIFO or folder, or a way through a link, is as if not there; nothing waits for a writer."""
    box.put({"secret": b"secret"})
    kept(box, left)
    assert box.fetch(name, 99) is None
    assert shell(box, "echo on") == "on\n"


def test_fetch_of_a_socket(box: Box) -> None:
    """A socket that is bound to a name is no file either."""
    script = "import socket; s, _ = socket.socketpair(); s.bind('/tmp/s')"
    assert box.run(["python3", "-c", script], LIMITS, keep=True).exit_code == 0
    assert box.fetch("s", 9) is None
    assert box.discard("s")


def test_fetch_of_a_sparse_file(box: Box) -> None:
    """Of ten gigabytes of nothing only what was asked for is read."""
    large = replace(LIMITS, file_bytes=20 << 30)
    assert box.run(["truncate", "-s", "10G", "f"], large, keep=True).exit_code == 0
    found = box.fetch("f", 1000)
    assert found
    assert (found.content, found.size) == (bytes(1000), 10 << 30)


def test_fetch_beside_many_files(box: Box) -> None:
    """A hundred thousand files around it do not hold up the one that is asked for, nor the renewal."""
    many = replace(LIMITS, cpu_time_s=60, wall_time_s=60, file_count=100_001, memory_bytes=512 * MB)
    script = "import os\nfor i in range(100000): os.close(os.open(f'{i}', os.O_CREAT | os.O_WRONLY))"
    assert box.run(["python3", "-c", script], many, keep=True).exit_code == 0
    found = box.fetch("99999", 9)
    assert found
    assert found.content == b""
    assert shell(box, "ls | wc -l", many) == "100000\n"
    assert shell(box, "ls -A") == ""


def test_discard(box: Box) -> None:
    """A file, link or FIFO goes, and not what it leads to; a folder stays."""
    kept(box, "echo x > f; ln -s f l; mkfifo p; mkdir -p d/e; echo y > d/g; ln -s d w; ln -s /code c")
    assert [box.discard(name) for name in ("l", "p", "d/g")] == [True] * 3
    assert [box.discard(name) for name in ("l", "d", "d/e", "x", "x/y", "w/e", "c/f")] == [False] * 7
    assert shell(box, "find . | sort") == ".\n./c\n./d\n./d/e\n./f\n./w\n"


@pytest.mark.parametrize("planted", ["ln -s /code/other f", "echo old > g; ln g f", "mkfifo f"])
def test_placed_over_what_was_planted(box: Box, planted: str) -> None:
    """A file that is placed takes a name over, and is not written through what had it."""
    box.put({"other": b"other\n"})
    kept(box, planted)
    box.place({"f": b"new\n"})
    assert shell(box, "cat f; stat -c %F f; cat /code/other; [ ! -e g ] || cat g").startswith(
        "new\nregular file\nother\n"
    )


@pytest.mark.parametrize("planted", ["ln -s / d", "ln -s /code d", "echo > d", "mkfifo d"])
def test_placed_where_the_way_is_barred(box: Box, planted: str) -> None:
    """A folder on the way that is none is our failure, and nothing is written elsewhere."""
    kept(box, planted)
    box.place({"d/f": b"new"})
    with pytest.raises(SandboxError, match="private tmpfs"):
        box.run(["true"], LIMITS)


def test_place_leaves_no_descriptor() -> None:
    """What was handed over is closed again, whether it came to a run or not."""
    before = len(os.listdir("/proc/self/fd"))
    with Box() as box, tempfile.TemporaryFile() as file:
        file.write(b"x")
        box.place({"a": b"1", "b": file})
        shell(box, "true")
        box.place({"a": b"1", "b": file})
        box.clear()
        box.place({"a": b"1", "b": file})
    assert len(os.listdir("/proc/self/fd")) == before
