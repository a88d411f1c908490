"""Files by digest in a bounded folder: whole or not there, and what was used longest ago goes first."""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from judge.shelf import Shelf

KIB = 1024


def put(shelf: Shelf, digest: str, content: bytes) -> None:
    with shelf.put(digest) as file:
        file.write(content)
        file.close()


def read(shelf: Shelf, digest: str) -> bytes | None:
    file = shelf.open(digest)
    if file is None:
        return None
    with file:
        return file.read()


def on_disk(folder: Path) -> set[str]:
    return {path.name for path in folder.glob("??/*")}


def test_what_was_put_is_there_until_it_is_discarded(tmp_path: Path) -> None:
    """Nobody but us may read it."""
    shelf = Shelf(tmp_path / "new", 64 * KIB)
    assert read(shelf, "aa1") is None
    put(shelf, "aa1", b"content")
    assert read(shelf, "aa1") == b"content"
    assert shelf.path("aa1").stat().st_mode & 0o777 == 0o600
    put(shelf, "aa1", b"another")
    assert read(shelf, "aa1") == b"another"
    shelf.discard("aa1")
    shelf.discard("aa1")
    assert read(shelf, "aa1") is None


def test_a_file_that_was_not_finished_never_appears(tmp_path: Path) -> None:
    """Not under its name while it is written, and nothing of it after a failure."""
    shelf = Shelf(tmp_path, 64 * KIB)

    def fail() -> None:
        with shelf.put("aa1") as file:
            file.write(b"half")
            file.flush()
            assert read(shelf, "aa1") is None
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert on_disk(tmp_path) == set()


def test_what_was_used_longest_ago_goes_first(tmp_path: Path) -> None:
    """Reading is use; the newest stays even where it alone is too large."""
    shelf = Shelf(tmp_path, 10 * KIB)
    for digest in ("aa1", "bb2", "cc3"):
        put(shelf, digest, bytes(3 * KIB))
    in_use = shelf.open("bb2")
    assert in_use
    read(shelf, "aa1")
    put(shelf, "dd4", bytes(6 * KIB))
    assert on_disk(tmp_path) == {"aa1", "dd4"}
    put(shelf, "ee5", bytes(20 * KIB))
    assert on_disk(tmp_path) == {"ee5"}
    with in_use:
        assert in_use.read() == bytes(3 * KIB)


def test_many_small_files_stay_within_the_bound(tmp_path: Path) -> None:
    """Although a look is taken now and then only, by each of several who share the folder."""
    shelves = [Shelf(tmp_path, 64 * KIB) for _ in range(4)]
    for number in range(400):
        put(shelves[number % 4], f"{number % 7:02}{number}", bytes(KIB))
        assert len(on_disk(tmp_path)) <= 64 + 4 * (64 // 16 + 1)
    assert len(on_disk(tmp_path)) > 48


def test_parts_of_the_dead_are_removed(tmp_path: Path) -> None:
    """What a writer left that was killed goes after a while; what is being written never does."""
    (tmp_path / "aa").mkdir()
    old, young = tmp_path / "aa" / ".part-old", tmp_path / "aa" / ".part-young"
    for path in (old, young):
        path.write_bytes(bytes(100 * KIB))
    os.utime(old, (time.time() - 7200, time.time() - 7200))
    put(Shelf(tmp_path, 10 * KIB), "bb1", b"content")
    assert on_disk(tmp_path) == {".part-young", "bb1"}


def test_several_at_once(tmp_path: Path) -> None:
    """Putting, reading and evicting disturb nobody: a reader finds the whole or nothing."""
    shelves = [Shelf(tmp_path, 40 * KIB) for _ in range(4)]

    def work(shelf: Shelf) -> None:
        for number in range(300):
            digest = f"{number % 5:02}x"
            put(shelf, digest, digest.encode() * 4 * KIB)
            assert read(shelf, digest) in (None, digest.encode() * 4 * KIB)

    with ThreadPoolExecutor(4) as executor:
        list(executor.map(work, shelves))
