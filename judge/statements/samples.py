"""Samples as a statement shows them: input beside output, or who said what in an interaction."""

import html
from collections.abc import Iterator, Sequence
from itertools import groupby

from judge.manifest import Sample


class SampleSequence:
    """The samples of a statement in their order, each shown once.

    Where they are shown apart from the statement (None), an empty anchor marks each place instead.
    """

    def __init__(self, samples: Sequence[Sample] | None) -> None:
        self._samples = samples
        self._shown = 0

    def next(self) -> str | None:
        """HTML of the next sample, or None if there is none."""
        self._shown += 1
        if self._samples is None:
            return f'<div class="sample" data-index="{self._shown}"></div>\n'
        if self._shown > len(self._samples):
            return None
        return _shown(self._shown, self._samples[self._shown - 1])

    def remaining(self) -> str:
        """HTML of all that have not been shown."""
        if self._samples is None:
            return f'<div class="samples" data-from="{self._shown + 1}"></div>\n'
        return self.rest()

    def rest(self) -> str:
        """What is to be appended to a statement that has not shown every sample itself."""
        left = len(self._samples or ()) - self._shown
        return "".join(self.next() or "" for _ in range(left))


def _shown(number: int, sample: Sample) -> str:
    if sample.interaction is not None:
        heads, rows = (f"Read (sample {number})", "Write"), _exchange(sample.interaction)
    else:
        heads, rows = (
            (f"Sample input {number}", f"Sample output {number}"),
            iter([_row(sample.input, sample.answer)]),
        )
    head = "".join(f"<th>{text}</th>" for text in heads)
    return f'<table class="sample"><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table>\n'


def _exchange(interaction: str) -> Iterator[str]:
    """A row for each turn: ``<`` is what the program reads, ``>`` what it writes, ``---`` parts passes."""
    for mark, lines in groupby(interaction.splitlines(), key=lambda line: line[:1]):
        said = "\n".join(line[1:].removeprefix(" ") for line in lines) + "\n"
        if mark == "<":
            yield _row(said, "")
        elif mark == ">":
            yield _row("", said)
        elif mark == "-":
            yield '<tr><td colspan="2"><hr></td></tr>'


def _row(left: str, right: str) -> str:
    return "<tr>" + "".join(f"<td>{_verbatim(text) if text else ''}</td>" for text in (left, right)) + "</tr>"


def _verbatim(text: str) -> str:
    """A text as it stands. HTML drops a line break at its beginning, when cleaned and when read."""
    lost = "\n\n" if text.startswith("\n") else ""
    return f"<pre>{lost}{html.escape(text, quote=False)}</pre>"
