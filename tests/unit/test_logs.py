"""Logs: one line an event, on one way, without what an exception held."""

import io
import json
import logging

import pytest
import structlog

from streams.logs import configure


def _lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_elsewhere_than_on_a_terminal_a_line_is_a_json_object() -> None:
    """The event is a constant, facts are keys, Vietnamese stays legible."""
    stream = io.StringIO()
    configure(stream=stream)

    structlog.get_logger("streams.test").info("province.claimed", name="Đồng Nai", epoch=3)

    (line,) = _lines(stream)
    assert ("province.claimed", "Đồng Nai", 3, "info") == (
        line["event"],
        line["name"],
        line["epoch"],
        line["level"],
    )
    assert "Đồng Nai" in stream.getvalue()


def test_libraries_lines_take_the_same_way() -> None:
    """A warning of aiokafka is a JSON object too; what only its authors need is left out."""
    stream = io.StringIO()
    configure(stream=stream)

    logging.getLogger("aiokafka.conn").info("connecting")
    logging.getLogger("aiokafka.conn").warning("no answer from %s", "node 1")

    assert ["no answer from node 1"] == [line["event"] for line in _lines(stream)]


@pytest.mark.parametrize("as_json", [True, False])
def test_a_traceback_shows_no_variables(*, as_json: bool) -> None:
    """Variables may hold payloads, and payloads may name people."""
    stream = io.StringIO()
    configure(stream=stream, json=as_json)

    def fold(payload: str) -> None:
        raise ZeroDivisionError(len(payload))

    person = "Nguyễn" + " Văn A"
    try:
        fold(person)
    except ZeroDivisionError as error:
        structlog.get_logger().warning("province.parked", exc_info=error)

    assert "ZeroDivisionError" in stream.getvalue()
    assert person not in stream.getvalue()


def test_configuring_twice_writes_once() -> None:
    """A command may configure the logs again with what its settings say."""
    stream = io.StringIO()
    configure(stream=stream)
    configure(stream=stream)

    structlog.get_logger().info("worker.started")

    assert 1 == len(_lines(stream))
