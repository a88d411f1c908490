"""Statements in LaTeX: every command that the package format lists, and a word for every other."""

import pytest

from judge.manifest import Sample
from judge.statements import Rendered, render

IMAGES = {"cave.jpg": "/i/cave.jpg", "plan.pdf": "/i/plan.pdf"}
PIXEL = '<img src="/i/cave.jpg" alt="cave.jpg"'


def shown(source: str) -> Rendered:
    return render(source, "tex", images=IMAGES, constants={"max_n": "1000"})


@pytest.mark.parametrize(
    ("source", "html"),
    [
        # Paragraphs and characters
        ("a\nb % c\n  d\n\n\ne", "<p>a b d</p>\n<p>e</p>"),
        ("a%\n\nb", "<p>a</p>\n<p>b</p>"),
        ("a\\par b", "<p>a</p>\n<p>b</p>"),
        ("\\noindent a \\\\ b \\\\[2pt] c", "<p>a <br>\n b <br>\n c</p>"),
        ("100\\% \\& \\$ \\# \\_ \\{ \\}", "100% &amp; $ # _ { }"),
        (
            "``a'' `b' <<c>> d--e---f g~h",
            "“a” \N{LEFT SINGLE QUOTATION MARK}b\N{RIGHT SINGLE QUOTATION MARK}",
        ),
        ("``a'' <<c>> d--e---f g~h", "“a” «c» d\N{EN DASH}e—f g&nbsp;h"),
        ("a\\ldots b\\ldots{} c\\textellipsis\\ d", "a…b… c… d"),
        ("a < b > c", "a &lt; b &gt; c"),
        (
            "caf\\'e na\\\"{\\i}ve \\c{c} \\v s \\~n \\aa\\AA{} \\o{} \\ss \\H{o} \\'{\\ae} Ä",
            "café naïve ç š ñ åÅ ø ßő ǽ Ä",
        ),
        ("\\textbackslash{} \\textasciitilde", "\\ ~"),
        # Fonts
        ("\\textbf{a \\textit{b}} \\emph{c}", "<strong>a </strong><strong><em>b</em></strong> <em>c</em>"),
        ("{\\bf a} {\\it b} \\bf{c} d", "<strong>a</strong> <em>b</em> <strong>c</strong> d"),
        ("\\t{a--b} \\texttt{c} {\\tt ``d''}", "<code>a--b</code> <code>c</code> <code>``d''</code>"),
        ("\\underline{a} \\sout{b}", "<u>a</u> <s>b</s>"),
        (
            "\\textsc{a} {\\tiny b \\Huge c \\normalsize d}",
            '<span class="smallcaps">a</span> <span class="tiny">b </span>',
        ),
        ("{\\tiny b \\Huge c \\normalsize d}", '<span class="Huge">c </span>d'),
        *(
            (f"{{\\{size} a}}", f'<span class="{size}">a</span>')
            for size in ["scriptsize", "small", "large", "Large", "LARGE", "huge"]
        ),
        ("\\textbf ab", "<strong>a</strong>b"),
        ("{\\bf a\n\nb} c", "<p><strong>a</strong></p>\n<p><strong>b</strong> c</p>"),
        # Formulas
        (
            "$a<b$ and \\(c\\)",
            '<span class="math inline">a&lt;b</span> and <span class="math inline">c</span>',
        ),
        ("a $$x^2$$ b", '<p>a</p>\n<div class="math block">\nx^2\n</div>\n<p>b</p>'),
        ("\\[\nx\\]", '<div class="math block">\nx\n</div>'),
        (
            "$a \\text{ if $b$} \\$ \\\\ c$ d",
            '<span class="math inline">a \\text{ if $b$} \\$ \\\\ c</span> d',
        ),
        (
            "\\begin{align*}\na &= b\n\\end{align*}",
            '<div class="math block">\n\\begin{align*}\na &amp;= b\n\\end{align*}\n</div>',
        ),
        ("$n \\le \\constant{max_n}$ \\constant{max_n}", '<span class="math inline">n \\le 1000</span> 1000'),
        # Sections
        (
            "\\section{A} \\section*{B} \\subsection{$c$}",
            '<h2>A</h2>\n<h2>B</h2>\n<h3><span class="math inline">c</span></h3>',
        ),
        (
            "\\begin{Input}a\\end{Input}\n\\begin{Output}\nb\n\\end{Output}",
            "<h2>Input</h2>\n<p>a</p>\n<h2>Output</h2>\n<p>b</p>",
        ),
        ("\\begin{Interaction}a\\end{Interaction}", "<h2>Interaction</h2>\n<p>a</p>"),
        # Environments
        (
            "\\begin{itemize}\n\\item a\n\\item[(x)] b\n\\end{itemize}",
            "<ul>\n<li>a</li>\n<li><strong>(x)</strong> b</li>\n</ul>",
        ),
        ("\\begin{enumerate}[a)]\\item a\n\nb\\end{enumerate}", "<ol>\n<li><p>a</p>\n<p>b</p>\n</li>\n</ol>"),
        (
            "\\begin{itemize}\\item a\\begin{enumerate}\\item b\\end{enumerate}\\end{itemize}",
            "<ul>\n<li>a<ol>\n<li>b</li>\n</ol>\n</li>\n</ul>",
        ),
        ("\\begin{quote}a\\end{quote}", "<blockquote>\n<p>a</p>\n</blockquote>"),
        ("\\begin{center}a\\end{center}", '<div class="center">\n<p>a</p>\n</div>'),
        ("\\begin{verbatim}\n  a \\b % {\n\\end{verbatim}", "<pre><code>  a \\b % {\n</code></pre>"),
        (
            "\\begin{lstlisting}[language=C]\nif (a < b) {\n\\end{lstlisting}",
            "<pre><code>if (a &lt; b) {\n</code></pre>",
        ),
        ("\\verb|a_{b}%| c", "<code>a_{b}%</code> c"),
        # Tables
        (
            "\\begin{tabular}{|l|c|r|}\\hline\n"
            "a & b & $c$ \\\\ \\cline{1-2}\nd & & f \\\\ \\hline\n\\end{tabular}",
            '<tr><td align="left">a</td><td align="center">b</td>'
            '<td align="right"><span class="math inline">c</span></td></tr>\n'
            '<tr><td align="left">d</td><td align="center"></td><td align="right">f</td></tr>\n</tbody>',
        ),
        (
            "\\begin{tabular}{*{2}{c}p{3cm}@{ }}\\multicolumn{2}{r}{a} & b \\\\ c & d\\\\\\end{tabular}",
            '<tr><td align="right" colspan="2">a</td><td align="left">b</td></tr>\n'
            '<tr><td align="center">c</td><td align="center">d</td></tr>',
        ),
        (
            "\\begin{tabular}{ll}\\multirow{2}{*}{a} & b \\\\ & c \\\\ d & e\\end{tabular}",
            '<tr><td align="left" rowspan="2">a</td><td align="left">b</td></tr>\n'
            '<tr><td align="left">c</td></tr>\n'
            '<tr><td align="left">d</td><td align="left">e</td></tr>',
        ),
        # Figures
        ("\\includegraphics{cave.jpg}", f"<p>{PIXEL}></p>"),
        (
            "\\includegraphics[width=0.5\\textwidth]{cave}",
            '<img src="/i/cave.jpg" alt="cave" class="width-50">',
        ),
        ("\\includegraphics[height=1cm, width=\\linewidth]{cave.jpg}", f'{PIXEL} class="width-100">'),
        ("\\includegraphics[width=10cm]{cave.jpg}", f'{PIXEL} width="378">'),
        ("\\def \\htmlPixelsInCm {45}\n\\includegraphics[width=10cm]{cave.jpg}", f'{PIXEL} width="450">'),
        (
            "\\illustration{0.3}{cave.jpg}{A \\emph{cave}}",
            f'<figure class="illustration width-30">{PIXEL}>'
            "<figcaption>A <em>cave</em></figcaption></figure>",
        ),
        (
            "\\begin{figure}[ht]\\centering\\includegraphics{cave.jpg}\\caption{A}\\label{f}\\end{figure}",
            f"<figure><p>{PIXEL}></p>\n<figcaption>A</figcaption>\n</figure>",
        ),
        (
            "\\begin{wrapfigure}{l}{0.25\\textwidth}a\\end{wrapfigure}",
            '<figure class="illustration left width-25"><p>a</p>\n</figure>',
        ),
        # The rest
        (
            "\\url{https://a.example/b_c%20d}",
            '<a href="https://a.example/b_c%20d" rel="noopener noreferrer">https://a.example/b_c%20d</a>',
        ),
        (
            "\\href{mailto:a@b.example}{\\textbf{write}}",
            '<a href="mailto:a@b.example" rel="noopener noreferrer"><strong>write</strong></a>',
        ),
        (
            "\\epigraph{Hello}{A. N. Other}",
            '<blockquote class="epigraph"><p>Hello</p>\n<footer>A. N. Other</footer></blockquote>',
        ),
        (
            "a\\footnote{b $c$} d",
            '<sup class="footnote-ref"><a href="#fn1" id="fnref1" rel="noopener noreferrer">[1]</a></sup> d',
        ),
        (
            "a\\footnote{b $c$} d",
            '<li id="fn1" class="footnote-item"><p>b <span class="math inline">c</span> <a',
        ),
        ("\\vspace*{1cm}\\bigskip a\\hspace{2pt}b\\label{x}", "<p>ab</p>"),
    ],
)
def test_what_is_shown(source: str, html: str) -> None:
    """Each command of the subset, with nothing to complain of."""
    rendered = shown(source)
    assert html in rendered.html
    assert (rendered.faults, rendered.warnings) == ((), ())


@pytest.mark.parametrize(
    ("source", "html", "fault"),
    [
        ("a\n{b", "<p>a b</p>", "line 2: a brace is not closed"),
        ("a}\nb", "<p>a b</p>", "line 1: '}' stands where there is nothing for it to end"),
        ("a & b", "<p>a &amp; b</p>", "line 1: '&' stands where there is nothing for it to end"),
        ("a $b\n\nc", "<p>a $b</p>\n<p>c</p>", "line 1: a formula is not closed in its paragraph"),
        ("\n\\(a", "<p>\\(a</p>", "line 2: \\( is not closed"),
        ("\\begin{center}\na", "<p>a</p>", "line 1: \\begin{center} is not ended"),
        ("\\begin{verbatim}\na", "<p>a</p>", "line 1: \\begin{verbatim} is not ended"),
        (
            "\\begin{center}a\n\\end{quote}b",
            "<p>a</p>",
            "line 2: \\end{quote} ends \\begin{center} of line 1",
        ),
        ("a\\end{quote}b", "<p>ab</p>", "line 1: \\end{quote} ends nothing"),
        ("{\\begin{center}a} b", "<p>a</p>", "line 1: \\begin{center} is not ended"),
        ("\\item a", "• a", "line 1: \\item stands in no list"),
        ("\\begin{itemize}a\\item b\\end{itemize}", "<p>a</p>\n<ul>", "line 1: text stands before the first"),
        ("\\textbf", "", "line 1: a command lacks its argument"),
        ("\\includegraphics{dog}", "<em>[dog]</em>", "line 1: there is no image 'dog' beside the statement"),
        (
            "\\includegraphics{http://a.example/x.png}",
            "<em>[http",
            "line 1: the image 'http://a.example/x.png'",
        ),
        ("\\includegraphics cave", "cave", "line 1: \\includegraphics lacks an argument"),
        ("\\illustration{wide}{cave.jpg}{}", "width-30", "line 1: \\illustration: 'wide' is no part"),
        ("a\n\\constant{nobody}", "nobody", "line 2: there is no constant 'nobody'"),
        ("a\n$\\constant{nobody}$", ">nobody<", "line 2: there is no constant 'nobody'"),
        ("\\verb|a", "", "line 1: \\verb is not closed"),
        (
            "\\begin{tabular}{l}\\multirow{x}{*}{a}\\end{tabular}",
            ">a<",
            "line 1: \\multirow: 'x' is no number",
        ),
        (
            "{" * 10000 + "x" + "}" * 10000,
            "{{{{",
            "line 1: more than 50 groups and commands lie in one another",
        ),
        ("\\textbf" * 10000, "\\textbf", "line 1: more than 50"),
        ("\\begin{center}" * 10000, "\\begin{center}", "line 1: more than 50"),
        ("x" * 300000, "xxx", "line 1: the statement is longer than 262144 characters"),
    ],
)
def test_faults(source: str, html: str, fault: str) -> None:
    """What LaTeX would stumble over too is named with its line, and nothing of it is lost."""
    rendered = shown(source)
    assert html in rendered.html
    assert rendered.faults[0].startswith(fault)


@pytest.mark.parametrize(
    ("source", "html", "warning"),
    [
        (
            "a\n\\foo{b}",
            "<p>a \\foo{b}</p>",
            "line 2: the command \\foo is not known, and is shown as it stands",
        ),
        (
            "\\begin{bar}a\\end{bar}",
            "<p>\\begin{bar}a\\end{bar}</p>",
            "line 1: the environment bar is not known, and is shown as it stands",
        ),
        ("\\def\\x{y}", "<p>\\def\\x{y}</p>", "line 1: \\def is not carried out, and is shown as it stands"),
        ("\\input{/etc/passwd}", "<p>\\input{/etc/passwd}</p>", "line 1: the command \\input is not known"),
        ("\\write18{ls}", "<p>\\write18ls</p>", "line 1: the command \\write is not known"),
        ("\\'+", "\\'+", "line 1: the accent \\' is on no letter"),
        ("\\includegraphics{plan}", '<a href="/i/plan.pdf"', "line 1: the image 'plan' is a PDF"),
    ],
)
def test_warnings(source: str, html: str, warning: str) -> None:
    """What is not known is named with its line, and shown as text."""
    rendered = shown(source)
    assert html in rendered.html
    assert rendered.faults == ()
    assert rendered.warnings[0].startswith(warning)


@pytest.mark.parametrize(
    ("source", "title"),
    [
        ("\\problemname{Odd $n$ \\emph{Echo}}\na", 'Odd <span class="math inline">n</span> <em>Echo</em>'),
        ("\\problemname\na", ""),
        ("\\problemname{}a", ""),
        ("a", ""),
    ],
)
def test_a_statement_names_itself(source: str, title: str) -> None:
    """Its name is not part of its text."""
    assert shown(source).title == title
    assert shown(source).html == "<p>a</p>\n"


def test_samples() -> None:
    """Where they are asked for, and the rest at the end."""
    samples = [Sample(f"sample/{number}", f"{number}\n", "x\n") for number in (1, 2, 3)]
    html = render("a \\nextsample b \\nextsample c", "tex", samples=samples).html
    places = [html.index(text) for text in ("<p>a", "input 1", "<p>b", "input 2", "<p>c", "input 3")]
    assert places == sorted(places)
    html = render("a \\nextsample b \\remainingsamples c", "tex", samples=samples).html
    assert html.index("input 3") < html.index("<p>c")
    assert render("\\nextsample", "tex", samples=[]).faults
    assert '<div class="sample" data-index="1"></div>' in render("\\nextsample", "tex").html
