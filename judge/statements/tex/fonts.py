"""LaTeX's commands for fonts and sizes: those with an argument, and those for the rest of a group."""

from judge.statements.tex.pieces import SIZES, Piece
from judge.statements.tex.reader import Commands, Reader
from judge.statements.tex.source import Token

_WITH_ARGUMENT = {
    "textbf": "bold",
    "textit": "italic",
    "textsl": "italic",
    "emph": "italic",
    "texttt": "code",
    "t": "code",
    "textsc": "smallcaps",
    "underline": "underline",
    "uline": "underline",
    "sout": "strike",
}
_FROM_HERE = {
    "bf": "bold",
    "bfseries": "bold",
    "it": "italic",
    "itshape": "italic",
    "sl": "italic",
    "em": "italic",
    "tt": "code",
    "ttfamily": "code",
    "sc": "smallcaps",
    "scshape": "smallcaps",
} | {size: size for size in SIZES}
_PLAIN = ("rm", "sf", "rmfamily", "sffamily", "normalfont", "upshape", "mdseries")


def _styled(reader: Reader, token: Token) -> list[Piece]:
    return reader.argument(_WITH_ARGUMENT[token.text])


def _switch(reader: Reader, token: Token) -> list[Piece]:
    """From here on; or only for what stands in braces right behind, as many write it."""
    style = _FROM_HERE[token.text]
    if reader.source.text.startswith("{", reader.source.position):
        return reader.argument(style)
    if style not in reader.styles:
        kept = (other for other in reader.styles if not (style in SIZES and other in SIZES))
        reader.styles = (*kept, style)
    return []


def _normal_size(reader: Reader, token: Token) -> list[Piece]:
    reader.styles = tuple(style for style in reader.styles if style not in SIZES)
    return []


def _plain(reader: Reader, token: Token) -> list[Piece]:
    reader.styles = tuple(style for style in reader.styles if style in SIZES)
    return []


FONTS: Commands = {
    **dict.fromkeys(_WITH_ARGUMENT, _styled),
    **dict.fromkeys(_FROM_HERE, _switch),
    **dict.fromkeys(_PLAIN, _plain),
    "normalsize": _normal_size,
}
