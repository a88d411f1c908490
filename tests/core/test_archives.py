"""Zips of packages: what is sound is unpacked as it is, everything else is refused with its reason."""

import io
import os
import random
import stat
import struct
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from judge.errors import PackageError
from judge.packages.archives import digest, pack, unpack
from judge.packages.entries import MOST_ENTRIES
from tests.servers import forget_settings

PROBLEM = ("problem.yaml", b"name: Echo\n")
MIB = 1024 * 1024
Item = tuple[str | zipfile.ZipInfo, bytes]


def entry(name: str, mode: int = stat.S_IFREG | 0o644, method: int = zipfile.ZIP_DEFLATED) -> zipfile.ZipInfo:
    """An entry with a mode of its own, and a name that zipfile has not made harmless."""
    info = zipfile.ZipInfo("x")
    info.filename = name
    info.external_attr, info.compress_type, info.create_system = mode << 16, method, 3
    return info


def link(name: str, target: str) -> Item:
    return entry(name, stat.S_IFLNK | 0o777), target.encode()


def zipped(*items: Item) -> bytes:
    """A zip of these entries, duplicates and all."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for info, content in items:
            made.writestr(info, content)
    return file.getvalue()


def refused(content: bytes, folder: Path) -> dict[str, str]:
    """Why a zip is refused, by the entry; nothing of it is left."""
    with pytest.raises(PackageError) as caught:
        unpack(io.BytesIO(content), folder / "echo")
    assert list(folder.iterdir()) == []
    return dict(caught.value.faults)


def files(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def small_bounds(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A judge that takes zips of 1 MiB, and 100 MiB of what is in them."""
    monkeypatch.setenv("JUDGE_MAX_PACKAGE_BYTES", str(MIB))
    monkeypatch.setenv("JUDGE_MAX_UNPACKED_BYTES", str(100 * MIB))
    forget_settings()
    yield
    monkeypatch.undo()
    forget_settings()


@pytest.mark.parametrize("top", ["", "echo/", "other name/"])
def test_a_package_is_unpacked(tmp_path: Path, top: str) -> None:
    """At the root or in the only folder there, whatever it is called; a Mac's additions are left out."""
    content = zipped(
        *([(entry(top, stat.S_IFDIR | 0o755), b"")] if top else []),
        (f"{top}problem.yaml", b"name: Echo\n"),
        (entry(f"{top}data/", stat.S_IFDIR | 0o755), b""),
        (f"{top}data/secret/ä 1.in", b"1\n" * 1000),
        (entry(f"{top}build", stat.S_IFREG | 0o755), b"#!/bin/sh\n"),
        link(f"{top}data/secret/2.in", "ä 1.in"),
        link(f"{top}data/secret/3.in", f"../../{'../' + top if top else ''}data/secret/2.in"),
        ("__MACOSX/._problem.yaml", b"resource"),
    )
    folder = unpack(io.BytesIO(content), tmp_path / "echo")
    assert folder == tmp_path / "echo"
    same = b"1\n" * 1000
    assert files(folder) == {
        "problem.yaml": b"name: Echo\n", "build": b"#!/bin/sh\n",
        "data/secret/ä 1.in": same, "data/secret/2.in": same, "data/secret/3.in": same,
    }  # fmt: skip
    assert os.readlink(folder / "data/secret/3.in") == "2.in"
    assert os.access(folder / "build", os.X_OK)
    assert not os.access(folder / "problem.yaml", os.X_OK)


NAMES = {
    "/etc/passwd": "absolute",
    "C:/x": "absolute",
    "c:x": "absolute",
    "../x": "climbs out",
    "data/../../x": "climbs out",
    "data/..": "climbs out",
    "data\\x": "backslash",
    "..\\x": "backslash",
    "data//x": "empty part",
    "./x": "empty part",
    "x" * 256: "longer than",
    "ä" * 128: "longer than",
    "x/" * 513: "longer than",
}


@pytest.mark.parametrize(("name", "reason"), NAMES.items())
def test_names_that_lead_elsewhere(tmp_path: Path, name: str, reason: str) -> None:
    """Absolute and climbing paths, those of another system, and those that no file system takes."""
    assert reason in refused(zipped(PROBLEM, (entry(name), b"")), tmp_path)[name[:200]]


def test_a_name_with_a_nul(tmp_path: Path) -> None:
    """zipfile would cut it there; it is refused as it stands."""
    content = zipped(PROBLEM, ("data/x.in!y", b"")).replace(b"x.in!y", b"x.in\0y")
    assert refused(content, tmp_path) == {"data/x.in\\0y": "has a name with a NUL"}


CLASHES = {
    ("data/A.in", "data/a.in"): "only by case",
    ("data/ä", "data/a\u0308"): "form of its letters",
    ("data/straße", "data/STRASSE"): "only by case",
    ("Data/1", "data/2"): "only by case",
    ("data/1", "data/1"): "twice",
    ("data/1", "data/1/2"): "the folder of others",
}


@pytest.mark.parametrize(("names", "reason"), CLASHES.items())
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_names_that_clash(tmp_path: Path, names: tuple[str, str], reason: str) -> None:
    """What one file system keeps apart another would overwrite; so neither is unpacked."""
    for order in (names, names[::-1]):
        [fault] = refused(zipped(PROBLEM, *((name, b"") for name in order)), tmp_path).values()
        assert reason in fault


LINKS = {
    "/etc/passwd": "must be relative",
    "../../etc/passwd": "leaves the package",
    "../..": "leaves the package",
    "data\\1": "must be relative",
    "missing": "no file of the package",
    "": "no file of the package",
    "../problem.yaml/x": "no file of the package",
    "folder": "no file of the package",
    "itself": "in a circle",
    "x" * 5000: "nothing that could be a path",
}


@pytest.mark.parametrize(("target", "reason"), LINKS.items())
def test_links_that_leave_the_package(tmp_path: Path, target: str, reason: str) -> None:
    """A link may lead to another file of the package, by a relative path, and nowhere else."""
    folder = (entry("data/folder/", stat.S_IFDIR | 0o755), b"")
    content = zipped(PROBLEM, folder, link("data/itself" if target == "itself" else "data/link", target))
    faults = refused(content, tmp_path)
    assert reason in next(iter(faults.values()))


def test_nothing_is_written_through_a_link(tmp_path: Path) -> None:
    """A link that is then used as a folder is the oldest way out of an archive."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (tmp_path / "in").mkdir()
    content = zipped(PROBLEM, link("data", str(outside)), ("data/x", b"out"))
    assert refused(content, tmp_path / "in") == {"data": "is a file, and the folder of others"}
    assert list(outside.iterdir()) == []


@pytest.mark.parametrize("kind", [stat.S_IFCHR, stat.S_IFBLK, stat.S_IFIFO, stat.S_IFSOCK])
def test_devices(tmp_path: Path, kind: int) -> None:
    """A zip can name them; a package has none."""
    assert "device" in refused(zipped(PROBLEM, (entry("data/x", kind | 0o666), b"")), tmp_path)["data/x"]


def test_strange_entries(tmp_path: Path) -> None:
    """Everything that is wrong is told at once."""
    content = zipped(
        PROBLEM,
        (entry("a", method=zipfile.ZIP_LZMA), b"a"),
        (entry("b", stat.S_IFDIR | 0o755), b"content"),
        (entry("c", stat.S_IFIFO), b""),
    )
    assert list(refused(content, tmp_path)) == ["a", "b", "c"]


def test_encrypted(tmp_path: Path) -> None:
    """There is nobody to ask for a password."""
    content = bytearray(zipped(PROBLEM))
    content[6] |= 1
    content[content.rindex(b"PK\x01\x02") + 8] |= 1
    assert refused(bytes(content), tmp_path) == {"problem.yaml": "is encrypted"}


@pytest.mark.parametrize("items", [[], [("data/1.in", b"")], [("a/problem.yaml", b""), ("b/x", b"")]])
def test_a_zip_without_a_package(tmp_path: Path, items: list[Item]) -> None:
    """The part that makes it a package is missing, and is said to be."""
    assert "is missing" in refused(zipped(*items), tmp_path)["problem.yaml"]


HALVES = {
    "nothing": b"",
    "two letters": b"PK",
    "something else": b"no zip" * 1000,
    "no end": zipped(PROBLEM)[:-30],
    "no beginning": zipped(PROBLEM)[40:],
}


@pytest.mark.parametrize("content", HALVES.values(), ids=HALVES)
def test_what_is_no_zip(tmp_path: Path, content: bytes) -> None:
    """Neither are halves of one."""
    [(path, reason)] = refused(content, tmp_path).items()
    assert (path, reason.partition(": ")[0]) in [
        (".", "is no zip that can be read"),
        ("problem.yaml", "lies before the beginning of the zip, which is cut off"),
    ]


def test_too_much_comes_out(small_bounds: None, tmp_path: Path) -> None:
    """By its own word a zip unpacks to more than is allowed, or to more than its size can mean."""
    assert "MAX_UNPACKED" in refused(zipped(PROBLEM, ("x", bytes(101 * MIB))), tmp_path)["."]
    assert "times its size" in refused(zipped(PROBLEM, ("x", bytes(90 * MIB))), tmp_path)["."]
    unpack(io.BytesIO(zipped(PROBLEM, ("x", bytes(20 * MIB)))), tmp_path / "fine")


def test_too_large(small_bounds: None, tmp_path: Path) -> None:
    """The zip itself has a bound as well."""
    content = zipped(PROBLEM, ("x", random.Random(1).randbytes(MIB)))
    assert "MAX_PACKAGE_BYTES" in refused(content, tmp_path)["."]


def test_too_many_entries(tmp_path: Path) -> None:
    """A list of contents that would fill the memory is not read; a shorter one is counted."""
    many = zipped(PROBLEM, *((f"{number}", b"") for number in range(MOST_ENTRIES)))
    assert str(MOST_ENTRIES) in refused(many, tmp_path)["."]
    at = many.rindex(b"PK\x05\x06")
    listing = many[struct.unpack("<L", many[at + 16 : at + 20])[0] : at]
    longer = listing * (9 * MIB // len(listing) + 1)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 7, 7, len(longer), 0, 0)
    assert str(MOST_ENTRIES) in refused(longer + end, tmp_path)["."]


def patched(content: bytes, at_local: int, at_listed: int, value: int) -> bytes:
    """The zip with a field of four bytes changed in both headers of its last entry."""
    changed = bytearray(content)
    for start, offset in ((b"PK\x03\x04", at_local), (b"PK\x01\x02", at_listed)):
        position = content.rindex(start) + offset
        changed[position : position + 4] = struct.pack("<L", value)
    return bytes(changed)


@pytest.mark.parametrize("said", [0, 10, 999, 1001, 10 * MIB])
def test_headers_that_lie(tmp_path: Path, said: int) -> None:
    """An entry that holds more or less than its header says is refused, however the header is made."""
    content = zipped(PROBLEM, ("x", b"a" * 1000))
    assert list(refused(patched(content, 22, 24, said), tmp_path)) == ["x"]


def test_damaged_contents(tmp_path: Path) -> None:
    """A checksum that does not fit, a stream that is none."""
    content = zipped(PROBLEM, ("x", random.Random(1).randbytes(1000)))
    assert "cannot be unpacked" in refused(patched(content, 14, 16, 1), tmp_path)["x"]
    at = content.index(b"x", content.rindex(b"PK\x03\x04")) + 1
    assert "cannot be unpacked" in refused(content[:at] + b"\xff" * 200 + content[at + 200 :], tmp_path)["x"]


def test_overlapping_entries(tmp_path: Path) -> None:
    """Two entries that quote the same bytes: a few kilobytes could unpack to all that is allowed."""
    content = zipped(PROBLEM, ("x", b"a" * 5000), ("y", b"a" * 5000))
    at = content.rindex(b"PK\x01\x02")
    first = struct.pack("<L", content.index(b"PK\x03\x04", 1))
    overlapping = content[: at + 42] + first + content[at + 46 :]
    assert "overlaps another entry" in " ".join(refused(overlapping, tmp_path).values())


def written(folder: Path) -> Path:
    """A small package with a link and a program."""
    (folder / "data").mkdir(parents=True)
    (folder / "problem.yaml").write_text("name: Echo\n")
    (folder / "data" / "1.in").write_text("1\n")
    (folder / "data" / "2.in").symlink_to("1.in")
    (folder / "build").write_text("#!/bin/sh\n")
    (folder / "build").chmod(0o700)
    return folder


def packed(folder: Path) -> bytes:
    file = io.BytesIO()
    pack(folder, file)
    return file.getvalue()


def test_packed_and_unpacked_it_is_the_same(tmp_path: Path) -> None:
    """Names, contents, links and who may execute what; times and owners are left out."""
    folder = written(tmp_path / "one")
    again = unpack(io.BytesIO(packed(folder)), tmp_path / "two")
    assert files(again) == files(folder)
    assert os.readlink(again / "data" / "2.in") == "1.in"
    os.utime(again / "problem.yaml", (0, 0))
    assert packed(again) == packed(folder)
    assert digest(again) == digest(folder)


CHANGES: list[Callable[[Path], object]] = [
    lambda folder: (folder / "problem.yaml").write_text("name: echo\n"),
    lambda folder: (folder / "problem.yaml").rename(folder / "problem.yml"),
    lambda folder: (folder / "build").chmod(0o600),
    lambda folder: (folder / "new").write_text(""),
    lambda folder: (folder / "data" / "2.in").unlink(),
    lambda folder: ((folder / "data" / "2.in").unlink(), (folder / "data" / "2.in").write_text("1\n")),
]


@pytest.mark.parametrize("change", CHANGES)
def test_any_change_makes_another_digest(tmp_path: Path, change: Callable[[Path], object]) -> None:
    """A version is told by all of its files."""
    folder = written(tmp_path / "one")
    before = digest(folder)
    change(folder)
    assert digest(folder) != before


SOUND = zipped(PROBLEM, ("data/1.in", b"1\n" * 100), link("data/2.in", "1.in"))


@given(st.lists(st.tuples(st.integers(0, len(SOUND) - 1), st.integers(0, 255)), min_size=1, max_size=8))
def test_whatever_is_changed_it_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[int, int]]
) -> None:
    """No zip makes anything but a package below its folder, or a list of faults."""
    content = bytearray(SOUND)
    for position, value in changes:
        content[position] = value
    above = tmp_path_factory.mktemp("changed")
    expected = ["echo"]
    try:
        unpack(io.BytesIO(bytes(content)), above / "echo")
    except PackageError:
        expected = []
    assert [path.name for path in above.iterdir()] == expected
