"""Values that several YAML files of a package hold: text, sequences of it, names of languages and people."""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from judge.packages.reading import UNFIT, Shape

LANGUAGE_CODE = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?")
"""A natural language: ISO 639, if need be with a country of ISO 3166-1."""


def _fit(value: Any) -> Any:
    if isinstance(value, str) and UNFIT.search(value):
        raise ValueError("holds a NUL or a lone surrogate")
    return value


def _one_or_more(value: Any) -> Any:
    return [value] if isinstance(value, (str, Mapping)) else value


def _is_sequence(value: Any) -> Any:
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise ValueError("must be a sequence of texts, as in [one, two]")
    return value


def _is_code(value: Any) -> Any:
    if isinstance(value, str) and not LANGUAGE_CODE.fullmatch(value):
        raise ValueError(f"{value!r} is no code of a language, such as en or pt-BR")
    return value


Text = Annotated[str, BeforeValidator(_fit)]
Texts = Annotated[tuple[Text, ...], BeforeValidator(_is_sequence)]
OneOrMoreTexts = Annotated[tuple[Text, ...], Field(min_length=1), BeforeValidator(_one_or_more)]
Code = Annotated[Text, BeforeValidator(_is_code)]


class PersonMap(Shape):
    """A person in parts."""

    name: Text
    email: Text | None = None
    orcid: Text | None = None
    kattis: Text | None = None


Persons = Annotated[tuple[Text | PersonMap, ...], Field(min_length=1), BeforeValidator(_one_or_more)]


class Credits(Shape):
    """Who made a problem."""

    authors: Persons | None = None
    contributors: Persons | None = None
    testers: Persons | None = None
    translators: dict[Code, Persons] = Field(default={})
    packagers: Persons | None = None
    acknowledgements: Persons | None = None


class Source(Shape):
    """Where a problem was first used."""

    name: Text
    url: Text | None = None


Sources = Annotated[tuple[Text | Source, ...], BeforeValidator(_one_or_more)]
