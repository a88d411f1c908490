"""A folder of the host's that a box may read, though its user has no way there."""

import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from judge.sandbox import Box, Pool

from .conftest import LIMITS, NOBODY, Remote, RemoteBox, descriptors, shell
from .guards import Guard
from .test_remains import mounts

READ_ONLY = Guard(
    name="read-only shelf",
    what="The mount of the folder is read-only before anything can be run.",
    file="agent/tree.c",
    text="if (set_attributes(target, attributes, 0) || mount(NULL, target, NULL, MS_PRIVATE, NULL))",
    instead="(void)attributes; if (mount(NULL, target, NULL, MS_PRIVATE, NULL))",
)


@pytest.fixture
def folder(mode: str, request: pytest.FixtureRequest) -> Iterator[Path]:
    """A folder below one that is closed to all but whoever opens boxes."""
    if mode == "nobody":
        request.getfixturevalue("remote")  # or skip
    with tempfile.TemporaryDirectory() as top:
        inner = Path(top, "closed", "shelf")
        (inner / "deeper").mkdir(parents=True)
        (inner / "f").write_text("shelved\n")
        (inner / "deeper" / "f").write_text("deeper\n")
        (inner / "program").write_text("#!/bin/sh\necho ran\n")
        (inner / "program").chmod(0o755)
        inner.parent.chmod(0o700)
        if mode == "nobody":
            Path(top).chmod(0o755)
            for path in (inner.parent, *inner.parent.rglob("*")):
                os.chown(path, NOBODY, NOBODY)
        yield inner


def place_of(box: Box) -> str | None:
    """Where the box says that it is, here or in the other process."""
    place = box.shelf
    return place() if callable(place) else place


def test_a_shelf_can_be_read(new_box: Callable[..., Box], folder: Path) -> None:
    """What is in the folder is there, and what is above it is not."""
    box = new_box(shelf=folder)
    assert place_of(box) == "/shelf"
    assert shell(box, "cat /shelf/f /shelf/deeper/f; ls /shelf/..").startswith("shelved\ndeeper\nbin\n")
    box.seal()
    assert shell(box, "cat /shelf/f") == "shelved\n"


@pytest.mark.parametrize(
    "attempt", ["echo x > f", "rm f", "touch new", "chmod 777 .", "mv f g", "ln f g", "mkdir d"]
)
def test_a_shelf_cannot_be_written(new_box: Callable[..., Box], folder: Path, attempt: str) -> None:
    """Not even by whoever owns it outside; and nothing in it is executed."""
    box = new_box(shelf=folder)
    assert place_of(box) == "/shelf"
    assert b"Read-only" in box.run(["sh", "-c", f"cd /shelf; {attempt}"], LIMITS).stderr
    assert box.run(["/shelf/program"], LIMITS).could_not_start
    assert (folder / "f").read_text() == "shelved\n"


def test_without_its_guard(folder: Path, mode: str) -> None:
    """A mount that is left as it was could be written to by whoever owns the folder."""
    if mode == "self":
        pytest.skip("the folder is not the box's, and the judge makes it read-only as well")
    with tempfile.TemporaryDirectory() as copy:
        remote = Remote(Path(copy), without=[READ_ONLY])
        try:
            box = RemoteBox(remote, shelf=folder)
            assert shell(box, "echo planted > /shelf/f; cat /shelf/f") == "planted\n"
        finally:
            remote.close()


@pytest.mark.parametrize("name", ["none", "f"])
def test_without_a_shelf(new_box: Callable[..., Box], folder: Path, name: str) -> None:
    """A folder that is not there, or is none, leaves a box that works and says so."""
    box = new_box(shelf=folder / name)
    assert place_of(box) is None
    assert shell(box, "ls -A /shelf; touch /shelf/x 2>/dev/null || echo no") == "no\n"
    assert place_of(new_box()) is None


def test_a_shelf_out_of_reach(remote: Remote) -> None:
    """Who may neither make mounts nor go there has no shelf, and a box all the same."""
    with tempfile.TemporaryDirectory() as closed:
        Path(closed, "shelf").mkdir()
        box = RemoteBox(remote, shelf=Path(closed, "shelf"))
        assert place_of(box) is None
        assert shell(box, "echo on") == "on\n"
        box.close()


@pytest.mark.skipif(os.geteuid() != 0, reason="the box's user is who made the folder")
def test_a_shelf_that_is_not_everybodys(new_box: Callable[..., Box]) -> None:
    """A folder that the box's user may not read is none."""
    with tempfile.TemporaryDirectory() as top:
        Path(top).chmod(0o755)
        Path(top, "shelf").mkdir(mode=0o700)
        box = new_box(shelf=Path(top, "shelf"))
        assert place_of(box) is None
        assert shell(box, "ls -A /shelf") == ""


def test_a_pool_of_shelves() -> None:
    """Each box of a pool has the folder, as it is when the box is made, and no mount is left."""
    before, opened = mounts(), descriptors()
    with tempfile.TemporaryDirectory() as top:
        folder = Path(top, "shelf")
        folder.mkdir()
        (folder / "f").write_text("shelved\n")
        with Pool(shelf=folder) as pool, pool.take() as one, pool.take() as other:
            assert shell(one, "cat /shelf/f") == shell(other, "cat /shelf/f") == "shelved\n"
    assert mounts() == before
    assert descriptors() <= opened
