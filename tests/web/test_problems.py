"""What is shown of a problem: its statement in the reader's language, and files that can do no harm."""

from dataclasses import replace
from pathlib import Path

import pytest
import requests

from judge import problems, workers
from judge.blobs import digest_of
from judge.packages.package import Package, Statement
from tests.conftest import Running
from tests.servers import new_package, package_of
from tests.web.test_refusals import refused

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
NOTES, PDF = b"some notes " * 1000, b"%PDF-1.7 and so on"
BYTES = {digest_of(content): content for content in (SVG, NOTES, PDF)}


@pytest.fixture
def shown(web: Running, tmp_path: Path) -> Running:
    """A problem with all that can be shown."""
    new_shown_problem(tmp_path)
    return web


def new_shown_problem(folder: Path) -> None:
    svg, notes, pdf = BYTES
    plain = new_package(folder)
    problems.add(
        package_of(
            "echo",
            plain.manifest,
            {**plain.data, **BYTES},
            figures={"a.svg": svg, "b.html": svg},
            attachments={"ö/notes.txt": notes, "page.html": svg},
            statements=(
                Statement("de", "Echo de", "md", "*de*"),
                Statement("en", "Echo en", "md", "*en*"),
                Statement("sv", "Echo sv", "pdf", "", pdf),
            ),
        )
    )


@pytest.mark.parametrize(
    ("query", "header", "language"),
    [
        ("", "", "en"),
        ("?language=de", "", "de"),
        ("?language=de", "sv", "de"),
        ("?language=fr", "", "en"),
        ("", "fr;q=0.9, sv;q=0.5", "sv"),
        ("", "de-AT, en;q=0.5", "de"),
        ("", "de;q=0, *", "en"),
        ("", "\xff;;;q=x", "en"),
    ],
)
def test_a_statement_in_the_readers_language(shown: Running, query: str, header: str, language: str) -> None:
    """As asked for in the address, or else by the browser; English where there is neither."""
    headers = {"Accept-Language": header.encode("latin-1")} if header else {}
    response = shown.request("GET", f"/problems/echo{query}", headers=headers)
    problem = response.json()
    assert (problem["statement_language"], problem["name"]) == (language, f"Echo {language}")
    assert response.headers["Content-Language"] == language
    assert "Accept-Language" in response.headers["Vary"]
    assert problem["languages"] == ["de", "en", "sv"]
    assert (problem["statement_pdf"] is not None) == (language == "sv")


def fetched(judge: Running, path: str, content: bytes) -> requests.Response:
    """A file that must be there, with what all of them have; asked again, nothing is sent."""
    response = judge.request("GET", path)
    assert (response.status_code, response.content) == (200, content)
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Length"] == str(len(content))
    etag = response.headers["ETag"]
    assert etag == f'"{digest_of(content)}"'
    again = judge.request("GET", path, headers={"If-None-Match": etag})
    assert (again.status_code, again.content) == (304, b"")
    assert judge.request("HEAD", path).headers["Content-Length"] == str(len(content))
    return response


def test_figures(shown: Running) -> None:
    """A picture is a picture, and what is none is not shown as anything."""
    response = fetched(shown, "/problems/echo/figures/a.svg", SVG)
    assert response.headers["Content-Type"] == "image/svg+xml"
    assert response.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    page = fetched(shown, "/problems/echo/figures/b.html", SVG)
    assert page.headers["Content-Type"] == "application/octet-stream"
    for name in ("c.svg", "..%2fa.svg", "%00"):
        refused(shown.request("GET", f"/problems/echo/figures/{name}"), 404)
    refused(shown.request("GET", "/problems/other/figures/a.svg"), 404)


def test_attachments(shown: Running) -> None:
    """Listed with their sizes and addresses; a browser saves them and opens none."""
    listed = shown.get("/problems/echo")["attachments"]
    assert [(each["name"], each["size_bytes"]) for each in listed] == [
        ("page.html", len(SVG)),
        ("ö/notes.txt", len(NOTES)),
    ]
    for each, content in zip(listed, (SVG, NOTES), strict=True):
        response = fetched(shown, each["url"], content)
        assert response.headers["Content-Disposition"].startswith("attachment; ")
        assert response.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"


def test_a_statement_that_is_a_pdf(shown: Running) -> None:
    """Where that language has one."""
    url = shown.get("/problems/echo?language=sv")["statement_pdf"]
    assert fetched(shown, url, PDF).headers["Content-Type"] == "application/pdf"
    refused(shown.request("GET", "/problems/echo/statement.pdf?language=en"), 404)


def submitted(judge: Running, language: str) -> requests.Response:
    body = {"problem_id": "echo", "language": language, "code": "x"}
    return judge.request("POST", "/submissions", json=body)


def test_only_allowed_languages_are_taken(web: Running, tmp_path: Path) -> None:
    """A problem may allow some languages only, and says which."""
    package: Package = new_package(tmp_path)
    problems.add(replace(package, manifest=replace(package.manifest, languages=("c", "cpp"), code_bytes=10)))
    specs = [{"id": id_, "source": f"main.{id_}", "extensions": [f".{id_}"]} for id_ in ("python3", "c")]
    workers.register("celery@gone", slots=1, sandbox="none", languages=specs)
    [error] = refused(submitted(web, "python3"), 422)["errors"]
    assert error == {"pointer": "/language", "detail": "this problem allows only: c, cpp"}
    assert submitted(web, "c").status_code == 202
    long = {"problem_id": "echo", "language": "c", "code": "x" * 11}
    [error] = refused(web.request("POST", "/submissions", json=long), 422)["errors"]
    assert error["pointer"] == "/code"
