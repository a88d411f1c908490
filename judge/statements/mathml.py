"""Formulas as MathML, which browsers set by themselves, from the TeX that statements hold."""

import html
import re
from functools import lru_cache
from xml.etree.ElementTree import Element, tostring

from latex2mathml.converter import convert_to_element

_FORMULA = re.compile(
    r'<span class="math inline">(?P<inline>.*?)</span>'
    r'|<div class="math block">\n?(?P<block>.*?)\n?</div>',
    re.DOTALL,
)
# Macros could make a page of anything out of a line.
_MACROS = re.compile(r"\\(?:[gex]?def|let|newcommand|renewcommand|providecommand|newenvironment)\b")
_MOST_CHARACTERS = 4000
_TAGS = (
    "math menclose merror mfenced mfrac mi mmultiscripts mn mo mover mpadded mphantom mprescripts mroot"
    " mrow ms mspace msqrt mstyle msub msubsup msup mtable mtd mtext mtr munder munderover none"
)
_ATTRIBUTES = (
    "accent accentunder align columnalign columnlines columnspacing depth display displaystyle fence form"
    " height largeop linethickness lspace mathsize mathvariant maxsize minsize movablelimits notation"
    " rowlines rowspacing rspace scriptlevel separator stretchy symmetric voffset width"
)


@lru_cache(maxsize=128)
def with_mathml(statement_html: str) -> str:
    """A statement with each formula set; one that cannot be stays as it was written."""
    return _FORMULA.sub(_set, statement_html)


def _set(formula: re.Match[str]) -> str:
    is_block = formula["block"] is not None
    tex = html.unescape(formula["block"] if is_block else formula["inline"]).strip()
    if len(tex) > _MOST_CHARACTERS or _MACROS.search(tex):
        return formula[0]
    try:
        element = convert_to_element(tex, display="block" if is_block else "inline")
        _clean(element)
    except Exception:  # noqa: BLE001  # its readers fail in many ways at what they do not know
        return formula[0]
    return tostring(element, encoding="unicode")


def _clean(element: Element) -> None:
    """Leave nothing but what sets a formula. Raises ValueError for anything else."""
    for each in element.iter():
        if each.tag not in _TAGS.split():
            raise ValueError(f"{each.tag} is no part of a formula")
        each.text = html.unescape(each.text or "")  # the library writes signs as references
        for name in [name for name in each.attrib if name not in _ATTRIBUTES.split()]:
            del each.attrib[name]
