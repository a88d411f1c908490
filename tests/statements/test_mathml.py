"""Formulas of statements as MathML: what authors write is set, and nothing but a formula comes of it."""

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from judge.statements import mathml, render
from judge.statements.mathml import with_mathml


def inline(tex: str) -> str:
    """A statement that is this formula alone, as its renderer writes it."""
    return render(f"${tex}$", "md").html


@pytest.mark.parametrize(
    ("tex", "shown"),
    [
        ("1 \\le n \\le 10^5", "1≤n≤105"),
        ("a < b \\text{ & } c > d", "a<b & c>d"),
        ("\\frac{1}{2}", "12"),
        ("\\begin{cases} 0 & x = 1 \\\\ 1 & \\text{otherwise} \\end{cases}", "{0x=11otherwise"),
    ],
)
def test_a_formula_is_set(tex: str, shown: str) -> None:
    """Its signs are there, each once, and it is MathML that any reader of XML takes."""
    html = with_mathml(inline(tex))
    assert 'class="math' not in html
    [formula] = re.findall("<math.*</math>", html)
    text = "".join(ElementTree.fromstring(formula).itertext())  # of our own making
    assert re.sub(r"[\s\u2062\u200b]+", " ", text).strip().replace(" ", "") == shown.replace(" ", "")


def test_one_that_stands_alone_is_a_block() -> None:
    assert '<math display="block">' in with_mathml(render("$$x^2$$", "md").html)


@pytest.mark.parametrize(
    "tex",
    ["\\newcommand{\\a}{\\a\\a}\\a", "\\def\\a{\\a}", "{" * 3000, "x" * 5000, "\\left("],
)
def test_what_cannot_be_set_stays_as_it_was_written(tex: str) -> None:
    html = f'<span class="math inline">{tex}</span>'
    assert with_mathml(html) == html


def test_no_link_and_no_style_comes_of_a_formula() -> None:
    html = with_mathml(inline("\\href{javascript:alert(1)}{x} \\style{color:red}{y} \\class{z}{w}"))
    assert not re.search(r"href=|style=|class=\"z", html)


@given(st.text(alphabet=st.sampled_from("\\{}^_&<>\"'ab1 fractextlefmathvrigh")))
def test_whatever_stands_in_a_formula(tex: str) -> None:
    """Nothing comes of it but what sets a formula, or the text that it was."""
    before = inline(tex)
    assert tags(with_mathml(before)) <= tags(before) | set(mathml._TAGS.split())


def tags(html: str) -> set[str]:
    return set(re.findall(r"</?([a-z0-9]+)", html))
