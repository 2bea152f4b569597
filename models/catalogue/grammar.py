"""Say which words the grammar knows at a place of a file: what its author may have meant by a word that it does not know."""

from collections.abc import Iterator, Sequence
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from models.definitions import Definition


def words_at(shape: type[Definition], location: Sequence[int | str]) -> frozenset[str]:
    """Return the fields that a place may hold; `location` is as validation gives it, with the names of the shapes tried."""
    kinds: list[Any] = [shape]
    for part in location:
        inside = [found for kind in kinds for found in _inside(kind, part)]
        named = [kind for kind in kinds if getattr(kind, "__name__", None) == part]
        kinds = inside or named or kinds
    return frozenset(word for kind in kinds if _is_definition(kind) for word in _fields(kind))


def _inside(kind: Any, part: int | str) -> Iterator[Any]:  # noqa: ANN401 - a type as annotations say it
    """Yield the types that a key or index of a type leads to."""
    if _is_definition(kind):
        annotation = _fields(kind).get(str(part))
        if annotation is not None:
            yield from _alternatives(annotation)
    elif get_origin(kind) is dict:
        yield from _alternatives(get_args(kind)[1])
    elif get_origin(kind) in {list, tuple} and isinstance(part, int):
        yield from _alternatives(get_args(kind)[0])


def _alternatives(annotation: Any) -> Iterator[Any]:  # noqa: ANN401 - a type as annotations say it
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from _alternatives(get_args(annotation)[0])
    elif origin in {Union, UnionType}:
        for one in get_args(annotation):
            yield from _alternatives(one)
    else:
        yield annotation


def _fields(kind: type[Definition]) -> dict[str, Any]:
    """Return the fields of a shape by the names that a file uses."""
    return {field.alias or name: field.annotation for name, field in kind.model_fields.items()}


def _is_definition(kind: Any) -> bool:  # noqa: ANN401 - a type as annotations say it
    return isinstance(kind, type) and issubclass(kind, Definition)
