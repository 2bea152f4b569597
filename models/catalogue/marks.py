"""Find the line of a file that a fault is about, from the nodes that the file was read into.

A fault that names only id, field and word is looked for inside the definition of that id; the nearest line above is never wrong by more than that definition.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import yaml

from models.errors import Fault

BLANK: Final = "___"
"""What a template leaves for its author to fill in."""

Path = tuple[int | str, ...]


@dataclass(frozen=True, slots=True)
class Marks:
    """The lines of a file."""

    root: yaml.Node | None

    def located(self, fault: Fault) -> Fault:
        """Return a fault with its line."""
        if fault.line is not None or self.root is None:
            return fault
        line = self._of_path(fault.path) if fault.path else self._of_definition(fault)
        return replace(fault, line=line)

    def blanks(self) -> list[Path]:
        """Return the paths of the values that are still blank."""
        return [] if self.root is None else list(_blanks((), self.root))

    def span(self, path: Path) -> tuple[int, int]:
        """Return the first line of what a path leads to, its key included, and the line after its last."""
        line, node = _line(self.root), self.root
        for part in path:
            line, node = _step(node, part) or (line, node)
        if node is None:
            return line, line
        end = node.end_mark
        # a block ends where the next token begins
        block = isinstance(node, yaml.CollectionNode) and not node.flow_style
        return line, end.line + 1 if block or end.column == 0 else end.line + 2

    def sections(self) -> list[str]:
        """Return the parts of the file, in its order."""
        return [str(key.value) for key, _ in self.root.value] if self.root is not None else []

    def _of_path(self, path: Path) -> int:
        line, node = _line(self.root), self.root
        for part in path:
            found = _step(node, part)
            if found is None:
                break
            line, node = found
        return line

    def _of_definition(self, fault: Fault) -> int:
        found = list(_definitions(self.root, fault.id))
        if not found:
            return _line(self.root)
        line, node = found[-1] if fault.field == "id" else found[0]
        whole = node
        for part in (fault.field or "").split("."):
            key = next(
                (key for key in _keys(node) if key[0].value == part.rstrip("0123456789")), None
            )
            if key is not None:
                line, node = _line(key[0]), key[1]
        if fault.word is not None:
            for inside in (node, whole):
                for scalar in _scalars(inside):
                    if scalar.value == fault.word:
                        return _line(scalar)
        return line


def _line(node: yaml.Node | None) -> int:
    return 1 if node is None else node.start_mark.line + 1


def _step(node: yaml.Node | None, part: int | str) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(part):
                return _line(key), value
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return _line(node.value[part]), node.value[part]
    return None


def _definitions(root: yaml.Node | None, name: str | None) -> Iterator[tuple[int, yaml.Node]]:
    """Yield the definitions of an id: entries of a list or mapping, or the plan itself."""
    for _, section in root.value if isinstance(root, yaml.MappingNode) else ():
        entries = section.value if isinstance(section, yaml.SequenceNode) else [section]
        for entry in entries:
            named = _step(entry, "id")
            if named is not None and named[1].value == name:
                yield _line(entry), entry
        found = _step(section, name or "")
        if found is not None:
            yield found


def _keys(node: yaml.Node) -> Iterator[tuple[yaml.Node, yaml.Node]]:
    """Yield the keys inside a node with their values, outer ones first."""
    if isinstance(node, yaml.MappingNode):
        yield from node.value
        for _, value in node.value:
            yield from _keys(value)
    elif isinstance(node, yaml.SequenceNode):
        for entry in node.value:
            yield from _keys(entry)


def _scalars(node: yaml.Node) -> Iterator[yaml.ScalarNode]:
    if isinstance(node, yaml.ScalarNode):
        yield node
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _scalars(key)
            yield from _scalars(value)
    elif isinstance(node, yaml.SequenceNode):
        for entry in node.value:
            yield from _scalars(entry)


def _blanks(path: Path, node: yaml.Node) -> Iterator[Path]:
    if isinstance(node, yaml.ScalarNode) and node.value == BLANK:
        yield path
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _blanks((*path, str(key.value)), value)
    elif isinstance(node, yaml.SequenceNode):
        for number, entry in enumerate(node.value):
            yield from _blanks((*path, number), entry)
