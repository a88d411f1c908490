"""A statement as the page shows it: its formulas set, and its samples in the places that it names."""

import re
from typing import Any

from flask import render_template
from markupsafe import Markup

from judge.statements.mathml import with_mathml

_PLACE = re.compile(r'<div class="samples?" data-(index|from)="(\d+)"></div>')


def shown(problem: dict[str, Any]) -> Markup:
    """The statement of a problem as the API answers it; samples that it does not place come last.

    What it is made of was cleaned when the package was read (``judge.statements.cleaning``).
    """
    samples = problem["samples"]
    placed: set[int] = set()

    def place(found: re.Match[str]) -> str:
        first = int(found[2])
        last = first if found[1] == "index" else len(samples)
        wanted = range(max(1, first), min(last, len(samples)) + 1)
        fresh = [index for index in wanted if index not in placed]
        placed.update(fresh)
        return "".join(map(sample, fresh))

    def sample(index: int) -> str:
        return render_template("_sample.html", index=index, sample=samples[index - 1])

    html = _PLACE.sub(place, with_mathml(problem["statement_html"]))
    rest = "".join(sample(index) for index in range(1, len(samples) + 1) if index not in placed)
    return Markup(html + rest)  # noqa: S704  # cleaned, and escaped by the template


def dialogue(interaction: str) -> list[tuple[str, str]]:
    """Who says what, turn by turn: ``read`` is what the program reads, ``write`` what it prints."""
    kinds = {"<": "read", ">": "write", "-": "pass"}
    turns: list[tuple[str, str]] = []
    for line in interaction.splitlines():
        kind, said = kinds.get(line[:1], ""), line[1:].removeprefix(" ")
        if kind == "pass":
            turns.append((kind, ""))
        elif kind and turns and turns[-1][0] == kind:
            turns[-1] = kind, f"{turns[-1][1]}\n{said}"
        elif kind:
            turns.append((kind, said))
    return turns
