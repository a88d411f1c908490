"""LaTeX's commands for images and their captions."""

import html
import re

from judge.statements.page import missing_image
from judge.statements.tex.pieces import Piece, block, phrase
from judge.statements.tex.reader import Commands, Reader
from judge.statements.tex.source import Token

_SUFFIXES = (".png", ".jpg", ".jpeg", ".svg", ".pdf")
_IN_CM = {"cm": 1.0, "mm": 0.1, "in": 2.54, "pt": 2.54 / 72.27, "bp": 2.54 / 72, "px": 2.54 / 96}
_LENGTH = re.compile(r"\s*(\d{0,4}(?:\.\d{0,6})?)\s*(\\(?:text|line|column|h)\w+|cm|mm|in|pt|bp|px)?")
_WIDTH_STEP = 5  # per cent; a class each, for no page of ours allows styles


def width_class(fraction: float) -> str:
    """The class of what takes a part of the statement's width: width-5, width-10, to width-100."""
    steps = round(fraction * 100 / _WIDTH_STEP)
    return f"width-{min(max(steps * _WIDTH_STEP, _WIDTH_STEP), 100)}"


def length(written: str, pixels_in_cm: float) -> str:
    """The attribute for a width as LaTeX writes it: a part of the statement's, or pixels; or nothing."""
    found = _LENGTH.match(written)
    if not found or found[1] == "." or not found[2]:
        return ""
    number = float(found[1] or 1)
    if found[2] in _IN_CM:
        return f' width="{max(1, round(number * _IN_CM[found[2]] * pixels_in_cm))}"'
    return f' class="{width_class(number)}"'


def _includegraphics(reader: Reader, token: Token) -> list[Piece]:
    options = reader.source.raw("[", "]") or ""
    width = re.search(r"(?<![a-z])width\s*=([^,]*)", options)
    return reader.inline(_image(reader, token, length(width[1], reader.pixels_in_cm) if width else ""))


def _image(reader: Reader, token: Token, attributes: str) -> str:
    """An image, or a link to it where it is a PDF, which no browser shows among text."""
    name = reader.raw(f"\\{token.text}").strip()
    url = reader.page.image(token.line, name, _SUFFIXES)
    shown = html.escape(name)
    if url is None:
        return missing_image(name)
    if url.lower().endswith(".pdf") or name.lower().endswith(".pdf"):
        reader.page.warn(token.line, f"the image {name!r} is a PDF, to which the page can only link")
        return f'<a href="{html.escape(url)}">{shown}</a>'
    return f'<img src="{html.escape(url)}" alt="{shown}"{attributes}>'


def _illustration(reader: Reader, token: Token) -> list[Piece]:
    width = reader.raw("\\illustration").strip()
    image = _image(reader, token, "")
    if not re.fullmatch(r"\d{0,3}(?:\.\d{0,9})?", width) or not width.strip("."):
        reader.page.fault(token.line, f"\\illustration: {width!r} is no part of the statement's width")
        width = "0.3"
    caption = f"<figcaption>{phrase(reader.argument())}</figcaption>"
    shown = f'<figure class="illustration {width_class(float(width))}">{image}{caption}</figure>\n'
    return [block(shown)]


def _caption(reader: Reader, token: Token) -> list[Piece]:
    reader.source.follows("*")
    return [block(f"<figcaption>{phrase(reader.argument())}</figcaption>\n")]


def _def(reader: Reader, token: Token) -> list[Piece]:
    r"""``\def \htmlPixelsInCm {45}``, by which Polygon scales images; nothing else is defined."""
    begin = reader.source.position
    name = reader.source.take()
    pixels = reader.source.raw()
    if name.text == "htmlPixelsInCm" and re.fullmatch(r"\s*\d{1,4}(\.\d{0,6})?\s*", pixels or ""):
        reader.pixels_in_cm = float(pixels or "")
        return []
    reader.source.position = begin
    reader.page.warn(token.line, "\\def is not carried out, and is shown as it stands")
    return reader.as_written(token)


FIGURES: Commands = {
    "includegraphics": _includegraphics,
    "illustration": _illustration,
    "caption": _caption,
    "def": _def,
}
