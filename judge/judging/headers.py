"""<bits/stdc++.h> precompiled for each set of flags that g++ is called with, and shown in every box.

It is made in a box, of nothing but the machine's own headers, and written by us, so that it may be shared.
g++ takes it only where its result is the same as from the header itself: for the same compiler, the same
flags, and where nothing stands before the include that could change its meaning. Whether the machine's
headers are still those it was made of it does not look; that is what the key is for.
"""

import hashlib
import logging
import os
import shutil
import tempfile
import time
from collections.abc import Container, Iterable
from pathlib import Path

from judge.config import settings
from judge.judging.belongings import foreign
from judge.judging.fingerprints import digest_of, toolchain
from judge.languages import Language
from judge.sandbox import Box, Limits

log = logging.getLogger(__name__)

INCLUDED = b"bits/stdc++.h"
"""What a source that includes it holds."""

_COMPILER = "g++"
_NAME = "bits/stdc++.h.gch"
_SUM = "sha256"
_SOURCE = {"all.h": b"#include <bits/stdc++.h>\n"}
_MOST_BYTES = 512 << 20
_LIMITS = Limits(
    cpu_time_s=120, wall_time_s=240, memory_bytes=2 << 30, output_bytes=1 << 20, file_bytes=_MOST_BYTES
)

_PART = ".part-"
_ABANDONED_S = 3600.0


def folder() -> Path:
    """What boxes are to show: it is there from now on, and everybody may read in it."""
    path = settings().home / "headers"
    path.mkdir(parents=True, exist_ok=True)
    path.chmod(0o755)
    return path


def options(language: Language, box: Box) -> list[str]:
    """What to add to a language's compile command in that box so that its header is found; [] without one."""
    key = key_of(language)
    if key is None or box.shelf is None or not (folder() / key / _NAME).exists():
        return []
    return [f"-I{box.shelf}/{key}"]


def provide(languages: Iterable[Language]) -> None:
    """Make what these lack, within JUDGE_HEADER_BYTES, and remove what none of them needs any more.

    It takes some seconds for each set of flags. Raises SandboxError.
    """
    wanted = {key: language for language in languages if (key := key_of(language))}
    sweep(wanted)
    for key, language in wanted.items():
        if (folder() / key).exists() or (content := _compiled(language)) is None:
            continue
        held_bytes = sum(path.stat().st_size for path in folder().glob(f"*/{_NAME}"))
        if held_bytes + len(content) > settings().header_bytes:
            log.info("there is no room for more precompiled headers in JUDGE_HEADER_BYTES")
            return
        _keep(key, content)


def sweep(wanted: Container[str]) -> None:
    """Remove what is under none of these keys, and what is damaged."""
    for path in folder().iterdir():
        if not (_is_being_made(path) or (path.name in wanted and _is_sound(path))):
            shutil.rmtree(path, ignore_errors=True)


def _keep(key: str, content: bytes) -> None:
    part = Path(tempfile.mkdtemp(prefix=_PART, dir=folder()))
    (part / _NAME).parent.mkdir()
    (part / _NAME).write_bytes(content)
    (part / _SUM).write_text(hashlib.sha256(content).hexdigest())
    for path in (part, *part.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    try:
        os.rename(part, folder() / key)
    except OSError:  # another worker was faster
        shutil.rmtree(part, ignore_errors=True)


def _is_being_made(path: Path) -> bool:
    """By another worker, which has not died over it."""
    return path.name.startswith(_PART) and time.time() - path.stat().st_mtime < _ABANDONED_S


def _is_sound(path: Path) -> bool:
    """Whether it is what was written: a disk that was full or lost its power may have kept less."""
    try:
        with (path / _NAME).open("rb") as file:
            return (path / _SUM).read_text() == hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return False


def _compiled(language: Language) -> bytes | None:
    """The header as its compiler precompiles it."""
    with Box(code_bytes=_MOST_BYTES) as box:
        box.cover(foreign(language.id))
        box.put(_SOURCE)
        command = [_COMPILER, *_flags(language), "-x", "c++-header", "/code/all.h", "-o", "/code/all.h.gch"]
        outcome = box.run(command, _LIMITS, env=language.environment, merge_stderr=True)
        made = box.capture(_MOST_BYTES, 2) if outcome.exit_code == 0 else None
    if made is None:
        log.warning("no precompiled header for %s: %s", language.id, outcome.stdout.decode(errors="replace"))
        return None
    return made["all.h.gch"]


def key_of(language: Language) -> str | None:
    """What a language's header lies under, shared by those with the same flags; None where there is none."""
    if language.compile[:1] != (_COMPILER,) or not settings().header_bytes:
        return None
    return digest_of([toolchain(language), _flags(language)])


def _flags(language: Language) -> list[str]:
    """What its compile command tells the compiler, without files and libraries."""
    words = list(language.compile[1:])
    if "-o" in words:
        at = words.index("-o")
        del words[at : at + 2]
    return [word for word in words if word.startswith("-") and not word.startswith("-l")]
