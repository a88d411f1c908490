"""Images beside a statement: they are what they are named, and SVG holds nothing but a drawing."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from judge.statements import image_faults, svg_faults

SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">{}</svg>'


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.png", b"\x89PNG\r\n\x1a\n..."),
        ("a.jpg", b"\xff\xd8\xff\xe0..."),
        ("a.jpeg", b"\xff\xd8\xff\xe1..."),
        ("a.pdf", b"%PDF-1.5\n"),
        ("a.svg", SVG.format("<path d='M0 0'/>").encode()),
    ],
)
def test_kinds(name: str, content: bytes) -> None:
    """Each kind by its name, and no other kind under that name."""
    assert image_faults(name, content) == []
    assert image_faults(name, b"") != []
    assert image_faults(name, b"<html><script>alert(1)</script></html>") != []


@pytest.mark.parametrize("name", ["a.gif", "a.html", "png", "a.png.exe", "a.PNG"])
def test_other_kinds(name: str) -> None:
    """What statements may not use is refused, whatever is in it."""
    assert image_faults(name, b"\x89PNG\r\n\x1a\n") == [
        f"{name[max(name.rfind('.'), 0) :]} is no kind of image that statements may use"
    ]


@pytest.mark.parametrize(
    "content",
    [
        "<g fill='url(#a)' style='fill: url( \"#a\" )'><use href='#b' xlink:href='#c'/></g>",
        "<image href='data:image/png;base64,AAAA'/>",
        "<style>.a { fill: red } .b { fill: url(#c) }</style><text>see url(http://a.example) for more</text>",
        "<animate attributeName='x' values='1;2'/>",
        "<a href='#top'><text>on &lt;b> &#38; on</text></a>",
    ],
)
def test_drawings(content: str) -> None:
    """References within the drawing, and images in it, are no harm."""
    assert svg_faults(SVG.format(content).encode()) == []
    prolog = (
        '<?xml version="1.0"?><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://a.example/svg11.dtd">'
    )
    assert svg_faults((prolog + SVG.format(content)).encode()) == []


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("<script>alert(1)</script>", "holds the element 'script'"),
        ("<SCRIPT/>", "holds the element 'SCRIPT'"),
        ("<x:script xmlns:x='http://www.w3.org/2000/svg'/>", "holds the element 'script'"),
        ("<foreignObject/>", "holds the element 'foreignObject'"),
        ("<b xmlns='http://www.w3.org/1999/xhtml'/>", "holds the element 'b'"),
        ("<g onload='alert(1)'/>", "holds the attribute 'onload'"),
        ("<g ONCLICK='alert(1)'/>", "holds the attribute 'onclick'"),
        ("<a href='javascript:alert(1)'/>", "refers to 'javascript:alert(1)'"),
        ("<a href=' &#106;avascript:alert(1)'/>", "refers to ' javascript:alert(1)'"),
        ("<use xlink:href='http://a.example/x.svg#a'/>", "refers to 'http://a.example/x.svg#a'"),
        ("<use xmlns:y='http://www.w3.org/1999/xlink' y:href='b.svg#a'/>", "refers to 'b.svg#a'"),
        ("<image href='//a.example/x.png'/>", "refers to '//a.example/x.png'"),
        ("<image href='data:image/svg+xml;base64,AAAA'/>", "refers to 'data:image/svg+xml;base64,AAAA'"),
        ("<g xml:base='http://a.example'/>", "refers to 'http://a.example'"),
        ("<g fill='url(http://a.example)'/>", "refers to 'url(http://a.example)'"),
        ("<g style='fill:u\\72l(http://a.example)'/>", "refers to 'fill:u\\\\72l(http://a.example)'"),
        ("<style>@import 'http://a.example'</style>", "refers to what is outside it by a style"),
        ("<style>a { b: u<!-- -->rl(http://a.example) }</style>", "refers to what is outside it by a style"),
        ("<style><![CDATA[a { b: u\\72l(c) }]]></style>", "refers to what is outside it by a style"),
        ("<set attributeName='xlink:href' to='javascript:alert(1)'/>", "changes a reference or a handler"),
        ("<set attributeName='onclick' to='alert(1)'/>", "changes a reference or a handler"),
        ("<g fill='image-set(\"a.png\" 1x)'/>", "refers to 'image-set(\"a.png\" 1x)'"),
        ("<style>a {}<g/>@import 'http://a.example'</style>", "holds an element in a style sheet"),
        ("<?xml-stylesheet href='http://a.example'?>", "holds the processing instruction 'xml-stylesheet'"),
        ("&undefined;", "is not XML: undefined entity: line 1, column 83"),
        ("<g>", "is not XML: mismatched tag: line 1, column 88"),
    ],
)
def test_what_is_no_drawing(content: str, fault: str) -> None:
    """Scripts and references to the outside, in every disguise that XML and CSS allow."""
    assert svg_faults(SVG.format(content).encode()) == [f"line 1: {fault}"]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("", "is not XML"),
        ("<svg/>", "is no SVG image"),
        ("<html xmlns='http://www.w3.org/1999/xhtml'/>", "is no SVG image"),
        ("<?xml version='1.0' encoding='utf-16'?><svg xmlns='http://www.w3.org/2000/svg'/>", "is in utf-16"),
        ("<?xml version='1.0' encoding='nonsense'?><svg/>", "is in nonsense, not in UTF-8"),
        ("<!DOCTYPE svg [<!ENTITY a 'b'>]><svg>&a;</svg>", "declares the entity 'a'"),
        ("<!DOCTYPE svg [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><svg>&a;</svg>", "declares the entity 'a'"),
        ("<!DOCTYPE svg [<!ENTITY % a SYSTEM 'file:///etc/passwd'> %a;]><svg/>", "declares the entity 'a'"),
    ],
)
def test_what_is_no_svg(content: str, fault: str) -> None:
    """Other XML, and XML that would grow or fetch something."""
    assert svg_faults(content.encode())[0].startswith(f"line 1: {fault}")


def test_a_billion_laughs() -> None:
    """Entities of entities are refused before the first is expanded."""
    entities = "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 20))
    began = time.monotonic()
    assert svg_faults(f"<!DOCTYPE svg [<!ENTITY a0 'ha'>{entities}]><svg>&a19;</svg>".encode())
    assert time.monotonic() - began < 5


def test_deep_drawings() -> None:
    """A hundred thousand groups in one another are read like any others."""
    assert svg_faults(SVG.format("<g>" * 100_000 + "</g>" * 100_000).encode()) == []


@given(
    st.binary(max_size=200)
    | st.text(max_size=200).map(lambda text: SVG.format(text).encode(errors="replace"))
)
def test_any_bytes(content: bytes) -> None:
    """Whatever a file holds, it is judged."""
    assert isinstance(svg_faults(content), list)
