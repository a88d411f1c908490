"""What compilers have left, kept by all that it depends on, so that the same sources are compiled once.

It may be shared between submissions, as nobody but us writes it. It is taken from a box whose compiler has
ended, and stands under a digest of everything that the compiler was given: what a submission can bring about
while it is compiled, by macros, a build script or a flaw of the compiler, it is served itself, and nobody
whose sources differ by a byte. What a hit tells is that these very sources were compiled here before.

Only success is kept. An error is nearly always the source's, but a machine that is short of memory or room
makes compilers fail as well, in words of their own, and what is kept would be repeated for good. What cannot
be put into another box as it was, as a link, is not kept, nor is what is larger than ``MOST_BYTES``.
"""

import hashlib
import json
import logging
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from judge.config import settings
from judge.judging import fingerprints
from judge.sandbox import Box
from judge.shelf import Shelf, shelf

log = logging.getLogger(__name__)

MOST_BYTES = 64 << 20
MOST_FILES = 1024
"""What one compilation may leave to be kept; a compiler that was made to write more is run again."""

_SHA256_BYTES = 32
_LENGTH_BYTES = 8


class _Kept(NamedTuple):
    output: bytes
    files: dict[str, bytes]


def digest_of(facts: Sequence[Any], files: Mapping[str, bytes]) -> str:
    """What a compilation of these files is kept under; facts: all else that it depends on, for JSON."""
    sources = [(name, hashlib.sha256(content).hexdigest()) for name, content in files.items()]
    return fingerprints.digest_of([*facts, sources])


def restore(box: Box, digest: str) -> bytes | None:
    """Put what is kept into /code of a fresh box, and return what the compiler had printed.

    None where nothing is kept. Raises SandboxError.
    """
    cache = _shelf()
    kept = _read(cache, digest) if cache else None
    if kept is None:
        return None
    box.put(kept.files)
    return kept.output


def keep(box: Box, digest: str, output: bytes, *, first: tuple[str, ...] = ()) -> None:
    """Take what is in /code of a box, where that is worth it and can be. Raises SandboxError.

    first: the files to be restored before all others, so that nothing made of them looks older than they are.
    """
    cache = _shelf()
    if cache is None:
        return
    files = box.capture(min(MOST_BYTES, settings().compile_cache_bytes), MOST_FILES)
    if files is None:
        log.info("an artefact is not kept: it is too large, or holds more than files")
        return
    content = _packed(_Kept(output, dict(sorted(files.items(), key=lambda file: file[0] not in first))))
    try:
        with cache.put(digest) as file, file:
            file.write(content)
    except OSError as error:
        log.warning("an artefact is not kept: %s", error)  # the next one is compiled again, that is all


def _shelf() -> Shelf | None:
    most_bytes = settings().compile_cache_bytes
    return shelf(settings().home / "artefacts", most_bytes) if most_bytes else None


def _read(cache: Shelf, digest: str) -> _Kept | None:
    file = cache.open(digest)
    if file is None:
        return None
    with file:
        content = file.read()
    if hashlib.sha256(content[_SHA256_BYTES:]).digest() != content[:_SHA256_BYTES]:
        log.warning("the artefact %s is damaged; it is compiled again", digest)
        cache.discard(digest)
        return None
    return _unpacked(content)


def _packed(kept: _Kept) -> bytes:
    """A SHA-256 of all that follows, the length of a list, the list in JSON, and the contents."""
    listing: dict[str, Any] = {
        "output": len(kept.output),
        "files": [(name, len(content)) for name, content in kept.files.items()],
    }
    head = json.dumps(listing).encode()
    rest = b"".join([len(head).to_bytes(_LENGTH_BYTES, "big"), head, kept.output, *kept.files.values()])
    return hashlib.sha256(rest).digest() + rest


def _unpacked(content: bytes) -> _Kept:
    at = _SHA256_BYTES + _LENGTH_BYTES
    end = at + int.from_bytes(content[_SHA256_BYTES:at], "big")
    listing = json.loads(content[at:end])
    output, at = content[end : end + listing["output"]], end + listing["output"]
    files = {}
    for name, size in listing["files"]:
        files[name], at = content[at : at + size], at + size
    return _Kept(output, files)
