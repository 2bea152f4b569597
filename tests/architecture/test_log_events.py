"""Every warning and error that tiendo logs is in the operators' handbook and says what to do."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
HANDBOOK: Final = ROOT / "deploy/docs/operators-handbook.md"
LOUD: Final = frozenset({"warning", "error", "critical", "exception"})
EVENT: Final = re.compile(r"[a-z_]+\.[a-z_]+")


def loud_lines() -> Iterator[tuple[str, str, ast.Call]]:
    """Yield place, event and call of each line from WARNING on."""
    for folder in ("streams", "sinks"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if (
                    isinstance(node, ast.Call)
                    and isinstance(node.func, ast.Attribute)
                    and node.func.attr in LOUD
                    and "log" in ast.unparse(node.func.value)
                ):
                    event = node.args[0]
                    assert isinstance(event, ast.Constant), f"{path}:{node.lineno}: not a constant"
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", str(event.value), node


def test_each_loud_line_says_what_to_do() -> None:
    """At night the log is all there is: the event is a name, and `mend` says what to do, if only that nothing is."""
    calls = list(loud_lines())

    assert len(calls) > 8
    assert [] == [place for place, event, _ in calls if not EVENT.fullmatch(event)]
    assert [] == [
        place
        for place, _, call in calls
        if "mend" not in {keyword.arg for keyword in call.keywords}
    ]


def test_the_handbook_lists_the_loud_lines_and_no_others() -> None:
    """A table of its own: event, what happened, what to do."""
    _, _, text = HANDBOOK.read_text(encoding="utf-8").partition("## What the log says")
    table, _, _ = text.partition("\n## ")
    listed = re.findall(r"^\| `([a-z_.]+)` \|", table, re.MULTILINE)

    assert sorted({event for _, event, _ in loud_lines()}) == sorted(listed)
