"""Test data by its SHA-256, kept in Postgres so that any worker can fetch it, and cached on its disk."""

import hashlib
import os
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from judge.config import settings
from judge.db import transaction
from judge.errors import JudgeError
from judge.models import Blob, BlobChunk

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


def digest_of(path: Path) -> str:
    """SHA-256 of a file's bytes, as 64 hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def cached(digest: str) -> Path:
    """A file on this machine with a blob's bytes, fetched if it is not there yet.

    Raises BlobDamaged. The file may be evicted later: open it at once.
    """
    path = _folder() / digest[:2] / digest
    try:
        os.utime(path)  # eviction goes by the last use
    except FileNotFoundError:
        _fetch(digest, path)
    return path


def _folder() -> Path:
    return settings().home / "blobs"


def _fetch(digest: str, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    hasher = hashlib.sha256()
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".part-", delete=False) as part:
        try:
            for chunk in _kept_chunks(digest):
                hasher.update(chunk)
                part.write(chunk)
            part.close()
            if hasher.hexdigest() != digest:
                raise BlobDamaged(
                    f"the database's copy of {digest} is damaged or missing; import its problem again"
                )
            os.replace(part.name, path)  # a reader sees the whole file or none
        except BaseException:
            os.unlink(part.name)
            raise
    _evict(keep=path)


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
        found.append((status.st_mtime, status.st_size, path))
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
