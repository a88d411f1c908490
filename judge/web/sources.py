"""The program that a client sends: its language, and its files as that language wants them."""

from collections.abc import Iterator
from typing import Any

from judge import workers
from judge.records import SourceFile

Error = dict[str, str]
"""An entry of a problem's ``errors``: pointer and detail."""


def sound(body: Any, name: str, errors: list[Error]) -> Any:
    """A field of the body that nothing is wrong with so far; None where it is missing, too."""
    if not isinstance(body, dict):
        return None
    at_fault = (error["pointer"] for error in errors)
    return None if any(f"{at}/".startswith(f"/{name}/") or not at for at in at_fault) else body.get(name)


def proven_language(body: Any, errors: list[Error]) -> dict[str, Any] | None:
    """The language that the body names, as GET /languages shows it, if a worker has ever proven it."""
    language_id = sound(body, "language", errors)
    if language_id is None:
        return None
    known = {language["id"]: language for language in workers.languages()}
    if language_id not in known:
        there_are = ", ".join(known) or "none yet, for no worker has proven any"
        errors.append({"pointer": "/language", "detail": f"unknown language; there are: {there_are}"})
    return known.get(language_id)


def sent_files(
    body: Any, language: dict[str, Any] | None, errors: list[Error], *, may_be_many: bool, most_bytes: int
) -> list[SourceFile]:
    """The source files: ``code`` or, where there may be many, ``files``."""
    code = sound(body, "code", errors)
    sent = None
    if may_be_many and isinstance(body, dict):
        sent = sound(body, "files", errors)
        given = [name for name in ("code", "files") if body.get(name) is not None]
        if len(given) != 1:
            errors.append({"pointer": "/code", "detail": "give either code or files"})
            return []
    if code is not None:
        files, pointer = [SourceFile(language["source"] if language else "", code)], "/code"
    elif sent is not None:
        files, pointer = [SourceFile(**file) for file in sent], "/files"
        errors += _misnamed(files, language)
    else:
        return []
    size = sum(len(file.content.encode()) for file in files)
    if size > most_bytes:
        errors.append({"pointer": pointer, "detail": f"{size} bytes of code; at most {most_bytes} are taken"})
    return files


def _misnamed(files: list[SourceFile], language: dict[str, Any] | None) -> Iterator[Error]:
    names = [file.name for file in files]
    for index, name in enumerate(names):
        if name in names[:index]:
            yield {"pointer": f"/files/{index}/name", "detail": "another file has this name"}
    if language and not any(name.endswith(tuple(language["extensions"])) for name in names):
        endings = " or ".join(language["extensions"])
        yield {"pointer": "/files", "detail": f"one file's name must end in {endings}"}
