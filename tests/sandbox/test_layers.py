"""The layers of isolation: told one by one, and fatal when missing."""

import errno
import os
import pickle
from pathlib import Path

import pytest

from judge.sandbox import Layer, SandboxError, hierarchy, identity, layers, link
from judge.sandbox.checkup import MADE_WITH_THE_BOX


def test_all_needed_layers(found_layers: list[Layer], mode: str) -> None:
    """Here every needed layer is there, and the cgroup exactly where its folders can be written."""
    assert [layer for layer in found_layers if layer.needed and not layer.ok] == []
    names = [layer.name for layer in found_layers]
    assert {"user namespace", "seccomp", "rlimits", "no_new_privs", "cgroup memory"} <= set(names)
    for layer in found_layers:
        if layer.name.startswith("cgroup ") and not layer.needed:
            expected = mode == "self" and layer.name.removeprefix("cgroup ") in hierarchy.find().folders
            assert layer.ok is expected
            assert layer.ok or (layer.detail and layer.mend)


def test_a_layer_that_fails_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """When a box cannot be made, its layer is not ok, those before it are, and nothing after it was tried."""

    class Broken:
        def __init__(self) -> None:
            raise SandboxError("network namespace", "Operation not permitted", "allow it")

    monkeypatch.setattr("judge.sandbox.checkup.Box", Broken)
    found = {layer.name: layer for layer in layers()}
    assert not found["network namespace"].ok
    assert found["network namespace"].mend == "allow it"
    assert found["pid namespace"].ok
    assert not found["seccomp"].ok
    assert set(MADE_WITH_THE_BOX) <= set(found)


def test_an_agent_that_is_not_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Who has not compiled it gets no box, and is told by which command."""
    monkeypatch.setattr(link, "AGENT", tmp_path / "box-agent")
    found = layers()
    assert (found[0].name, found[0].ok) == ("agent", False)
    assert "make judge/sandbox/box-agent" in found[0].mend
    assert not any(layer.ok for layer in found if layer.needed)


def test_an_unknown_failure_is_told_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """A failure outside the list stands first, and nothing counts as made."""

    class Broken:
        def __init__(self) -> None:
            raise SandboxError("cgroup", "No space left on device")

    monkeypatch.setattr("judge.sandbox.checkup.Box", Broken)
    found = layers()
    assert found[0].name == "cgroup"
    assert not any(layer.ok for layer in found if layer.needed)


@pytest.mark.parametrize(
    ("id_map", "first", "last"),
    [
        ("0 0 4294967295", 1879113728, 1883308031),
        ("0 100000 65536", 64512, 65511),
        ("0 1000 1\n1 100000 65536", 64513, 65512),
    ],
)
def test_spare_ids(id_map: str, first: int, last: int) -> None:
    """The spare range where it is mapped, otherwise the upper end of what is."""
    found = identity.spare_ids(id_map)
    assert (found[0], found[-1]) == (first, last)


def test_no_spare_id() -> None:
    """Where only one id is mapped root has nobody to become."""
    with pytest.raises(SandboxError, match="spare user id"):
        identity.spare_ids("0 1000 1")


def test_failure_has_layer_reason_and_mend() -> None:
    """The exception tells what failed, why, and what to do, and survives being pickled."""
    error = SandboxError("proc", os.strerror(errno.EPERM), "unmask it")
    again = pickle.loads(pickle.dumps(error))
    assert str(again) == "proc: Operation not permitted (unmask it)"
    assert (again.layer, again.reason, again.mend) == ("proc", "Operation not permitted", "unmask it")
