"""`tiendo kpi`, `targets` and `alerts` on a database: what was folded is what is printed."""

import asyncio
import json
from datetime import date

import pytest

from streams.cli.app import run
from tests.support.folded import fold_into
from tests.support.plan_facts import assigned, official, registered

pytestmark = pytest.mark.integration

PROVINCE = "tra-vinh"
TARGET = "tra-vinh-2019-it-focal-in-agency"
FACTS = (
    registered("A1", "2019-01-02", "so"),
    registered("A2", "2019-01-02", "so"),
    official("one", "2019-06-03"),
    assigned("one", "2019-06-03", "university"),
)
"""One of two departments has its man."""


@pytest.fixture
def folded(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database that the commands find, with a year of figures."""
    asyncio.run(fold_into(database, PROVINCE, FACTS, date(2019, 12, 31)))
    monkeypatch.setenv("TIENDO_POSTGRES_DSN", database)


@pytest.mark.usefixtures("folded")
def test_targets_shows_assumption_and_both_readings(capsys: pytest.CaptureFixture[str]) -> None:
    """The reports of October and the year's end, under one sentence of the plan, in 100 columns."""
    assert 0 == run(["targets", "--province", PROVINCE])

    lines = capsys.readouterr().out.splitlines()
    shown = " ".join(" ".join(lines).split())
    assert all(len(line) <= 100 for line in lines)
    assert "giả định: kiêm nhiệm cũng tính" in shown
    assert "đọc ngày 14/10/2019: 50%, chậm tiến độ" in shown


@pytest.mark.usefixtures("folded")
def test_targets_in_json_are_the_rows_of_the_contract(capsys: pytest.CaptureFixture[str]) -> None:
    """Assumptions and readings have views of their own; these rows keep their columns."""
    assert 0 == run(["targets", "--province", PROVINCE, "--json"])

    rows = {row["target"]: row for row in json.loads(capsys.readouterr().out)}
    assert 53 == len(rows)
    assert ("50.0000", 1, 2) == tuple(
        rows[TARGET][column] for column in ("value", "numerator", "denominator")
    )
    assert "house_rule_vi" not in rows[TARGET]


@pytest.mark.usefixtures("folded")
@pytest.mark.parametrize("command", ["kpi", "alerts"])
def test_figures_and_alerts_show_the_assumption(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Wherever a target's figure is printed."""
    assert 0 == run([command, "--province", PROVINCE])

    assert "giả định:" in capsys.readouterr().out
