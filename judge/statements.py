"""Problem statements from Markdown to HTML that is safe to show."""

import nh3
from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin

# html=False: what looks like a tag in a statement is shown as text. nh3 then cleans what is left, so that
# a fault of the renderer is not a hole in the page.
_RENDERER = (
    MarkdownIt("commonmark", {"html": False}).enable("table").use(dollarmath_plugin, double_inline=True)
)
_TAGS = nh3.ALLOWED_TAGS | {"section"}
_ATTRIBUTES = {**nh3.ALLOWED_ATTRIBUTES, "span": {"class"}, "div": {"class"}, "code": {"class"}}


def render(markdown: str) -> str:
    """HTML of a statement. Formulas come out as ``<span class="math inline">`` holding their TeX."""
    return nh3.clean(_RENDERER.render(markdown), tags=_TAGS, attributes=_ATTRIBUTES)
