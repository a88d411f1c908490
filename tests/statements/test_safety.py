"""No statement runs anything in a page, takes long, or fails to be rendered."""

import re
import time
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from judge.manifest import Sample
from judge.statements import Kind, render

IMAGES = {"a.png": "/images/a.png"}
TAGS = (
    "a b blockquote br code del div em figcaption figure footer h1 h2 h3 h4 h5 h6 hr i img li ol p pre s"
    " section span strong sub sup table tbody td th thead tr u ul"
)
ATTRIBUTES = "class href src alt title id rel align colspan rowspan width start data-index data-from"


class _Check(HTMLParser):
    """Holds that HTML is made of harmless tags, attributes and addresses."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS.split()
        for name, value in attrs:
            assert name in ATTRIBUTES.split()
            if name == "src":
                assert value in IMAGES.values()
            if name == "href":
                assert re.match(r"https?:|mailto:|#fn|/images/a\.png$", value or "", re.I)
            if name == "id":
                assert re.fullmatch(r"fn(ref)?[\d:]+", value or "")

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    handle_decl = handle_pi = unknown_decl = handle_comment


def harmless(html: str) -> None:
    check = _Check(convert_charrefs=True)
    check.feed(html)
    check.close()


ATTEMPTS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[a](javascript:alert(1))",
    "[a](JaVaScRiPt&colon;alert(1))",
    "[a](data:text/html,<script>alert(1)</script>)",
    "<javascript:alert(1)>",
    "![a](javascript:alert(1))",
    "[a][b]\n\n[b]: vbscript:alert(1)",
    "$<script>alert(1)</script>$",
    "$$\n</div><script>alert(1)</script>\n$$",
    "```<script>\nalert(1)\n```",
    '[a](http://x "\\" onclick=alert(1) \\"")',
    "| <svg onload=alert(1)> |\n|-|\n| <iframe src=//x> |",
    "<style>*{display:none}</style>",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)></svg>",
    "<a href='javascript:alert(1)'>x</a>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt&colon;alert(1))",
    "[x](data:text/html,<script>alert(1)</script>)",
    "[x](vbscript:a)",
    "[x](/admin)",
    "[x](//evil.example)",
    "![x](x' onerror='alert(1))",
    '![" onerror="alert(1)](a.png)',
    '![x](a.png "\\" onerror=\\"alert(1)")',
    "![{{nextsample}}](a.png)",
    "![x](a.png){onclick=alert(1)}",
    '```"><script>alert(1)</script>\nx\n```',
    '<https://a.example/"onclick="alert(1)>',
    "$</span><script>alert(1)</script>$",
    "$$</div><script>alert(1)</script>$$",
    '$$\na\n$$ ("><script>alert(1)</script>)',
    "[^<script>]\n\n[^<script>]: <script>alert(1)</script>",
    "{{evil}} $ {{evil}} $ `{{evil}}` ![{{evil}}](a.png) ![x]({{evil}})",
    "\\href{javascript:alert(1)}{x} \\url{javascript:alert(1)}",
    '\\href{" onclick="alert(1)}{x}',
    "\\href{java\tscript:alert(1)}{x}",
    '\\includegraphics{a.png" onerror="alert(1)}',
    '\\includegraphics[width=1" onerror="x cm]{a.png}',
    "\\begin{<script>alert(1)</script>}\\end{<script>}",
    '\\begin{tabular}{l" onclick="a}\\multicolumn{2" onclick="a}{l}{x}\\end{tabular}',
    "\\begin{lstlisting}</code></pre><script>alert(1)</script>\\end{lstlisting}",
    "\\verb|<script>alert(1)</script>|",
    "\\problemname{<script>alert(1)</script>}",
    "\\illustration{0.3}{a.png}{<script>alert(1)</script>}",
    "\\footnote{<script>alert(1)</script>}",
    '\\constant{evil} $\\constant{evil}$ \\constant{"><script>}',
    '\\begin{wrapfigure}{"><script>}{"><script>}\\end{wrapfigure}',
    "\\[</div><script>alert(1)</script>\\]",
    "\\begin{align}</div><script>\\end{align}",
    "\\<script>alert(1)</script>",
]


@pytest.mark.parametrize("kind", ["md", "tex"])
@pytest.mark.parametrize("source", ATTEMPTS)
def test_attempts(source: str, kind: Kind) -> None:
    """What is meant as a script is text or nothing, in statements, constants and samples."""
    evil = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
    rendered = render(
        source, kind, images=IMAGES, constants={"evil": evil}, samples=[Sample("sample/1", evil, evil)]
    )
    harmless(rendered.html)
    harmless(rendered.title)


PIECES = (
    "{ } [ ] $ $$ & \\\\ % ~ - ` ' < > \" ! | # * _ ^ : ( ) / \\ \\( \\) \\[ \\] {{nextsample}} {{a}}"
    " 1 2 a.png {a.png} text <b> </b> [^1] [^1]: --- \\begin \\end \\par"
    " \\begin{itemize} \\end{itemize} \\item \\begin{tabular}{ll} \\end{tabular} \\multirow{2}{*}"
    " \\multicolumn{2}{c} \\begin{verbatim} \\end{verbatim} \\begin{figure} \\end{figure} \\caption"
    " \\footnote \\textbf \\bf \\tt \\tiny \\section \\problemname \\illustration \\href \\url"
    " \\includegraphics \\constant{a} \\nextsample \\verb \\def \\htmlPixelsInCm \\' \\i \\epigraph"
    " \\begin{align} \\end{align}"
)
pieces = st.sampled_from(PIECES.split())
sources = st.text(max_size=200) | st.lists(pieces | st.sampled_from([" ", "\n", "\n\n", "    "])).map("".join)


@given(sources, st.sampled_from(["md", "tex"]), st.none() | st.just([Sample("sample/1", "1\n", "2\n")]))
def test_any_text_has_a_rendering(source: str, kind: Kind, samples: list[Sample] | None) -> None:
    """Harmless, and of a size that goes with the source's; every note names a line that there is."""
    rendered = render(source, kind, images=IMAGES, constants={"a": "{"}, samples=samples)
    harmless(rendered.html)
    harmless(rendered.title)
    assert len(rendered.html) < 1000 + 500 * len(source)
    lines = source.count("\n") + source.count("\r") + 1
    for note in rendered.faults + rendered.warnings:
        found = re.match(r"line (\d+): ", note)
        assert found, note
        assert 1 <= int(found[1]) <= lines


@given(st.text(alphabet="abc \n.,", max_size=100))
def test_no_word_is_lost(source: str) -> None:
    """Plain text is shown whole, whatever its lines are."""
    for kind in ("md", "tex"):
        text: list[str] = []
        parser = HTMLParser()
        parser.handle_data = text.append  # type: ignore[method-assign]
        parser.feed(render(source, kind).html)
        parser.close()
        assert "".join(text).split() == source.split()


@pytest.mark.parametrize("kind", ["md", "tex"])
@pytest.mark.parametrize(
    "part",
    [
        *(
            [
                "{",
                "[",
                "$",
                "$$",
                "${$",
                "\\\\[",
                "\\[",
                "\\(",
                "&",
                "\\textbf{",
                "\\begin{itemize}\\item",
                "\\url{",
                "\\item[",
                "\\includegraphics[",
                "\\verb|",
                "\\foo\n",
            ]
        ),
        *(
            [
                "![",
                "^[",
                "![a](",
                "{{a}}",
                "{{b}}\n",
                "*",
                "`",
                "[^1]",
                "<a",
                ">",
                "-",
                "_a*",
                "[a][",
                "\\begin{center}",
                "\\'",
                "\\footnote{x}",
                "\\begin{x}\\end{x}",
            ]
        ),
    ],
)
def test_long_statements_take_seconds(part: str, kind: Kind) -> None:
    """Time grows with the length alone, as far as statements may be long."""
    began = time.monotonic()
    render(part * (256 * 1024 // len(part)), kind, constants={"a": "b"})
    assert time.monotonic() - began < 60  # some 5 s on a machine that has nothing else to do
