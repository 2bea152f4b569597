"""The filter that keeps a library's repetitions out of the log."""

import logging

from streams.log_flood import TEMPLATES, OncePerMinute


def record(name: str, template: str, *values: object) -> logging.LogRecord:
    """Return a line as a library writes it."""
    return logging.LogRecord(name, logging.WARNING, "", 0, template, values, None)


def test_a_template_passes_once_a_minute_and_tells_how_many_were_held_back() -> None:
    """Pitfall 6: 95 lines a second while the broker is away become one a minute, whatever values they carry."""
    now = [0.0]
    flood = OncePerMinute(clock=lambda: now[0])

    first = [
        flood.filter(record("aiokafka.client", "cannot connect to %s", node)) for node in range(95)
    ]
    now[0] = 61.0
    later = record("aiokafka.client", "cannot connect to %s", 7)
    passed = flood.filter(later)

    assert [True, *[False] * 94] == first
    assert passed
    assert "cannot connect to 7 (and 94 like it in the last 61 s)" == later.getMessage()


def test_our_own_lines_always_pass() -> None:
    """What tiendo logs is limited where it is written, not here."""
    flood = OncePerMinute()

    assert [True, True] == [
        flood.filter(record("streams.owner", "batch.committed")) for _ in range(2)
    ]


def test_templates_with_names_in_them_are_not_remembered_for_ever() -> None:
    """A broker that is away for a week must not fill the memory of its workers."""
    now = [0.0]
    flood = OncePerMinute(clock=lambda: now[0])

    for number in range(TEMPLATES * 3):
        now[0] += 1.0
        flood.filter(record("faust.app", f"worker {number} is gone"))

    assert len(flood._passed) <= TEMPLATES
    assert not flood.filter(record("faust.app", f"worker {TEMPLATES * 3 - 1} is gone"))
