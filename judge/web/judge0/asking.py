"""What a client of Judge0 asks for, read as leniently as there, and translated into an execution of ours."""

import base64
import binascii
import json
import re
import shlex
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from flask import request

from judge.archive import unzipped
from judge.comparison import LINES
from judge.config import settings
from judge.errors import JudgeError
from judge.execution import Execution
from judge.languages import Language as Spoken
from judge.languages import table
from judge.records import SourceFile
from judge.web.faults import Fault
from judge.web.judge0 import limits
from judge.web.judge0.languages import MULTI_FILE, Language
from judge.web.judge0.limits import NUMBERS, Number, to_number
from judge.web.schemas import read_body
from judge.webhooks import reach

_MOST_CHARACTERS = 512
_LINKED = ("-lm", "-pthread", "-lpthread")
"""What clients ask for of C and C++, where every program has it here."""
_SHELLS = re.compile(r"[$&;<>|`]")
_CONTENTS = ("source_code", "stdin", "expected_output")


REFUSED = {
    "enable_per_process_and_thread_time_limit": "this option cannot be enabled",
    "enable_per_process_and_thread_memory_limit": "this option cannot be enabled",
    "enable_network": "enabling network is not allowed",
}
"""What no run may have, and the words for that."""


class Invalid(JudgeError):
    """A submission that cannot be taken; ``errors`` says why, field by field."""

    def __init__(self, errors: dict[str, list[str]]) -> None:
        super().__init__(str(errors))
        self.errors = errors


@dataclass(frozen=True)
class Asked:
    """A submission that can be taken; as_told: what of it no run of ours keeps, to be shown again."""

    execution: Execution
    as_told: dict[str, Any]


def read_fields(*, most_bytes: int) -> dict[str, Any]:
    """The fields of the body: of JSON, whatever it is called, or of a form. Raises Fault."""
    request.max_content_length = request.max_form_memory_size = most_bytes
    content = read_body()
    is_form = request.mimetype in ("application/x-www-form-urlencoded", "multipart/form-data")
    if is_form and not content.lstrip().startswith(b"{"):  # as curl calls all that it posts
        return request.form.to_dict()
    try:
        read = json.loads(content or b"{}")
    except (ValueError, RecursionError) as error:
        raise Fault(HTTPStatus.BAD_REQUEST, f"the body is not JSON: {error}") from error
    if not isinstance(read, dict):
        raise Fault(HTTPStatus.BAD_REQUEST, "the body must be an object of JSON")
    return read


def translated(fields: Mapping[str, Any], languages: Mapping[int, Language], *, encoded: bool) -> Asked:
    """A submission as an execution; encoded: whether its texts are base64. Raises Invalid."""
    return _Reading(fields, encoded).translated(languages)


@dataclass
class _Reading:
    """The fields while they are read, and what is wrong with each."""

    fields: Mapping[str, Any]
    encoded: bool
    errors: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def translated(self, languages: Mapping[int, Language]) -> Asked:
        language = self._language(languages)
        is_project = language is not None and language.id == MULTI_FILE
        source = self._source(is_project)
        archive = self._archive(is_project)
        stdin, expected = (self._content(name, self._most_stdin) for name in ("stdin", "expected_output"))
        numbers = {name: self._number(name, kind) for name, kind in NUMBERS.items()}
        flags = {name: self._flag(name) for name in ("redirect_stderr_to_stdout", *REFUSED)}
        for name, why in REFUSED.items():
            if flags[name]:
                self.errors[name].append(why)
        options = self._words("compiler_options", language)
        args = self._words("command_line_arguments")
        callback_url = self._callback_url()
        if language is None or self.errors:
            raise Invalid(dict(self.errors))
        assert language.ours is not None, "it is not archived"
        spoken = table()[language.ours]
        execution = Execution(
            language=spoken,
            files=() if source is None else (SourceFile(spoken.source, source),),
            args=args,
            stdin=stdin or b"",
            compile_options=options,
            limits=limits.of_run(numbers),
            expected_output=expected,
            comparison=LINES if expected is not None else (),
            repeat=int(numbers["number_of_runs"]),
            merge_stderr=flags["redirect_stderr_to_stdout"],
            archive=archive,
        )
        if execution.longest_s() > settings().max_judging_s:
            raise Invalid({"number_of_runs": [f"together may take {execution.longest_s():g} s, too long"]})
        as_told = {
            "language_id": language.id,
            "language_name": language.name,
            **{name: numbers[name] for name in NUMBERS if name != "number_of_runs"},
            **{name: flags[name] for name in REFUSED if name != "enable_network"},
            "compiler_options": self._text("compiler_options"),
            "command_line_arguments": self._text("command_line_arguments"),
            "callback_url": callback_url,
        }
        return Asked(execution, as_told)

    def _language(self, languages: Mapping[int, Language]) -> Language | None:
        given = self.fields.get("language_id")
        if given in (None, ""):
            self.errors["language_id"].append("can't be blank")
            return None
        id_ = to_number(given)
        found = languages.get(int(id_)) if id_ is not None else None
        if found is None:
            self.errors["language_id"].append(f"language with id {given} doesn't exist")
        elif found.ours is None or found.ours not in table():
            self.errors["language_id"].append(
                f"language with id {found.id} is archived and cannot be used anymore"
            )
            return None
        return found

    def _source(self, is_project: bool) -> str | None:
        content = self._content("source_code", settings().max_code_bytes)
        if is_project:
            if content is not None and content.strip():
                self.errors["source_code"].append("must be blank")
            return None
        if content is None or not content.strip():
            if "source_code" not in self.errors:
                self.errors["source_code"].append("can't be blank")
            return ""
        try:
            source = content.decode()
        except UnicodeDecodeError:
            source = "\0"
        if "\0" in source:
            self.errors["source_code"].append("must be text in UTF-8 without NUL")
        return source

    def _archive(self, is_project: bool) -> bytes | None:
        """Always base64, whatever is said of the other fields."""
        text = self._text("additional_files")
        if not text:
            if is_project:
                self.errors["additional_files"].append("can't be blank")
            return None
        archive = self._decoded("additional_files", text)
        if "additional_files" not in self.errors:
            try:
                unzipped(archive)
            except ValueError as error:
                self.errors["additional_files"].append(str(error))
        return archive

    @property
    def _most_stdin(self) -> int:
        return settings().max_run_stdin_bytes

    def _content(self, name: str, most_bytes: int) -> bytes | None:
        text = self._text(name)
        if text is None:
            return None
        content = self._decoded(name, text) if self.encoded else text.encode()
        if len(content) > most_bytes:
            self.errors[name].append(f"is too long (maximum is {most_bytes} bytes)")
        return content

    def _decoded(self, name: str, text: str) -> bytes:
        """Base64 with white space in it, or without its padding."""
        bare = "".join(text.split()).rstrip("=")
        try:
            return base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True)
        except (binascii.Error, ValueError):
            self.errors[name].append("is not base64")
            return b""

    def _text(self, name: str) -> str | None:
        """A field as text; what is neither text nor a number is no value there."""
        value = self.fields.get(name)
        if value is None or isinstance(value, list | dict):
            return None
        text = str(value)
        if re.search("[\ud800-\udfff]", text) or (name not in _CONTENTS and "\0" in text):
            self.errors[name].append("must be text without NUL and lone surrogates")
            return ""
        return text

    def _number(self, name: str, kind: Number) -> float:
        given = self.fields.get(name)
        if given in (None, ""):
            default = min(kind.default, kind.allowed)
            return int(default) if kind.whole else default
        value = to_number(given)
        if value is None:
            self.errors[name].append("is not a number")
            return kind.default
        if kind.whole:
            value = int(value)
        if value < kind.least or (kind.above and value <= kind.least):
            than = "greater than" if kind.above else "greater than or equal to"
            self.errors[name].append(f"must be {than} {kind.least:g}")
        elif value > kind.allowed:
            self.errors[name].append(f"must be less than or equal to {kind.allowed:.15g}")
        return value

    def _flag(self, name: str) -> bool:
        """As Rails casts it: nothing is false, and so are the words for it."""
        value = self.fields.get(name)
        return value not in (None, "", False, 0, "0", "f", "F", "false", "FALSE", "off", "OFF")

    def _words(self, name: str, language: Language | None = None) -> tuple[str, ...]:
        """A command line's words, taken apart as a shell would, without what would be a shell's own."""
        text = self._text(name) or ""
        if len(text) > _MOST_CHARACTERS:
            self.errors[name].append(f"is too long (maximum is {_MOST_CHARACTERS} characters)")
            return ()
        try:
            words = tuple(shlex.split(_SHELLS.sub("", text)))
        except ValueError as error:
            self.errors[name].append(f"cannot be taken apart: {error}")
            return ()
        if words and language is not None and language.ours is not None:
            return self._options(name, words, table()[language.ours])
        return words

    def _options(self, name: str, words: tuple[str, ...], spoken: Spoken) -> tuple[str, ...]:
        """Those of a compiler that it is not given in any case."""
        if not spoken.compile_options:
            self.errors[name].append("setting compiler options is only allowed for compiled languages")
            return ()
        asked = tuple(word for word in words if word not in _LINKED)
        if refused := spoken.refused(asked):
            allowed = ", ".join(spoken.compile_options)
            self.errors[name].append(f"{', '.join(refused)} cannot be used here, only: {allowed}")
        return asked

    def _callback_url(self) -> str | None:
        url = self._text("callback_url")
        if not url:
            return None
        try:
            reach.checked(url)
        except reach.Refused as refusal:
            self.errors["callback_url"].append(str(refusal))
        return url
