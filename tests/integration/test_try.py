"""`tiendo try`: files in, the rows of the views out, on services of its own."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from sinks.postgres.queries import VIEWS
from streams.cli.app import run

pytestmark = pytest.mark.integration

FIXTURES = Path(__file__).parents[1] / "fixtures"
HISTORY = FIXTURES / "first.ndjson"

Found = dict[str, list[dict[str, Any]]]


def _try(capsys: pytest.CaptureFixture[str], *arguments: str) -> Found:
    status = run(["try", *arguments, "--json"])
    out = capsys.readouterr().out
    assert 0 == status
    found: Found = json.loads(out, parse_float=Decimal)
    return found


def _house(found: Found) -> dict[tuple[str, str, str, str], dict[str, Any]]:
    return {
        (row["province"], row["agency"], row["window"], row["indicator"]): row
        for row in found["kpi"]
        if row["plan"] == "house"
    }


def test_the_history_worked_out_on_paper_gives_the_figures_of_the_paper(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Every expected figure equals the row with its province, agency, window and indicator; three records are refused."""
    expected = json.loads((FIXTURES / "first.expected.json").read_text(encoding="utf-8"))

    found = _try(capsys, str(HISTORY), "--as-of", expected["as_of"])

    rows = _house(found)
    computed = {
        place: {
            window: {
                indicator: {
                    column: rows[(*place.split("/"), window, indicator)][column]
                    for column in ("value", "numerator", "denominator")
                }
                for indicator in indicators
            }
            for window, indicators in windows.items()
        }
        for place, windows in expected["kpi"].items()
    }
    assert expected["kpi"] == computed
    assert expected["dead_letters"] == len(found["dead_letters"])
    assert {expected["as_of"]} == {row["as_of"] for row in found["kpi"]}
    assert {
        "kpi": VIEWS["kpi_current"],
        "targets": VIEWS["target_attainment"],
        "alerts": VIEWS["alert"],
        "alert_history": VIEWS["alert_history"],
        "feeds": VIEWS["feed_health"],
        "dead_letters": VIEWS["dead_letter"],
    } == {name: tuple(rows[0]) for name, rows in found.items()}


def test_an_earlier_day_is_read_back_with_all_facts_known_now(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Figures and targets are of that day; alerts, histories and feeds are those at the log's end."""
    then = _try(capsys, str(HISTORY), "--as-of", "2019-10-15")
    end = _try(capsys, str(HISTORY))

    assert {"2019-10-15"} == {row["as_of"] for row in then["kpi"] + then["targets"]}
    received = [
        _house(found)["tra-vinh", "*", "year", "dossiers_received"]["value"]
        for found in (then, end)
    ]
    assert received[0] < received[1]
    assert {"2019-10-31"} == {row["as_of"] for row in end["kpi"]}
    revisions, later = (
        {(row["alert_id"], row["revision"], row["closed_day"]) for row in found["alert_history"]}
        for found in (then, end)
    )
    assert revisions <= later
    assert any(closed_day > "2019-10-15" for _, _, closed_day in revisions)


def test_every_line_is_sent_as_it_stands(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Blank lines, broken ones and those without a province are dead letters of the file's first province."""
    event = HISTORY.read_bytes().splitlines()[0]
    path = tmp_path / "strays.ndjson"
    path.write_bytes(b"\n".join([b"", b'{"a": 1}', event, b"\xff", b'{"province": "ha-noi"}', b""]))

    found = _try(capsys, str(path))

    assert [
        ("tra-vinh", 0, "not_json"),
        ("tra-vinh", 1, "not_cloudevent"),
        ("tra-vinh", 3, "bad_encoding"),
        ("tra-vinh", 4, "not_cloudevent"),
    ] == [(row["province"], row["offset"], row["reason"]) for row in found["dead_letters"]]
    assert {"tra-vinh"} == {row["province"] for row in found["kpi"]}


def test_a_file_of_nothing_but_refused_lines_ends_well(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No day is closed where no record was accepted; an empty file finds nothing at all."""
    refused, empty = tmp_path / "refused.ndjson", tmp_path / "empty.ndjson"
    refused.write_bytes(b'{"province": "hai-duong"}\n')
    empty.write_bytes(b"")

    found = _try(capsys, str(refused), str(empty))

    assert ["not_cloudevent"] == [row["reason"] for row in found["dead_letters"]]
    assert {None} == {row["as_of"] for row in found["kpi"]}
    assert [] == found["alerts"]
    assert {} == {name: rows for name, rows in _try(capsys, str(empty)).items() if rows}


def test_the_rights_of_a_site_are_none_of_its_business(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Its services are its own and ask nobody who they are, whatever the environment has for those of the site."""
    for name, value in {
        "KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
        "KAFKA_SASL_USERNAME": "motcua",
        "KAFKA_SASL_PASSWORD_FILE": "/run/secrets/none",
        "KAFKA_CA_FILE": "/run/secrets/ca",
        "KAFKA_CERT_FILE": "/run/secrets/cert",
        "KAFKA_KEY_FILE": "/run/secrets/key",
        "POSTGRES_PASSWORD_FILE": "/run/secrets/none",
    }.items():
        monkeypatch.setenv(f"TIENDO_{name}", value)
    path = tmp_path / "one.ndjson"
    path.write_bytes(HISTORY.read_bytes().splitlines(keepends=True)[0])

    assert _house(_try(capsys, str(path)))
