"""The reference of the command line: every command with its arguments and options, read from the table of commands."""

from collections.abc import Iterator
from typing import Any, Final, Literal, get_args, get_origin

import typer

from streams.cli.app import app
from streams.documents.markdown import code, page, prose, table

_INTRODUCTION: Final = """\
Exit status 0: it did what was asked; 1: it failed; 2: it was called in a way that cannot work. An error is one sentence with the mend on
stderr. `-h` and `--help` show the same as this page. What a process is told from outside stands in [the settings](settings.md)."""


def text() -> str:
    """Return the page."""
    group: Any = typer.main.get_command(app)
    blocks = [block for command in _sections("tiendo", group) for block in command]
    return page("streams/cli", "Commands", prose(group.help), _INTRODUCTION, *blocks)


def _sections(path: str, group: Any) -> Iterator[list[str]]:  # noqa: ANN401 - Typer's own classes are not exported
    for name, command in group.commands.items():
        if command.hidden:
            continue
        if hasattr(command, "commands"):
            yield from _sections(f"{path} {name}", command)
            continue
        usage = [one for one in map(_usage, command.params) if one]
        blocks = [f"## {path} {name}", _paragraphs(command.help or "")]
        blocks.append(f"`{' '.join([path, name, *usage])}`")
        shown = [one for one in command.params if not one.hidden]
        if shown:
            blocks.append(table(("argument or option", "default", "meaning"), map(_row, shown)))
        yield blocks


def _usage(parameter: Any) -> str:  # noqa: ANN401 - as above
    if _is_option(parameter):
        return f"{parameter.opts[0]} {_holds(parameter)}".strip() if parameter.required else ""
    return _holds(parameter) if parameter.required else f"[{_holds(parameter)}]"


def _row(parameter: Any) -> tuple[str, str, str]:  # noqa: ANN401 - as above
    default, meaning = parameter.default, prose(parameter.help or "")
    if parameter.multiple and "repeatable" not in meaning:
        meaning = f"{meaning} May be repeated.".strip()
    shown = "required" if parameter.required else ""
    if default is not None and default is not False and not callable(default):
        shown = code(str(default).lower() if default is True else str(default))
    if not _is_option(parameter):
        return code(_holds(parameter)), shown, meaning
    names = " / ".join([*parameter.opts, *parameter.secondary_opts])
    return code(f"{names} {_holds(parameter)}".strip()), shown, meaning


def _is_option(parameter: Any) -> bool:  # noqa: ANN401 - as above
    return bool(parameter.opts[0].startswith("-"))


def _holds(parameter: Any) -> str:  # noqa: ANN401 - as above
    """Return what stands for the value: the command's own word for it, its choices, or its type; '' for a flag."""
    if getattr(parameter, "is_flag", False):
        return ""
    if parameter.metavar:
        return str(parameter.metavar)
    kind = parameter.type_descriptor.annotation
    words = _choices(kind)
    return "|".join(words) if words else getattr(kind, "__name__", "value").upper()


def _choices(kind: Any) -> list[str]:  # noqa: ANN401 - as above
    if get_origin(kind) is Literal:
        return [str(word) for word in get_args(kind)]
    return [word for part in get_args(kind) for word in _choices(part)]


def _paragraphs(told: str) -> str:
    """Return a command's help: its paragraphs, each on one line."""
    return "\n\n".join(" ".join(one.split()) for one in told.split("\n\n"))
