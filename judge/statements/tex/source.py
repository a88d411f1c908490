"""LaTeX source read a token at a time, or as it stands where a command wants its argument so."""

import re
from typing import NamedTuple

from judge.statements.lines import Lines

_ARGUMENT_CHARACTERS = 4000  # of an argument taken as it stands; bounds what a missing brace costs
_TOKEN = re.compile(
    r"""(?P<comment> %[^\n]*+ (?: \n (?![ \t]*+\n) [ \t]*+ )? )
    | (?P<command> \\ (?: [a-zA-Z]++ (?: [ \t]*+ (?: \n (?![ \t]*+\n) [ \t]*+ )? ) | [\s\S] ) )
    | (?P<paragraph> [ \t]*+ \n [ \t]*+ \n \s*+ )
    | (?P<space> [ \t\n]++ )
    | (?P<formula> \$\$? )
    | (?P<mark> [{}&\[\]] )
    | (?P<text> ---? | ``? | ''? | << | >> | [^\\%{}$&\[\]~\-`'<>\s]++ | [\s\S] )""",
    re.VERBOSE,
)
_BALANCE = {"{": re.compile(r"\\[\s\S]|[{}]"), "[": re.compile(r"\\[\s\S]|[{}\[\]]")}
_TEXT = r"\\(?:text|textrm|textbf|textit|texttt|mbox|hbox)\s*\{[^{}]*+\}"
_NESTED = rf"(?:{_TEXT}|\\[\s\S]|[^$\\\n]++|\n(?![ \t]*+\n))*+"
_FORMULA_ENDS = {"$": re.compile(rf"({_NESTED})\$"), "$$": re.compile(rf"({_NESTED})\$\$")}


class Token(NamedTuple):
    """``kind``: command, paragraph, space, formula, mark, text or end. A command is without its backslash."""

    kind: str
    text: str
    line: int


class Source:
    """A cursor in a text. Every step costs no more than what it reads."""

    def __init__(self, text: str, line: int = 1) -> None:
        self.text = text
        self.position = 0
        self._lines = Lines(text, line)
        self._absent: set[str] = set()

    @property
    def line(self) -> int:
        """The line at the cursor."""
        return self._lines.at(self.position)

    def peek(self) -> Token:
        """The token at the cursor."""
        position = self.position
        token = self.take()
        self.position = position
        return token

    def take(self) -> Token:
        """The token at the cursor, and the cursor moves behind it and behind comments before it."""
        while found := _TOKEN.match(self.text, self.position):
            line = self.line
            self.position = found.end()
            kind = str(found.lastgroup)
            if kind == "command":
                word = found[0][1:]
                return Token(kind, word.rstrip() or " ", line)
            if kind != "comment":
                return Token(kind, found[0], line)
        return Token("end", "", self.line)

    def follows(self, text: str) -> bool:
        """Whether a text stands at the cursor, which then moves behind it."""
        if not self.text.startswith(text, self.position):
            return False
        self.position += len(text)
        return True

    def skip_space(self) -> None:
        """Move behind white space and comments that end no paragraph."""
        while self.peek().kind == "space":
            self.take()

    def raw(self, opening: str = "{", closing: str = "}") -> str | None:
        """A balanced argument as it stands, without its braces; None where there is none."""
        start = self.position
        self.skip_space()
        if not self.follows(opening):
            self.position = start
            return None
        depth = 0
        begin = self.position
        for found in _BALANCE[opening].finditer(self.text, begin, begin + _ARGUMENT_CHARACTERS):
            if found[0] == closing and depth == 0:
                self.position = found.end()
                return self.text[begin : found.start()]
            if found[0] == "[" and depth == 0:  # no option has one in it
                break
            depth += {"{": 1, "}": -1}.get(found[0], 0)
        self.position = start
        return None

    def until(self, closing: str) -> str | None:
        """What stands before the next ``closing``, behind which the cursor moves; or None."""
        end = -1 if closing in self._absent else self.text.find(closing, self.position)
        if end < 0:
            self._absent.add(closing)
            return None
        begin, self.position = self.position, end + len(closing)
        return self.text[begin:end]

    def formula(self, closing: str) -> str | None:
        """A formula up to its closing dollars, over those of text within it, in the same paragraph."""
        found = _FORMULA_ENDS[closing].match(self.text, self.position)
        if not found:
            return None
        self.position = found.end()
        return found[1]
