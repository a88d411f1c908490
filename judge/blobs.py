"""Test data by its SHA-256, kept in Postgres so that any worker can fetch it, and cached on its disk."""

import hashlib
import logging
import os
import zlib
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import BufferedReader, BytesIO
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from judge.config import settings
from judge.db import affected, transaction
from judge.errors import JudgeError
from judge.models import Blob, BlobChunk
from judge.shelf import Shelf, shelf

log = logging.getLogger(__name__)

_CHUNK_BYTES = 1024 * 1024
_YOUNG = timedelta(days=1)
_RENEWED = timedelta(hours=1)
_now = func.clock_timestamp

Content = Path | bytes | BinaryIO
"""Where bytes to be kept are: a file by its name, they themselves, or an open file."""


class BlobDamaged(JudgeError):
    """What the database holds under a digest has another one, or is not there at all."""


def put(session: Session, content: Content, *, digest: str = "", level: int = 6) -> str:
    """Keep some bytes, once, in the caller's transaction; returns their SHA-256 as 64 hex digits.

    digest: that, where it is known. level: zlib's, from 0 for what is compressed already. Whoever puts
    something that is there already makes it new, so that ``purge`` leaves time to name it.
    """
    digest = digest or digest_of(content)
    with _opened(content) as file:
        size_bytes = file.seek(0, os.SEEK_END)
    session.execute(update(Blob).where(Blob.digest == digest, _older(_RENEWED)).values(kept_at=_now()))
    kept = session.execute(
        insert(Blob)
        .values(digest=digest, size_bytes=size_bytes)
        .on_conflict_do_nothing()
        .returning(Blob.digest)
    ).first()
    if kept:
        for position, chunk in enumerate(_slices(content)):
            session.add(BlobChunk(digest=digest, position=position, content=zlib.compress(chunk, level)))
            session.flush()
    return digest


def holds(session: Session, digests: Collection[str]) -> bool:
    """Whether every one of these blobs is kept."""
    found = session.scalar(select(func.count()).where(Blob.digest.in_(digests)))
    return found == len(digests)


def old() -> set[str]:
    """Blobs that nobody has put for a day: what somebody is about to name is not among them."""
    with transaction() as session:
        return set(session.scalars(select(Blob.digest).where(_older(_YOUNG))))


def purge(digests: Iterable[str]) -> int:
    """Remove blobs, but for those that somebody has put again since ``old``; returns how many."""
    removed = 0
    for digest in digests:  # one at a time: one may be large
        with transaction() as session:
            unused = select(Blob.digest).where(Blob.digest == digest, _older(_YOUNG))
            # Whoever is just putting it holds its row, perhaps for minutes.
            unused = unused.with_for_update(skip_locked=True)
            removed += affected(session, delete(Blob).where(Blob.digest.in_(unused)))
    return removed


def _older(than: timedelta) -> ColumnElement[bool]:
    return Blob.kept_at < _now() - than


def digest_of(content: Content) -> str:
    """SHA-256 of some bytes, as 64 hex digits."""
    hasher = hashlib.sha256()
    for chunk in _slices(content):
        hasher.update(chunk)
    return hasher.hexdigest()


def opened(digest: str) -> BinaryIO:
    """A blob's bytes, from the cache of this machine or fetched into it. Raises BlobDamaged."""
    file = _cache().open(digest)
    if file is None:
        return _fetch(digest)
    if not _is_sound(digest, file):
        log.warning("the cached copy of %s is damaged; fetching it again", digest)
        file.close()
        return _fetch(digest)
    return file


_sound: dict[str, tuple[int, int, int]] = {}
"""The files that this process has found to hold what they should."""


def _is_sound(digest: str, file: BufferedReader) -> bool:
    """Whether a cached file holds its blob: a disk that was full or lost its power may have kept less."""
    status = os.fstat(file.fileno())
    as_found = status.st_ino, status.st_size, status.st_mtime_ns
    if _sound.get(digest) != as_found:
        if hashlib.file_digest(file, "sha256").hexdigest() != digest:
            return False
        file.seek(0)
        _sound[digest] = as_found
    return True


def _cache() -> Shelf:
    return shelf(settings().home / "blobs", settings().blob_cache_bytes)


def _fetch(digest: str) -> BinaryIO:
    hasher = hashlib.sha256()
    try:
        with _cache().put(digest) as file:
            for chunk in _kept_chunks(digest):
                hasher.update(chunk)
                file.write(chunk)
            if hasher.hexdigest() != digest:
                raise BlobDamaged(f"its SHA-256 is {hasher.hexdigest()}")
            file.seek(0)
    except (BlobDamaged, zlib.error) as error:
        raise BlobDamaged(
            f"the database's copy of {digest} is damaged or missing ({error}): "
            "delete it from the table blobs and import its problem again"
        ) from error
    return file


def _kept_chunks(digest: str) -> Iterator[bytes]:
    query = select(BlobChunk.content).where(BlobChunk.digest == digest).order_by(BlobChunk.position)
    with transaction() as session:
        for content in session.scalars(query.execution_options(yield_per=4)):
            yield zlib.decompress(content)


def _slices(content: Content) -> Iterator[bytes]:
    with _opened(content) as file:
        while chunk := file.read(_CHUNK_BYTES):
            yield chunk


@contextmanager
def _opened(content: Content) -> Iterator[BinaryIO]:
    """Some bytes from their beginning; what was open before is left so."""
    if isinstance(content, Path):
        with content.open("rb") as file:
            yield file
    elif isinstance(content, bytes):
        yield BytesIO(content)
    else:
        content.seek(0)
        yield content
