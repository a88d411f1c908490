"""Versions of a problem: numbered, kept, and shown by what is current."""

from dataclasses import replace
from pathlib import Path

import pytest

from judge import blobs, problems, versions
from judge.blobs import digest_of
from judge.errors import NotFound, NotVerified
from judge.manifest import Group
from judge.packages import archives
from judge.packages.package import Package, Statement
from tests.servers import Servers, new_package, package_of


def changed(package: Package, **fields: object) -> Package:
    """The same package but for some fields of its manifest."""
    return replace(package, manifest=replace(package.manifest, **fields))  # type: ignore[arg-type]


def test_each_change_is_a_new_version(clean: Servers, tmp_path: Path) -> None:
    """Versions count from 1; an equal package is the version that it was, and becomes current again."""
    package = new_package(tmp_path)
    slower = changed(package, time_limit_s=2.0)
    assert problems.add(package) is True
    assert problems.add(package) is False
    assert problems.add(slower) is True
    assert [problems.get("echo").version, problems.get("echo").manifest.time_limit_s] == [2, 2.0]
    assert problems.add(package) is True
    assert problems.get("echo").version == 1
    assert [(each.number, each.is_current) for each in versions.listed("echo")] == [(2, False), (1, True)]


def test_the_files_are_kept_whole(clean: Servers, tmp_path: Path) -> None:
    """With its folder given, a package is kept as a zip, and any change of a file is a new version."""
    (tmp_path / "data").mkdir()
    package, folder = new_package(tmp_path / "data"), tmp_path / "echo"
    folder.mkdir()
    (folder / "problem.yaml").write_text("name: Echo")
    assert problems.add(package, folder=folder) is True
    assert problems.add(package, folder=folder) is False
    with versions.exported("echo") as archive:
        again = archives.unpack(archive, tmp_path / "again")
    assert archives.digest(again) == archives.digest(folder)
    for number in (None, 1):
        with pytest.raises(NotFound):
            versions.exported("other", number)
    (folder / "README").write_text("new")
    assert problems.add(package, folder=folder) is True
    assert problems.get("echo").version == 2


def test_only_what_is_verified_is_published(clean: Servers, tmp_path: Path) -> None:
    """A draft stays one, whoever asks; so does a version that is not there."""
    problems.add(new_package(tmp_path))
    problems.add(changed(new_package(tmp_path), time_limit_s=2.0))
    with pytest.raises(NotVerified, match="version 1 is draft"):
        versions.publish("echo", 1)
    versions.publish("echo", 2)  # it is current already
    for problem_id, number in (("echo", 3), ("other", 1)):
        with pytest.raises(NotFound):
            versions.publish(problem_id, number)


def test_a_page_in_the_language_that_was_asked_for(clean: Servers, tmp_path: Path) -> None:
    """Whoever wants none of those there are gets English, or else the first."""
    plain = new_package(tmp_path)
    statements = tuple(
        Statement(language, f"Echo {language}", "md", f"*{language}*") for language in ("de", "en", "sv")
    )
    problems.add(package_of("echo", plain.manifest, plain.data, statements=statements))
    echo = problems.get("echo")
    assert echo.as_json()["languages"] == ["de", "en", "sv"]
    for wanted, got in (((), "en"), (("sv",), "sv"), (("fr", "de"), "de"), (("fr",), "en")):
        shown = echo.as_json(wanted)
        assert (shown["name"], shown["statement"]) == (f"Echo {got}", f"*{got}*")
        assert shown["statement_html"] == f"<p><em>{got}</em></p>\n"


def test_what_is_shown_is_kept(clean: Servers, tmp_path: Path) -> None:
    """Figures, attachments and PDFs are among the blobs, whether they are files or were made of some."""
    plain = new_package(tmp_path)
    contents = {digest_of(content): content for content in (b"figure", b"attachment", b"%PDF")}
    figure, attachment, pdf = contents
    problems.add(
        package_of(
            "echo",
            plain.manifest,
            {**plain.data, **contents},
            figures={"a.png": figure},
            attachments={"b.txt": attachment},
            statements=(Statement("en", "Echo", "pdf", "", pdf),),
        )
    )
    pages = problems.get("echo").pages
    assert (pages.figures["a.png"].size_bytes, pages.attachments["b.txt"].size_bytes) == (6, 10)
    for digest, content in contents.items():
        with blobs.opened(digest) as file:
            assert file.read() == content
    assert pages.statement().digest == pdf


def test_what_kind_of_problem_it_is(clean: Servers, tmp_path: Path) -> None:
    """The list tells a problem with scores from one without, and how much there is to get."""
    package = new_package(tmp_path)
    problems.add(package)
    [shown] = [each.summary() for each in problems.page(limit=1)]
    assert shown["type"] == {
        "scoring": False,
        "interactive": False,
        "multi_pass": False,
        "validated": False,
    }
    assert shown["max_score"] is None
    groups = (Group("", "", most=100.0),)
    problems.add(changed(package, scoring=True, groups=groups, passes=2, languages=("c", "python3")))
    shown = problems.get("echo").as_json()
    assert (shown["type"]["scoring"], shown["type"]["multi_pass"]) == (True, True)
    assert (shown["max_score"], shown["allowed_languages"]) == (100.0, ["c", "python3"])
    assert sorted(shown["templates"]) == ["c", "python3"]
