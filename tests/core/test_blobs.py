"""Test data: what comes out is what went in, or a failure; never something else."""

import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from judge import blobs, db, problems
from judge.blobs import BlobDamaged, opened
from judge.manifest import Manifest, TestSpec
from tests.servers import Servers, forget_settings, package_of

MIB = 1024 * 1024


@pytest.fixture
def cache(clean: Servers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A machine that has fetched nothing yet; its cache may hold 4 MiB."""
    monkeypatch.setenv("JUDGE_HOME", str(tmp_path))
    monkeypatch.setenv("JUDGE_BLOB_CACHE_BYTES", str(4 * MIB))
    forget_settings()
    yield tmp_path / "blobs"
    monkeypatch.undo()
    forget_settings()


def kept(tmp_path: Path, content: bytes) -> str:
    """The digest of some bytes, put into the database."""
    path = tmp_path / "content"
    path.write_bytes(content)
    with db.transaction() as session:
        return blobs.put(session, path)


def read(digest: str) -> bytes:
    """All of a blob."""
    with opened(digest) as file:
        return file.read()


@pytest.mark.parametrize("size", [0, 1, MIB - 1, MIB, MIB + 1, 5 * MIB])
def test_what_comes_out_is_what_went_in(cache: Path, tmp_path: Path, size: int) -> None:
    """Nothing, a slice, and a byte more or less than one, fetched and then from the cache."""
    content = random.Random(size).randbytes(size)
    digest = kept(tmp_path, content)
    assert read(digest) == content
    assert read(digest) == content
    assert (cache / digest[:2] / digest).stat().st_size == size


def test_equal_bytes_are_kept_once(cache: Path, tmp_path: Path) -> None:
    """Test groups share most of their files; so do versions of a package."""
    assert kept(tmp_path, b"same" * MIB) == kept(tmp_path, b"same" * MIB)
    with db.transaction() as session:
        assert session.scalar(text("SELECT count(*) FROM blobs")) == 1
        assert session.scalar(text("SELECT count(*) FROM blob_chunks")) == 4


def test_the_cache_serves_without_the_database(cache: Path, tmp_path: Path) -> None:
    """What a machine has fetched it need not ask for again."""
    digest = kept(tmp_path, b"content")
    assert read(digest) == b"content"
    with db.transaction() as session:
        session.execute(text("DELETE FROM blobs"))
    assert read(digest) == b"content"


@pytest.mark.parametrize("damage", [b"", b"cont", b"Content", b"content and more"])
def test_a_damaged_copy_on_disk_is_fetched_again(cache: Path, tmp_path: Path, damage: bytes) -> None:
    """A full disk or a power cut must not change what a program is fed, or its verdict."""
    digest = kept(tmp_path, b"content")
    assert read(digest) == b"content"
    path = cache / digest[:2] / digest
    path.write_bytes(damage)
    assert read(digest) == b"content"
    assert path.read_bytes() == b"content"
    with db.transaction() as session:
        session.execute(text("DELETE FROM blobs"))
    path.write_bytes(damage)
    with pytest.raises(BlobDamaged):
        opened(digest)


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM blobs",
        "DELETE FROM blob_chunks WHERE position = 1",
        "UPDATE blob_chunks SET content = ''",
        "UPDATE blob_chunks SET content = 'no zlib at all'",
        "UPDATE blob_chunks SET content = substr(content, 1, 20)",
        "UPDATE blob_chunks SET position = position + 2 WHERE position = 0",
    ],
)
def test_a_damaged_row_is_a_failure_of_ours(cache: Path, tmp_path: Path, damage: str) -> None:
    """Whatever was done to the rows, what comes is BlobDamaged, and nothing is left in the cache."""
    digest = kept(tmp_path, random.Random(0).randbytes(MIB + 1))
    with db.transaction() as session:
        session.execute(text(damage))
    with pytest.raises(BlobDamaged, match=digest):
        opened(digest)
    assert [path for path in cache.rglob("*") if path.is_file()] == []


def test_importing_again_mends_what_was_deleted(cache: Path, tmp_path: Path) -> None:
    """As the message of BlobDamaged says: once the blob is gone, an unchanged package brings it back."""
    path = tmp_path / "1.in"
    path.write_bytes(b"content")
    digest = blobs.digest_of(path)
    tests = (TestSpec(1, "secret/1", "secret/1", digest, digest),)
    package = package_of("echo", Manifest("Echo", 1.0, tests), {digest: path})
    assert [problems.add(package), problems.add(package)] == [True, False]
    with db.transaction() as session:
        session.execute(text("DELETE FROM blobs"))
    assert problems.add(package) is True
    assert read(digest) == b"content"


def test_the_cache_stays_within_its_bound(cache: Path, tmp_path: Path) -> None:
    """What was used longest ago goes first; what is in use can be read to its end all the same."""
    first, second, third = (kept(tmp_path, bytes([number]) * (3 * MIB // 2)) for number in range(3))
    in_use = opened(first)
    read(second)
    read(first)
    read(third)
    names = {path.name for path in cache.glob("??/*")}
    assert names == {first, third}
    large = kept(tmp_path, b"large" * MIB)
    assert len(read(large)) == 5 * MIB
    assert {path.name for path in cache.glob("??/*")} == {large}
    assert in_use.read() == b"\0" * (3 * MIB // 2)
    in_use.close()


def test_nothing_is_left_open(cache: Path, tmp_path: Path) -> None:
    """A worker reads thousands of blobs; each of its descriptors is closed again."""
    digest = kept(tmp_path, b"content")
    read(digest)
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(20):
        (cache / digest[:2] / digest).write_bytes(b"damaged")
        read(digest)
    assert len(os.listdir("/proc/self/fd")) == before
