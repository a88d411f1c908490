"""Files on their way into /code: by plain names, past no link, within bounds."""

from collections.abc import Callable

import pytest

from judge.sandbox import Box

from .conftest import LIMITS, shell


def test_files_and_folders(box: Box) -> None:
    """Files arrive byte for byte, folders are made for them, and a later file replaces an earlier one."""
    box.put({"a": b"\0\xff", "d/e/f.txt": b"deep", "ü b": b"x"})
    box.put({"a": b"new", "g/": b""})
    found = shell(box, "cd /code; find . -type f | sort; cat a d/e/f.txt; rmdir g")
    assert found == "./a\n./d/e/f.txt\n./ü b\nnewdeep"


@pytest.mark.parametrize("name", ["", "/a", "../a", "a/../b", "a//b", ".", "/", "a//", "a\0b", "x" * 256])
def test_names_that_lead_elsewhere(box: Box, name: str) -> None:
    """A name that is no plain relative path is a ValueError, before anything is written."""
    with pytest.raises(ValueError, match="name"):
        box.put({"first": b"", name: b""})
    assert shell(box, "ls -A /code") == ""


def test_a_folder_holds_nothing(box: Box) -> None:
    """Contents for a folder's name are a ValueError."""
    with pytest.raises(ValueError, match="folder"):
        box.put({"a/": b"x"})


@pytest.mark.parametrize("target", ["/usr/bin/sh", "/code/other", "/tmp/x", "/etc/passwd"])
def test_planted_link_is_replaced(box: Box, target: str) -> None:
    """A link that a program planted under the name of a file is not written through."""
    shell(box, f"ln -s {target} /code/file; echo old > /code/other; ln /code/other /code/hard")
    box.put({"file": b"new", "hard": b"new"})
    assert shell(box, "cat /code/file /code/hard /code/other") == "newnewold\n"
    assert shell(box, "find /code -type l") == ""


def test_bounds(new_box: Callable[..., Box]) -> None:
    """/code holds so many bytes and files, whoever writes them."""
    box = new_box(code_bytes=1 << 20, code_files=20)
    with pytest.raises(ValueError, match="bytes"):
        box.put({"a": bytes((1 << 20) + 1)})
    assert "No space" in shell(box, "head -c 2000000 /dev/zero 2>&1 > /code/x; rm /code/x")
    box.run(["sh", "-c", "cd /code; touch $(seq 30)"], LIMITS)
    assert shell(box, "ls /code | wc -l") == "20\n"


@pytest.mark.parametrize("kwargs", [{"code_bytes": 0}, {"code_files": -1}])
def test_no_bound_is_refused(kwargs: dict[str, int]) -> None:
    """A box without bounds is a ValueError."""
    with pytest.raises(ValueError, match="greater than zero"):
        Box(**kwargs)
