"""How every process writes its log: a line a record, as text or JSON, with what it is about.

What a line is about is kept in a context of its own for each request, task and thread: the ids that were
noted there stand in every line that is logged from then on, whoever logs it. Never what somebody has sent:
no code, no input, no answer, no secret.
"""

import json
import logging
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from datetime import UTC, datetime

from judge.config import settings

_about: ContextVar[Mapping[str, str]] = ContextVar("about")
_handler = logging.StreamHandler()


def begin(process: str, worker: str = "") -> None:
    """Log as the settings say from now on; called again, under another name.

    process: what it is, as ``web`` or ``worker``; worker: its own name where there are several.
    """
    named = {"process": process} | ({"worker": worker} if worker else {})
    _handler.setFormatter(JsonLines(named) if settings().log_format == "json" else TextLines(named))
    root = logging.getLogger()
    root.setLevel(settings().log_level.upper())
    if _handler not in root.handlers:
        root.addHandler(_handler)
    logging.captureWarnings(True)


def note(**ids: str) -> None:
    """Let all further lines of this context name these as well."""
    _about.set({**_about.get({}), **ids})


def forget() -> None:
    """What comes next in this context is about something else."""
    _about.set({})


@contextmanager
def about(**ids: str) -> Iterator[None]:
    """Let the lines of this block name these as well."""
    token = _about.set({**_about.get({}), **ids})
    try:
        yield
    finally:
        _about.reset(token)


def carried(target: Callable[[], object]) -> Callable[[], object]:
    """The same, to be called in another thread, about what this one is about."""
    context = copy_context()
    return lambda: context.run(target)


class JsonLines(logging.Formatter):
    """One object a line; named: what is the same in every line of this process."""

    def __init__(self, named: Mapping[str, str]) -> None:
        super().__init__()
        self._named = named

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as JSON, without a line break."""
        line = {
            "ts": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            **self._named,
            "pid": os.getpid(),
            "message": record.getMessage(),
            **_about.get({}),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line)


class TextLines(logging.Formatter):
    """The same for people; what a line is about comes last, as name=value."""

    def __init__(self, named: Mapping[str, str]) -> None:
        super().__init__(f"%(asctime)s %(levelname)s {named['process']}[%(process)d] %(name)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # so it is called
        """Return the first line of the record."""
        return " ".join(
            [super().formatMessage(record), *(f"{name}={value}" for name, value in _about.get({}).items())]
        )
