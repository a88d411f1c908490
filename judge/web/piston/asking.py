"""What a client of Piston asks for, checked as there, and translated into an execution of ours."""

import base64
import binascii
import io
import json
import re
import zipfile
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from flask import request

from judge import archive
from judge.config import settings
from judge.execution import MOST_ARGS, Execution, RunLimits, maxima
from judge.languages import Language
from judge.records import SourceFile
from judge.web.faults import Fault
from judge.web.piston.runtimes import Runtime, find
from judge.web.schemas import read_body

_MS = 1000
_TIMES_MS = {"compile_timeout": 10_000, "run_timeout": 3000, "compile_cpu_time": 10_000, "run_cpu_time": 3000}
"""Each by default, and at most."""
_PROCESSES, _FILE_BYTES = 64, 10_000_000
_NOT_JSON = "requests must be of type application/json"
_UNFIT = re.compile("[\0\ud800-\udfff]")


@dataclass(frozen=True)
class Asked:
    """A job that can be run."""

    runtime: Runtime
    execution: Execution


def read_job() -> dict[str, Any]:
    """The body, of JSON that may be called text. Raises Fault."""
    request.max_content_length = settings().max_batch_bytes
    if request.mimetype not in ("application/json", "text/plain", ""):
        raise Fault(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, _NOT_JSON)
    try:
        body = json.loads(read_body())
    except (ValueError, RecursionError) as error:
        raise wrong(f"the body is not JSON: {error}") from error
    if not isinstance(body, dict):
        raise wrong("the body must be an object of JSON")
    return body


def wrong(message: str) -> Fault:
    """What Piston answers to a job that cannot be run."""
    return Fault(HTTPStatus.BAD_REQUEST, message)


def translated(body: dict[str, Any], *, is_fed: bool = False) -> Asked:
    """A job as an execution; is_fed: its input comes while it runs. Raises Fault (400)."""
    for name in ("language", "version"):
        if not isinstance(body.get(name), str) or not body[name]:
            raise wrong(f"{name} is required as a string")
    files = body.get("files")
    if not isinstance(files, list):
        raise wrong("files is required as an array")
    for index, file in enumerate(files):
        if not isinstance(file, dict) or not isinstance(file.get("content"), str):
            raise wrong(f"files[{index}].content is required as a string")
    runtime = find(body["language"], body["version"])
    if runtime is None:
        raise wrong(f"{body['language']}-{body['version']} runtime is unknown")
    limits = _limits(body)
    main, sources, beside = _files(files, runtime.ours)
    execution = Execution(
        language=runtime.ours,
        files=sources,
        entry_point=main if runtime.ours.entry == "file" and len(sources) > 1 else None,
        args=_args(body.get("args")),
        stdin=b"" if is_fed else _stdin(body.get("stdin")),
        limits=limits,
        archive=beside,
    )
    return Asked(runtime, execution)


def _args(given: Any) -> tuple[str, ...]:
    words = [] if given is None else given
    if not isinstance(words, list) or not all(isinstance(word, str | int | float) for word in words):
        raise wrong("args must be an array of strings")
    args = tuple(map(str, words))
    if any(_UNFIT.search(word) for word in args) or sum(len(word) + 1 for word in args) > 8192:
        raise wrong("args must be text without NUL, and not longer than 8192 characters")
    if len(args) > MOST_ARGS:
        raise wrong(f"args cannot exceed the configured limit of {MOST_ARGS}")
    return args


def _stdin(given: Any) -> bytes:
    """The input, to which Piston adds the end of its last line."""
    if given is not None and not isinstance(given, str):
        raise wrong("stdin must be a string")
    content = (given or "").encode("utf-8", "surrogatepass")
    if len(content) > settings().max_run_stdin_bytes:
        raise wrong(f"stdin cannot exceed the configured limit of {settings().max_run_stdin_bytes}")
    return content if content.endswith(b"\n") else content + b"\n"


def _limits(body: dict[str, Any]) -> RunLimits:
    most = maxima()
    memory_most = {"compile": most["compile_memory_bytes"], "run": most["memory_bytes"]}
    asked = {
        f"{stage}_memory_limit": _limit(body, f"{stage}_memory_limit", most_bytes, least=-1)
        for stage, most_bytes in memory_most.items()
    }
    asked |= {name: _limit(body, name, most_ms) for name, most_ms in _TIMES_MS.items()}
    compile_time_ms = min(asked["compile_timeout"], asked["compile_cpu_time"])
    return RunLimits(
        cpu_time_s=min(asked["run_cpu_time"] / _MS, most["cpu_time_s"]),
        wall_time_s=min(asked["run_timeout"] / _MS, most["wall_time_s"]),
        memory_bytes=int(asked["run_memory_limit"]),
        output_bytes=int(most["output_bytes"]),
        processes=min(_PROCESSES, int(most["processes"])),
        file_bytes=min(RunLimits.file_bytes, int(most["file_bytes"])),
        one_file_bytes=min(_FILE_BYTES, int(most["one_file_bytes"])),
        compile_time_s=min(compile_time_ms / _MS, most["compile_time_s"]),
        compile_memory_bytes=int(asked["compile_memory_limit"]),
    )


def _limit(body: dict[str, Any], name: str, most: float, *, least: float = 0) -> float:
    """What is asked for; nothing, 0 and, where it may be, -1 are as much as there is."""
    value = body.get(name)
    if not value:
        return most
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise wrong(f"If specified, {name} must be a number")
    if value > most:
        raise wrong(f"{name} cannot exceed the configured limit of {most:.15g}")
    if value < least:
        raise wrong(f"{name} must be non-negative")
    if not 0 < value <= most:
        return most
    return max(1.0, value)


def _files(
    given: list[dict[str, Any]], language: Language
) -> tuple[str, tuple[SourceFile, ...], bytes | None]:
    """The name of the first file of text, the sources, and a zip of whatever else there is.

    The first one is a source in any case; without a name of its language's it gets one.
    """
    contents = [_content(file, index) for index, file in enumerate(given)]
    names = [str(file.get("name") or f"file{index}.code") for index, file in enumerate(given)]
    texts = [index for index, file in enumerate(given) if _encoding(file) == "utf8"]
    if not texts:
        raise wrong("files must include at least one utf8 encoded file")
    if not names[texts[0]].endswith(language.sources):
        names[texts[0]] = language.source
    _check_names(names)
    is_source = [index in texts and name.endswith(language.sources) for index, name in enumerate(names)]
    sources = tuple(SourceFile(names[index], contents[index].decode()) for index in texts if is_source[index])
    if sum(len(source.content.encode()) for source in sources) > settings().max_code_bytes:
        raise wrong(f"files cannot exceed the configured limit of {settings().max_code_bytes}")
    beside = [(name, contents[index]) for index, name in enumerate(names) if not is_source[index]]
    return names[texts[0]], sources, _zipped(beside) if beside else None


def _check_names(names: list[str]) -> None:
    """By the rules of archives, of all files together."""
    if any(map(_UNFIT.search, names)):
        raise wrong("files have names with NUL or lone surrogates")
    try:
        archive.check(names)
    except ValueError as error:
        raise wrong(f"files: the archive of them {error}") from error


def _zipped(files: list[tuple[str, bytes]]) -> bytes:
    if sum(len(content) for _, content in files) > settings().max_run_archive_bytes:
        raise wrong(f"files cannot exceed the configured limit of {settings().max_run_archive_bytes}")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as made:
        for name, content in files:
            made.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _encoding(file: dict[str, Any]) -> str:
    encoding = file.get("encoding")
    return encoding if encoding in ("base64", "hex") else "utf8"


def _content(file: dict[str, Any], index: int) -> bytes:
    text: str = file["content"]
    encoding = _encoding(file)
    try:
        if encoding == "base64":
            content = base64.b64decode("".join(text.split()), validate=True)
        elif encoding == "hex":
            content = bytes.fromhex(text)
        elif _UNFIT.search(text):
            raise wrong(f"files[{index}].content must be text without NUL and lone surrogates")
        else:
            content = text.encode()
    except (binascii.Error, ValueError) as error:
        raise wrong(f"files[{index}].content is not {encoding}") from error
    return content
