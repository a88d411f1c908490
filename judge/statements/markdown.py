"""Statements in Markdown: CommonMark with tables, footnotes, formulas and the package format's commands.

HTML is not part of it: what looks like a tag is shown as text.
"""

import re
from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.footnote import footnote_plugin

from judge.statements.lines import Lines
from judge.statements.page import Page, missing_image

_TAG = re.compile(r"\{\{([a-zA-Z_][a-zA-Z0-9_]*)\}\}")
_SAMPLES = ("nextsample", "remainingsamples")
_HTML = re.compile(r"</?[a-zA-Z][^<>]{0,500}>")
_MAX_GROWTH = 256 * 1024  # characters that constants may add


def to_html(source: str, page: Page) -> str:
    """HTML of a statement, not yet cleaned."""
    tokens = _RENDERER.parse(_with_constants(source, page), {})
    line = 1
    for token in tokens:
        line = token.map[0] + 1 if token.map else line
        _align(token)
        for child in token.children or ():
            _finish(child, line, page)
    return str(_RENDERER.renderer.render(list(_unwrapped(tokens)), _RENDERER.options, {}))


def _with_constants(source: str, page: Page) -> str:
    """The source with each constant in its place, as the format has it: before Markdown is read."""
    left, lines = _MAX_GROWTH, Lines(source)

    def value(tag: re.Match[str]) -> str:
        nonlocal left
        name = tag[1]
        left -= len(page.constants.get(name, ""))
        if name in page.constants and name not in _SAMPLES and left >= 0:
            return page.constants[name]
        if left < 0:
            page.fault(1, "the constants make the statement too long")
        elif name not in _SAMPLES:
            page.warn(lines.at(tag.start()), f"there is no constant {name!r}")
        return tag[0]

    return _TAG.sub(value, source)


def _sample_rule(state: StateInline, silent: bool) -> bool:
    """Read ``{{nextsample}}`` and ``{{remainingsamples}}``."""
    found = _TAG.match(state.src, state.pos)
    if not found or found[1] not in _SAMPLES:
        return False
    if not silent:
        state.push("html_inline", "", 0).meta = {"samples": found[1]}
    state.pos = found.end()
    return True


def _finish(child: Token, line: int, page: Page) -> None:
    """Give an inline token what only the page knows, and note what is wrong with it."""
    if child.type == "image":
        url = page.image(line, str(child.attrs["src"]))
        if url is None:
            child.type, child.content = "html_inline", missing_image(child.content or str(child.attrs["src"]))
        else:
            child.attrs["src"] = url
    elif "samples" in child.meta:
        following = child.meta["samples"] == "nextsample"
        child.content = page.next_sample(line) if following else page.samples.remaining()
    elif child.type == "text" and (found := _HTML.search(child.content)):
        page.warn(line, f"HTML is shown as text: {found[0][:40]}")


def _align(token: Token) -> None:
    """Say how a cell is aligned without a style, which no page of ours allows."""
    style = token.attrs.pop("style", None) if token.type in ("th_open", "td_open") else None
    if style:
        token.attrs["align"] = str(style).removeprefix("text-align:")


def _unwrapped(tokens: list[Token]) -> Iterator[Token]:
    """The tokens without the paragraphs that hold nothing but samples, which are blocks themselves."""
    for index, token in enumerate(tokens):
        around = {"paragraph_open": 1, "paragraph_close": -1}.get(token.type)
        if not around or not _only_samples(tokens[index + around].children or []):
            yield token


def _only_samples(children: list[Token]) -> bool:
    kinds = {"samples" if "samples" in child.meta else child.type for child in children}
    return "samples" in kinds and kinds <= {"samples", "softbreak"}


_RENDERER = (
    MarkdownIt("commonmark", {"html": False})
    .enable("table")
    .use(dollarmath_plugin, double_inline=True, allow_labels=False)
    .use(footnote_plugin, inline=False)
)
_RENDERER.inline.ruler.before("link", "samples", _sample_rule)
