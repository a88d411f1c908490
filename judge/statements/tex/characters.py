"""LaTeX's commands for characters: symbols, and letters with accents."""

import re
import unicodedata

from judge.statements.tex.pieces import Piece, text
from judge.statements.tex.reader import Commands, Reader
from judge.statements.tex.source import Token

_SYMBOLS = {
    **{mark: mark for mark in "&%$#_{}"},
    " ": " ",
    ",": "\N{NARROW NO-BREAK SPACE}",
    ";": " ",
    ":": " ",
    "quad": "\N{EM SPACE}",
    "qquad": "\N{EM SPACE}\N{EM SPACE}",
    "enspace": "\N{EN SPACE}",
    "thinspace": "\N{THIN SPACE}",
    "ldots": "…",
    "dots": "…",
    "textellipsis": "…",
    "textbackslash": "\\",
    "textasciitilde": "~",
    "textasciicircum": "^",
    "textless": "<",
    "textgreater": ">",
    "textbar": "|",
    "textunderscore": "_",
    "textdollar": "$",
    "textbraceleft": "{",
    "textbraceright": "}",
    "textquotesingle": "'",
    "textquotedbl": '"',
    "textquoteleft": "\N{LEFT SINGLE QUOTATION MARK}",
    "textquoteright": "\N{RIGHT SINGLE QUOTATION MARK}",
    "textquotedblleft": "“",
    "textquotedblright": "”",
    "guillemotleft": "«",
    "guillemotright": "»",
    "textendash": "\N{EN DASH}",
    "textemdash": "—",
    "textbullet": "•",
    "textperiodcentered": "·",
    "textdegree": "°",
    "texttimes": "\N{MULTIPLICATION SIGN}",
    "textmu": "µ",
    "textregistered": "®",
    "texttrademark": "™",
    "copyright": "©",
    "textcopyright": "©",
    "pounds": "£",
    "euro": "€",
    "texteuro": "€",
    "S": "§",
    "P": "¶",
    "dag": "†",
    "ddag": "‡",
    "TeX": "TeX",
    "LaTeX": "LaTeX",
    "aa": "å",
    "AA": "Å",
    "ae": "æ",
    "AE": "Æ",
    "oe": "œ",
    "OE": "Œ",
    "o": "ø",
    "O": "Ø",
    "l": "ł",
    "L": "Ł",
    "ss": "ß",
    "dh": "ð",
    "DH": "Ð",
    "th": "þ",
    "TH": "Þ",
    "dj": "đ",
    "DJ": "Đ",
    "ng": "ŋ",
    "NG": "Ŋ",
    "i": "\N{LATIN SMALL LETTER DOTLESS I}",
    "j": "ȷ",
}
_ACCENTS = {
    "`": "\N{COMBINING GRAVE ACCENT}",
    "'": "\N{COMBINING ACUTE ACCENT}",
    "^": "\N{COMBINING CIRCUMFLEX ACCENT}",
    '"': "\N{COMBINING DIAERESIS}",
    "~": "\N{COMBINING TILDE}",
    "=": "\N{COMBINING MACRON}",
    ".": "\N{COMBINING DOT ABOVE}",
    "u": "\N{COMBINING BREVE}",
    "v": "\N{COMBINING CARON}",
    "H": "\N{COMBINING DOUBLE ACUTE ACCENT}",
    "c": "\N{COMBINING CEDILLA}",
    "k": "\N{COMBINING OGONEK}",
    "r": "\N{COMBINING RING ABOVE}",
    "d": "\N{COMBINING DOT BELOW}",
    "b": "\N{COMBINING MACRON BELOW}",
}
_LETTER = re.compile(r"\{\s*(\\?[^\W\d_]+|)\s*\}|(\\[a-zA-Z]+\s*|[^\W\d_])")


def _symbol(reader: Reader, token: Token) -> list[Piece]:
    if token.text[-1].isalpha():
        reader.source.follows("{}")  # which keeps the space behind a word
    return [text(_SYMBOLS[token.text], reader.styles)]


def _accent(reader: Reader, token: Token) -> list[Piece]:
    """An accented letter; its letter stands in braces or not, and may be a command for one."""
    found = _LETTER.match(reader.source.text, reader.source.position)
    letters = (found[1] or found[2] or "").strip() if found else None
    if letters and letters.startswith("\\"):
        # An i with another accent has no dot in print, and one in Unicode's composition.
        letters = {"i": "i", "j": "j"}.get(letters[1:], _SYMBOLS.get(letters[1:]))
    if found is None or letters is None:
        reader.page.warn(token.line, f"the accent \\{token.text} is on no letter")
        return [text(f"\\{token.text}", reader.styles)]
    reader.source.position = found.end()
    return [
        text(unicodedata.normalize("NFC", letters[:1] + _ACCENTS[token.text] + letters[1:]), reader.styles)
    ]


CHARACTERS: Commands = {**dict.fromkeys(_SYMBOLS, _symbol), **dict.fromkeys(_ACCENTS, _accent)}
