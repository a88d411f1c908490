"""Statements in Markdown: what the package format asks for is shown, and what it does not know is named."""

import pytest

from judge.manifest import Sample
from judge.statements import Rendered, render

IMAGES = {"cave.jpg": "/images/cave.jpg", "a b.svg": "/images/a%20b.svg"}
SAMPLES = (Sample("sample/1", "1 2\n", "3\n"), Sample("sample/2", "\n<4>\n", "&\n"))


def shown(source: str) -> Rendered:
    return render(source, "md", images=IMAGES, constants={"max_n": "1000", "who": "*Ann*"})


@pytest.mark.parametrize(
    ("source", "html"),
    [
        (
            "# Input\n\nan *a* **b** `c`",
            "<h1>Input</h1>\n<p>an <em>a</em> <strong>b</strong> <code>c</code></p>",
        ),
        ("3. a\n4. b", '<ol start="3">'),
        ("[a](https://example.org)", '<a href="https://example.org"'),
        ("$1 \\le n < 2$", '<span class="math inline">1 \\le n &lt; 2</span>'),
        ("$$\nx_1\n$$", '<div class="math block">\nx_1\n</div>'),
        ("a $$x$$ b", '<div class="math inline">x</div>'),
        ("|a|b|\n|:-:|-:|\n|1|2|", '<td align="center">1</td>\n<td align="right">2</td>'),
        ("a[^1]\n\n[^1]: note", '<a href="#fn1" id="fnref1" rel="noopener noreferrer">[1]</a>'),
        ("a[^1]\n\n[^1]: note", '<li id="fn1" class="footnote-item"><p>note'),
        ("![the *cave*](cave.jpg)", '<img src="/images/cave.jpg" alt="the cave">'),
        ("![x](./cave.jpg 'dark')", '<img src="/images/cave.jpg" alt="x" title="dark">'),
        ("![x](a%20b.svg)", '<img src="/images/a%20b.svg" alt="x">'),
        ("$n \\le {{max_n}}$ {{who}}", '<span class="math inline">n \\le 1000</span> <em>Ann</em>'),
        ("2^[n]", "<p>2^[n]</p>"),
        ("`{{max_n}}`", "<code>1000</code>"),
    ],
)
def test_what_is_shown(source: str, html: str) -> None:
    """Each element of the format's Markdown, with nothing to complain of."""
    rendered = shown(source)
    assert html in rendered.html
    assert (rendered.faults, rendered.warnings) == ((), ())


@pytest.mark.parametrize(
    ("source", "html", "fault"),
    [
        (
            "a\n\n![x](http://example.org/x.png)",
            "<em>[x]</em>",
            "line 3: the image 'http://example.org/x.png' is not in the package, and no other is shown",
        ),
        (
            "![](//example.org/x.png)",
            "<em>[//example.org/x.png]</em>",
            "line 1: the image '//example.org/x.png'",
        ),
        ("![x](data:image/png;base64,aaaa)", "<em>[x]</em>", "line 1: the image 'data:"),
        ("![x](../cave.jpg)", "<em>[x]</em>", "line 1: there is no image '../cave.jpg' beside the statement"),
        (
            "a\n\nb ![x](dog.png)",
            "b <em>[x]</em>",
            "line 3: there is no image 'dog.png' beside the statement",
        ),
    ],
)
def test_faults(source: str, html: str, fault: str) -> None:
    """What makes a statement wrong is named with its line, and something stands in its place."""
    rendered = shown(source)
    assert html in rendered.html
    assert rendered.faults[0].startswith(fault)


@pytest.mark.parametrize(
    ("source", "html", "warning"),
    [
        ("a\n{{nobody}}", "{{nobody}}", "line 2: there is no constant 'nobody'"),
        ("a\n\n<b>x</b>", "&lt;b&gt;x&lt;/b&gt;", "line 3: HTML is shown as text: <b>"),
    ],
)
def test_warnings(source: str, html: str, warning: str) -> None:
    """What is shown as it stands is named with its line."""
    rendered = shown(source)
    assert html in rendered.html
    assert rendered.faults == ()
    assert rendered.warnings[0] == warning


def test_samples_stand_where_they_are_asked_for() -> None:
    """The next one, the remaining ones, and none twice."""
    rendered = render("{{nextsample}}\n\nbetween\n\n{{remainingsamples}}\n\nafter", "md", samples=SAMPLES)
    first, between, second, after = (
        rendered.html.index(text) for text in ("Sample input 1", "between", "Sample input 2", "after")
    )
    assert first < between < second < after
    assert rendered.html.count("Sample input") == 2
    assert "<p></p>" not in rendered.html


def test_samples_are_appended() -> None:
    """What a statement does not show itself follows it, white space and all."""
    html = render("text", "md", samples=SAMPLES).html
    assert html.index("text") < html.index("<pre>1 2\n</pre>") < html.index("<pre>3\n</pre>")
    # The first line break in a pre is not the text's, so one more is there to be dropped.
    assert "<pre>\n\n&lt;4&gt;\n</pre>" in html
    assert "<pre>&amp;\n</pre>" in html


def test_samples_that_are_shown_apart_leave_anchors() -> None:
    """Without samples the page knows where each belongs, and none is appended."""
    html = render("{{nextsample}}\n\na {{nextsample}} b\n\n{{remainingsamples}}", "md").html
    assert '<div class="sample" data-index="1"></div>' in html
    assert '<div class="sample" data-index="2"></div>' in html
    assert '<div class="samples" data-from="3"></div>' in html
    assert "table" not in render("text", "md").html


def test_one_sample_too_many() -> None:
    """Asking for a sample that is not there is wrong; for the remaining ones it never is."""
    source = "{{remainingsamples}}\n\n{{remainingsamples}}\n\n{{nextsample}}"
    assert render(source, "md", samples=SAMPLES).faults == (
        "line 5: there are fewer samples than commands to show the next one",
    )


class Interactive(Sample):
    """A sample with an interaction beside its files."""

    interaction = "<1 2\n<3\n>3\n---\n< 4\n"


def test_an_interaction() -> None:
    """Turns of the two sides, and a line between passes."""
    html = render("", "md", samples=[Sample("sample/1", "", "", "<1 2\n<3\n>3\n---\n< 4\n")]).html
    rows = (
        "<tr><td><pre>1 2\n3\n</pre></td><td></td></tr><tr><td></td><td><pre>3\n</pre></td></tr>"
        '<tr><td colspan="2"><hr></td></tr><tr><td><pre>4\n</pre></td><td></td></tr>'
    )
    assert rows in html


def test_constants_do_not_grow_without_end() -> None:
    """A value of any length, any number of times, makes no statement of any length."""
    rendered = render("{{a}}\n\n" * 10000, "md", constants={"a": "x" * 10000})
    assert len(rendered.html) < 3_000_000
    assert rendered.faults == ("line 1: the constants make the statement too long",)
