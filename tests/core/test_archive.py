"""The zip of a run: what is read from it, and what is refused before anything of it is kept."""

import io
import zipfile

import pytest

from judge.archive import unzipped
from judge.config import settings
from tests.servers import forget_settings

LINK = 0o120777 << 16


def zipped(*files: tuple[str, bytes], attributes: int = 0, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip with these files; attributes: as Unix keeps them."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in files:
            entry = zipfile.ZipInfo(name)
            entry.create_system, entry.external_attr = 3, attributes
            archive.writestr(entry, content, method)
    return made.getvalue()


def test_files_in_folders() -> None:
    """Folders count for nothing, but as parts of names; bytes are bytes."""
    archive = zipped(("a", b"\0\xff"), ("f/", b""), ("./f/g/b.txt", b"x"))
    assert unzipped(archive) == {"a": b"\0\xff", "f/g/b.txt": b"x"}
    assert unzipped(zipped()) == {}


@pytest.mark.parametrize(
    ("archive", "why"),
    [
        (b"", "no zip"),
        (b"no zip at all", "no zip"),
        (zipped(("a", b"x" * 100))[:-40], "no zip"),
        (zipped(("/etc/passwd", b"")), "plain relative"),
        (zipped(("a/../../b", b"")), "plain relative"),
        (zipped(("a//b", b"")), "plain relative"),
        (zipped(("a\\b", b"")), "plain relative"),
        (zipped(("n" * 300, b"")), "plain relative"),
        (zipped(("a", b"/etc/passwd"), attributes=LINK), "no regular file"),
        (zipped(("a", b""), ("./a", b"")), "twice"),
        (zipped(("a", b""), ("a/b", b"")), "what is a file"),
        (zipped(*((str(number), b"") for number in range(1001))), "1001 files"),
        (zipped(*((f"{number}/a/b", b"") for number in range(501))), "1002 folders"),
        (zipped(("a", b"x"), method=zipfile.ZIP_BZIP2), "another method"),
        (zipped(("a", b"x"), method=zipfile.ZIP_LZMA), "another method"),
    ],
)
def test_what_is_refused(archive: bytes, why: str) -> None:
    """With a sentence that says why."""
    with pytest.raises(ValueError, match=why):
        unzipped(archive)


def test_a_zip_that_grows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever its headers say, no more is unpacked than is allowed."""
    monkeypatch.setenv("JUDGE_MAX_RUN_ARCHIVE_BYTES", "1000")
    forget_settings()
    try:
        assert settings().max_run_archive_bytes == 1000
        assert unzipped(zipped(("a", b"x" * 600), ("b", b"x" * 400)))
        with pytest.raises(ValueError, match="more than 1000 bytes"):
            unzipped(zipped(("a", b"x" * 600), ("b", b"x" * 401)))
        lying = zipped(("a", b"x" * 5000)).replace((5000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
        with pytest.raises(ValueError, match=r"1000 bytes|no zip"):
            unzipped(lying)
    finally:
        monkeypatch.undo()
        forget_settings()
