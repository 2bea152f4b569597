"""YAML as the catalogue writes it: version 1.2, so that `on`, `no` and `=` stay words, and numbers are exact.

Only the core types are known; a key that stands twice in a mapping is a fault: the second would silently win.
"""

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import yaml
from yaml.constructor import ConstructorError

from models.errors import CatalogueError, Fault

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


class Document(NamedTuple):
    """What a file says, and where."""

    data: Any
    root: yaml.Node | None
    """The nodes that the data were made from, with their lines; None: an empty file."""
    faults: tuple[Fault, ...]
    """Keys that stand twice."""


class _Loader(SafeLoader):
    """The safe loader with tables of its own: of types to tell apart, and of types to construct."""

    faults: list[Fault]


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
            loader.faults.append(
                Fault(
                    loader.name,
                    f"{key}: stands twice",
                    line=key_node.start_mark.line + 1,
                    mend="keep one of the two",
                )
            )
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
    document = read_document(text, name)
    if document.faults:
        raise CatalogueError(*document.faults)
    return document.data


def read_document(text: str, name: str) -> Document:
    """Return what a file says, and where.

    Raises:
        CatalogueError: it is no YAML 1.2; what it says cannot be known.
    """
    loader = _Loader(text)
    loader.name = name
    loader.faults = []
    try:
        root = loader.get_single_node()
        data = None if root is None else loader.construct_document(root)
        return Document(data, root, tuple(loader.faults))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "is no YAML"
        line = None if mark is None else mark.line + 1
        mend = "mend it first: nothing behind it could be read"
        raise CatalogueError(Fault(name, problem, line=line, mend=mend)) from error
    finally:
        loader.dispose()
