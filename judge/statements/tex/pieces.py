"""What LaTeX has been read into, piece by piece, and paragraphs made of the pieces."""

import html
from collections.abc import Iterable
from itertools import groupby
from typing import NamedTuple

_TAGS = {
    "bold": "strong",
    "italic": "em",
    "underline": "u",
    "strike": "s",
    "code": "code",
}
LIGATURES = {
    "---": "—",
    "--": "\N{EN DASH}",
    "``": "“",
    "''": "”",
    "`": "\N{LEFT SINGLE QUOTATION MARK}",
    "'": "\N{RIGHT SINGLE QUOTATION MARK}",
    "<<": "«",
    ">>": "»",
    "~": "\N{NO-BREAK SPACE}",
}
SIZES = ("tiny", "scriptsize", "small", "large", "Large", "LARGE", "huge", "Huge")


class Piece(NamedTuple):
    """``kind``: inline, block, or break, which ends a paragraph.

    ``styles`` are an inline piece's, the outermost first.
    """

    kind: str
    html: str = ""
    styles: tuple[str, ...] = ()


BREAK = Piece("break")


def text(content: str, styles: tuple[str, ...] = ()) -> Piece:
    """Plain text."""
    return Piece("inline", html.escape(content, quote=False), styles)


def letters(written: str, styles: tuple[str, ...]) -> Piece:
    """Text as LaTeX prints it: quotes and dashes, but for those of a typewriter."""
    plain = "code" in styles and written != "~"
    return text(written if plain else LIGATURES.get(written, written), styles)


def block(content: str) -> Piece:
    """HTML that stands between paragraphs."""
    return Piece("block", content)


def flow(pieces: Iterable[Piece]) -> str:
    """HTML of blocks and paragraphs."""
    shown = []
    for kind, run in groupby(pieces, key=lambda piece: piece.kind):
        if kind == "inline":
            content = _styled(run)
            shown.append(f"<p>{content}</p>\n" if content else "")
        else:
            shown += [piece.html for piece in run]
    return "".join(shown)


def phrase(pieces: Iterable[Piece]) -> str:
    """HTML of what stands in one line, a cell or a caption: paragraphs become line breaks."""
    shown = []
    for kind, run in groupby(pieces, key=lambda piece: piece.kind):
        if kind == "inline":
            shown.append(_styled(run))
        else:
            shown += ["<br>"] if kind == "break" else [piece.html for piece in run]
    return "".join(shown).removeprefix("<br>").removesuffix("<br>")


def _styled(pieces: Iterable[Piece]) -> str:
    """Inline pieces with their tags, those of the same styles under one."""
    shown = []
    for styles, run in groupby(pieces, key=lambda piece: piece.styles):
        content = "".join(piece.html for piece in run)
        for style in reversed(styles if content.strip() else ()):
            tag = _TAGS.get(style)
            content = f"<{tag}>{content}</{tag}>" if tag else f'<span class="{style}">{content}</span>'
        shown.append(content)
    return "".join(shown).strip()
