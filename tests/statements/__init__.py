"""Tests of statements: Markdown, LaTeX, images, and what must never come out of them."""
