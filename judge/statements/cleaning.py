"""The HTML that a statement may be made of, whatever a renderer has written."""

import re
from collections.abc import Collection

import nh3

_TAGS = (
    "a b blockquote br code del div em figcaption figure footer h1 h2 h3 h4 h5 h6 hr i img li ol p pre s"
    " section span strong sub sup table tbody td th thead tr u ul"
)
_CLASSED = "a blockquote code div figure hr img li ol p section span sup table td th"
_ATTRIBUTES: dict[str, set[str]] = {tag: {"class"} for tag in _CLASSED.split()} | {
    "a": {"class", "href", "id", "title"},
    "div": {"class", "data-index", "data-from"},
    "img": {"class", "src", "alt", "title", "width"},
    "li": {"class", "id"},
    "ol": {"class", "start"},
    "td": {"class", "align", "colspan", "rowspan"},
    "th": {"class", "align", "colspan", "rowspan"},
}
_FOOTNOTE = re.compile(r"fn(?:ref)?\d{1,6}(?::\d{1,6})?")


def clean(html: str, own_urls: Collection[str]) -> str:
    """The HTML without all that is not allowed for.

    Images may only be of ``own_urls``. Links lead to those, to footnotes, or by http, https and mailto out.
    """

    def attribute(tag: str, name: str, value: str) -> str | None:
        if tag == "img" and name == "src" and value not in own_urls:
            return None
        if name == "id" and not _FOOTNOTE.fullmatch(value):  # an author's id might be one of the page's
            return None
        return value

    return nh3.clean(
        html,
        tags=set(_TAGS.split()),
        attributes=_ATTRIBUTES,
        attribute_filter=attribute,
        url_schemes={"http", "https", "mailto"},
        url_relative=lambda url: url if url in own_urls or url.startswith("#fn") else None,
    )
