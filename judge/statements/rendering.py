"""A statement of either kind to safe HTML, with all that is to be said about it."""

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from judge.manifest import Sample
from judge.statements import markdown, tex
from judge.statements.cleaning import clean
from judge.statements.page import Page
from judge.statements.samples import SampleSequence

Kind = Literal["md", "tex"]
MAX_CHARACTERS = 256 * 1024
_NO_TEXT: Mapping[str, str] = {}


@dataclass(frozen=True)
class Rendered:
    """A statement as HTML. Faults and warnings name their line; a warning changes only how it looks.

    ``title`` is the name that a LaTeX statement gives itself, in HTML, and empty where it gives none.
    """

    html: str
    title: str
    faults: tuple[str, ...]
    warnings: tuple[str, ...]


def render(
    source: str,
    kind: Kind,
    *,
    images: Mapping[str, str] = _NO_TEXT,
    constants: Mapping[str, str] = _NO_TEXT,
    samples: Sequence[Sample] | None = None,
) -> Rendered:
    """A statement, with its samples where it asks for them and the rest at its end.

    ``images``: the URL of each file beside the statement. Without ``samples`` none are appended, and empty
    elements mark the places: ``<div class="sample" data-index="1">`` for the first, and for all from the
    second ``<div class="samples" data-from="2">``. A formula is ``<span class="math inline">`` or
    ``<div class="math block">`` around its TeX. Any text at all has a rendering.
    """
    page = Page(images, constants, SampleSequence(samples))
    source = source.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")
    title = ""
    if len(source) > MAX_CHARACTERS:
        page.fault(1, f"the statement is longer than {MAX_CHARACTERS} characters")
        body = f"<pre>{html.escape(source[:MAX_CHARACTERS])}</pre>"
    elif kind == "md":
        body = markdown.to_html(source, page)
    else:
        title, body = tex.to_html(source, page)
    own_urls = frozenset(images.values())
    body += page.samples.rest()
    return Rendered(clean(body, own_urls), clean(title, own_urls), tuple(page.faults), tuple(page.warnings))
