"""YAML files of packages: what they say, within bounds, and nothing said twice."""

import re
from collections import Counter
from typing import Any

import yaml

MOST_BYTES = 1 << 20
"""Neither a YAML file nor a statement is larger."""

MOST_NODES = 100_000
"""As many values may a file hold when its aliases are written out: ten lines can make billions."""

_BOOL = "tag:yaml.org,2002:bool"


class _Loader(yaml.SafeLoader):
    """As YAML 1.2 has it, "no" is a word: it is the language code of Norwegian."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in resolvers if tag != _BOOL]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(_BOOL, re.compile("(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF"))


def load(content: bytes) -> Any:
    """What a YAML file of at most MOST_BYTES says, None where it says nothing. Raises ValueError."""
    try:
        loader = _Loader(decoded(content))
        try:
            return _constructed(loader)
        finally:
            loader.dispose()
    except (yaml.YAMLError, RecursionError) as error:
        raise ValueError(f"is not YAML: {' '.join(str(error).split())}") from error


def decoded(content: bytes) -> str:
    """A text file's text. Raises ValueError where it is not UTF-8 or bears a mark of its byte order."""
    if content.startswith(b"\xef\xbb\xbf"):
        raise ValueError("begins with a byte-order mark: save it without")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ValueError(f"is not UTF-8: {error}") from error


def _constructed(loader: _Loader) -> Any:
    node = loader.get_single_node()
    if node is None:
        return None
    _check(node, {})
    try:
        return loader.construct_document(node)
    except ValueError as error:  # a date that no calendar has
        raise ValueError(f"is not YAML: {error}") from error


def _check(node: yaml.Node, sizes: dict[int, int]) -> int:
    """How many values a node stands for, counting again what is named again. Raises ValueError."""
    if id(node) in sizes:
        if sizes[id(node)] == 0:
            raise ValueError("holds an alias of what it stands in")
        return sizes[id(node)]
    sizes[id(node)] = 0
    size = 1
    for child in _children(node):
        size += _check(child, sizes)
    if size > MOST_NODES:
        raise ValueError(f"stands for more than {MOST_NODES} values")
    sizes[id(node)] = size
    return size


def _children(node: yaml.Node) -> list[yaml.Node]:
    if isinstance(node, yaml.SequenceNode):
        return list(node.value)
    if not isinstance(node, yaml.MappingNode):
        return []
    keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
    for key, count in Counter(keys).items():
        if count > 1 and key != "<<":
            raise ValueError(f"line {node.start_mark.line + 1} and below: {key!r} is said twice")
    return [child for pair in node.value for child in pair]
