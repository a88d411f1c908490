"""Statements in LaTeX: the subset that the package format lists, read without running any of it.

No macro is expanded, so reading takes time in proportion to the source. ``source`` takes tokens, ``reader``
makes pieces of them by the tables of commands and environments, ``pieces`` makes paragraphs of the pieces.
"""

import html

from judge.statements.page import Page
from judge.statements.tex.commands import COMMANDS
from judge.statements.tex.environments import ENVIRONMENTS
from judge.statements.tex.pieces import flow, phrase
from judge.statements.tex.reader import MAX_DEPTH, Reader, TooDeep
from judge.statements.tex.source import Source

_FOOTNOTES = (
    '<hr class="footnotes-sep">\n'
    '<section class="footnotes">\n<ol class="footnotes-list">\n{}</ol>\n</section>\n'
)


def to_html(source: str, page: Page) -> tuple[str, str]:
    """The title that a statement gives itself and its HTML, neither yet cleaned."""
    reader = Reader(Source(source), page, COMMANDS, ENVIRONMENTS)
    try:
        body = flow(reader.content())
    except TooDeep:
        page.fault(reader.source.line, f"more than {MAX_DEPTH} groups and commands lie in one another")
        return "", f"<pre>{html.escape(source)}</pre>"
    notes = "".join(_footnote(*note) for note in enumerate(reader.footnotes, start=1))
    return phrase(reader.title), body + (_FOOTNOTES.format(notes) if notes else "")


def _footnote(number: int, content: str) -> str:
    back = f'<a href="#fnref{number}" class="footnote-backref">↩︎</a>'
    return f'<li id="fn{number}" class="footnote-item"><p>{content} {back}</p></li>\n'
