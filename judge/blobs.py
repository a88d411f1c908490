"""Test data by its SHA-256, kept in Postgres so that any worker can fetch it, and cached on its disk."""

import hashlib
import logging
import os
import tempfile
import time
import zlib
from collections.abc import Collection, Iterator
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from judge.config import settings
from judge.db import transaction
from judge.errors import JudgeError
from judge.models import Blob, BlobChunk

log = logging.getLogger(__name__)

_CHUNK_BYTES = 1024 * 1024


class BlobDamaged(JudgeError):
    """What the database holds under a digest has another one, or is not there at all."""


def put(session: Session, path: Path) -> str:
    """Keep a file's bytes, once, in the caller's transaction; returns their SHA-256 as 64 hex digits."""
    digest = digest_of(path)
    kept = session.execute(
        insert(Blob)
        .values(digest=digest, size_bytes=path.stat().st_size)
        .on_conflict_do_nothing()
        .returning(Blob.digest)
    ).first()
    if kept:
        for position, chunk in enumerate(_slices(path)):
            session.add(BlobChunk(digest=digest, position=position, content=zlib.compress(chunk, 6)))
            session.flush()
    return digest


def holds(session: Session, digests: Collection[str]) -> bool:
    """Whether every one of these blobs is kept."""
    found = session.scalar(select(func.count()).where(Blob.digest.in_(digests)))
    return found == len(digests)


def digest_of(path: Path) -> str:
    """SHA-256 of a file's bytes, as 64 hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def opened(digest: str) -> BinaryIO:
    """A blob's bytes, from the cache of this machine or fetched into it. Raises BlobDamaged."""
    path = _folder() / digest[:2] / digest
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return _fetch(digest, path)
    if not _is_sound(digest, file):
        log.warning("the cached copy of %s is damaged; fetching it again", digest)
        file.close()
        return _fetch(digest, path)
    return file


_sound: dict[str, tuple[int, int, int]] = {}
"""The files that this process has found to hold what they should."""


def _is_sound(digest: str, file: BufferedReader) -> bool:
    """Whether a cached file holds its blob: a disk that was full or lost its power may have kept less."""
    status = os.fstat(file.fileno())
    # Eviction goes by the last use, which stands beside the time of writing.
    os.utime(file.fileno(), ns=(time.time_ns(), status.st_mtime_ns))
    as_found = status.st_ino, status.st_size, status.st_mtime_ns
    if _sound.get(digest) != as_found:
        if hashlib.file_digest(file, "sha256").hexdigest() != digest:
            return False
        file.seek(0)
        _sound[digest] = as_found
    return True


def _folder() -> Path:
    return settings().home / "blobs"


def _fetch(digest: str, path: Path) -> BinaryIO:
    path.parent.mkdir(parents=True, exist_ok=True)
    hasher = hashlib.sha256()
    descriptor, part = tempfile.mkstemp(dir=path.parent, prefix=".part-")
    file = os.fdopen(descriptor, "w+b")
    try:
        for chunk in _kept_chunks(digest):
            hasher.update(chunk)
            file.write(chunk)
        if hasher.hexdigest() != digest:
            raise BlobDamaged(f"its SHA-256 is {hasher.hexdigest()}")
        file.seek(0)
        os.replace(part, path)  # a reader sees the whole file or none
    except BaseException as error:
        file.close()
        os.unlink(part)
        if isinstance(error, (BlobDamaged, zlib.error)):
            raise BlobDamaged(
                f"the database's copy of {digest} is damaged or missing ({error}): "
                "delete it from the table blobs and import its problem again"
            ) from error
        raise
    _evict(keep=path)
    return file


def _kept_chunks(digest: str) -> Iterator[bytes]:
    query = select(BlobChunk.content).where(BlobChunk.digest == digest).order_by(BlobChunk.position)
    with transaction() as session:
        for content in session.scalars(query.execution_options(yield_per=4)):
            yield zlib.decompress(content)


def _evict(keep: Path) -> None:
    """Remove what was used longest ago until the cache is within its bound."""
    found = []
    for path in _folder().glob("??/*"):
        try:
            status = path.stat()
        except FileNotFoundError:
            continue  # another child has evicted it
        found.append((status.st_atime_ns, status.st_size, path))
    excess = sum(size for _, size, _ in found) - settings().blob_cache_bytes
    for _, size, path in sorted(found):
        if excess <= 0:
            break
        if path != keep:
            path.unlink(missing_ok=True)
            excess -= size


def _slices(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            yield chunk
