"""LaTeX's environments: lists, quotations, figures, listings, formulas and a statement's own sections."""

import html
from functools import partial

from judge.statements.tex.figures import length
from judge.statements.tex.pieces import Piece, block, flow, phrase
from judge.statements.tex.reader import Environments, Reader
from judge.statements.tex.tables import TABLES

_LISTS = {"itemize": "ul", "enumerate": "ol", "description": "ul"}
_SECTIONS = ("Input", "Output", "Interaction")
_FORMULAS = (
    "equation align alignat gather multline eqnarray equation* align* alignat* gather* multline* eqnarray*"
)
_BARE_FORMULAS = {"displaymath": True, "math": False}
_TRANSPARENT = "flushleft sloppypar samepage"


def _list(reader: Reader, name: str) -> list[Piece]:
    reader.source.raw("[", "]")
    tag = _LISTS[name]
    line = reader.source.line
    before = reader.content("\\item")
    if flow(before):
        reader.page.fault(line, f"text stands before the first \\item of {name}")
    items = []
    while reader.source.peek()[:2] == ("command", "item"):
        reader.source.take()
        label = reader.source.raw("[", "]")
        shown = "" if label is None else f"<strong>{phrase(reader.part(label, reader.source.line))}</strong> "
        content = _item(reader.content("\\item"))
        items.append(f"<li>{shown}{content}</li>\n")
    return [*before, block(f"<{tag}>\n{''.join(items)}</{tag}>\n")]


def _item(pieces: list[Piece]) -> str:
    """An item with paragraphs only where there is more than one."""
    while pieces and not (pieces[-1].html.strip() or pieces[-1].kind == "block"):
        pieces.pop()
    return flow(pieces) if any(piece.kind == "break" for piece in pieces) else phrase(pieces)


def _wrapped(opening: str, closing: str, reader: Reader, name: str) -> list[Piece]:
    return [block(f"{opening}{flow(reader.content())}{closing}\n")]


def _transparent(reader: Reader, name: str) -> list[Piece]:
    return reader.content()


def _minipage(reader: Reader, name: str) -> list[Piece]:
    reader.source.raw("[", "]")
    reader.raw(f"\\begin{{{name}}}")
    return reader.content()


def _figure(reader: Reader, name: str) -> list[Piece]:
    reader.source.raw("[", "]")
    return _wrapped("<figure>", "</figure>", reader, name)


def _wrapfigure(reader: Reader, name: str) -> list[Piece]:
    r"""A figure with text around it: ``\begin{wrapfigure}[lines]{r}[overhang]{width}``."""
    reader.source.raw("[", "]")
    side = reader.raw("\\begin{wrapfigure}").strip().lower()
    reader.source.raw("[", "]")
    width = length(reader.raw("\\begin{wrapfigure}"), reader.pixels_in_cm)
    classes = "illustration" + (" left" if side in ("l", "i") else "")
    classes += " " + width.split('"')[1] if width.startswith(" class") else ""
    return _wrapped(f'<figure class="{classes}">', "</figure>", reader, name)


def _section(reader: Reader, name: str) -> list[Piece]:
    return [block(f"<h2>{name}</h2>\n"), *reader.content()]


def _listing(reader: Reader, name: str) -> list[Piece]:
    """What stands there as it stands, to its end."""
    if name == "lstlisting":
        reader.source.raw("[", "]")
    content = html.escape(_verbatim(reader, name).removeprefix("\n"), quote=False)
    return [block(f"<pre><code>{content}</code></pre>\n")]


def _formula(reader: Reader, name: str) -> list[Piece]:
    content = _verbatim(reader, name)
    if name in _BARE_FORMULAS:
        return reader.formula(content, display=_BARE_FORMULAS[name])
    return reader.formula(f"\\begin{{{name}}}{content}\\end{{{name}}}", display=True)


def _verbatim(reader: Reader, name: str) -> str:
    """The text up to an environment's end, at which the cursor stays."""
    end = f"\\end{{{name}}}"
    content = reader.source.until(end)
    if content is None:  # its missing end is noted when it is looked for
        return ""
    reader.source.position -= len(end)
    return content


ENVIRONMENTS: Environments = {
    **TABLES,
    **dict.fromkeys(_LISTS, _list),
    **dict.fromkeys(_SECTIONS, _section),
    **dict.fromkeys([*_FORMULAS.split(), *_BARE_FORMULAS], _formula),
    **dict.fromkeys(_TRANSPARENT.split(), _transparent),
    **dict.fromkeys(("lstlisting", "verbatim", "verbatim*"), _listing),
    **dict.fromkeys(("quote", "quotation", "verse"), partial(_wrapped, "<blockquote>\n", "</blockquote>")),
    "center": partial(_wrapped, '<div class="center">\n', "</div>"),
    "flushright": partial(_wrapped, '<div class="right">\n', "</div>"),
    "minipage": _minipage,
    "figure": _figure,
    "figure*": _figure,
    "wrapfigure": _wrapfigure,
}
