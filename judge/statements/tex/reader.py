"""Reading LaTeX into pieces: text, groups and formulas here, commands and environments by their tables."""

import html
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from judge.statements.page import MATH_BLOCK, MATH_INLINE, Page
from judge.statements.tex.pieces import BREAK, LIGATURES, Piece, block, letters, text
from judge.statements.tex.source import Source, Token

MAX_DEPTH = 50
_CONSTANT = re.compile(r"\\constant\s*\{\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*\}")


class TooDeep(Exception):
    """Groups, arguments or environments lie in one another deeper than anyone would write them."""


@dataclass
class Cell:
    """A table's cell while it is read."""

    columns: int = 1
    rows: int = 1
    align: str = ""


class Reader:
    """One reading of one statement. ``styles`` are those of the group at the cursor."""

    def __init__(
        self, source: Source, page: Page, commands: "Commands", environments: "Environments"
    ) -> None:
        self.source = source
        self.page = page
        self.styles: tuple[str, ...] = ()
        self.title: list[Piece] = []
        self.footnotes: list[str] = []
        self.cell: Cell | None = None
        self.pixels_in_cm = 37.8
        self._commands = commands
        self._environments = environments
        self._depth = 0

    def content(self, *stops: str) -> list[Piece]:
        """Everything up to one of ``stops`` or to the end of what encloses it, which is left at the cursor.

        Stops are marks, or commands with their backslash. Raises TooDeep.
        """
        outer = self.styles
        self._deeper()
        pieces: list[Piece] = []
        while not self._ends(token := self.source.peek(), stops):
            self.source.take()
            pieces += self._read(token)
        self._depth -= 1
        self.styles = outer
        return pieces

    def argument(self, *styles: str) -> list[Piece]:
        """A command's argument: a group, or else one token."""
        self.source.skip_space()
        token = self.source.peek()
        if token.kind in ("end", "paragraph") or token.text in ("}", "end"):
            self.page.fault(token.line, "a command lacks its argument")
            return []
        outer, self.styles = self.styles, (*self.styles, *styles)
        self._deeper()
        pieces = self._read(self._one(token))
        self._depth -= 1
        self.styles = outer
        return pieces

    def raw(self, command: str) -> str:
        """A command's argument as it stands; that it is missing is noted."""
        found = self.source.raw()
        if found is None:
            self.page.fault(self.source.line, f"{command} lacks an argument")
        return found or ""

    def part(self, content: str, line: int) -> list[Piece]:
        """What was taken as it stood, read after all."""
        outer, self.source = self.source, Source(content, line)
        pieces = self.content()
        while self.source.peek().kind != "end":  # an end of nothing within
            pieces += self._read(self.source.take())
        self.source = outer
        return pieces

    def inline(self, content: str) -> list[Piece]:
        """Inline HTML in the present styles."""
        return [Piece("inline", content, self.styles)]

    def formula(self, tex: str, *, display: bool) -> list[Piece]:
        """A formula, as TeX."""
        content = html.escape(_CONSTANT.sub(lambda found: self.constant(found[1]), tex), quote=False)
        return (
            [block(MATH_BLOCK.format(content.strip()))]
            if display
            else self.inline(MATH_INLINE.format(content))
        )

    def as_written(self, token: Token) -> list[Piece]:
        """A command as text, with what stands in braces behind it."""
        pieces = [text(f"\\{token.text}", self.styles)]
        while self.source.text.startswith("{", self.source.position):
            pieces += [text("{", self.styles), *self.argument(), text("}", self.styles)]
        return pieces

    def constant(self, name: str) -> str:
        """The value of a constant; that there is none is noted."""
        if name not in self.page.constants:
            self.page.fault(self.source.line, f"there is no constant {name!r}")
        return self.page.constants.get(name, name)

    def _deeper(self) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise TooDeep

    def _ends(self, token: Token, stops: tuple[str, ...]) -> bool:
        if token.kind == "end":
            return True
        if token.kind == "command":
            return "\\" + token.text in stops or (token.text == "end" and self._depth > 1)
        return token.kind == "mark" and (token.text in stops or (token.text == "}" and self._depth > 1))

    def _one(self, token: Token) -> Token:
        """Take a token, or only its first letter, which is all that an argument without braces is."""
        self.source.take()
        if token.kind != "text" or token.text in LIGATURES:
            return token
        self.source.position -= len(token.text) - 1
        return token._replace(text=token.text[0])

    def _read(self, token: Token) -> list[Piece]:
        """The pieces of a token that has been taken, and of what belongs to it."""
        if token.kind == "command":
            return self._command(token)
        if token.kind == "formula":
            return self._formula(token)
        if token.kind == "paragraph":
            return [BREAK]
        if token.text == "{":
            return self._group(token)
        if token.text in ("}", "&"):
            self.page.fault(token.line, f"{token.text!r} stands where there is nothing for it to end")
            return [] if token.text == "}" else self.inline("&amp;")
        if token.kind == "space":
            return self.inline(" ")
        return [letters(token.text, self.styles)]

    def _group(self, token: Token) -> list[Piece]:
        pieces = self.content("}")
        if self.source.peek().text == "}":
            self.source.take()
        else:
            self.page.fault(token.line, "a brace is not closed")
        return pieces

    def _formula(self, token: Token) -> list[Piece]:
        tex = self.source.formula(token.text)
        if tex is None:
            self.page.fault(token.line, "a formula is not closed in its paragraph")
            return self.inline(token.text)
        return self.formula(tex, display=token.text == "$$")

    def _command(self, token: Token) -> list[Piece]:
        if token.text in ("begin", "end"):
            return self._environment(token)
        if token.text not in self._commands:
            self.page.warn(token.line, f"the command \\{token.text} is not known, and is shown as it stands")
            return self.as_written(token)
        return self._commands[token.text](self, token)

    def _environment(self, token: Token) -> list[Piece]:
        name = self.raw(f"\\{token.text}")
        if token.text == "end":
            self.page.fault(token.line, f"\\end{{{name}}} ends nothing")
            return []
        if name in self._environments:
            pieces = self._environments[name](self, name)
        else:
            self.page.warn(token.line, f"the environment {name} is not known, and is shown as it stands")
            pieces = [text(f"\\begin{{{name}}}"), *self.content(), text(f"\\end{{{name}}}")]
        self.end(name, token.line)
        return pieces

    def end(self, name: str, line: int) -> None:
        """Take the end of an environment; that it is another's or missing is noted."""
        if self.source.peek()[:2] != ("command", "end"):
            self.page.fault(line, f"\\begin{{{name}}} is not ended")
            return
        self.source.take()
        if (ended := self.source.raw()) != name:
            self.page.fault(self.source.line, f"\\end{{{ended}}} ends \\begin{{{name}}} of line {line}")


Commands = Mapping[str, Callable[[Reader, Token], list[Piece]]]
Environments = Mapping[str, Callable[[Reader, str], list[Piece]]]
