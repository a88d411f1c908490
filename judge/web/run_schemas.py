"""What a client may send to have a program run: shapes, and the first pass over their values."""

import base64
import binascii
from dataclasses import replace
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, WithJsonSchema

from judge.archive import unzipped
from judge.config import settings
from judge.execution import MOST_ARGS, MOST_ARGS_BYTES, Execution, RunLimits, maxima
from judge.languages import Language, table
from judge.manifest import wall_limit_s
from judge.records import SourceFile
from judge.web.schemas import EITHER, EntryPoint, FileIn, Id, Text, UserId
from judge.web.sources import Error

_BASE64 = {
    "type": "string",
    "contentEncoding": "base64",
    "pattern": "^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$",
}


def _from_base64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError("must be base64 (RFC 4648), with its padding") from error


Bytes = Annotated[str, AfterValidator(_from_base64), WithJsonSchema(_BASE64)]
"""Base64 in the body, bytes from then on."""
Flag = Annotated[bool, Field(strict=True)]
Seconds = Annotated[float, Field(gt=0, strict=True, allow_inf_nan=False)]
Count = Annotated[int, Field(gt=0, le=2**53, strict=True)]  # beyond that, readers of JSON differ
Tolerance = Annotated[float, Field(ge=0, strict=True, allow_inf_nan=False)]


class LimitsIn(BaseModel):
    """What the program may use; whatever is not said has a default."""

    model_config = ConfigDict(extra="forbid")

    cpu_time_s: Seconds | None = None
    cpu_extra_time_s: Seconds | None = None
    wall_time_s: Seconds | None = None
    memory_bytes: Count | None = None
    stack_bytes: Count | None = None
    output_bytes: Count | None = None
    processes: Count | None = None
    file_bytes: Count | None = None
    one_file_bytes: Count | None = None
    compile_time_s: Seconds | None = None
    compile_memory_bytes: Count | None = None


class ComparisonIn(BaseModel):
    """How the output is compared with the expected one, in the words of the package format.

    lines: line by line instead, without the white space at the end of each and of all; it stands alone.
    """

    model_config = ConfigDict(extra="forbid")

    case_sensitive: Flag = False
    space_change_sensitive: Flag = False
    float_absolute_tolerance: Tolerance | None = None
    float_relative_tolerance: Tolerance | None = None
    lines: Flag = False

    def arguments(self) -> tuple[str, ...]:
        """As the default output validator's arguments say it."""
        words: list[str] = []
        for name, value in self:
            if value is True:
                words.append(name)
            elif isinstance(value, float):
                words += [name, repr(value)]
        return tuple(words)


class RunIn(BaseModel):
    """POST /runs: either ``code`` or ``files``; stdin_open: more input comes while the program runs."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"oneOf": EITHER})

    language: Id
    code: Text | None = None
    files: Annotated[list[FileIn], Field(min_length=1, max_length=100)] | None = None
    entry_point: EntryPoint | None = None
    stdin: Text | None = None
    stdin_base64: Bytes | None = None
    stdin_open: Flag = False
    args: list[Text] = []
    limits: LimitsIn = LimitsIn()
    expected_output: Text | None = None
    comparison: ComparisonIn | None = None
    compile_options: list[Text] = []
    repeat: Count = 1
    merge_stderr: Flag = False
    archive: Annotated[Bytes | None, Field(description="a zip of files to lie beside the program")] = None
    user_id: UserId | None = None


class InputIn(BaseModel):
    """POST /runs/{id}/stdin: text or bytes, and whether they are the last; the end alone needs neither."""

    model_config = ConfigDict(extra="forbid")

    data: Text | None = None
    base64: Bytes | None = None
    eof: Flag = False


def input_of(asked: InputIn, errors: list[Error]) -> bytes:
    """What was typed."""
    typed = _either(asked.data, asked.base64, "/data", "give either data or base64", errors)
    if typed is None and not asked.eof:
        errors.append({"pointer": "/data", "detail": "give data, base64 or eof"})
    return typed or b""


def execution_of(asked: RunIn, files: list[SourceFile], errors: list[Error]) -> Execution | None:
    """What is to be run; None, with what is wrong added to ``errors``, where that cannot be.

    Raises KeyError for a language that is not in the table.
    """
    language = table()[asked.language]
    stdin = _either(asked.stdin, asked.stdin_base64, "/stdin", "give either stdin or stdin_base64", errors)
    expected = None if asked.expected_output is None else asked.expected_output.encode()
    most = settings().max_run_stdin_bytes
    for pointer, content in (("/stdin", stdin), ("/expected_output", expected)):
        if content is not None and len(content) > most:
            errors.append({"pointer": pointer, "detail": f"{len(content)} bytes; at most {most} are taken"})
    if asked.comparison is not None and expected is None:
        detail = "there is nothing to compare with: give expected_output, too"
        errors.append({"pointer": "/comparison", "detail": detail})
    for name, words in (("args", asked.args), ("compile_options", asked.compile_options)):
        if len(words) > MOST_ARGS or sum(len(word.encode()) + 1 for word in words) > MOST_ARGS_BYTES:
            detail = f"at most {MOST_ARGS}, and {MOST_ARGS_BYTES} bytes with a NUL after each, are taken"
            errors.append({"pointer": f"/{name}", "detail": detail})
    if asked.comparison is not None and asked.comparison.lines and len(asked.comparison.arguments()) > 1:
        errors.append({"pointer": "/comparison/lines", "detail": "stands alone"})
    archive: Any = asked.archive  # bytes from its validator on
    if archive is not None:
        try:
            unzipped(archive)
        except ValueError as error:
            errors.append({"pointer": "/archive", "detail": str(error)})
    errors += _refused_options(asked, language)
    most = 1 if asked.stdin_open else settings().max_run_repeat
    if asked.repeat > most:
        why = " of a run with stdin_open" if asked.stdin_open else " (JUDGE_MAX_RUN_REPEAT)"
        errors.append({"pointer": "/repeat", "detail": f"must be at most {most}{why}"})
    limits = _limits(asked, errors)
    if errors:
        return None
    execution = Execution(
        language=language,
        files=files,
        entry_point=asked.entry_point,
        args=tuple(asked.args),
        stdin=stdin or b"",
        compile_options=tuple(asked.compile_options),
        limits=limits,
        expected_output=expected,
        comparison=asked.comparison.arguments() if asked.comparison else (),
        repeat=asked.repeat,
        merge_stderr=asked.merge_stderr,
        archive=archive,
    )
    longest_s = execution.longest_s(is_fed=asked.stdin_open)
    if longest_s > settings().max_judging_s:
        detail = (
            f"with its repetitions this run may take {longest_s:g} s; at most "
            f"{settings().max_judging_s:g} s (JUDGE_MAX_JUDGING_S) are granted"
        )
        errors.append({"pointer": "/limits", "detail": detail})
        return None
    return execution


def _either(text: str | None, content: Any, pointer: str, detail: str, errors: list[Error]) -> bytes | None:
    """What was sent as text or as base64."""
    if text is not None and content is not None:
        errors.append({"pointer": pointer, "detail": detail})
    found: bytes | None = content if text is None else text.encode()
    return found


def _refused_options(asked: RunIn, language: Language) -> list[Error]:
    refused = language.refused(asked.compile_options)
    allowed = ", ".join(language.compile_options) or "none"
    return [
        {"pointer": f"/compile_options/{index}", "detail": f"{language.id} allows only: {allowed}"}
        for index, option in enumerate(asked.compile_options)
        if option in refused
    ]


def _limits(asked: RunIn, errors: list[Error]) -> RunLimits:
    """The limits that were asked for, with defaults that stay below the server's maxima."""
    most = maxima(is_fed=asked.stdin_open)
    said: dict[str, Any] = asked.limits.model_dump(exclude_none=True)
    above = RunLimits(**said).above_maxima(is_fed=asked.stdin_open)
    for name in above.keys() & said.keys():
        fed = "fed_" if asked.stdin_open and name == "wall_time_s" else ""
        setting = f"JUDGE_MAX_{fed}RUN_{name}".upper()
        errors.append({"pointer": f"/limits/{name}", "detail": f"must be at most {most[name]} ({setting})"})
    limits = RunLimits(**{**above, **said})  # a default that is too large is not the client's fault
    if limits.wall_time_s is None:
        default_s = settings().fed_run_wall_time_s if asked.stdin_open else wall_limit_s(limits.cpu_time_s)
        limits = replace(limits, wall_time_s=min(default_s, most["wall_time_s"]))
    return limits
