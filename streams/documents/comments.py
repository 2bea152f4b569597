"""What the tables out say of themselves: the comments of the migrations, read from their text."""

import re
from functools import cache
from importlib.resources import files
from typing import Final

_COLUMN: Final = re.compile(
    r"COMMENT ON COLUMN api\.(\w+)\.\"?(\w+)\"? IS '((?:[^']|'')*)';", re.MULTILINE
)


@cache
def column_comments(view: str) -> dict[str, str]:
    """Return column -> comment of a view of the schema `api`, in the order of the migrations."""
    folder = files("sinks.postgres.migrations.versions")
    texts = sorted(
        (path.name, path.read_text("utf-8"))
        for path in folder.iterdir()
        if path.name.endswith(".sql")
    )
    return {
        column: comment.replace("''", "'")
        for _name, text in texts
        for table, column, comment in _COLUMN.findall(text)
        if table == view
    }
