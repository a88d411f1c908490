"""What makes an SVG image unfit to be shown: scripts, and references to anything outside it."""

import re
from xml.parsers import expat

_SVG = "http://www.w3.org/2000/svg"
_FORBIDDEN = "script foreignobject iframe object embed audio video canvas handler listener link meta"
_ANIMATIONS = "set animate animatetransform animatemotion animatecolor"
_MAX_FAULTS = 100
_INNER = re.compile(r"\s*(?:#|data:image/(?:png|jpeg|gif|webp);base64,)", re.I)
# Backslashes spell CSS words so that they are not recognised.
_OUTER_STYLE = re.compile(
    r"@import|\\|image-set\(|\b(?:image|src)\("
    r"|url\(\s*+[\"']?+\s*+(?!#|data:image/(?:png|jpeg|gif|webp);base64,)",
    re.I,
)


def svg_faults(content: bytes) -> list[str]:
    """Why an SVG image is refused; empty where it may be shown. No entity is expanded, nothing is fetched."""
    return _Inspection().inspect(content)


class _Inspection:
    """One reading of one image, in which no fault but ill-formed XML ends the reading."""

    def __init__(self) -> None:
        self.faults: list[str] = []
        self.parser = expat.ParserCreate("UTF-8", " ")
        self.parser.XmlDeclHandler = self.declaration
        self.parser.StartElementHandler = self.element
        self.parser.EntityDeclHandler = self.entity
        self.parser.ProcessingInstructionHandler = self.instruction
        self.parser.CharacterDataHandler = self.text
        self.parser.EndElementHandler = self.end
        self.seen_root = False
        self.style: list[str] | None = None  # the text of the style sheet being read

    def inspect(self, content: bytes) -> list[str]:
        try:
            self.parser.Parse(content, True)
        except _EntityError:
            pass  # noted; what follows would have to be expanded
        except expat.ExpatError as error:
            self.fault(f"is not XML: {error}")
        return self.faults

    def fault(self, message: str) -> None:
        note = f"line {self.parser.CurrentLineNumber}: {message}"
        if len(self.faults) < _MAX_FAULTS and note not in self.faults:
            self.faults.append(note)

    def declaration(self, _: str, encoding: str | None, __: int) -> None:
        """A browser that takes another encoding would see another text."""
        if encoding and encoding.lower() != "utf-8":
            self.fault(f"is in {encoding}, not in UTF-8")

    def entity(self, name: str, *_: object) -> None:
        self.fault(f"declares the entity {name!r}")
        raise _EntityError

    def instruction(self, target: str, _: str) -> None:
        self.fault(f"holds the processing instruction {target!r}")

    def element(self, tag: str, attributes: dict[str, str]) -> None:
        namespace, _, name = tag.rpartition(" ")
        if not self.seen_root and (namespace, name) != (_SVG, "svg"):
            self.fault("is no SVG image")
        self.seen_root = True
        if self.style is not None:
            self.fault("holds an element in a style sheet")
        elif name.lower() == "style":
            self.style = []
        if name.lower() in _FORBIDDEN.split() or "xhtml" in namespace.lower():
            self.fault(f"holds the element {name!r}")
        for key, value in attributes.items():
            self.attribute(name.lower(), key.rpartition(" ")[2].lower(), value)

    def attribute(self, element: str, name: str, value: str) -> None:
        if name.startswith("on"):
            self.fault(f"holds the attribute {name!r}")
        elif name in ("href", "src", "base") and not _INNER.match(value):
            self.fault(f"refers to {value[:80]!r}")
        elif (
            element in _ANIMATIONS.split() and name == "attributename" and re.search("href|^on", value, re.I)
        ):
            self.fault("changes a reference or a handler")
        elif _OUTER_STYLE.search(value) and ("(" in value or name == "style"):
            self.fault(f"refers to {value[:80]!r}")

    def text(self, text: str) -> None:
        if self.style is not None:
            self.style.append(text)

    def end(self, _: str) -> None:
        if self.style and _OUTER_STYLE.search("".join(self.style)):
            self.fault("refers to what is outside it by a style")
        self.style = None


class _EntityError(Exception):
    """An entity is declared: reading ends before it could be expanded."""
