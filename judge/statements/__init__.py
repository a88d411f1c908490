"""Statements of problem packages as HTML that is safe to show; nothing of the author's is run.

https://www.kattis.com/problem-package-format/spec/2025-09.html, "Problem statements". ``render`` gives a
statement to the renderer of its kind (``markdown``, ``tex``), which writes HTML of what it knows, notes what
it does not know and shows that as text. Whatever it wrote, ``cleaning`` lets only the tags, attributes and
addresses through that a statement has use for. Formulas stay TeX; ``mathml`` sets
them for the page.
"""

from judge.statements.images import image_faults
from judge.statements.rendering import Kind, Rendered, render
from judge.statements.svg import svg_faults

__all__ = ["Kind", "Rendered", "image_faults", "render", "svg_faults"]
