"""`python -m streams.documents`: write every document anew, and remove those of what is gone."""

import asyncio
import sys

from sinks.postgres.migrations import upgrade
from streams.documents import views_page
from streams.documents.made import DEPLOY, VIEWS, made, there
from streams.embedded import embedded_postgres


def main() -> None:
    """Write what differs, and say what was written."""
    documents = made() | {VIEWS: asyncio.run(_views())}
    for gone in there() - documents.keys():
        (DEPLOY / gone).unlink()
    for name, text in documents.items():
        path = DEPLOY / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            sys.stdout.write(f"{path}\n")


async def _views() -> str:
    async with embedded_postgres(durable=False) as dsn:
        await asyncio.to_thread(upgrade, dsn)
        return await asyncio.to_thread(views_page.text, dsn)


if __name__ == "__main__":
    main()
