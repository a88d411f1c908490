"""LaTeX's tables: their columns, cells over several columns or rows, and lines."""

import re
from collections.abc import Iterator
from functools import partial

from judge.statements.tex.pieces import Piece, block, phrase
from judge.statements.tex.reader import Cell, Commands, Environments, Reader
from judge.statements.tex.source import Token

_MOST = 100  # columns or rows that a cell may cover, and columns of a table
_ALIGNMENTS = {"l": "left", "c": "center", "r": "right", "p": "left", "m": "left", "b": "left", "X": "left"}
_LINES = {"hline": 0, "toprule": 0, "midrule": 0, "bottomrule": 0, "cline": 1, "cmidrule": 1}
_ENDS = ("&", "\\\\", "\\tabularnewline")


def alignments(columns: str) -> list[str]:
    """How each column is aligned, from a table's argument."""
    columns = re.sub(
        r"\*\s*\{\s*(\d{1,3})\s*\}\s*\{([^{}]*)\}",
        lambda found: found[2] * min(int(found[1]), _MOST),
        columns,
    )
    columns = re.sub(r"[@!><]\s*\{(?:[^{}]|\{[^{}]*\})*\}|\{[^{}]*\}", "", columns)
    return [_ALIGNMENTS[letter] for letter in columns if letter in _ALIGNMENTS][:_MOST]


def _tabular(arguments: int, reader: Reader, name: str) -> list[Piece]:
    for _ in range(arguments):
        reader.raw(f"\\begin{{{name}}}")
    reader.source.raw("[", "]")
    aligned = alignments(reader.raw(f"\\begin{{{name}}}"))
    outer = reader.cell
    rows = "".join(_rows(reader, aligned))
    reader.cell = outer
    return [block(f'<table class="tabular"><tbody>\n{rows}</tbody></table>\n')]


def _rows(reader: Reader, aligned: list[str]) -> Iterator[str]:
    covered: dict[int, int] = {}  # the rows that a cell above still covers, by column
    more = True
    while more:
        row, more = _row(reader)
        cells = "".join(_cells(row, aligned, covered))
        if more or any(content for _, content in row):  # the last line ends, and no other begins
            yield f"<tr>{cells}</tr>\n"


def _row(reader: Reader) -> tuple[list[tuple[Cell, str]], bool]:
    """The cells up to the end of a line, and whether one has ended."""
    row: list[tuple[Cell, str]] = []
    while True:
        reader.cell = cell = Cell()
        row.append((cell, phrase(reader.content(*_ENDS))))
        stop = reader.source.peek()
        if stop.text not in ("&", "\\", "tabularnewline"):
            return row, False
        reader.source.take()
        if stop.text != "&":
            reader.source.follows("*")
            if reader.source.text.startswith("[", reader.source.position):
                reader.source.raw("[", "]")
            return row, True


def _cells(row: list[tuple[Cell, str]], aligned: list[str], covered: dict[int, int]) -> Iterator[str]:
    column = 0
    for cell, content in row:
        if covered.get(column):
            covered[column] -= 1
            if not content:  # LaTeX has an empty cell under one of several rows, HTML none
                column += cell.columns
                continue
        align = cell.align or (aligned[column] if column < len(aligned) else "left")
        spans = "".join(
            f' {name}="{count}"'
            for name, count in (("colspan", cell.columns), ("rowspan", cell.rows))
            if count > 1
        )
        yield f'<td align="{align}"{spans}>{content}</td>'
        if cell.rows > 1:
            covered.update(dict.fromkeys(range(column, column + cell.columns), cell.rows - 1))
        column += cell.columns


def _multicolumn(reader: Reader, token: Token) -> list[Piece]:
    columns = _count(reader, token)
    align = (alignments(reader.raw(f"\\{token.text}")) or ["left"])[0]
    if reader.cell:
        reader.cell.columns, reader.cell.align = columns, align
    return reader.argument()


def _multirow(reader: Reader, token: Token) -> list[Piece]:
    reader.source.raw("[", "]")
    rows = _count(reader, token)
    if not reader.source.follows("*"):
        reader.raw("\\multirow")
    if reader.cell:
        reader.cell.rows = rows
    return reader.argument()


def _count(reader: Reader, token: Token) -> int:
    written = reader.raw(f"\\{token.text}").strip()
    if re.fullmatch(r"[1-9]\d?", written):
        return int(written)
    reader.page.fault(token.line, f"\\{token.text}: {written!r} is no number from 1 to 99")
    return 1


def _line(reader: Reader, token: Token) -> list[Piece]:
    if _LINES[token.text]:
        if reader.source.follows("("):
            reader.source.until(")")
        reader.raw(f"\\{token.text}")
    return []


CELLS: Commands = {
    **dict.fromkeys(_LINES, _line),
    "multicolumn": _multicolumn,
    "multicol": _multicolumn,
    "multirow": _multirow,
}
TABLES: Environments = {
    "tabular": partial(_tabular, 0),
    "tabular*": partial(_tabular, 1),
    "tabularx": partial(_tabular, 1),
}
