"""LaTeX's commands for what is neither a character nor a font: headings, links, samples, space."""

import html
from functools import partial

from judge.statements.tex.characters import CHARACTERS
from judge.statements.tex.figures import FIGURES
from judge.statements.tex.fonts import FONTS
from judge.statements.tex.pieces import BREAK, Piece, block, flow, phrase, text
from judge.statements.tex.reader import Commands, Reader
from judge.statements.tex.source import Token
from judge.statements.tex.tables import CELLS

_HEADINGS = {"section": "h2", "subsection": "h3", "subsubsection": "h4", "paragraph": "h5"}
# What changes no meaning, by the number of its arguments.
_WITHOUT_EFFECT = {
    0: "noindent indent centering raggedright raggedleft hfill vfill smallskip medskip bigskip clearpage"
    " newpage pagebreak linebreak nopagebreak protect leavevmode sloppy fussy relax null - / !",
    1: "vspace hspace label pagestyle thispagestyle usepackage",
    2: "setlength addtolength",
}
_TRANSPARENT = "mbox hbox textrm textsf textup textmd textnormal text"


def _heading(reader: Reader, token: Token) -> list[Piece]:
    reader.source.follows("*")
    tag = _HEADINGS[token.text]
    return [block(f"<{tag}>{phrase(reader.argument())}</{tag}>\n")]


def _without_effect(count: int, reader: Reader, token: Token) -> list[Piece]:
    reader.source.follows("*")
    for _ in range(count):
        reader.raw(f"\\{token.text}")
    return []


def _transparent(reader: Reader, token: Token) -> list[Piece]:
    return reader.argument()


def _problemname(reader: Reader, token: Token) -> list[Piece]:
    if reader.source.peek().text == "{":
        reader.title = reader.argument()
    return []


def _nextsample(reader: Reader, token: Token) -> list[Piece]:
    return [block(reader.page.next_sample(token.line))]


def _remainingsamples(reader: Reader, token: Token) -> list[Piece]:
    return [block(reader.page.samples.remaining())]


def _constant(reader: Reader, token: Token) -> list[Piece]:
    return [text(reader.constant(reader.raw("\\constant").strip()), reader.styles)]


def _url(reader: Reader, token: Token) -> list[Piece]:
    address = reader.raw("\\url").strip()
    return reader.inline(f'<a href="{html.escape(address)}">{html.escape(address)}</a>')


def _href(reader: Reader, token: Token) -> list[Piece]:
    address = reader.raw("\\href").strip().replace("\\", "")  # \%, \# and \_ are written so by many
    return reader.inline(f'<a href="{html.escape(address)}">{phrase(reader.argument())}</a>')


def _epigraph(reader: Reader, token: Token) -> list[Piece]:
    said, by = flow(reader.argument()), phrase(reader.argument())
    return [block(f'<blockquote class="epigraph">{said}<footer>{by}</footer></blockquote>\n')]


def _footnote(reader: Reader, token: Token) -> list[Piece]:
    reader.footnotes.append("")
    number = len(reader.footnotes)
    reader.footnotes[number - 1] = phrase(reader.argument())
    mark = f'<a href="#fn{number}" id="fnref{number}">[{number}]</a>'
    return reader.inline(f'<sup class="footnote-ref">{mark}</sup>')


def _verb(reader: Reader, token: Token) -> list[Piece]:
    reader.source.follows("*")
    delimiter = reader.source.text[reader.source.position : reader.source.position + 1]
    reader.source.follows(delimiter)
    content = reader.source.until(delimiter) if delimiter.strip() else None
    if content is None:
        reader.page.fault(token.line, "\\verb is not closed")
    return [text(content or "", (*reader.styles, "code"))]


def _line_break(reader: Reader, token: Token) -> list[Piece]:
    reader.source.follows("*")
    if reader.source.text.startswith("[", reader.source.position):
        reader.source.raw("[", "]")
    return reader.inline("<br>\n")


def _paragraph(reader: Reader, token: Token) -> list[Piece]:
    return [BREAK]


def _formula(reader: Reader, token: Token) -> list[Piece]:
    tex = reader.source.until({"(": "\\)", "[": "\\]"}[token.text])
    if tex is None:
        reader.page.fault(token.line, f"\\{token.text} is not closed")
        return reader.inline(html.escape(f"\\{token.text}"))
    return reader.formula(tex, display=token.text == "[")


def _item(reader: Reader, token: Token) -> list[Piece]:
    reader.page.fault(token.line, "\\item stands in no list")
    return reader.inline("• ")


COMMANDS: Commands = {
    **CHARACTERS,
    **FONTS,
    **FIGURES,
    **CELLS,
    **dict.fromkeys(_HEADINGS, _heading),
    **dict.fromkeys(_TRANSPARENT.split(), _transparent),
    **{
        name: partial(_without_effect, count)
        for count, names in _WITHOUT_EFFECT.items()
        for name in names.split()
    },
    "problemname": _problemname,
    "nextsample": _nextsample,
    "remainingsamples": _remainingsamples,
    "constant": _constant,
    "url": _url,
    "href": _href,
    "epigraph": _epigraph,
    "footnote": _footnote,
    "verb": _verb,
    "\\": _line_break,
    "newline": _line_break,
    "par": _paragraph,
    "(": _formula,
    "[": _formula,
    "item": _item,
}
