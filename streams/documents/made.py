"""What `make docs` makes, by path under `deploy/`, and which files there are its own."""

import json
from pathlib import Path
from typing import Final

from streams.documents import (
    alert_schema,
    asyncapi,
    commands_page,
    events_page,
    indicators_page,
    metrics_page,
    plans,
    schemas,
    settings_page,
)
from streams.documents.payloads import Schema

DEPLOY: Final = Path(__file__).parents[2] / "deploy"

OWNED: Final = (
    "docs/plans/*.md",
    "docs/reference/*.md",
    "schemas/*",
    "agency-sdk/tiendo_agency/vocabulary.json",
)
"""A file that matches and that nothing makes any more is removed."""

VIEWS: Final = "docs/reference/views.md"
"""The one document that takes a database to make (`views_page`)."""


def made() -> dict[str, str]:
    """Return every document that the code alone makes: path under `deploy/` -> text."""
    events = schemas.schemas()
    return {
        **{f"docs/plans/{name}": text for name, text in plans.pages().items()},
        **{f"schemas/{name}": text for name, text in schemas.files().items()},
        f"schemas/{alert_schema.FILE}": schemas.written(alert_schema.alert_schema()),
        f"schemas/{asyncapi.FILE}": asyncapi.text(),
        "docs/reference/commands.md": commands_page.text(),
        "docs/reference/events.md": events_page.text(),
        "docs/reference/indicators.md": indicators_page.text(),
        "docs/reference/metrics.md": metrics_page.text(),
        "docs/reference/settings.md": settings_page.text(),
        "agency-sdk/tiendo_agency/vocabulary.json": _bundle(events),
    }


def there() -> set[str]:
    """Return the files that stand where `make docs` writes."""
    return {str(path.relative_to(DEPLOY)) for owned in OWNED for path in DEPLOY.glob(owned)}


def _bundle(events: dict[str, Schema]) -> str:
    """Return the schemas as the agencies' package carries them: a line a type."""
    lines = ",\n".join(
        f"{json.dumps(name)}: {json.dumps(schema, ensure_ascii=False, separators=(',', ':'))}"
        for name, schema in events.items()
    )
    return f"{{\n{lines}\n}}\n"
