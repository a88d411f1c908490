"""What a renderer of statements needs beside the source: images, constants, samples, notes."""

import html
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from urllib.parse import unquote

from judge.statements.samples import SampleSequence

MATH_INLINE = '<span class="math inline">{}</span>'
_MAX_NOTES = 100
MATH_BLOCK = '<div class="math block">\n{}\n</div>\n'


@dataclass
class Page:
    """One statement while it is rendered. ``images``: the URL of each file beside the statement."""

    images: Mapping[str, str]
    constants: Mapping[str, str]
    samples: SampleSequence
    faults: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def fault(self, line: int, message: str) -> None:
        """Note what makes a statement wrong, once; lines count from 1."""
        _note(self.faults, line, message)

    def warn(self, line: int, message: str) -> None:
        """Note what is not shown as its author may expect."""
        _note(self.warnings, line, message)

    def image(self, line: int, name: str, suffixes: tuple[str, ...] = ()) -> str | None:
        """The URL of an image, whose suffix may be left out where some are named; None is noted."""
        plain = str(PurePosixPath(unquote(name.strip())))
        for candidate in (plain, *(plain + suffix for suffix in suffixes)):
            if candidate in self.images:
                return self.images[candidate]
        if "//" in name or ":" in name:
            self.fault(line, f"the image {name!r} is not in the package, and no other is shown")
        else:
            self.fault(line, f"there is no image {name!r} beside the statement")
        return None

    def next_sample(self, line: int) -> str:
        """HTML of the next sample; that there is none is noted."""
        shown = self.samples.next()
        if shown is None:
            self.fault(line, "there are fewer samples than commands to show the next one")
        return shown or ""


def missing_image(text: str) -> str:
    """What stands in the place of an image that cannot be shown."""
    return f"<em>[{html.escape(text)}]</em>"


def _note(notes: list[str], line: int, message: str) -> None:
    note = f"line {line}: {message}"
    if len(notes) < _MAX_NOTES and note not in notes:
        notes.append(note)
