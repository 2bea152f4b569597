"""YAML as the catalogue writes it: version 1.2, so that `on`, `no` and `=` stay words, and numbers are exact.

Only the core types are known; a key that stands twice in a mapping is an error: the second would silently win.
"""

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import yaml
from yaml.constructor import ConstructorError

from models.errors import CatalogueError

if TYPE_CHECKING:
    from yaml import SafeLoader
else:
    # libyaml's is ten times as fast, where the installation has it
    SafeLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_TAG: Final = "tag:yaml.org,2002:"


class _Scalar(NamedTuple):
    """How a plain scalar of a type is written, and what it becomes."""

    pattern: re.Pattern[str]
    first: tuple[str, ...]
    """Characters that it may begin with; '' stands for an empty scalar."""
    value: Callable[[str], object]


_SCALARS: Final = {
    "bool": _Scalar(re.compile(r"^(?:true|false)$"), ("t", "f"), lambda text: text == "true"),
    "null": _Scalar(re.compile(r"^(?:null|~|)$"), ("n", "~", ""), lambda _text: None),
    "int": _Scalar(re.compile(r"^[-+]?[0-9]+$"), tuple("-+0123456789"), int),
    "float": _Scalar(re.compile(r"^[-+]?[0-9]+\.[0-9]+$"), tuple("-+0123456789"), Decimal),
}
"""Implicit types, in the order in which they are tried; anything else is a text."""


class _Loader(SafeLoader):
    """The safe loader with tables of its own: of types to tell apart, and of types to construct."""


_Loader.yaml_implicit_resolvers = {}
_Loader.yaml_constructors = {
    tag: construct
    for tag, construct in SafeLoader.yaml_constructors.items()
    if tag in {None, f"{_TAG}str", f"{_TAG}seq"}
}


def _scalar(name: str) -> Callable[[_Loader, yaml.ScalarNode], object]:
    written = _SCALARS[name]

    def construct(loader: _Loader, node: yaml.ScalarNode) -> object:
        text = str(loader.construct_scalar(node))
        if not written.pattern.match(text):
            raise ConstructorError(None, None, f"{text!r} is no {name}", node.start_mark)
        try:
            return written.value(text)
        except ValueError as error:
            # a number of more digits than Python reads
            raise ConstructorError(None, None, str(error), node.start_mark) from None

    return construct


def _mapping(loader: _Loader, node: yaml.MappingNode) -> Iterator[dict[object, object]]:
    """Construct a mapping, refusing a key that is no scalar or stands twice."""
    seen: set[object] = set()
    for key_node, _ in node.value:
        if not isinstance(key_node, yaml.ScalarNode):
            raise ConstructorError(None, None, "a key must be a word", key_node.start_mark)
        key = loader.construct_object(key_node, deep=True)
        if key in seen:
            line = key_node.start_mark.line + 1
            raise CatalogueError(f"{loader.name}: line {line}: {key}: stands twice")
        seen.add(key)
    data: dict[object, object] = {}
    yield data
    data.update(loader.construct_mapping(node))


for _name, _written in _SCALARS.items():
    _Loader.add_implicit_resolver(f"{_TAG}{_name}", _written.pattern, list(_written.first))
    _Loader.add_constructor(f"{_TAG}{_name}", _scalar(_name))
_Loader.add_constructor(f"{_TAG}map", _mapping)


def parse(text: str, name: str) -> Any:  # noqa: ANN401 - the border to YAML
    """Return what a file says.

    Raises:
        CatalogueError: it is no YAML 1.2, or a key stands twice.
    """
    loader = _Loader(text)
    loader.name = name
    try:
        return loader.get_single_data()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f"line {mark.line + 1}: " if mark is not None else ""
        problem = getattr(error, "problem", None) or "is no YAML"
        raise CatalogueError(f"{name}: {line}{problem}") from error
    finally:
        loader.dispose()
