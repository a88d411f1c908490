"""What tests are told: their arguments and those of validators, inherited by groups and said by tests."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any

from pydantic import BeforeValidator

from judge.packages.gathering import Found
from judge.packages.reading import Reading, Shape
from judge.packages.values import Text, Texts
from judge.packages.version import Version

InputArgs = tuple[str, ...] | Mapping[str, tuple[str, ...]]
"""For every input validator, or for each by its name; those that are not named have none."""


def _input_args(value: Any) -> Any:
    if isinstance(value, str):
        raise ValueError("must be a sequence of texts, as in [one, two], or a map of validators to such")
    return value


class Args(Shape):
    """The arguments that a group's file and a test's file may both give; None where they are not given."""

    args: Texts | None = None
    input_validator_args: Annotated[Texts | dict[Text, Texts], BeforeValidator(_input_args)] | None = None
    output_validator_args: Texts | None = None
    input_visualizer_args: Texts | None = None
    output_visualizer_args: Texts | None = None
    full_feedback: bool | None = None


class TestYaml(Args):
    """A test's own file; hints and descriptions change no verdict."""

    __test__ = False  # for pytest, which collects by name

    hint: Text | None = None
    description: Text | None = None


@dataclass(frozen=True)
class Settings:
    """What a test is told, and ``source``, the file that tells the output validator."""

    args: tuple[str, ...] = ()
    input_args: InputArgs = ()
    output_args: tuple[str, ...] = ()
    source: str = "data"

    def under(self, path: str, given: Args) -> "Settings":
        """With what a file gives in the place of what has been inherited."""
        changed: dict[str, Any] = {}
        if given.args is not None:
            changed["args"] = given.args
        if given.input_validator_args is not None:
            changed["input_args"] = given.input_validator_args
        if given.output_validator_args is not None:
            changed |= {"output_args": given.output_validator_args, "source": path}
        return replace(self, **changed)


def of_test(reading: Reading, test: Found, inherited: Settings) -> Settings:
    """What one test is told: its own file stands above its group's."""
    settings = inherited
    own: dict[Any, Any] = {}
    if ".yaml" in test.parts:
        path = test.path(".yaml")
        own = split_in_draft(reading, reading.document(path, test.parts[".yaml"]) or {})
        shape = reading.shaped(path, own, TestYaml)
        if shape:
            settings = settings.under(path, shape)
            if shape.full_feedback and not test.name.startswith("sample/"):
                reading.warn(path, "full_feedback: this judge shows nothing of secret tests")
    return _with_args_file(reading, test, settings, "args" in own)


def _with_args_file(reading: Reading, test: Found, settings: Settings, also_in_yaml: bool) -> Settings:
    """``.args`` was one line of shell words in drafts, and is so in packages of contest systems."""
    if ".args" not in test.parts:
        return settings
    path = test.path(".args")
    if also_in_yaml:
        reading.fault(path, f"contradicts args in {test.path('.yaml')}: keep one of them")
    if reading.version is Version.CURRENT:
        reading.warn(path, "is read, though format 2025-09 wants args in the test's .yaml")
    try:
        return replace(settings, args=tuple(shlex.split(reading.text(path, test.parts[".args"]))))
    except ValueError as error:
        reading.fault(path, f"cannot be split into words: {error}")
        return settings


def split_in_draft(reading: Reading, document: Mapping[Any, Any]) -> dict[Any, Any]:
    """A document in which drafts' arguments, which were one text of words, are sequences."""
    if reading.version is Version.CURRENT:
        return dict(document)
    return {key: _split(value) if str(key).endswith("args") else value for key, value in document.items()}


def _split(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _split(args) for name, args in value.items()}
    return value.split() if isinstance(value, str) else value
