"""What every test stands under: an error log that nobody expected fails it, and under CI=true so does a skip.

structlog goes through the standard library here, so that `caplog` sees what the product logs.
"""

import logging
import os
import signal
from collections.abc import Iterator
from typing import Final

import pytest
import structlog
from hypothesis import settings

from streams.logs import QUIET
from tests.support.examples import examples

IN_CI: Final = os.environ.get("CI") == "true"

settings.register_profile("tiendo", examples(100))
settings.load_profile("tiendo")


@pytest.fixture(autouse=True, scope="session")
def _structlog_through_the_standard_library() -> None:
    structlog.configure(
        processors=[
            structlog.stdlib.add_log_level,
            structlog.processors.KeyValueRenderer(key_order=["event"]),
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    """Undo what a command configured in this process."""
    root = logging.getLogger()
    configuration, handlers, level = structlog.get_config(), list(root.handlers), root.level
    levels = {name: logging.getLogger(name).level for name in QUIET}
    yield
    structlog.configure(**configuration)
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, kept in levels.items():
        logging.getLogger(name).setLevel(kept)


@pytest.fixture(autouse=True)
def _no_unexpected_error_logs(
    request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture
) -> Iterator[None]:
    """Fail a test that logged an error, unless its mark `logs_errors` names it."""
    yield
    marker = request.node.get_closest_marker("logs_errors")
    if marker is not None and not marker.args:
        return
    expected = () if marker is None else marker.args
    errors = [
        f"{record.name}: {record.getMessage()}"
        for when in ("setup", "call")
        for record in caplog.get_records(when)
        if record.levelno >= logging.ERROR
        and not any(word in record.getMessage() for word in expected)
    ]
    if errors:
        pytest.fail("unexpected error logs:\n" + "\n".join(errors), pytrace=False)


def pytest_configure() -> None:
    """Hear Ctrl-C, and let every command under test hear it, also where a script began this session in its background."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Under CI=true a skipped suite fails the run: there, everything can be installed."""
    if IN_CI and _skipped(session.config) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Say in one line what was left out and what that means."""
    skipped = _skipped(config)
    if skipped:
        verdict = "a failure, since CI=true" if IN_CI else "run them before you trust the rest"
        terminalreporter.section("skipped suites")
        terminalreporter.write_line(f"{skipped} tests were skipped ({verdict}); reasons above")


def _skipped(config: pytest.Config) -> int:
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    return 0 if reporter is None else len(reporter.stats.get("skipped", []))
