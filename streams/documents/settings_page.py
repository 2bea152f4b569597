"""The reference of the settings: the environment variables of a process, read from `Settings` and its docstrings."""

import typing
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Final, Literal, get_args, get_origin, get_type_hints

from annotated_types import Ge, Gt, Le, Lt
from pydantic.fields import FieldInfo

from streams.documents.docstrings import attribute_docstrings, sentence
from streams.documents.markdown import code, page, prose, table
from streams.settings import Settings

_INTRODUCTION: Final = """\
Each is an environment variable; one that is wrong stops the process at its start with the variable's name and the reason, never its
value. Secrets have no default and are never printed."""
_TYPES: Final = {
    "str": "text",
    "int": "whole number",
    "float": "number",
    "bool": "true or false",
    "SecretStr": "secret text",
    "tuple": "list, comma separated",
    "Path": "path",
}
_BOUNDS: Final = {Ge: "at least {0.ge}", Gt: "more than {0.gt}", Le: "at most {0.le}", Lt: "less than {0.lt}"}  # fmt: skip


def text() -> str:
    """Return the page."""
    described = _described()
    hints = get_type_hints(Settings)
    prefix = str(Settings.model_config["env_prefix"])
    rows = [
        (
            code(f"{prefix}{name.upper()}"),
            _type(hints[name], field),
            _default(field),
            prose(described.get(name, "")),
        )
        for name, field in Settings.model_fields.items()
    ]
    return page(
        "streams/settings.py",
        "Settings",
        sentence(Settings),
        _INTRODUCTION,
        table(("variable", "holds", "default", "meaning"), rows),
    )


def _described() -> dict[str, str]:
    """Return setting -> meaning, those of the classes that Settings is made of included."""
    told: dict[str, str] = {}
    for base in reversed(Settings.__mro__):
        if base.__module__.partition(".")[0] == "streams":
            told |= attribute_docstrings(base)
    return told


def _type(hint: object, field: FieldInfo) -> str:
    words = " or ".join(dict.fromkeys(_words(hint)))
    bounds = [_BOUNDS[type(one)].format(one) for one in field.metadata if type(one) in _BOUNDS]
    return ", ".join([words, *bounds])


def _words(hint: object) -> Iterator[str]:
    """Yield what a type is called; a union's members apart, None left out."""
    origin = get_origin(hint)
    if hint is NoneType:
        return
    if origin is Annotated:
        yield from _words(get_args(hint)[0])
    elif origin in (UnionType, typing.Union):
        for member in get_args(hint):
            yield from _words(member)
    elif origin is Literal:
        yield " or ".join(code(str(word)) for word in get_args(hint))
    else:
        made = origin if origin is not None else hint
        if isinstance(made, type) and issubclass(made, Enum):
            yield " or ".join(code(str(member.value)) for member in made)
            return
        name = made.__name__ if isinstance(made, type) else str(made)
        yield _TYPES.get(name, name)


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True, validated_data={})
    if value is None:
        return "none"
    if isinstance(value, bool):
        return code(str(value).lower())
    if isinstance(value, tuple):
        return code(",".join(map(str, value)))
    return code(str(value) if not isinstance(value, Path) else value.as_posix())
